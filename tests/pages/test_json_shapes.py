"""The JSON that scripts rely on."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone

from aggregator.model.entry import EntryKey
from aggregator.model.extras import Extras, Person
from aggregator.model.sending import TargetStatus, Way
from aggregator.model.shape import Queue
from aggregator.model.websub import Offer, PushState
from aggregator.pages.json_shapes import entry_json, page_status_json, status_json
from tests.builders import NOON, make_stored
from tests.pages.samples import make_poll, make_source_status, make_status


def test_status_has_exactly_the_contracted_keys():
    poll = make_poll("new", status=200, new=2, revised=1, duplicates=1, bytes=4096, took=timedelta(milliseconds=123.6))
    status = make_status(replace(make_source_status(interval=timedelta(minutes=90)), polls=(poll,)))
    assert status_json(status) == page_status_json(status)
    assert status_json(status) == {
        "sources": [
            {
                "id": "courier",
                "url": "https://courier.example/feed.xml",
                "state": "ok",
                "entries": 128,
                "interval_s": 5400,
                "next_poll_at": "2026-11-23T12:40:00Z",
                "next_poll_why": "max-age 3600 raised it",
                "pace": "courier.example",
                "last_poll": {
                    "at": "2026-11-23T11:40:00Z",
                    "outcome": "new",
                    "status": 200,
                    "new": 2,
                    "revised": 1,
                    "duplicates": 1,
                    "via": "poll",
                    "bytes": 4096,
                    "ms": 123,
                },
                "error": None,
                "push": None,
            }
        ],
        "topics": [
            {
                "slug": "harbour",
                "entries": 60,
                "stories": 41,
                "updated_at": "2026-11-23T12:00:00Z",
                "matched": 1.0,
                "subscribers": 0,
                "waiting": {"count": 0, "next_at": None, "by": {}},
            }
        ],
        "hosts": [],
        "outbox": [],
    }


def test_what_waits_in_a_topic_is_told_gate_by_gate_with_the_next_moment():
    queues = (Queue(rule="budget", waiting=3, next_at=NOON), Queue(rule="min-outlets", waiting=2))
    status = make_status()
    (topic,) = status.topics
    shown = status_json(replace(status, topics=(replace(topic, queues=queues),)))["topics"][0]["waiting"]
    assert shown == {"count": 5, "next_at": "2026-11-23T12:00:00Z", "by": {"budget": 3, "min-outlets": 2}}


def test_the_operator_is_shown_what_waits_to_be_sent_and_nobody_else_is():
    target = TargetStatus(
        way=Way.HOOK, topic="harbour", target="chat", waiting=1, oldest_at=NOON, next_at=NOON, detail="h answered 503"
    )
    status = replace(make_status(make_source_status()), outbox=(target,))
    assert page_status_json(status)["outbox"] == []
    assert status_json(status)["outbox"] == [
        {
            "way": "hook",
            "topic": "harbour",
            "target": "chat",
            "waiting": 1,
            "dead": 0,
            "sent": 0,
            "oldest_at": "2026-11-23T12:00:00Z",
            "next_at": "2026-11-23T12:00:00Z",
            "sent_at": None,
            "error": "h answered 503",
        }
    ]


def test_a_hub_is_shown_by_its_name_with_what_it_brought():
    push = PushState(
        offer=Offer("https://hub.example/?key=secret", "https://c.example/"), since=NOON, pushes=3, missed=1
    )
    shown = page_status_json(make_status(make_source_status(push=push)))["sources"][0]["push"]
    assert shown == {
        "hub": "hub.example",
        "since": "2026-11-23T12:00:00Z",
        "lease_until": None,
        "last_push_at": None,
        "pushes": 3,
        "brought": 0,
        "missed": 1,
        "error": None,
    }


def test_a_source_that_was_never_polled_has_nulls():
    status = make_status(replace(make_source_status(next_poll_at=None), polls=()))
    shown = status_json(status)["sources"][0]
    assert (shown["last_poll"], shown["next_poll_at"]) == (None, None)


def test_an_entry_has_exactly_the_contracted_keys():
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    stored = make_stored(
        "1",
        title="Ferry",
        authors=("Ana",),
        published_at=east,
        updated_at=None,
        language="en",
        first_seen_at=NOON,
        revision=2,
        duplicate_of=EntryKey("wire", "9"),
        topics=("harbour",),
    )
    assert entry_json(stored, "abc") == {
        "id": EntryKey("lwn", "1").short,
        "source": "lwn",
        "guid": "1",
        "url": "https://lwn.example/1",
        "title": "Ferry",
        "authors": ["Ana"],
        "published_at": "2026-11-23T12:00:00Z",
        "updated_at": None,
        "first_seen_at": "2026-11-23T12:00:00Z",
        "language": "en",
        "story": "abc",
        "duplicate_of": EntryKey("wire", "9").short,
        "revision": 2,
        "topics": ["harbour"],
        "extras": {},
    }
    assert entry_json(make_stored(), "")["story"] is None
    json.dumps(entry_json(stored, ""))


def test_shapes_come_without_the_template_engine():
    program = "import sys, aggregator.pages.json_shapes, aggregator.pages.assets; print('jinja2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_extras_are_those_that_there_are():
    shaped = entry_json(make_stored(extras=Extras(comments=0, explicit=False, people=(Person(name="Ann"),))), "")
    assert shaped["extras"] == {
        "comments": 0,
        "explicit": False,
        "people": ({"name": "Ann", "role": "", "url": None},),
    }
