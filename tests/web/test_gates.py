from __future__ import annotations

from datetime import timedelta

from tests.builders import NOON
from tests.web.exchange import Reply
from tests.web.gates import Away, BadRoute, Banning, Every, Telling, Visit, through

MINUTE = timedelta(minutes=1)


def visit(seconds: float = 0, host: str = "a.example", path: str = "/1.xml") -> Visit:
    return Visit(NOON + timedelta(seconds=seconds), host, path)


def status(gate, at: Visit) -> int:
    return through((gate,), at, lambda: Reply(200)).status


def test_one_request_in_a_minute_is_served_and_refusals_cost_nothing():
    gate = Every(MINUTE)
    assert [status(gate, visit(at)) for at in (0, 1, 59, 60, 61, 120)] == [200, 429, 429, 200, 429, 200]
    assert gate.answer(visit(130.5)).header("retry-after") == "50"


def test_a_limit_is_counted_by_what_shares_it_and_may_be_silent():
    gate = Every(MINUTE, counted_by=lambda one: one.host, retry_after=False)
    assert [status(gate, visit(0, host)) for host in ("a.example", "b.example", "a.example")] == [200, 200, 429]
    assert gate.answer(visit(1)).header("retry-after") is None


def test_whoever_is_refused_too_often_is_banned_for_a_day():
    gate = Banning(Every(MINUTE), 2)
    assert [status(gate, visit(at)) for at in (0, 1, 2, 3, 600)] == [200, 429, 429, 429, 403]
    assert (len(gate.bans), len(gate.refused)) == (1, 3)
    assert status(gate, visit(3 + 86_400)) == 200


def test_refusals_of_another_day_are_forgiven():
    gate = Banning(Every(MINUTE), 1)
    for day in range(5):
        assert [status(gate, visit(day * 90_000 + at)) for at in (0, 1)] == [200, 429]
    assert gate.bans == []


def test_a_bad_route_is_bad_for_ever_and_alone():
    gate = BadRoute("/2.xml", 503, ("Retry-After", "60"))
    assert [status(gate, visit(path=path)) for path in ("/1.xml", "/2.xml")] == [200, 503]


def test_a_site_is_away_for_hours_each_day():
    gate = Away(14, 16)
    assert [status(gate, visit(hours * 3600)) for hours in (0, 2, 3, 4, 26)] == [200, 404, 404, 200, 404]


def test_a_quota_is_told_with_every_answer():
    gate = Telling(2, MINUTE)
    replies = [through((gate,), visit(at), lambda: Reply(200)) for at in (0, 1, 2, 60)]
    assert [reply.status for reply in replies] == [200, 200, 429, 200]
    assert [reply.header("x-ratelimit-remaining") for reply in replies] == ["1", "0", "0", "1"]
    assert replies[1].header("x-ratelimit-reset") == "59"
