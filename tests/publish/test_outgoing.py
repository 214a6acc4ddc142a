"""What an announcement is told as, where, and when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, time, timedelta

from aggregator.model.edition import Composed, TopicView
from aggregator.model.sending import Hook, Mailing, Sending, Way
from aggregator.model.timetable import Timetable
from aggregator.model.topic import FeedFormat, Output
from aggregator.publish import compose, with_messages
from tests.builders import NOON, make_topic
from tests.publish.views import SITE, after, make_candidate, make_member, make_view

HUB = "https://hub.example/"
HOOK = Hook(name="chat", url="https://hook.example/s3cr3t", secret="whsec_c2VjcmV0")  # noqa: S106 - of a test
MAIL = Mailing(name="ann", to="ann@a.example", times=Timetable(at=time(7)))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def told(view: TopicView, at: datetime = NOON, *, letters: bool = False) -> Composed:
    return with_messages(view, compose(view, at, SITE), at, SITE, letters=letters)


def view_of(*guids: str, sending: Sending = Sending(hooks=(HOOK,)), **changes: object) -> TopicView:  # noqa: B008
    topic = make_topic(sending=sending, **changes)
    return make_view(*(make_candidate(make_member(guid)) for guid in guids), topic=topic)


def test_a_topic_that_tells_nobody_has_no_messages():
    assert told(view_of("a", sending=Sending())).messages == ()


def test_a_hook_is_told_what_is_announced_with_all_that_it_needs():
    (message,) = told(view_of("a", "b")).messages
    content = json.loads(message.content)
    assert (message.way, message.topic, message.target, message.due_at) == (Way.HOOK, "world", "chat", NOON)
    assert content["topic"]["url"] == f"{SITE.base_url}/world"
    assert {item["title"] for item in content["items"]} == {"Entry a", "Entry b"}
    assert content["items"][0].keys() >= {"id", "url", "title", "summary", "published_at", "source", "also", "why"}
    assert content["more"] == 0


def test_no_message_holds_where_it_goes():
    view = view_of("a", sending=Sending(hooks=(HOOK,), mailings=(MAIL,)), output=Output(hub=HUB))
    written = str(told(view, letters=True).messages)
    assert all(secret not in written for secret in ("s3cr3t", "c2VjcmV0", "a.example>", "ann@"))


def test_what_was_announced_before_is_not_told_again():
    view = view_of("a")
    assert told(after(view, told(view))).messages == ()
    grown = after(view, told(view))
    fresh = make_candidate(make_member("new"))
    (message,) = told(replace(grown, candidates=(*grown.candidates, fresh)), NOON + MINUTE).messages
    assert [item["title"] for item in json.loads(message.content)["items"]] == ["Entry new"]


def test_what_a_flood_announced_in_slices_is_told_at_its_end_as_far_as_there_is_room():
    first = view_of("a", "b", "c")
    composed = told(first)
    shown = after(first, composed)
    view = replace(
        shown, topic=replace(shown.topic, limit=2), announcing=frozenset(one.subject for one in shown.candidates)
    )
    (message,) = told(view).messages
    content = json.loads(message.content)
    assert (len(content["items"]), content["more"]) == (2, 1)


def test_messages_differ_by_what_they_tell_to_whom_and_when():
    both = Sending(hooks=(HOOK, replace(HOOK, name="other")))
    ids = [one.id for at in (NOON, NOON + MINUTE) for one in told(view_of("a", sending=both), at).messages]
    assert len(set(ids)) == 4
    assert ids[:2] == [one.id for one in told(view_of("a", sending=both)).messages]


def test_a_hub_is_told_of_each_feed_whose_bytes_changed_a_little_later():
    view = view_of("a", sending=Sending(), output=Output(hub=HUB))
    pings = told(view).messages
    assert [(one.way, one.target) for one in pings] == [(Way.HUB, one.value) for one in FeedFormat]
    assert all(one.merges and one.due_at == NOON + timedelta(seconds=30) for one in pings)
    assert told(after(view, told(view)), NOON + MINUTE).messages == ()


def letters(view: TopicView, at: datetime) -> tuple[list[str], dict[str, datetime]]:
    composed = told(view, at, letters=True)
    items = [item["title"] for one in composed.messages for item in json.loads(one.content)["items"]]
    return items, dict(composed.told)


def test_a_mailbox_is_told_what_came_since_the_last_letter_once_its_time_has_come():
    view = view_of("a", sending=Sending(mailings=(MAIL,)))
    # The first look only says from when on to tell.
    assert letters(view, NOON) == ([], {"ann": NOON})
    shown = replace(after(view, told(view)), told=(("ann", NOON),))
    assert letters(shown, NOON + timedelta(hours=18)) == ([], {"ann": NOON})
    seven = NOON + timedelta(hours=19)
    assert letters(shown, seven) == (["Entry a"], {"ann": seven})
    assert letters(replace(shown, told=(("ann", seven),)), seven + MINUTE) == ([], {"ann": seven})
    assert told(shown, seven).messages == ()


def test_what_the_second_of_a_letter_brings_is_told_by_the_next_one_and_only_by_it():
    seven = NOON + timedelta(hours=19)
    view = view_of("a", sending=Sending(mailings=(MAIL,)))
    waiting = replace(view, told=(("ann", NOON),))
    assert letters(waiting, seven) == ([], {"ann": seven})
    shown = replace(after(view, told(waiting, seven), seven), told=(("ann", seven),))
    assert letters(shown, seven + DAY) == (["Entry a"], {"ann": seven + DAY})


def test_a_clock_that_was_wrong_keeps_no_letter_back_for_ever():
    seven = NOON + timedelta(hours=19)
    view = view_of("a", sending=Sending(mailings=(MAIL,)))
    ahead = replace(after(view, told(view)), told=(("ann", NOON + 999 * DAY),))
    assert letters(ahead, NOON) == ([], {"ann": NOON})
    assert letters(replace(ahead, told=(("ann", NOON),)), seven) == (["Entry a"], {"ann": seven})
