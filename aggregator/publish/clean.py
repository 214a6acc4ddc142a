"""The last wash before anything is shown: texts, addresses and language tags.

Normalising has cleaned all of it already. One character that XML forbids would cost a whole topic feed, and one
address with a password in it a password, so nothing leaves on trust.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

MAX_URL_CHARS = 4_000

_ILLEGAL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_REST = r"[\w%/?:@!$&'()*+,;=~.-]*"
_SOUND_URL = re.compile(rf"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?]{_REST})?(?:#{_REST})?", re.ASCII)
_SHORT = 400
_WEB = re.compile(r"https?://[^\s<>\"@/?#]+(?:[/?#][^\s<>\"]*)?", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]*/[A-Za-z0-9][\w!#$&^.+-]*", re.ASCII)
_TELLING = r"token|secret|passw|pwd|auth(?!or)|signature|session|credential"
_SECRET_PARAMETER = re.compile(
    rf"(?:^|&)(?:[^=&]*(?:{_TELLING})[^=&]*|(?:[^=&]*[_-])?(?:key|sig)|apikey)=", re.IGNORECASE
)


def xml_text(text: str) -> str:
    r"""Take out what an XML document may not hold, or should not.

    Illegal characters go without a trace: validators complain about U+FFFD in a title.

    Follows:
        XML 1.0, 2.2: the ``Char`` production, without the discouraged control characters.

    >>> xml_text("tab\tnew\nbell\a end\ufffe")
    'tab\tnew\nbell end'
    """
    return _ILLEGAL.sub("", text)


def xml_safe(text: str) -> str:
    r"""Give a text that cannot break a document: itself, at small cost, unless it holds what XML forbids.

    >>> xml_safe("sound"), xml_safe("bell\a"), xml_safe("half\ud800")
    ('sound', 'bell', 'half')
    """
    if len(text) < _SHORT and text.isprintable():
        return text
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return xml_text(text)
    broken = len(encoded.translate(None, _CONTROLS)) < len(encoded)
    # U+FFFE and U+FFFF.
    return xml_text(text) if broken or b"\xef\xbf\xbe" in encoded or b"\xef\xbf\xbf" in encoded else text


def markup(text: str) -> str:
    """Give markup whose line ends are the same in every format."""
    clean = xml_safe(text)
    return clean.replace("\r\n", "\n").replace("\r", "\n") if "\r" in clean else clean


def line(text: str, max_chars: int) -> str:
    r"""Fold a text to one line of at most ``max_chars`` characters, cut at a word.

    Bidirectional overrides go too: in a list of titles they would turn the neighbours around.

    >>> line("  one\n two  three ", 9)
    'one two…'
    """
    text = text[: 8 * max_chars]
    # What an encoding damaged: validators complain about it in titles.
    text = text.replace("\ufffd", "")
    if not text.isprintable():
        text = _BIDI.sub("", xml_text(text))
    text = " ".join(text.split())
    if len(text) <= max_chars:
        return text
    cut = text[: max_chars - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:–-") + "…"  # noqa: RUF001 - the dash before a cut is an en dash


def is_web_url(url: str | None) -> bool:
    """Say whether an address may stand in a link: http or https, without user name, of harmless characters."""
    return url is not None and len(url) <= MAX_URL_CHARS and _WEB.fullmatch(url) is not None


def web_url(url: str | None) -> str | None:
    """Give an http or https address as it may stand in a link, or None.

    User names and passwords are left out; characters that a URI may not hold are escaped.

    >>> web_url(" https://me:pw@a.example/ü b?x=[1]")
    'https://a.example/%C3%BC%20b?x=%5B1%5D'
    >>> web_url("javascript:alert(1)") is None
    True
    """
    text = (url or "").strip()
    if len(text) <= MAX_URL_CHARS and _SOUND_URL.fullmatch(text):
        return text
    if not text or len(text) > MAX_URL_CHARS or _CONTROL.search(text) or xml_text(text) != text:
        return None
    try:
        parts = urlsplit(text)
        netloc = parts.netloc.rpartition("@")[2]
        ascii_netloc = netloc if netloc.isascii() else netloc.encode("idna").decode()
    except ValueError:
        return None
    clean = urlunsplit(
        (
            parts.scheme.lower(),
            ascii_netloc,
            quote(parts.path, safe="%/:@!$&'()*+,;=~"),
            quote(parts.query, safe="%/?:@!$&'()*+,;=~"),
            quote(parts.fragment, safe="%/?:@!$&'()*+,;=~"),
        )
    )
    return clean if is_web_url(clean) else None


def open_url(url: str | None) -> str | None:
    """Give the address of a source as strangers may see it; None when the address itself is the secret.

    >>> open_url("https://a.example/feed?token=abc") is None
    True
    """
    clean = web_url(url)
    return None if clean is None or _SECRET_PARAMETER.search(urlsplit(clean).query) else clean


def language_tag(text: str | None) -> str | None:
    """Give a language tag in the form of RFC 5646, or None.

    >>> language_tag("en_GB"), language_tag("English (UK)")
    ('en-GB', None)
    """
    tag = (text or "").strip().replace("_", "-")
    return tag if _LANGUAGE.fullmatch(tag) else None


def media_type(text: str) -> str:
    """Give a media type, in doubt that of plain bytes."""
    return text if _MEDIA_TYPE.fullmatch(text) else "application/octet-stream"
