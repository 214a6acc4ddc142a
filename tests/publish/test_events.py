"""The aggregator's own events as a feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from aggregator.model.incident import Events, Incident, IncidentKind
from aggregator.publish import events_edition, render
from tests.builders import NOON
from tests.publish.views import SITE

DAY = timedelta(days=1)
ATOM = "{http://www.w3.org/2005/Atom}"
FACTS = {
    IncidentKind.SOURCE_DOWN: (("condition", "failing"), ("errors", 9), ("outcome", "dns")),
    IncidentKind.SOURCE_FLOOD: (("held", 40),),
    IncidentKind.SOURCE_SILENT: (("per day", 4.0), ("silent days", 3.1), ("expected", 12)),
    IncidentKind.TOPIC_SILENT: (("per day", 4.0), ("silent days", 3.1), ("expected", 12)),
    IncidentKind.TOPIC_FLOOD: (("last day", 100), ("per day before", 3.0), ("from", 20)),
    IncidentKind.RULE_IDLE: (("entries", 500), ("days", 30)),
    IncidentKind.TARGET_DOWN: (("waiting", 3), ("given up", 1), ("error", "h answered 503")),
}


def incident(kind: IncidentKind, **changes: object) -> Incident:
    subject = f"wire {NOON.isoformat()}" if kind is IncidentKind.SOURCE_MOVED else "wire"
    values = {"kind": kind, "subject": subject, "noticed_at": NOON - 2 * DAY, "seen_at": NOON - DAY, "opened_at": NOON}
    return Incident(**(values | {"facts": FACTS.get(kind, ())} | changes))  # type: ignore[arg-type]


def events(*incidents: Incident) -> Events:
    return Events(authority="t.example,2026", incidents=incidents)


@pytest.mark.parametrize("kind", IncidentKind)
def test_every_kind_is_told_in_words_with_what_was_seen_and_what_to_do(kind):
    (entry,) = events_edition(events(incident(kind)), SITE).entries
    assert "?" not in entry.title + entry.content_html
    assert "{" not in entry.title + entry.content_html
    assert "wire" in entry.title
    assert entry.content_html.startswith("<p>Since 2026-11-21 12:00 UTC.")
    assert str(entry.url).startswith(SITE.base_url)
    assert entry.categories == (kind.value,)


@pytest.mark.parametrize("kind", IncidentKind)
def test_the_end_of_an_incident_is_an_update_of_its_item(kind):
    going, over = incident(kind), incident(kind, closed_at=NOON + DAY)
    (before,), (after,) = (events_edition(events(one), SITE).entries for one in (going, over))
    assert (before.id, before.published_at) == (after.id, after.published_at)
    assert (before.updated_at, after.updated_at) == (NOON, NOON + DAY)
    assert "It ended on 2026-11-24 12:00 UTC." in after.content_html


def test_the_same_events_give_the_same_bytes_and_only_others_give_others():
    made = [render(events_edition(events(incident(IncidentKind.SOURCE_DOWN)), SITE), SITE) for _ in range(2)]
    assert made[0] == made[1]
    over = incident(IncidentKind.SOURCE_DOWN, closed_at=NOON + DAY)
    (changed,) = render(events_edition(events(over), SITE), SITE)
    assert changed.etag != made[0][0].etag
    assert (changed.name, changed.changed_at) == ("ops.atom", NOON + DAY)


def test_a_feed_without_events_is_a_feed_that_never_changed():
    edition = events_edition(events(), SITE)
    (document,) = render(edition, SITE)
    assert f"{document.changed_at:%Y-%m-%d}" == "2026-01-01"
    root = etree.fromstring(document.body)
    assert root.findtext(f"{ATOM}id") == "tag:t.example,2026:ops"
    assert root.findall(f"{ATOM}entry") == []


def test_names_that_hold_markup_or_controls_are_texts():
    hostile = replace(
        incident(IncidentKind.TARGET_DOWN), subject="hook <script>` \a", facts=(("error", "<img src=x>\ud800"),)
    )
    (document,) = render(events_edition(events(hostile), SITE), SITE)
    entry = etree.fromstring(document.body).find(f"{ATOM}entry")
    assert entry is not None
    assert "<script>" not in str(entry.findtext(f"{ATOM}content"))
    assert "<img" not in str(entry.findtext(f"{ATOM}content"))


def test_a_hundred_events_are_shown():
    many = events(*(replace(incident(IncidentKind.SOURCE_DOWN), subject=f"s{n}") for n in range(150)))
    assert len(events_edition(many, SITE).entries) == 100
