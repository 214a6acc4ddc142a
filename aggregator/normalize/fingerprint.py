"""What tells one revision of an entry from the next."""

from __future__ import annotations

from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.text.digests import digest128


def fingerprint_of(entry: ParsedEntry) -> str:
    """Hash what the publisher sent, before any cleaning; dates are left out, so a new date is no revision."""
    texts = (entry.title, entry.summary, *entry.contents)
    groups = (
        tuple(part for text in texts for part in _parts(text)),
        (entry.link or "",),
        entry.authors,
        entry.categories,
        tuple(enclosure.url for enclosure in entry.enclosures),
    )
    joined = "\0\0".join("\0".join(group) for group in groups)
    return digest128(joined.encode("utf-8", "surrogatepass"))


def _parts(text: RawText | None) -> tuple[str, str]:
    return (text.media_type, text.value) if text else ("", "")
