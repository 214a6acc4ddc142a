"""When a permanent redirect is believed, and when it never is."""

from __future__ import annotations

from typing import Any

import pytest

from aggregator.model.fetching import Hop
from aggregator.model.source import Kinship, SourceCondition
from aggregator.schedule import plan_request
from aggregator.schedule.moves import permanent_target
from tests.builders import make_source
from tests.schedule.polls import DAY, HOUR, URL, Polls, body, failed, reading, same

NEW = "https://new.example/feed.xml"
TO_NEW = (Hop(301, NEW),)


def known(**changes: Any) -> Polls:
    polls = Polls(**changes)
    polls(body(), reading("a", "b"), new=2)
    return polls


def redirected(polls: Polls, times: int, *, hops=TO_NEW, every=DAY, **counts: int) -> None:
    counts = {"known": 1} | counts
    for number in range(times):
        polls.later(every)(body(f"r{number}", url=hops[-1].url, hops=hops), reading("b"), **counts)


@pytest.mark.parametrize("status", [301, 308])
def test_five_answers_over_three_days_move_a_source(status):
    polls = known()
    redirected(polls, 4, hops=(Hop(status, NEW),))
    assert polls.state.moved_to is None
    assert polls.state.condition is SourceCondition.OK
    assert "seen 4 times in a row" in polls.last.poll.detail
    redirected(polls, 1, hops=(Hop(status, NEW),))
    assert polls.state.moved_to == NEW
    assert polls.state.condition is SourceCondition.MOVED
    assert (polls.state.redirect_to, polls.state.redirect_count) == (None, 0)
    assert "moved for good to https://new.example/feed.xml, which is polled from now on" in polls.last.poll.detail
    move = polls.state.moves[0]
    assert (move.from_url, move.to_url, move.at) == (URL, NEW, polls.now)
    assert plan_request(polls.source, polls.state, user_agent="a").url == NEW


def test_the_validators_of_the_new_address_stay():
    polls = known()
    redirected(polls, 5)
    assert polls.sent()["If-None-Match"] == '"1"'
    assert plan_request(polls.source, polls.state, user_agent="a").validators_host == "new.example"


def test_many_answers_in_two_days_are_not_enough():
    polls = known()
    redirected(polls, 40, every=HOUR)
    assert polls.state.moved_to is None
    redirected(polls, 1, every=2 * DAY)
    assert polls.state.moved_to == NEW


@pytest.mark.parametrize("status", [302, 303, 307])
def test_temporary_redirects_move_nothing(status):
    polls = known()
    redirected(polls, 30, hops=(Hop(status, NEW),))
    assert (polls.state.moved_to, polls.state.redirect_to) == (None, None)


@pytest.mark.parametrize(
    ("url", "hops", "target"),
    [
        ("http://a.example/f", ((301, "https://a.example/f"),), "https://a.example/f"),
        ("http://a.example/f", ((301, "https://a.example/f"), (301, "https://b.example/")), "https://b.example/"),
        ("http://a.example/f", ((308, "https://b.example/"), (302, "https://c.example/")), "https://b.example/"),
        ("http://a.example/f", ((302, "https://b.example/"), (301, "https://c.example/")), None),
        ("https://a.example/f", ((301, "http://a.example/f"),), None),
        ("https://a.example/f", ((301, "HTTP://b.example/"), (301, "https://b.example/")), None),
        ("http://a.example/f", ((301, "https://b.example/"), (301, "http://c.example/")), "https://b.example/"),
        ("http://a.example/f", ((301, "http://b.example/"), (301, "http://a.example/f")), None),
        ("http://a.example/f", (), None),
    ],
)
def test_the_target_is_the_last_permanent_hop_before_a_temporary_or_insecure_one(url, hops, target):
    assert permanent_target(url, [Hop(*hop) for hop in hops]) == target


def test_another_target_or_none_begins_the_count_anew():
    polls = known()
    redirected(polls, 4)
    redirected(polls, 1, hops=(Hop(301, "https://third.example/"),))
    assert (polls.state.redirect_count, polls.state.redirect_to) == (1, "https://third.example/")
    redirected(polls, 4)
    assert polls.state.moved_to is None
    polls.later(DAY)(body("own"), reading("b"), known=1)
    assert (polls.state.redirect_count, polls.state.redirect_since) == (0, None)


def test_failures_between_do_not_count_against_it():
    polls = known()
    redirected(polls, 3)
    polls.later(DAY)(failed())
    redirected(polls, 2)
    assert polls.state.moved_to == NEW


def test_a_document_that_shares_no_entry_is_never_believed_though_it_fills_up_later():
    polls = known()
    polls.later(DAY)(body("parked", url=NEW, hops=TO_NEW), reading("ad"), new=1, known=0)
    assert polls.state.redirect_kin is Kinship.STRANGE
    redirected(polls, 20)
    assert polls.state.moved_to is None
    assert "not taken over: its document shares no entry" in polls.last.poll.detail


def test_a_complete_turnover_later_does_not_count_and_does_not_harm():
    polls = known()
    redirected(polls, 4)
    polls.later(DAY)(body("t", url=NEW, hops=TO_NEW), reading("x", "y"), new=2, known=0)
    assert (polls.state.redirect_count, polls.state.redirect_kin) == (4, Kinship.SAME)
    redirected(polls, 1)
    assert polls.state.moved_to == NEW


def test_an_empty_document_proves_nothing():
    polls = known()
    for number in range(9):
        polls.later(DAY)(body(f"e{number}", url=NEW, hops=TO_NEW), reading())
    assert (polls.state.redirect_kin, polls.state.moved_to) == (Kinship.UNKNOWN, None)


def test_a_304_to_an_entity_tag_and_the_same_bytes_are_proof_but_a_304_to_a_date_is_none():
    tagged = known()
    for _ in range(5):
        tagged.later(DAY)(same(url=NEW, hops=TO_NEW))
    assert tagged.state.moved_to == NEW
    bytes_again = known()
    for _ in range(5):
        bytes_again.later(DAY)(body(url=NEW, hops=TO_NEW))
    assert bytes_again.state.moved_to == NEW
    dated = Polls()
    dated(body(etag=None), reading("a"), new=1)
    for _ in range(9):
        dated.later(DAY)(same(url=NEW, hops=TO_NEW))
    assert dated.state.moved_to is None


def test_a_source_that_was_redirected_from_its_first_poll_needs_no_older_entries():
    polls = Polls()
    redirected(polls, 1, new=1, known=0)
    redirected(polls, 4)
    assert polls.state.moved_to == NEW


@pytest.mark.parametrize(
    ("secrets", "target", "moves"),
    [
        ({"authorization": "Basic eA=="}, NEW, False),
        ({"headers": (("X-Key", "1"),)}, NEW, False),
        ({"headers": (("Accept-Language", "de"),)}, NEW, True),
        ({"authorization": "Basic eA=="}, "https://lwn.example/other.xml", True),
    ],
)
def test_what_is_sent_to_one_host_is_not_carried_to_another(secrets, target, moves):
    polls = known(source=make_source(**secrets))
    redirected(polls, 6, hops=(Hop(301, target),))
    assert (polls.state.moved_to is not None) == moves
    assert moves or "meant for its own host only" in polls.last.poll.detail


@pytest.mark.parametrize(
    "target",
    [
        "https://127.0.0.1/f",
        "https://10.1.2.3/f",
        "https://[::1]/f",
        "https://localhost/f",
        "https://nas.lan/f",
        "https://intranet/f",
    ],
)
def test_nothing_moves_from_a_public_host_into_a_private_network(target):
    polls = known()
    redirected(polls, 6, hops=(Hop(301, target),))
    assert polls.state.moved_to is None
    assert "private network" in polls.last.poll.detail


def test_within_a_private_network_sources_move_as_anywhere():
    polls = known(source=make_source(url="http://127.0.0.1/f"))
    redirected(polls, 5, hops=(Hop(301, "http://127.0.0.2/f"),))
    assert polls.state.moved_to == "http://127.0.0.2/f"


def test_a_second_move_starts_from_the_first_and_the_history_keeps_both():
    polls = known()
    redirected(polls, 5)
    redirected(polls, 5, hops=(Hop(301, "https://third.example/"),))
    assert polls.state.moved_to == "https://third.example/"
    assert [move.to_url for move in polls.state.moves] == [NEW, "https://third.example/"]
    redirected(polls, 5, hops=(Hop(301, URL),))
    assert polls.state.moved_to is None
    assert polls.state.condition is SourceCondition.OK


def test_a_new_address_that_is_silent_for_a_week_is_given_up():
    polls = known()
    redirected(polls, 5)
    polls.later(DAY)(failed())
    polls.later(6 * DAY)(failed())
    assert polls.state.moved_to == NEW
    polls.later(2 * DAY)(failed())
    assert polls.state.moved_to is None
    assert plan_request(polls.source, polls.state, user_agent="a").url == URL
    assert f"back to {URL}: no document there for 8 d" in polls.last.poll.detail
    assert len(polls.state.moves) == 2
