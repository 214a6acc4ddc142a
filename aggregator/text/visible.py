"""The visible text of markup: what a reader would see, on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aggregator.model.parsed import RawText
from aggregator.text.characters import clean_text, decode_references, one_line

# Possessive throughout, so that nothing is read twice: linear on any input.
_OPENING = re.compile(r"<(?:(/?[A-Za-z])|(!--)|[!?/])")
_NAME = re.compile(r"[^\s/>]++")
# From behind the name of a tag to its end.
TAG_END = re.compile(r"(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?)*+>")

# Their content is no text. What follows an unclosed one is lost, as in a browser.
_SILENT = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "template", "iframe", "noembed", "noframes", "svg")
}
# All other elements part words.
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "rb",
        "rp",
        "ruby",
        "s",
        "samp",
        "script",
        "small",
        "span",
        "strike",
        "strong",
        "style",
        "sub",
        "sup",
        "template",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    }
)
# Markup with nothing wrong about it, tag for tag; possessive, so that a look is all it costs when there is.
_ATTRIBUTES = r"(?:\s++[\w:.-]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+)*+\s*+/?+>"
_TIDY = re.compile(rf"[^<]*+(?:</?+[A-Za-z][\w:-]*+{_ATTRIBUTES}[^<]*+)*+")
_INLINE_TAG = re.compile(rf"</?+(?:{'|'.join(sorted(_INLINE))})(?![\w:-]){_ATTRIBUTES}", re.IGNORECASE)
_TAG = re.compile(rf"</?+[\w:-]++{_ATTRIBUTES}")
_SILENT_TAG = re.compile(rf"<(?:{'|'.join(_SILENT)})(?![\w:-])", re.IGNORECASE)
# So much of a long text is read for its beginning; the next when there was too little to see.
_ENOUGH = (1_500, 8_192)


def visible_text(html: str) -> str:
    """Give the visible text of markup, decoded once, white space folded, clean.

    Scripts, styles, comments and embedded documents are dropped, elements other than inline ones part words.
    What was cut off in the middle of a tag or of a comment is dropped as browsers do. Never raises; takes
    linear time on any input.

    >>> visible_text("<p>Caf&eacute; <b>ol</b>é</p><p>AT&amp;amp;T<script>1 < 2</script><!-- > -->.<a href='x")
    'Café olé AT&amp;T.'
    """
    if "<" in html:
        if _TIDY.fullmatch(html) and not _SILENT_TAG.search(html):
            html = _TAG.sub(" ", _INLINE_TAG.sub("", html))
        else:
            html = "".join(_pieces(html))
    return " ".join(clean_text(decode_references(html)).split())


def plain(text: RawText) -> str:
    """Give a text, of whichever type, as plain text on one line.

    >>> plain(RawText("R&amp;D <b>now</b>", "text/html")), plain(RawText("Use the <b> tag"))
    ('R&D now', 'Use the <b> tag')
    """
    return visible_text(text.value) if text.is_html else one_line(text.value)


def summary_of(text: str, limit: int = 300) -> str:
    """Cut a plain text on one line to at most ``limit`` characters, at a word, with an ellipsis.

    >>> summary_of("one two three", 9)
    'one two…'
    """
    if len(text) <= limit:
        return text
    cut = text[:limit]
    # A script without spaces, or one endless word, is cut where it stands.
    at = cut.rfind(" ", limit // 2)
    return cut[: at if at > 0 else limit - 1].rstrip(" ,;:.–—-") + "…"  # noqa: RUF001 - dashes before a cut


def beginning_of(text: RawText, limit: int) -> str:
    """Give at least the first ``limit`` characters of a text as ``plain`` would, without reading all of a long one."""
    for enough in _ENOUGH:
        if len(text.value) > enough:
            start = plain(RawText(text.value[:enough], text.media_type))
            # A reference may have been cut in two at the end.
            if len(start) > limit + 40:
                return start
    return plain(text)


def _pieces(html: str) -> Iterator[str]:
    at = 0
    while found := _OPENING.search(html, at):
        yield html[at : found.start()]
        if found[1]:
            separator, after = _skip_tag(html, found.start())
            yield separator
        elif found[2]:
            after = _behind(html, "-->", found.start() + 2)
        else:
            after = _behind(html, ">", found.end())
        if after < 0:
            return
        at = after
    yield html[at:]


def _skip_tag(html: str, start: int) -> tuple[str, int]:
    """Say what a tag leaves behind, and where the text goes on: -1 when there is no more."""
    closing = html[start + 1] == "/"
    name_match = _NAME.match(html, start + 1 + closing)
    end = TAG_END.match(html, name_match.end() if name_match else start + 1)
    if end is None:
        return "", -1
    name = name_match[0].lower() if name_match else ""
    separator = "" if name in _INLINE else " "
    if name in _SILENT and not closing and html[end.end() - 2] != "/":
        close = _SILENT[name].search(html, end.end())
        return separator, -1 if close is None else _behind(html, ">", close.end())
    return separator, end.end()


def _behind(html: str, mark: str, at: int) -> int:
    found = html.find(mark, at)
    return -1 if found < 0 else found + len(mark)
