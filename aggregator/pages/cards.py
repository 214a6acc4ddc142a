"""A topic as the list of topics shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.edition import Edition, EditionEntry
from aggregator.model.topic import FeedFormat

_LATEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCard:
    """One topic on the front page.

    Attributes:
        entries: How many the feed holds now.
        last_entry_at: When the newest was announced; None when there is none.
        formats: Those that the topic is published in.
        latest: A few of the newest, newest first.
        daily: How much was announced on each of the last days, today last; empty when it is not known.
    """

    slug: str
    title: str
    description: str
    language: str | None
    entries: int
    last_entry_at: datetime | None
    formats: tuple[FeedFormat, ...]
    latest: tuple[EditionEntry, ...] = ()
    daily: tuple[int, ...] = ()


def card_of(edition: Edition, daily: tuple[int, ...] = ()) -> TopicCard:
    """Sum a topic up."""
    return TopicCard(
        slug=edition.slug,
        title=edition.title,
        description=edition.description,
        language=edition.language,
        entries=len(edition.entries),
        last_entry_at=max((entry.announced_at for entry in edition.entries), default=None),
        formats=edition.output.formats,
        latest=edition.entries[:_LATEST],
        daily=daily,
    )
