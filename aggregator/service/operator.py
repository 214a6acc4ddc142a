"""What the operator may do over the web: what the command line may, through the same commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from aggregator.errors import ControlError
from aggregator.model.editing import DoneAct
from aggregator.model.status import EntryView, Status, StoryView
from aggregator.service.control import Command
from aggregator.service.engine import Engine
from aggregator.service.house import House
from aggregator.service.reloading import Proposal, Reloads

WHO = "web"
"""Under this name the journal keeps what was done over the web: the token says that it was the operator, not who."""


class Operator(Protocol):
    """Shows the operator everything but credentials, and carries out commands."""

    async def status(self) -> Status:
        """Tell the state of every source and topic."""
        ...

    async def acts(self) -> tuple[DoneAct, ...]:
        """Read what editors did, the oldest act first."""
        ...

    async def story_view(self, wanted: str) -> StoryView | None:
        """Show a story, private members included."""
        ...

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the entries that bear a short id or lead to an address."""
        ...

    def proposal(self) -> Proposal | None:
        """Show what a reload would do, as it was looked at last; None when nobody has, or long ago."""
        ...

    async def carry_out(self, command: str, request: Mapping[str, Any]) -> Any:
        """Carry a command out, as the control channel does.

        Raises:
            AggregatorError: It was refused, with the reason.
        """
        ...


class Commands:
    """Does it with the parts of the daemon.

    Args:
        house: The parts.
        engine: Tells the status.
        commands: Those of the control channel.
        reloads: Tells what a reload would do.
    """

    def __init__(self, house: House, engine: Engine, commands: Mapping[str, Command], reloads: Reloads) -> None:
        self._house = house
        self._engine = engine
        self._commands = commands
        self._reloads = reloads

    async def status(self) -> Status:
        """Tell the state of every source and topic."""
        return await self._engine.status()

    async def acts(self) -> tuple[DoneAct, ...]:
        """Read what editors did, the oldest act first."""
        return await self._house.store.acts()

    async def story_view(self, wanted: str) -> StoryView | None:
        """Show a story, private members included."""
        return await self._house.store.story_view(wanted)

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        """Show the entries that bear a short id or lead to an address."""
        return await self._house.store.entry_views(wanted)

    def proposal(self) -> Proposal | None:
        """Show what a reload would do, as it was looked at last."""
        return self._reloads.proposal

    async def carry_out(self, command: str, request: Mapping[str, Any]) -> Any:
        """Carry a command out, as the control channel does."""
        try:
            found = self._commands[command]
        except KeyError:
            raise ControlError(f"{command}: there is no such command") from None
        return await found(dict(request))
