from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence

import pytest

from aggregator.fetch import names as names_module
from aggregator.fetch.guard import AddressGuard, BlockedAddress
from aggregator.fetch.names import Names, is_literal

pytestmark = pytest.mark.anyio

OPEN = AddressGuard([], [80])


class Zone:
    """Answers as scripted, and counts the questions."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.go = threading.Event()
        self.go.set()

    def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        assert self.go.wait(5)
        if host not in self.answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.answers[host]


async def test_an_answer_is_kept_for_a_minute_and_checked_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(names_module, "monotonic", lambda: now)
    zone = Zone(good=["1.1.1.1", "2606:4700::1"])
    names = Names(OPEN, zone)
    assert await names.resolve("good", 80) == ["1.1.1.1", "2606:4700::1"]
    now = 59.0
    assert await names.resolve("good", 80) == ["1.1.1.1", "2606:4700::1"]
    with pytest.raises(BlockedAddress, match="port 81"):
        await names.resolve("good", 81)
    assert zone.asked == ["good"]
    now = 61.0
    zone.answers["good"] = ["10.0.0.1"]
    with pytest.raises(BlockedAddress, match=r"10\.0\.0\.1"):
        await names.resolve("good", 80)
    names.close()


async def test_one_forbidden_answer_refuses_the_name() -> None:
    names = Names(OPEN, Zone(half=["1.1.1.1", "169.254.169.254"]))
    with pytest.raises(BlockedAddress, match="allow-private"):
        await names.resolve("half", 80)
    names.close()


async def test_who_asks_for_a_name_that_is_being_looked_up_waits_for_that_answer() -> None:
    zone = Zone(good=["1.1.1.1"])
    zone.go.clear()
    names = Names(OPEN, zone)
    impatient, patient, other = (asyncio.create_task(names.resolve("good", 80)) for _ in range(3))
    await asyncio.sleep(0.02)
    impatient.cancel()
    zone.go.set()
    assert await patient == await other == ["1.1.1.1"]
    assert zone.asked == ["good"]
    assert impatient.cancelled()
    names.close()


async def test_a_failure_is_not_kept() -> None:
    zone = Zone()
    names = Names(OPEN, zone)
    for _ in range(2):
        with pytest.raises(socket.gaierror):
            await names.resolve("lost", 80)
    zone.answers["lost"] = ["1.1.1.1"]
    assert await names.resolve("lost", 80) == ["1.1.1.1"]
    assert len(zone.asked) == 3
    names.close()


async def test_slow_look_ups_do_not_keep_others_waiting() -> None:
    slow = threading.Event()
    names = Names(OPEN, lambda host, _port: ["1.1.1.1"] if host == "quick" or slow.wait(5) else [])
    waiting = [asyncio.create_task(names.resolve(f"slow{n}", 80)) for n in range(12)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(names.resolve("quick", 80), 2) == ["1.1.1.1"]
    slow.set()
    await asyncio.gather(*waiting)
    names.close()


async def test_no_more_than_so_many_names_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names_module, "KEPT_NAMES", 2)
    zone = Zone(a=["1.1.1.1"], b=["1.1.1.1"], c=["1.1.1.1"])
    names = Names(OPEN, zone)
    for host in "abca":
        await names.resolve(host, 80)
    assert zone.asked == ["a", "b", "c", "a"]
    names.close()


@pytest.mark.parametrize(
    ("host", "literal"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("2606:4700::1", True),
        ("example.org", False),
        ("host1", False),
        ("1.2.3", False),
        ("", False),
    ],
)
async def test_a_literal_address_is_told_from_a_name(host: str, literal: bool) -> None:  # noqa: FBT001 - a table
    assert is_literal(host) is literal
