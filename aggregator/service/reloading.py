"""Reloads: what one would change, whether that is more than may happen unasked, and taking it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aggregator.errors import ControlError, SettingsError
from aggregator.model.planned import Change, Planned, PlannedTopic, Proposed
from aggregator.pages.plan_shapes import plan_json
from aggregator.pipeline.plan import Question, plan
from aggregator.service.engine import Engine
from aggregator.service.house import House, Plan
from aggregator.settings import Settings

LOOK_BACK = timedelta(days=30)
MOST_REASONS = 500
"""Of so many entries that leave a topic it is said where its rule stops them; each takes a look at the entry."""
SHOWN_FOR_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The configuration on the disk, and what it would do.

    Attributes:
        number: By which it can be accepted.
        at: On the clock that never goes back.
        said: How it differs, in a line.
    """

    number: int
    at: float
    new: Plan
    planned: Planned
    said: str


class Reloads:
    """Takes new configurations, and shows before what they would do.

    Args:
        house: The parts.
        engine: Has the configuration in force.
        load: Reads the one on the disk, raising ``SettingsError``.

    Attributes:
        error: Why the file on disk is not the configuration in force; empty when it is.
    """

    def __init__(self, house: House, engine: Engine, load: Callable[[], Plan]) -> None:
        self._house = house
        self._engine = engine
        self._load = load
        self._shown: Proposal | None = None
        self._number = 0
        self.error = ""

    @property
    def proposal(self) -> Proposal | None:
        """What was looked at last, and not long ago."""
        if self._shown is not None and self._house.clock.monotonic() - self._shown.at > SHOWN_FOR_SECONDS:
            self._shown = None
        return self._shown

    async def propose(self) -> Proposal:
        """Look at all that a reload would do; nothing is done.

        Raises:
            SettingsError: The file on the disk cannot be read as a configuration.
            ControlError: It takes a restart.
        """
        new = await self._read()
        planned = await plan(self._house.store, _proposed(self._house, new), self._house.clock, _asked(MOST_REASONS))
        self._number += 1
        self._shown = Proposal(
            number=self._number,
            at=self._house.clock.monotonic(),
            new=new,
            planned=planned,
            said=difference(_as_written(self._engine.plan), _as_written(new)),
        )
        return self._shown

    async def look(self, _request: Mapping[str, Any]) -> dict[str, Any]:
        """Look at it, and tell what there is, without the entries: as JSON."""
        found = await self.propose()
        told = plan_json(found.planned, found.new.settings.reload_bound, 0)
        return {"plan": found.number, "said": found.said} | told

    async def take(self, *, accept: bool, number: int | None = None) -> str:
        """Take the configuration on the disk; say how it differs from the one of before.

        Args:
            accept: Also when a topic changes by more than the bound.
            number: Of the proposal that was looked at; what is on the disk has to be what it was then.

        Raises:
            SettingsError: The file on the disk cannot be read as a configuration.
            ControlError: It takes a restart, changes a topic too much, or is another than the one that was looked at.
        """
        new = await self._read()
        old, seen = self._engine.plan, self.proposal
        if number is not None and (seen is None or seen.number != number or seen.new.settings != new.settings):
            raise ControlError("the configuration is not the one that was looked at; look at what it would do again")
        if not accept and (refusal := await too_much(self._house, old, new)):
            self.error = refusal
            raise ControlError(refusal)
        await self._engine.change(new)
        self.error, self._shown = "", None
        return difference(old, self._engine.plan)

    async def _read(self) -> Plan:
        try:
            new = await asyncio.to_thread(self._load)
        except SettingsError as error:
            self.error = f"the file on disk has {len(error.problems)} problems; see `aggregator check`"
            raise
        old = self._engine.plan.settings
        if (old.data, old.server) != (new.settings.data, new.settings.server):
            self.error = "`data` or `server` changed; they take a restart"
            raise ControlError(self.error)
        return new


def _asked(reasons: int, only: frozenset[str] | None = None) -> Question:
    return Question(since=LOOK_BACK, only=only, shown=reasons)


def _as_written(one: Plan) -> Plan:
    """Give a configuration without what the service adds when it takes it over."""
    return replace(one, sources=one.settings.sources, topics=one.settings.topics)


def _proposed(house: House, new: Plan) -> Proposed:
    meaning = house.meaning if new.settings.semantic else None
    return Proposed(sources=new.sources, topics=new.topics, site=new.site, meaning=meaning)


async def too_much(house: House, old: Plan, new: Plan) -> str:
    """Say which topics a configuration changes by more than its ``policies.reload-bound``; empty when none.

    Nothing is tried out when neither the topics nor the sources differ.
    """
    if _deciding(old.settings) == _deciding(new.settings):
        return ""
    before = {topic.slug: topic for topic in old.settings.topics}
    differing = frozenset(topic.slug for topic in new.topics if before.get(topic.slug) != topic)
    planned = await plan(house.store, _proposed(house, new), house.clock, _asked(0, differing))
    bound = new.settings.reload_bound
    beyond = planned.beyond(bound)
    if not beyond:
        return ""
    told = "; ".join(map(_told, beyond))
    return (
        f"{told}: that is more than policies.reload-bound ({bound:.0%}) of what the last {LOOK_BACK.days} days "
        "brought, so the configuration of before goes on. `aggregator plan` shows what would change, "
        "`aggregator reload --accept` takes it"
    )


def _deciding(settings: Settings) -> tuple[object, ...]:
    """Give what the members of topics depend on."""
    return (settings.topics, settings.sources, settings.semantic, settings.recogniser)


def _told(one: PlannedTopic) -> str:
    if one.change is Change.REMOVED:
        return f"topic {one.slug} would be gone with its {one.before} entries"
    was = f" (was {one.was})" if one.change is Change.RENAMED else ""
    entries = f"from {one.before} to {one.after} entries"
    announced = f", {one.announced} items announced at once" if one.announced else ""
    return f"topic {one.slug}{was} would change by {one.moved:.0%}, {entries}{announced}"


def difference(old: Plan, new: Plan) -> str:
    """Say what a reload changed, in a line."""
    before, after = {s.url for s in old.sources}, {s.url for s in new.sources}
    # Where a topic stands in its file changes nothing in it.
    topics_before = {topic.slug: replace(topic, place="") for topic in old.topics}
    topics_after = {topic.slug: replace(topic, place="") for topic in new.topics}
    changed = sorted(
        slug for slug in topics_before.keys() & topics_after.keys() if topics_before[slug] != topics_after[slug]
    )
    parts = [
        f"+{len(after - before)} -{len(before - after)} sources",
        f"+{len(topics_after.keys() - topics_before.keys())} -{len(topics_before.keys() - topics_after.keys())} topics",
        f"{len(changed)} topics changed" + (f" ({', '.join(changed[:5])})" if changed else ""),
    ]
    return ", ".join(parts)
