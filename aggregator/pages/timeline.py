"""A story as it unfolded: who told it when, and who changed what was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aggregator.model.reason import Reason
from aggregator.model.status import EntryView, StoryView


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a story.

    Attributes:
        at: When it was published, as far as that can be believed; of an edit, when it was seen.
        title: The headline from then on.
        before: The headline that it took the place of; empty when the entry was new, or its headline stayed.
        edited: Whether the entry was known before.
        joined: How the entry came into the story; None for edits.
        copies: Who brought the text that this entry repeats; empty when it is its own.
    """

    at: datetime
    member: EntryView
    title: str
    before: str = ""
    edited: bool = False
    joined: Reason | None = None
    copies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who tells a story, how often, and since when."""

    title: str
    site_url: str | None
    entries: int
    first_at: datetime


def events_of(story: StoryView) -> tuple[Event, ...]:
    """Put what happened in a story in order, the oldest first."""
    titles = {one.stored.entry.key: one.source.title for one in story.members}
    events: list[Event] = []
    for member in story.members:
        root = member.stored.duplicate_of
        events.extend(_events(member, titles.get(root, "") if root else ""))
    return tuple(sorted(events, key=lambda event: event.at))


def outlets_of(story: StoryView) -> tuple[Outlet, ...]:
    """List who tells a story, the first to do so first."""
    counts = Counter(one.source.id for one in story.members)
    first: dict[str, EntryView] = {}
    for one in sorted(story.members, key=told_at):
        first.setdefault(one.source.id, one)
    return tuple(
        Outlet(
            title=one.source.title,
            site_url=one.source.profile.site_url,
            entries=counts[source],
            first_at=told_at(one),
        )
        for source, one in first.items()
    )


def lead_of(story: StoryView, lead: str = "") -> EntryView:
    """Choose who speaks for a story.

    Args:
        story: The story.
        lead: Short id of the entry that speaks for it in a topic; without one, or when it is not among the members,
            it is the heaviest source, and of those the first to tell it.
    """
    named = [one for one in story.members if one.stored.entry.key.short == lead]
    own = [one for one in story.members if one.stored.duplicate_of is None]
    return min(named or own or story.members, key=lambda one: (-one.source.weight, told_at(one)))


def told_at(member: EntryView) -> datetime:
    """Say when an entry was published, as far as that can be believed: never after it was seen here."""
    stored = member.stored
    return min(stored.entry.published_at or stored.first_seen_at, stored.first_seen_at)


def _events(member: EntryView, copies: str) -> Iterator[Event]:
    entry, past = member.stored.entry, member.revisions
    titles = [*(one.title for one in past), entry.title]
    joined = next((one for one in member.reasons if one.stage == "story"), None)
    yield Event(at=told_at(member), member=member, title=titles[0], joined=joined, copies=copies)
    for one, before, after in zip(past, titles, titles[1:], strict=False):
        yield Event(
            at=one.replaced_at,
            member=member,
            title=after,
            before=before if before != after else "",
            edited=True,
        )
