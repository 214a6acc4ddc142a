"""A source and its hub, as housekeeping and callbacks see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.source import SourceState
from aggregator.model.websub import PushState, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A source whose documents name a hub, or that has a subscription.

    Attributes:
        active: Whether the source is still configured.
        subscriptions: Those that have not ended, the oldest first.
    """

    state: SourceState
    active: bool
    subscriptions: tuple[Subscription, ...] = ()

    @property
    def push(self) -> PushState:
        """What is remembered of its hub."""
        return self.state.push or PushState()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowChange:
    """What becomes of a followed source; what is None or not named stays as it is.

    Attributes:
        due_at: Due then at the latest; a source that is due sooner stays so.
        due_why: For people.
    """

    push: PushState | None = None
    subscriptions: tuple[Subscription, ...] = ()
    due_at: datetime | None = None
    due_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A body that came to a callback and is not ignored.

    Attributes:
        headers: Lower-case names.
        trusted: It is signed as agreed, so its content may be taken; otherwise it only says that there is something.
        how: For people: by which hub, and how it was signed.
    """

    source_id: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    trusted: bool
    how: str
