"""Markup that may be shown: one policy for everything that comes in. The only module that knows nh3."""

from __future__ import annotations

import re
from contextvars import ContextVar
from html import escape, unescape

import nh3

from aggregator.normalize.depth import cut_markup, flatten
from aggregator.normalize.embeds import link_embeds
from aggregator.normalize.images import keep_seen, settle_images
from aggregator.normalize.links import web_url
from aggregator.normalize.untracked import is_tracked, untracked
from aggregator.text.characters import clean_text

MAX_CHARS = 500_000

_TAGS = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd"}
    | {"mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time"}
    | {"tt", "u", "var", "wbr"}
    | {"address", "article", "aside", "blockquote", "br", "center", "dd", "details", "div", "dl", "dt"}
    | {"figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"}
    | {"ol", "p", "pre", "section", "summary", "ul"}
    | {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "audio", "img"}
    | {"picture", "source", "track", "video"}
)
_ATTRIBUTES = {
    "*": {"title", "lang", "dir"},
    "a": {"href"},
    "audio": {"src", "controls", "preload"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "ol": {"start", "reversed", "type"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
    "track": {"src", "kind", "label", "srclang"},
    "video": {"src", "controls", "height", "poster", "preload", "width"},
}
# Dropped with what they hold; of other unknown elements the text stays.
_SILENT = {
    *("script", "style", "iframe", "noembed", "noframes", "object", "embed", "applet", "template", "svg", "math"),
    *("textarea", "select", "button", "input", "title"),
}
_SCHEMES = {"http", "https", "mailto"}
_LINK_REL = "noopener noreferrer nofollow"

# What the addresses of the markup that is being cleaned are relative to; the cleaner calls back without saying.
_base_url: ContextVar[str | None] = ContextVar("_base_url", default=None)

# What a browser without scripts shows; a sanitizer takes it for text.
_NOSCRIPT = re.compile(r"</?noscript[^>]*>", re.IGNORECASE)
# nh3 writes attributes in one form only.
_TRACKED = re.compile(r' href="(https?://[^"?#]*[?#][^"]+)"')
_BLANK_LINES = re.compile(r"\n\s*\n")
# feedparser closes every element of XHTML; HTML reads this one as a second line break.
_CLOSED_BREAK = re.compile(r"</br\s*>", re.IGNORECASE)


def clean_markup(html: str, base_url: str | None) -> str:
    """Sanitise markup: known elements, web and mail addresses only, made absolute, no scripts, nothing that tracks.

    Players of known sites become links, pictures that a script would have loaded are there.

    Args:
        html: Of any kind and size; what lies beyond 500,000 characters is cut off.
        base_url: What relative addresses are relative to; None drops them.
    """
    text = clean_text(cut_markup(html, MAX_CHARS))
    if "<" not in text and "&" not in text:
        return escape(text, quote=False)
    text = _CLOSED_BREAK.sub("", _NOSCRIPT.sub("", text))
    _base_url.set(base_url)
    cleaned = _CLEANER.clean(flatten(settle_images(link_embeds(text))))
    cleaned = keep_seen(cleaned)
    if _TRACKED.search(cleaned):
        cleaned = _TRACKED.sub(_untrack, cleaned)
    # Character references may have brought in what was cleaned out before.
    return clean_text(cleaned).strip()


def paragraphs(text: str) -> str:
    r"""Turn plain text into markup: paragraphs at blank lines, breaks at line ends.

    >>> paragraphs("one & two\nthree\n\n<four>")
    '<p>one &amp; two<br>three</p><p>&lt;four&gt;</p>'
    """
    written = clean_text(text[:MAX_CHARS]).replace("\r\n", "\n").replace("\r", "\n").strip()
    blocks = (block.strip() for block in _BLANK_LINES.split(written))
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks if block)


def _absolute(address: str) -> str | None:
    return web_url(address, _base_url.get())


# Made once: putting the policy together costs more than cleaning an entry with it.
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=_SILENT,
    attributes=_ATTRIBUTES,
    link_rel=_LINK_REL,
    url_schemes=_SCHEMES,
    url_relative=_absolute,
)


def _untrack(found: re.Match[str]) -> str:
    return f' href="{escape(untracked(unescape(found[1])))}"' if is_tracked(found[1]) else found[0]
