"""Repairs to what feedparser makes of documents that are not well-formed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html.entities import html5

from aggregator.model.parsed import ParsedEntry, RawText

_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_WRITTEN = re.compile(rb"&([A-Za-z][A-Za-z0-9]{0,99});")


@dataclass(frozen=True, slots=True)
class Mender:
    """Takes back the semicolons that feedparser's second parser puts behind bare ampersands: ``R&D`` becomes ``R&D;``.

    The link stays as it is, for feedparser mends it itself. Without this a guid would be another one for as long as
    some ampersand in the document is bare.

    Attributes:
        written: Names that the document itself writes with a semicolon.
    """

    written: frozenset[str]

    @classmethod
    def of(cls, body: bytes) -> Mender:
        """Make one for a document."""
        return cls(frozenset(name.decode("ascii") for name in _WRITTEN.findall(body)))

    def mend_entry(self, entry: ParsedEntry) -> ParsedEntry:
        """Mend all texts of an entry."""
        return replace(
            entry,
            guid=entry.guid and self._mend(entry.guid),
            title=self.mend_text(entry.title),
            summary=self.mend_text(entry.summary),
            contents=tuple(replace(content, value=self._mend(content.value)) for content in entry.contents),
            authors=tuple(map(self._mend, entry.authors)),
            categories=tuple(map(self._mend, entry.categories)),
        )

    def mend_text(self, text: RawText | None) -> RawText | None:
        """Mend one text."""
        return text and replace(text, value=self._mend(text.value))

    def _mend(self, text: str) -> str:
        return _REFERENCE.sub(self._without_semicolon, text) if "&" in text else text

    def _without_semicolon(self, found: re.Match[str]) -> str:
        known = f"{found[1]};" in html5 or found[1] in self.written
        return found[0] if known else f"&{found[1]}"
