from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from aggregator.model.source import Claim, SourceState
from aggregator.service.clock import SystemClock
from aggregator.service.runners import FORGET_AFTER, Runners
from tests.builders import make_source
from tests.fakes.clock import FakeClock

SPACING = timedelta(seconds=0.05)


def claim(source_id: str, key: str, spacing: timedelta = SPACING) -> Claim:
    source = make_source(source_id, pace_key=key, spacing=spacing)
    return Claim(source, SourceState(source_id=source_id))


class Wire:
    """Records when each poll starts and ends, and how many run at once."""

    def __init__(self, takes: float = 0.02) -> None:
        self.takes = takes
        self.spans: list[tuple[str, str, float, float]] = []
        self.now = 0
        self.most = 0

    async def poll(self, one: Claim) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.takes)
        finally:
            self.now -= 1
            self.spans.append((one.source.pace_key, one.source.id, started, loop.time()))


def make_runners(wire: Wire, limit: int = 8) -> Runners:
    return Runners(wire.poll, limit=limit, clock=SystemClock(), on_room=lambda: None)


@pytest.mark.anyio
async def test_sources_of_one_pace_key_are_asked_one_after_another_with_the_gap_from_end_to_start():
    wire = Wire()
    runners = make_runners(wire)
    runners.start([claim(f"s{i}", "a.example") for i in range(4)])
    await runners.wait(runners.busy)
    gaps = [later[2] - earlier[3] for earlier, later in zip(wire.spans, wire.spans[1:], strict=False)]
    assert [span[1] for span in wire.spans] == ["s0", "s1", "s2", "s3"]
    assert min(gaps) >= SPACING.total_seconds() * 0.99


@pytest.mark.anyio
async def test_the_gap_is_kept_between_two_claims_of_different_rounds():
    wire = Wire()
    runners = make_runners(wire)
    for name in ("s0", "s1"):
        runners.start([claim(name, "a.example")])
        await runners.wait(runners.busy)
    assert wire.spans[1][2] - wire.spans[0][3] >= SPACING.total_seconds() * 0.99


@pytest.mark.anyio
async def test_different_pace_keys_run_together_up_to_the_limit():
    wire = Wire()
    runners = make_runners(wire, limit=3)
    runners.start([claim(f"s{i}", f"{i}.example") for i in range(12)])
    await runners.wait(runners.busy)
    assert wire.most == 3
    assert len(wire.spans) == 12


@pytest.mark.anyio
async def test_stopping_starts_nothing_more_and_cancels_what_is_late():
    wire = Wire(takes=30)
    runners = make_runners(wire)
    runners.start([claim("s0", "a.example"), claim("s1", "a.example"), claim("s2", "b.example")])
    await asyncio.sleep(0.01)
    await runners.stop(timedelta(seconds=0.05))
    assert not runners.busy
    assert sorted(span[1] for span in wire.spans) == ["s0", "s2"]


@pytest.mark.anyio
async def test_there_is_no_room_for_more_claims_than_can_soon_be_asked():
    wire = Wire()
    runners = make_runners(wire, limit=2)
    assert runners.room == 8
    runners.start([claim(f"s{i}", "a.example") for i in range(20)])
    assert runners.room == 0
    await runners.stop(timedelta(seconds=1))


@pytest.mark.anyio
async def test_the_pace_of_a_key_at_rest_is_forgotten_and_only_that():
    clock = FakeClock()
    polled: list[str] = []

    async def poll(one: Claim) -> None:
        polled.append(one.source.id)

    runners = Runners(poll, limit=2, clock=clock, on_room=lambda: None)
    for step in range(20):
        runners.start([claim(f"s{step}", f"host{step}", timedelta(seconds=1)), claim("busy", "busy", timedelta())])
        await runners.wait(runners.busy)
        clock.turn(timedelta(seconds=FORGET_AFTER / 10))
    assert len(polled) == 40
    assert len(runners._ready_at) == 12
    assert "busy" in runners._ready_at
