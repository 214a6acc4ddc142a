"""The aggregator's own events as a feed: one item for each incident, updated once, when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Final

from aggregator.model.edition import Edition, EditionEntry, SiteFacts
from aggregator.model.entry import SourceFacts
from aggregator.model.incident import Events, Incident, IncidentKind
from aggregator.model.source import FeedProfile
from aggregator.model.topic import FeedFormat, Output
from aggregator.publish.clean import language_tag, line
from aggregator.publish.lead import MAX_TITLE_CHARS
from aggregator.text.digests import digest128

SLUG: Final = "ops"
SHOWN: Final = 100
"""So many incidents the feed holds."""

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


@dataclass(frozen=True, slots=True)
class _Words:
    """How an incident of one kind is told.

    Attributes:
        opened, closed: Titles; they may name ``{subject}``, ``{span}`` and facts.
        text: What was seen.
        advice: What to do.
        place: Where to look, below the base address.
    """

    opened: str
    closed: str
    text: str
    advice: str
    place: str


_WORDS: Final = {
    IncidentKind.SOURCE_DOWN: _Words(
        "Source {subject} does not answer",
        "Source {subject} answers again, after {span}",
        "{errors} polls in a row failed, the last one with {outcome}; the source counts as {condition}.",
        "It is asked on, ever more seldom. `aggregator explain source {subject}` tells why, `aggregator doctor "
        "{subject}` what its publisher should mend.",
        "sources",
    ),
    IncidentKind.SOURCE_MOVED: _Words(
        "Source {subject} has moved",
        "Source {subject} has moved",
        "Its server says so for good, and its entries have confirmed it. It is polled at the new address.",
        "`aggregator explain source {subject}` names both addresses; write the new one into the settings.",
        "sources",
    ),
    IncidentKind.SOURCE_FLOOD: _Words(
        "Source {subject} holds {held} entries that may be old ones",
        "Source {subject}: the flood is over, after {span}",
        "They cannot be told from entries that were announced before, and wait. Unless they prove to be old they are "
        "announced within a day.",
        "`aggregator explain source {subject}` tells what was seen.",
        "sources",
    ),
    IncidentKind.SOURCE_SILENT: _Words(
        "Source {subject} has gone silent",
        "Source {subject} publishes again, after {span}",
        "It answers well, and for {silent days} days there was nothing new, where {per day} a day were usual: "
        "{expected} were to be expected.",
        "Look whether the site has another feed: `aggregator discover` with the address of its front page.",
        "sources",
    ),
    IncidentKind.TOPIC_SILENT: _Words(
        "Topic {subject} has gone silent",
        "Topic {subject} has news again, after {span}",
        "For {silent days} days nothing was announced, where {per day} a day were usual: {expected} were to be "
        "expected.",
        "Look for sources of it that do not answer, and at changes of its rule.",
        "{subject}",
    ),
    IncidentKind.TOPIC_FLOOD: _Words(
        "Topic {subject} has many more items than usual",
        "Topic {subject} is back to its measure, after {span}",
        "{last day} within a day, where {per day before} were usual.",
        "Look whether a source has changed, or a rule lets in more than was meant.",
        "{subject}",
    ),
    IncidentKind.RULE_IDLE: _Words(
        "The rule of topic {subject} matches nothing",
        "The rule of topic {subject} matches again, after {span}",
        "Of {entries} kept entries of more than {days} days none belongs to it.",
        "Look at its `match` and `from`.",
        "{subject}",
    ),
    IncidentKind.TARGET_DOWN: _Words(
        "{subject}: messages do not arrive",
        "{subject}: messages arrive again, after {span}",
        "{waiting} wait, {given up} were given up. The last attempt: {error}",
        "Messages are tried for three days. `aggregator status` shows how it goes on.",
        "status",
    ),
}


def events_edition(events: Events, site: SiteFacts) -> Edition:
    """Compose the feed of the aggregator's own events; the same events give the same bytes, in every process.

    It names sources by their ids and no address of theirs, so it may be shown to everybody who may see ``/sources``.
    """
    feed_id = f"tag:{events.authority}:ops"
    origin = SourceFacts(
        id=SLUG,
        title=line(site.title, MAX_TITLE_CHARS),
        url=f"{site.base_url}/{SLUG}.atom",
        owner=SLUG,
        profile=FeedProfile(feed_id=feed_id, site_url=f"{site.base_url}/status"),
    )
    entries = tuple(_entry(one, events.authority, origin, site) for one in events.incidents[:SHOWN] if one.opened_at)
    changed_at = max((one.updated_at for one in entries), default=_year(events.authority))
    return Edition(
        slug=SLUG,
        title=line(f"{site.title}: events", MAX_TITLE_CHARS),
        description="What happens to sources, topics and messages",
        feed_id=feed_id,
        language=language_tag("en"),
        output=Output(formats=(FeedFormat.ATOM,)),
        updated_at=changed_at,
        changed_at=changed_at,
        digest=digest128(repr((site, entries)).encode("utf-8", "replace")),
        entries=entries,
    )


def _entry(one: Incident, authority: str, origin: SourceFacts, site: SiteFacts) -> EditionEntry:
    words, said = _WORDS[one.kind], _said(one)
    opened_at = (one.opened_at or one.seen_at).replace(microsecond=0)
    updated_at = max(one.updated_at.replace(microsecond=0), opened_at)
    title = words.opened if one.closed_at is None else words.closed
    paragraphs = [f"Since {_moment(one.noticed_at)}. {words.text}", words.advice]
    if one.closed_at is not None and one.closed_at > one.noticed_at:
        paragraphs.append(f"It ended on {_moment(one.closed_at)}.")
    texts = [_filled(text, said) for text in paragraphs]
    return EditionEntry(
        id=f"tag:{authority}:incident/{one.id}",
        short_id=one.id,
        story_id=one.id,
        title=line(_filled(title, said), MAX_TITLE_CHARS),
        url=f"{site.base_url}/{_filled(words.place, said)}",
        published_at=opened_at,
        updated_at=updated_at,
        announced_at=opened_at,
        authors=(origin.title,),
        summary=line(texts[0], MAX_TITLE_CHARS),
        content_html="".join(f"<p>{_code(text)}</p>" for text in texts),
        source=origin,
        categories=(one.kind.value,),
    )


def _said(one: Incident) -> dict[str, Any]:
    subject = one.subject
    if one.kind is IncidentKind.SOURCE_MOVED:
        subject = subject.partition(" ")[0]
    span = _span((one.closed_at or one.updated_at) - one.noticed_at)
    return {"subject": subject, "span": span, **dict(one.facts)}


def _filled(template: str, said: dict[str, Any]) -> str:
    """Fill in what is known; a fact that an older version did not note is a question mark."""
    return template.format_map(_Known(said))


class _Known(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "?"


def _code(text: str) -> str:
    """Write a text as markup, with what stands between back quotes as code."""
    parts = escape(text, quote=False).split("`")
    marks: tuple[Callable[[str], str], Callable[[str], str]] = (str, lambda part: f"<code>{part}</code>")
    return "".join(marks[number % 2](part) for number, part in enumerate(parts))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(duration: timedelta) -> str:
    """Write a duration in its largest unit, rounded down.

    >>> _span(timedelta(hours=50)), _span(timedelta(seconds=5))
    ('2 d', '0 min')
    """
    seconds = int(duration.total_seconds())
    for unit, size in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "0 min"


def _year(authority: str) -> datetime:
    """Give the beginning of the year in which ids were first made: what is empty was never changed."""
    year = authority.rpartition(",")[2]
    return datetime(int(year) if year.isdigit() else 2026, 1, 1, tzinfo=UTC)
