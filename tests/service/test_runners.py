from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.pace import Turn
from aggregator.model.source import Claim, SourceState
from aggregator.service.clock import SystemClock
from aggregator.service.runners import FORGET_AFTER, SIBLINGS, Runners
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
        self.halts: dict[str, str] = {}
        self.released: list[str] = []

    async def poll(self, one: Claim) -> str:
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.takes)
        finally:
            self.now -= 1
            self.spans.append((one.source.pace_key, one.source.id, started, loop.time()))
        return self.halts.get(one.source.id, "")

    async def release(self, claims) -> None:
        self.released += [one.source.id for one in claims]


def make_runners(wire: Wire, limit: int = 8) -> Runners:
    return Runners(wire.poll, limit=limit, clock=SystemClock(), on_room=lambda: None, release=wire.release)


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


def sibling(source_id: str, key: str, **changes: Any) -> Claim:
    turn = Turn(**({"key": key, "spacing": SPACING, "family": "many.example", "host": key} | changes))
    return Claim(make_source(source_id, pace_key=key), SourceState(source_id=source_id), turn)


@pytest.mark.anyio
async def test_of_one_domain_few_hosts_are_asked_at_once():
    wire = Wire()
    runners = make_runners(wire)
    runners.start([sibling(f"s{i}", f"{i}.many.example") for i in range(6)])
    await runners.wait(runners.busy)
    assert wire.most == SIBLINGS
    assert len(wire.spans) == 6


@pytest.mark.anyio
async def test_after_a_refusal_what_waits_under_the_key_or_the_domain_is_given_back():
    wire = Wire()
    wire.halts = {"s0": "many.example"}
    runners = make_runners(wire)
    runners.start([sibling("s0", "a.many.example"), sibling("s1", "a.many.example")])
    runners.start([sibling(f"s{i}", f"{i}.many.example") for i in range(2, 9)])
    runners.start([claim("other", "else.example")])
    await runners.wait(runners.busy)
    polled = {span[1] for span in wire.spans}
    assert polled >= {"s0", "other"}
    assert len(polled) <= 2 + SIBLINGS
    assert sorted([*polled, *wire.released]) == sorted(["other", *(f"s{i}" for i in range(9))])


@pytest.mark.anyio
async def test_the_pause_that_another_process_began_is_kept():
    wire = Wire()
    runners = make_runners(wire)
    started = asyncio.get_running_loop().time()
    ready_at = SystemClock().now() + timedelta(seconds=0.2)
    runners.start([sibling("s0", "a.many.example", spacing=timedelta(seconds=0.3), ready_at=ready_at)])
    await runners.wait(runners.busy)
    assert wire.spans[0][2] - started >= 0.19


@pytest.mark.anyio
async def test_a_wrong_clock_delays_nobody_for_longer_than_the_pause():
    wire = Wire()
    runners = make_runners(wire)
    ready_at = SystemClock().now() + timedelta(days=1000)
    runners.start([sibling("s0", "a.many.example", ready_at=ready_at)])
    await asyncio.wait_for(runners.wait(runners.busy), 5)
    assert len(wire.spans) == 1


@pytest.mark.anyio
async def test_the_pace_of_a_key_at_rest_is_forgotten_and_only_that():
    clock = FakeClock()
    polled: list[str] = []

    async def poll(one: Claim) -> str:
        polled.append(one.source.id)
        return ""

    async def release(claims) -> None:
        raise AssertionError(claims)

    runners = Runners(poll, release=release, limit=2, clock=clock, on_room=lambda: None)
    for step in range(20):
        runners.start([claim(f"s{step}", f"host{step}", timedelta(seconds=1)), claim("busy", "busy", timedelta())])
        await runners.wait(runners.busy)
        clock.turn(timedelta(seconds=FORGET_AFTER / 10))
    assert len(polled) == 40
    assert len(runners._ready_at) == 12
    assert "busy" in runners._ready_at
