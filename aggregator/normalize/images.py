"""Pictures before and behind the sanitizer: the address that is meant, and those that nobody is meant to see."""

from __future__ import annotations

import re
from html import escape, unescape

from aggregator.normalize.links import web_url
from aggregator.normalize.tags import attributes_in, tag_pattern
from aggregator.normalize.untracked import counts_readers

_WRITTEN = tag_pattern("img")
_KEPT = ("alt", "title", "width", "height")
_MEANT = ("data-src", "data-original", "data-lazy-src", "data-orig-file", "data-original-src", "data-hi-res-src")
_SIGNS = ("data-", "srcset", "style")
_CANDIDATES = re.compile(r",\s+|(?<=[0-9][wx]),")
_CANDIDATE = re.compile(r"\s*+(\S++)(?:\s++(\d{1,6}(?:\.\d{1,6})?)[wx])?\s*+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:width|height)\s*:\s*[01]px", re.IGNORECASE)
# What stands in until a script loads the picture.
_PLACEHOLDER = re.compile(
    r"data:|about:|.*(?:blank|spacer|placeholder|pixel|1x1|transparent|loading)[^/]*\.(?:gif|png|svg)", re.IGNORECASE
)

# The sanitizer writes attributes in one form only: quoted, and without angle brackets.
_IMAGE = re.compile(r"<img[^>]*>")
_TINY = re.compile(r' (?:width|height)="\s*0*[01](?:px)?\s*"')
_SOURCE = re.compile(r' src="([^"]+)"')
_SIZE = re.compile(r' (?:width|height)="\s*(\d{1,5})(?:px)?\s*"')
_ICONS = re.compile(r"https?://(?:s\.w\.org/images/core/emoji/|(?:[a-z0-9-]+\.)*gravatar\.com/)", re.IGNORECASE)
_LEAST_PIXELS = 50
_MAX_LOOKED_AT = 30
_MAX_SRCSET_CHARS = 10_000
_MAX_ADDRESS_CHARS = 300


def settle_images(html: str) -> str:
    """Give every picture the address that is meant, and take out those that are hidden.

    Pages load pictures late, by a script that puts ``data-src`` or one of the ``srcset`` in the place of ``src``; in
    a feed no script runs.
    """
    return _WRITTEN.sub(_settle, html) if any(sign in html for sign in _SIGNS) else html


def keep_seen(cleaned_html: str) -> str:
    """Take out of sanitised markup the pictures of one pixel, those that count readers, and those without address.

    Of two in a row with one address the second goes: it stood in a ``noscript`` behind the one that loads late.
    """
    if "<img" not in cleaned_html:
        return cleaned_html
    last = ""

    def keep(found: re.Match[str]) -> str:
        nonlocal last
        source = _SOURCE.search(found[0])
        if source is None or source[1] == last or _TINY.search(found[0]) or counts_readers(source[1]):
            return ""
        last = source[1]
        return found[0]

    return _IMAGE.sub(keep, cleaned_html)


def first_image(cleaned_html: str) -> str | None:
    """Give the address of the first picture in sanitised markup, but rather none that is an icon."""
    first = None
    for number, image in enumerate(_IMAGE.finditer(cleaned_html)):
        source = _SOURCE.search(image[0])
        url = web_url(unescape(source[1])) if source else None
        if url is None or number == _MAX_LOOKED_AT:
            continue
        first = first or url
        if not _ICONS.match(url) and all(int(size) >= _LEAST_PIXELS for size in _SIZE.findall(image[0])):
            return url
    return first


def _settle(found: re.Match[str]) -> str:
    attributes = attributes_in(found[1])
    if _HIDDEN.search(attributes.get("style", "")):
        return ""
    source = attributes.get("src", "").strip()
    if source and not _PLACEHOLDER.match(source[:_MAX_ADDRESS_CHARS]):
        return found[0]
    meant = (attributes.get(name, "").strip() for name in _MEANT)
    address = next(filter(None, meant), "") or _widest(attributes.get("srcset") or attributes.get("data-srcset") or "")
    if not address:
        return found[0]
    kept = (
        f' {name}="{escape(attributes[name])}"' for name in ("alt", "title", "width", "height") if name in attributes
    )
    return f'<img src="{escape(address)}"{"".join(kept)}>'


def _widest(srcset: str) -> str:
    """Choose from a ``srcset`` (HTML, 4.8.4.2.1): the candidate of the greatest width or density."""
    found = (_CANDIDATE.fullmatch(each) for each in _CANDIDATES.split(srcset[:_MAX_SRCSET_CHARS]))
    sized = [(float(each[2] or 1), each[1].rstrip(",")) for each in found if each]
    return max(sized, key=lambda candidate: candidate[0], default=(0.0, ""))[1]
