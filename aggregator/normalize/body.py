"""The text of an entry: which of several is its content, and what sums it up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.model.source import ContentPolicy
from aggregator.normalize.markup import clean_markup, paragraphs
from aggregator.text.visible import beginning_of, summary_of

_SUMMARY_CHARS = 300
_WHOLE = frozenset({ContentPolicy.FEED, ContentPolicy.FULL_TEXT})
_TEXTUAL = ("text/", "application/xhtml+xml", "application/xml", "html", "xhtml")


@dataclass(frozen=True, slots=True)
class Body:
    """Content and summary of an entry; ``beginning`` is the text that a missing title is made from."""

    content_html: str
    summary: str
    beginning: str


def read_body(entry: ParsedEntry, base_url: str | None, policy: ContentPolicy) -> Body:
    """Choose and clean the texts of an entry; keep as much as the policy of the source allows.

    The content is the longest text, where markup counts double; the summary is what the publisher wrote as one,
    else the beginning of the content.
    """
    content = max(_candidates(entry), key=_weight, default=None)
    beginning = ""
    for text in (entry.summary, content):
        if text and not beginning:
            beginning = summary_of(beginning_of(text, _SUMMARY_CHARS), _SUMMARY_CHARS)
    return Body(
        content_html=_show(content, base_url, entry.extras.direction) if content and policy in _WHOLE else "",
        summary="" if policy is ContentPolicy.TITLE else beginning,
        beginning=beginning,
    )


def _candidates(entry: ParsedEntry) -> Iterator[RawText]:
    """List the contents, then the summary; of two that weigh the same the first is taken."""
    yield from (text for text in entry.contents if text.value and text.media_type.startswith(_TEXTUAL))
    if entry.summary and entry.summary.value:
        yield entry.summary


def _weight(text: RawText) -> int:
    return len(text.value) * (2 if text.is_html else 1)


def _show(content: RawText, base_url: str | None, direction: str | None) -> str:
    shown = clean_markup(content.value, base_url) if content.is_html else paragraphs(content.value)
    return f'<div dir="{direction}">{shown}</div>' if direction and shown else shown
