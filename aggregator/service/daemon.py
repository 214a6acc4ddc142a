"""The daemon: engine, metronome, web and control channel, from start to SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from aggregator.errors import AggregatorError, ControlError, StoreError
from aggregator.model.editing import Act, ActKind, Scope
from aggregator.pages.json_shapes import act_json, discovery_json
from aggregator.service.control import ControlServer
from aggregator.service.engine import Engine
from aggregator.service.house import House, Plan
from aggregator.service.keeping import Keeping
from aggregator.service.postman import Postman
from aggregator.service.push import PushDesk
from aggregator.service.reloading import Reloads
from aggregator.service.scheduler import Metronome
from aggregator.service.watchman import Watchman
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.health import Check

logger = logging.getLogger(__name__)

GRACE = timedelta(seconds=7)
"""What polls on the wire get to end after SIGTERM; with the rest of the way out it stays under ten seconds."""

TICK = timedelta(seconds=1)
TEND = timedelta(minutes=1)
BRING_UP = timedelta(seconds=5)
"""So late at most is what a topic announces at a time of its own."""
LETTERS = timedelta(seconds=20)
PAGES = timedelta(seconds=10)
COUNT = timedelta(minutes=10)
LOOK = timedelta(minutes=15)
AGES = timedelta(minutes=1)
WORDS = timedelta(seconds=5)
STALE_TICK_SECONDS = 60.0
LONG_PAUSE_SECONDS = 300.0
"""After so long without a look, as when the machine slept, much is due at once and is spread."""
LEAST_FREE_BYTES = 20 * 2**20


class Web(Protocol):
    """What answers over HTTP."""

    async def start(self) -> None:
        """Listen; returns once the port is bound."""
        ...

    async def stop(self) -> None:
        """Answer what is under way, and listen no more."""
        ...


class Daemon:
    """Runs until it is told to stop.

    Args:
        house: The parts.
        engine: Not yet started.
        load: Reads the configuration again, raising ``SettingsError``.
        poll: Whether to poll at all.

    Attributes:
        web: What answers over HTTP; None serves nothing.
        push: Where hubs call; None asks none.
        watchman: Tells of what goes wrong; None tells nobody.
        turnstile: Where the web notes who reads.
        keeping: Months of topics, and who may read private ones.
        reloads: Takes new configurations.
    """

    def __init__(self, house: House, engine: Engine, load: Callable[[], Plan], *, poll: bool = True) -> None:
        self._house = house
        self._engine = engine
        self.reloads = Reloads(house, engine, load)
        self.web: Web | None = None
        self.push: PushDesk | None = None
        self.turnstile = Turnstile(house.clock)
        self.watchman: Watchman | None = None
        self.keeping = Keeping(house, engine)
        self._poll = poll
        self._postman = Postman(house, engine)
        self._metronome = Metronome(house.clock)
        self._stop = asyncio.Event()
        self._reloading: asyncio.Task[None] | None = None
        self._background: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Start everything, wait for SIGTERM or SIGINT, and leave in order.

        Raises:
            AggregatorError: Something that cannot be started, such as a port in use.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._asked_to_reload)
        control = ControlServer(Path(self._engine.plan.settings.data), self.commands())
        try:
            await self._engine.change(self._engine.plan)
            await self.keeping.doors.load()
            if self._poll:
                await self._engine.spread()
            if self.watchman is not None:
                await self.watchman.show()
            if self.web is not None:
                await self.web.start()
            await control.start()
            self._background.append(asyncio.create_task(self._engine.keep_settled(), name="settle"))
            self._background.append(asyncio.create_task(self._engine.keep_matched(), name="match"))
            self._background.append(asyncio.create_task(self._guard(), name="clock guard"))
            if self.push is not None:
                self._background.append(asyncio.create_task(self.push.work(), name="pushes"))
            self._beat()
            await self._stop.wait()
        finally:
            await self._leave(control)

    async def ready(self) -> dict[str, Check]:
        """Check what ``/readyz`` reports."""
        # A bad file does not make a daemon unfit that goes on with the good one: it is told, not counted.
        checks = {"config": Check(ok=True, detail=self.reloads.error or "as last loaded")}
        try:
            await self._house.store.next_due_at()
            checks["store"] = Check(ok=True, detail="answers")
        except StoreError as error:
            checks["store"] = Check(ok=False, detail=str(error))
        age = self._house.clock.monotonic() - self._engine.last_fed
        fresh = not self._poll or age < STALE_TICK_SECONDS
        checks["polling"] = Check(ok=fresh, detail=f"last looked {age:.0f} s ago")
        usage = shutil.disk_usage(self._engine.plan.settings.data)
        checks["disk"] = Check(ok=usage.free > LEAST_FREE_BYTES, detail=f"{usage.free // 2**20} MiB free")
        return checks

    def _beat(self) -> None:
        if self._poll:
            self._metronome.every(TICK, self._tick)
            if self.push is not None:
                self._metronome.every(TEND, self.push.tend)
            self._metronome.every(PAGES, self._engine.read_pages)
        self._metronome.every(TICK, self._postman.round)
        self._metronome.every(LETTERS, self._postman.letters)
        self._metronome.every(COUNT, self._count_readers)
        self._metronome.every(BRING_UP, self._engine.chores.bring_up)
        if self.watchman is not None:
            self._metronome.every(LOOK, self.watchman.look)
        self._metronome.every(AGES, self._engine.chores.look_at_time)
        self._metronome.every(WORDS, self._engine.chores.index_words)
        self._metronome.every(timedelta(hours=6), self._prune, at_once=False)
        self._metronome.start()

    async def _tick(self) -> None:
        self._metronome.guard()
        if by := self._metronome.stepped_by:
            # What was an hour ahead stays an hour ahead: nobody is asked early, nobody waits for years.
            await self._house.store.shift(by)
            self._metronome.stepped_by -= by
        if self._house.clock.monotonic() - self._engine.last_fed > LONG_PAUSE_SECONDS:
            await self._engine.spread()
        await self._engine.feed()
        self._engine.end_round()

    async def _prune(self) -> None:
        pruned = await self.keeping.prune()
        if pruned.entries:
            logger.info("pruned %d entries that their keep rules let go", pruned.entries)

    async def _count_readers(self) -> None:
        now = self._house.clock.now()
        await self._house.store.note_readers(self.turnstile.take(), now)
        self._engine.audience = await self._house.store.audience(now)

    async def _guard(self) -> None:
        while True:
            self._metronome.guard()
            await asyncio.sleep(0.5)

    def _asked_to_stop(self) -> None:
        if self._stop.is_set():
            logger.warning("told to stop again: leaving at once; what was not committed is polled again")
            raise SystemExit(1)
        logger.info("stopping: polls under way get up to %d s", GRACE.seconds)
        self._stop.set()

    def _asked_to_reload(self) -> None:
        if self._reloading is None or self._reloading.done():
            self._reloading = asyncio.create_task(self._reload_and_log(), name="reload")

    async def _reload_and_log(self) -> None:
        try:
            logger.info("reload: %s", await self._reload({}))
        except AggregatorError as error:
            logger.error("reload refused, the running configuration goes on:\n%s", error)  # noqa: TRY400

    async def _reload(self, request: dict[str, Any]) -> str:
        done = await self.reloads.take(accept=bool(request.get("accept")), number=request.get("plan"))
        # A renamed topic takes its tokens along.
        await self.keeping.doors.load()
        if self._poll:
            await self._engine.spread()
        return done

    def commands(self) -> dict[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Give what may be asked for, over the control channel and by the operator's pages."""

        async def poll(request: dict[str, Any]) -> Any:
            if request.get("all"):
                return {"failed": await self._engine.poll_named(self._engine.source_ids())}
            if names := request.get("sources"):
                return {"failed": await self._engine.poll_named(names)}
            return {"failed": await self._engine.poll_due()}

        async def prune(_request: dict[str, Any]) -> Any:
            pruned = await self.keeping.prune()
            return {"entries": pruned.entries, "tombstones": pruned.tombstones}

        async def discover(request: dict[str, Any]) -> Any:
            return discovery_json(await self._engine.errands.discover(str(request.get("url", ""))))

        async def edit(request: dict[str, Any]) -> Any:
            return act_json((await self._engine.edit(_act(request))).act)

        return {
            "poll": poll,
            "pause": partial(self._pause, paused=True),
            "resume": partial(self._pause, paused=False),
            "reload": self._reload,
            "propose": self.reloads.look,
            "prune": prune,
            "discover": discover,
            "edit": edit,
            "token": self._make_token,
            "revoke": self._revoke_tokens,
        }

    async def _make_token(self, request: dict[str, Any]) -> str:
        return await self.keeping.doors.open(str(request["topic"]))

    async def _revoke_tokens(self, request: dict[str, Any]) -> int:
        return await self.keeping.doors.close(str(request["topic"]))

    async def _pause(self, request: dict[str, Any], *, paused: bool) -> str:
        name, since = str(request.get("source", "")), self._house.clock.now() if paused else None
        if not await self._house.store.pause(name, since):
            raise ControlError(f"{name or 'source'}: there is no such source")
        return f"{name}: is asked no more until it is resumed" if paused else f"{name}: is asked again"

    async def _leave(self, control: ControlServer) -> None:
        self._metronome.stop()
        await control.stop()
        await self._engine.stop(GRACE)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        if self.web is not None:
            await self.web.stop()
        if self.push is not None:
            await self.push.stop()


def _act(request: dict[str, Any]) -> Act:
    """Read what an editor wants from a request.

    Raises:
        ControlError: It is not what our own command line sends.
    """
    try:
        return Act(
            kind=ActKind(request["kind"]),
            named=tuple(map(str, request["named"])),
            number=None if request["number"] is None else int(request["number"]),
            who=str(request["who"]),
            why=str(request["why"]),
            topic=None if (topic := request.get("topic")) is None else str(topic),
            scope=Scope(request.get("scope", Scope.STORY)),
            until=None if (until := request.get("until")) is None else datetime.fromisoformat(until).astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ControlError("edit: takes kind, named, number, who and why; topic, scope and until") from error
