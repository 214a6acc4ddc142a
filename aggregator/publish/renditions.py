"""Documents ready to be sent: bytes, their compressed form and their validator, made once for each change."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.model.edition import Edition, EditionEntry, Rendition, SiteFacts
from aggregator.model.topic import FeedFormat
from aggregator.publish.atom_rss import atom_parts, rss_parts
from aggregator.publish.elements import Parts
from aggregator.publish.json_feed import json_parts
from aggregator.text.digests import digest128

_Write = Callable[[Edition, SiteFacts, Sequence[EditionEntry]], Parts]
_FORMATS: dict[FeedFormat, tuple[str, _Write]] = {
    FeedFormat.ATOM: ("application/atom+xml; charset=utf-8", atom_parts),
    FeedFormat.RSS: ("application/rss+xml; charset=utf-8", rss_parts),
    FeedFormat.JSON: ("application/feed+json; charset=utf-8", json_parts),
}


@dataclass(slots=True)
class _Memory:
    """What is remembered of a topic: the parts of its entries, as long as what they depend on stays.

    Attributes:
        frame: The edition without its entries and dates, and the site.
        parts: By entry and format.
        last: What came of it the last time, by name.
    """

    frame: tuple[object, ...] = ()
    parts: dict[EditionEntry, dict[FeedFormat, bytes]] = field(default_factory=dict)
    last: dict[str, Rendition] = field(default_factory=dict)


class Painter:
    """Renders editions, and remembers the parts of entries, so that a change of one costs one.

    What comes out does not depend on what is remembered. Used from one thread at a time: feedgen sets the locale of the
    whole process for every date.

    Args:
        on_fault: Told of an entry that cannot be written and is left out, so that it spoils no feed.
    """

    def __init__(self, on_fault: Callable[[Edition, EditionEntry, Exception], None] | None = None) -> None:
        self._on_fault = on_fault
        self._topics: dict[str, _Memory] = {}

    def render(self, edition: Edition, site: SiteFacts) -> tuple[Rendition, ...]:
        """Render an edition in the formats that its topic wants."""
        bodies = self.write(edition, site)
        memory = self._topics[edition.slug]
        documents = [
            self._packed(memory, f"{edition.slug}.{wanted.value}", wanted, body, edition.changed_at)
            for wanted, body in bodies.items()
        ]
        memory.last = {one.name: one for one in documents}
        return tuple(documents)

    def write(self, edition: Edition, site: SiteFacts) -> dict[FeedFormat, bytes]:
        """Write the documents of an edition; nothing is compressed."""
        memory = self._topics.setdefault(edition.slug, _Memory())
        frame = (site, edition.language, edition.access, edition.output)
        known = memory.parts if memory.frame == frame else {}
        memory.frame = frame
        memory.parts = {entry: known.get(entry, {}) for entry in edition.entries}
        parts = list(memory.parts.values())
        return {wanted: self._body(edition, site, wanted, parts) for wanted in dict.fromkeys(edition.output.formats)}

    def render_archive(self, edition: Edition, site: SiteFacts) -> Rendition:
        """Render a month of a topic, in Atom; nothing of it is remembered."""
        body = self._body(edition, site, FeedFormat.ATOM, [{} for _ in edition.entries])
        name = f"{edition.slug}/{edition.month}.atom"
        return rendition(name, _FORMATS[FeedFormat.ATOM][0], body, edition.changed_at)

    def _body(
        self, edition: Edition, site: SiteFacts, wanted: FeedFormat, parts: Sequence[dict[FeedFormat, bytes]]
    ) -> bytes:
        _, write = _FORMATS[wanted]
        fresh = [number for number, one in enumerate(parts) if wanted not in one]
        entries = [edition.entries[number] for number in fresh]
        try:
            written = write(edition, site, entries)
        except Exception:  # noqa: BLE001 - whatever is wrong with one entry must not take away the others
            written = replace(write(edition, site, ()), entries=tuple(self._one_by_one(edition, site, write, entries)))
        for number, part in zip(fresh, written.entries, strict=True):
            parts[number][wanted] = part
        return replace(written, entries=tuple(part for one in parts if (part := one[wanted]))).joined()

    def _one_by_one(
        self, edition: Edition, site: SiteFacts, write: _Write, entries: Sequence[EditionEntry]
    ) -> list[bytes]:
        """Write entries each by itself; those that cannot be written are empty."""
        written = []
        for entry in entries:
            try:
                written.append(write(edition, site, (entry,)).entries[0])
            except Exception as error:  # noqa: BLE001 - told, not hidden
                if self._on_fault is not None:
                    self._on_fault(edition, entry, error)
                written.append(b"")
        return written

    def _packed(self, memory: _Memory, name: str, wanted: FeedFormat, body: bytes, changed_at: datetime) -> Rendition:
        """Compress a body, unless it is the one of last time."""
        last = memory.last.get(name)
        if last is not None and last.body == body:
            return replace(last, changed_at=changed_at)
        return rendition(name, _FORMATS[wanted][0], body, changed_at)


def render(edition: Edition, site: SiteFacts) -> tuple[Rendition, ...]:
    """Render an edition in the formats that its topic wants, remembering nothing."""
    return Painter().render(edition, site)


def rendition(name: str, media_type: str, body: bytes, changed_at: datetime) -> Rendition:
    """Make a document ready to be sent; equal bodies give equal tags and equal compressed bytes.

    Args:
        name: Path below the base address.
        media_type: With its charset.
        body: As it is before compression.
        changed_at: For ``Last-Modified``.
    """
    return Rendition(
        name=name,
        media_type=media_type,
        body=body,
        gzipped=gzip.compress(body, compresslevel=6, mtime=0),
        etag=f'"{digest128(body)}"',
        changed_at=changed_at,
    )
