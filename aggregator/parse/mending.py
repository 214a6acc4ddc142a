"""Repairs to what feedparser makes of documents that are not well-formed."""

from __future__ import annotations

import re
from dataclasses import replace
from html.entities import html5

from aggregator.model.parsed import ParsedEntry, RawText

_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")


def mend_entry(entry: ParsedEntry) -> ParsedEntry:
    """Take back the semicolons that feedparser's second parser puts behind bare ampersands: ``R&D`` becomes ``R&D;``.

    The link stays as it is, for feedparser mends it itself. Without this a guid would be another one for as long as
    some ampersand in the document is bare.
    """
    return replace(
        entry,
        guid=entry.guid and _mend(entry.guid),
        title=mend_text(entry.title),
        summary=mend_text(entry.summary),
        contents=tuple(replace(content, value=_mend(content.value)) for content in entry.contents),
        authors=tuple(map(_mend, entry.authors)),
        categories=tuple(map(_mend, entry.categories)),
    )


def mend_text(text: RawText | None) -> RawText | None:
    """Do the same for one text."""
    return text and replace(text, value=_mend(text.value))


def _mend(text: str) -> str:
    return _REFERENCE.sub(_without_semicolon, text) if "&" in text else text


def _without_semicolon(found: re.Match[str]) -> str:
    return found[0] if f"{found[1]};" in html5 else f"&{found[1]}"
