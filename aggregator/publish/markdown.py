"""Write an edition as Markdown: for notes, chats, and programs that read text."""

from __future__ import annotations

import re
from urllib.parse import quote

from aggregator.model.edition import Edition, EditionEntry, Rendition, SiteFacts
from aggregator.publish.clean import is_web_url, line, xml_safe
from aggregator.publish.lead import MAX_TITLE_CHARS
from aggregator.publish.renditions import rendition

MARKDOWN_MEDIA_TYPE = "text/markdown; charset=utf-8"

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_STARTS = re.compile(r"^(\s*)([-+=]|\d+[.)])")
_SUMMARY_CHARS = 300


def render_markdown(edition: Edition, site: SiteFacts) -> Rendition:
    """Render an edition as Markdown; equal editions give equal bytes.

    Texts are escaped: no title makes a link, a heading or markup.

    Follows:
        CommonMark 0.31, 2.4 (backslash escapes), 6.3 (links).
    """
    head = [f"# {_text(edition.title)}", ""]
    if edition.description:
        head += [_text(edition.description), ""]
    lines = [*head, *(part for entry in edition.entries for part in _entry(entry))]
    page = f"{site.base_url}/{edition.slug}"
    written = "\n".join((*lines, f"— [{_text(site.title)}]({_target(page)})", ""))
    return rendition(f"{edition.slug}.md", MARKDOWN_MEDIA_TYPE, xml_safe(written).encode(), edition.changed_at)


def _entry(entry: EditionEntry) -> list[str]:
    title = _text(entry.title) or "Untitled"
    linked = f"[{title}]({_target(entry.url)})" if entry.url and is_web_url(entry.url) else title
    lines = [f"## {linked}", "", f"{_text(entry.source.title)} · {entry.published_at:%Y-%m-%d %H:%M} UTC", ""]
    if entry.summary:
        lines += [_text(line(entry.summary, _SUMMARY_CHARS)), ""]
    lines += [
        f"- {_text(one.source_title)}: [{_text(one.title)}]({_target(one.url)})"
        for one in entry.also
        if is_web_url(one.url)
    ]
    return [*lines, ""] if entry.also else lines


def _text(text: str) -> str:
    r"""Write a text so that nothing in it is markup.

    >>> _text("1. *Ferry* [aground]"), _text("- a <b>"), _text("# C++")
    ('1\\. \\*Ferry\\* \\[aground\\]', '\\- a \\<b\\>', '\\# C++')
    """
    escaped = _MARKS.sub(r"\\\1", line(text, 2 * MAX_TITLE_CHARS))
    return _STARTS.sub(_start, escaped)


def _start(found: re.Match[str]) -> str:
    mark = found[2]
    return f"{found[1]}{mark[:-1]}\\{mark[-1]}"


def _target(url: str) -> str:
    """Write an address so that no bracket ends it."""
    return quote(url, safe="%/:@!$&'*+,;=~?#[].-_").replace("(", "%28").replace(")", "%29")
