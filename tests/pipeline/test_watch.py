"""A source's life told by the feed of the aggregator's own events: one item an incident, none for a blip."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.source import SourceCondition
from aggregator.model.verdict import Ask, ChangeSet, Known, PollRecord
from aggregator.pipeline.watch import look_around, tell_events
from aggregator.publish import render
from tests.builders import make_source
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore
from tests.publish.views import SITE

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


class Watched:
    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock()
        self.told: list[list[str]] = []
        self.bytes: set[bytes] = set()

    async def live(self, hours: int, *, failing: bool) -> None:
        """Let hours pass, with a poll and a look in each."""
        for _ in range(hours):
            now = self.clock.now()

            def decide(known: Known) -> ChangeSet:
                state = known.state
                if failing:
                    first = state.first_error_at or now  # noqa: B023 - called at once
                    changed = replace(
                        state, errors=state.errors + 1, first_error_at=first, condition=SourceCondition.FAILING
                    )
                else:
                    changed = replace(
                        state,
                        errors=0,
                        first_error_at=None,
                        condition=SourceCondition.OK,
                        last_ok_at=now,  # noqa: B023 - see above
                    )
                return ChangeSet(
                    state=changed,
                    poll=PollRecord(at=now, outcome="http_5xx" if failing else "not_modified"),  # noqa: B023 - see above
                )

            await self.store.transact(Ask(source_id="lwn", version=None), decide)
            await look_around(self.store, [], self.clock)
            edition = await tell_events(self.store, SITE)
            titles = [entry.title for entry in edition.entries]
            if not self.told or self.told[-1] != titles:
                self.told.append(titles)
            (document,) = render(edition, SITE)
            self.bytes.add(document.body)
            self.clock.turn(HOUR)


async def test_an_outage_is_told_once_and_its_end_in_the_same_item():
    world = Watched()
    await world.store.sync_sources([make_source()], world.clock.now())
    await world.live(20, failing=False)
    await world.live(20, failing=True)
    await world.live(30, failing=False)
    assert world.told == [[]]
    await world.live(50, failing=True)
    await world.live(60, failing=False)
    assert world.told == [[], ["Source lwn does not answer"], ["Source lwn answers again, after 2 d"]]
    # Nothing else ever changed a byte.
    assert len(world.bytes) == 3
