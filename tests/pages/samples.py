"""Editions and states as a reader would meet them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.model.edition import AlsoCovered, Edition, EditionEntry, SiteFacts
from aggregator.model.entry import EntryKey, SourceFacts
from aggregator.model.looking import ACTIVITY_HOURS, MONTH_DAYS, Activity, Revision, Stretch, first_day, first_hour
from aggregator.model.planned import Change, Fate, Mark, Planned, PlannedEntry, PlannedTopic
from aggregator.model.reason import Reason
from aggregator.model.source import FeedProfile, SourceCondition, SourceState
from aggregator.model.status import EntryView, SourceStatus, Status, StoryView, TopicStatus
from aggregator.model.topic import Output
from aggregator.model.verdict import PollRecord
from tests.builders import NOON, make_facts, make_source, make_stored

SITE = SiteFacts(
    title="The long river",
    base_url="https://feeds.example.org",
    language="en",
    contact="mailto:editor@example.org",
    generator="aggregator 0.1.0",
)

_STORIES = (
    ("Ferry line reopens after eleven years", "Harbour Courier", "Ana Lindqvist"),
    ("A small compiler that explains every error it finds, and why the next one is shorter", "Plain Code", ""),
    ("Museum returns 41 clay tablets", "Morning Wire", "Desk"),
    ("Glacier survey finds a lake nobody had drawn", "Field Notes", "R. Okafor, M. Sato"),
    ("Council votes for quiet streets at night", "Harbour Courier", ""),
)

_SUMMARY = (
    "The first crossing left at dawn with forty passengers and a brass band. Officials expect two thousand a day by "
    "spring, although the northern pier still waits for its new ramp and the timetable is provisional until then, the "
    "harbour office said on Monday."
)


def make_edition_entry(number: int = 1, **changes: Any) -> EditionEntry:
    title, outlet, author = _STORIES[(number - 1) % len(_STORIES)]
    at = NOON - timedelta(hours=3 * number)
    source = make_facts(
        outlet.lower().replace(" ", "-"), title=outlet, profile=FeedProfile(site_url="https://outlet.example/")
    )
    values: dict[str, Any] = {
        "id": f"tag:feeds.example.org,2026:entry/{number}",
        "short_id": f"short{number}",
        "story_id": f"story{number}",
        "title": title,
        "url": f"https://outlet.example/{number}",
        "published_at": at,
        "updated_at": at,
        "announced_at": at + timedelta(minutes=4),
        "authors": (author,) if author else (),
        "summary": _SUMMARY,
        "content_html": "<p>Whole text.</p>",
        "source": source,
        "reasons": (Reason("topic", "entered", "match", "title: ferry"),),
    }
    return EditionEntry(**(values | changes))


def make_also(outlet: str = "Morning Wire", **changes: Any) -> AlsoCovered:
    values: dict[str, Any] = {
        "title": f"As {outlet} told it",
        "url": "https://wire.example/1",
        "source_title": outlet,
        "source_id": outlet.lower(),
    }
    return AlsoCovered(**(values | changes))


def make_edition(slug: str = "harbour", *, size: int = 5, **changes: Any) -> Edition:
    values: dict[str, Any] = {
        "slug": slug,
        "title": slug.title(),
        "description": "Ships, ferries and everything that floats, one story at a time.",
        "feed_id": f"tag:feeds.example.org,2026:topic/{slug}",
        "language": "en",
        "output": Output(),
        "updated_at": NOON,
        "changed_at": NOON,
        "digest": "0" * 32,
        "entries": tuple(make_edition_entry(number) for number in range(1, size + 1)),
    }
    return Edition(**(values | changes))


def make_poll(outcome: str = "not_modified", **changes: Any) -> PollRecord:
    values: dict[str, Any] = {"at": NOON - timedelta(minutes=20), "outcome": outcome, "status": 304}
    return PollRecord(**(values | changes))


def make_source_status(
    source_id: str = "courier", *, source: dict[str, Any] | None = None, **state: Any
) -> SourceStatus:
    values: dict[str, Any] = {
        "source_id": source_id,
        "next_poll_at": NOON + timedelta(minutes=40),
        "next_poll_why": "max-age 3600 raised it",
        "last_ok_at": NOON - timedelta(minutes=20),
    }
    return SourceStatus(
        source=make_source(source_id, **(source or {})),
        state=SourceState(**(values | state)),
        entries=128,
        polls=(make_poll(),),
    )


def make_failing(source_id: str = "broken", **source: Any) -> SourceStatus:
    failing = make_source_status(
        source_id,
        source=source,
        condition=SourceCondition.FAILING,
        errors=4,
        first_error_at=NOON - timedelta(days=3),
        last_error="404 Not Found",
        next_poll_why="4 failures in a row: asked every 6 h",
    )
    return replace(failing, polls=(make_poll("http_4xx", status=404, detail="404 Not Found"),))


def make_status(*sources: SourceStatus) -> Status:
    return Status(
        at=NOON,
        sources=sources,
        topics=(TopicStatus(slug="harbour", title="Harbour", entries=60, stories=41, updated_at=NOON),),
        entries=12_480,
        waiting=3,
    )


def make_activity(**changes: Any) -> Activity:
    """Let a day have passed: a poll or two an hour, news in the daytime, one bad hour."""
    start = first_hour(NOON)
    hours = []
    for number in range(ACTIVITY_HOURS):
        at = start + timedelta(hours=number)
        polls = [("new", number % 5), ("not_modified", 9 - number % 4), ("timeout", 3 if number == 7 else 0)]
        hours.append(
            Stretch(
                at=at,
                polls=tuple((outcome, times) for outcome, times in polls if times),
                entries=4 * (number % 5),
                delay=timedelta(minutes=6 + number) if number % 5 else None,
                bytes=12_000 * (number % 5),
            )
        )
    days = tuple(
        Stretch(
            at=first_day(NOON, MONTH_DAYS) + timedelta(days=number),
            polls=(("gone", number % 3), ("new", 20 + number % 7), ("not_modified", 200 - number))
            if number > 9
            else (),
            entries=40 + 9 * (number % 7) if number > 9 else 0,
            delay=timedelta(minutes=9 + number % 4) if number > 9 else None,
            bytes=4_000_000 + 250_000 * (number % 7) if number > 9 else 0,
        )
        for number in range(MONTH_DAYS)
    )
    values: dict[str, Any] = {
        "at": NOON,
        "hours": tuple(hours),
        "days": (("harbour", (0, 2, 5, 3, 8, 1, 4) * 2),),
        "month": days,
        "counted_since": days[10].at,
    }
    return Activity(**(values | changes))


def make_view(number: int = 1, *, source: SourceFacts | None = None, **changes: Any) -> EntryView:
    """Show an entry of a story that three outlets tell."""
    title, outlet, author = _STORIES[(number - 1) % len(_STORIES)]
    own = {name: changes.pop(name) for name in list(changes) if name in EntryView.__dataclass_fields__}
    at = NOON - timedelta(hours=3, minutes=-20 * number)
    facts = source or make_facts(
        outlet.lower().replace(" ", "-"), title=outlet, profile=FeedProfile(site_url="https://outlet.example/")
    )
    values: dict[str, Any] = {
        "title": title,
        "authors": (author,) if author else (),
        "summary": _SUMMARY,
        "content_html": f"<p>{_SUMMARY}</p><h2>What comes next</h2><p>More <a href='https://a.example/'>here</a>.</p>",
        "published_at": at - timedelta(minutes=5),
        "updated_at": at,
        "first_seen_at": at,
        "language": "en",
        "topics": ("harbour",),
    }
    stored = make_stored(str(number), source=facts.id, **(values | changes))
    shown: dict[str, Any] = {
        "stored": stored,
        "story": EntryKey("harbour-courier", "1").short,
        "source": facts,
        "reasons": (
            Reason("date", "published", "iso", stored.entry.title),
            Reason("identity", "new", "guid", f"guid {number}"),
            Reason("story", "joined" if number > 1 else "new", "headline", "ferry, line, reopens"),
        ),
        "topics": (("harbour", Reason("topic", "entered", "match", "title: ferry")),),
    }
    return EntryView(**(shown | own))


def make_revision(number: int = 0, **changes: Any) -> Revision:
    values: dict[str, Any] = {
        "number": number,
        "replaced_at": NOON - timedelta(minutes=30 - number),
        "reason": Reason("identity", "new", "guid"),
        "title": "Ferry line to reopen",
        "url": "https://outlet.example/1",
        "published_at": NOON,
        "updated_at": NOON,
        "authors": (),
        "summary": _SUMMARY,
        "content_html": "<p>The first crossing leaves at dawn.</p>",
    }
    return Revision(**(values | changes))


def make_story(*members: EntryView) -> StoryView:
    """Let three outlets tell one story, one of them with an edit."""
    members = members or (make_view(1, revisions=(make_revision(),), revision=1), make_view(2), make_view(3))
    return StoryView(id=members[0].stored.entry.key.short, members=members)


def make_plan(entering: int = 3, leaving: int = 120) -> Planned:
    """Let a topic gain and lose entries, and another come."""
    reason = Reason("topic", "entered", "match", "title: ferry")

    def entry(number: int, mark: Mark) -> PlannedEntry:
        return PlannedEntry(
            mark=mark,
            fate={Mark.ENTERS: Fate.SILENT, Mark.LEAVES: Fate.KEPT, Mark.STAYS: Fate.ANNOUNCED}[mark],
            key=EntryKey("courier", f"{mark.name}{number}"),
            title=f"{mark.name.title()} number {number}",
            first_seen_at=NOON - timedelta(hours=number),
            reason=reason,
        )

    marks = [Mark.ENTERS] * entering + [Mark.LEAVES] * leaving + [Mark.STAYS] * 40
    entries = tuple(entry(number, mark) for number, mark in enumerate(marks))
    had = leaving + 40
    changed = PlannedTopic(
        slug="harbour",
        change=Change.CHANGED,
        was="harbour",
        before=had,
        after=entering + 40,
        per_day_before=had / 30,
        per_day_after=(entering + 40) / 30,
        entries=entries,
    )
    new = PlannedTopic(
        slug="ferries",
        change=Change.NEW,
        was=None,
        before=0,
        after=2,
        per_day_before=0.0,
        per_day_after=0.1,
        entries=entries[:2],
        announced=2,
    )
    return Planned(at=NOON, since=timedelta(days=30), topics=(changed, new), unchanged=4)
