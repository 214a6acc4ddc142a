"""In which character encoding a document really is, where that can be told better than from its labels."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass

_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Labels that stand for windows-1252 on the web (WHATWG Encoding, 4.2): the bytes 80 to 9F are quotation marks
# and dashes there, and control characters that nobody writes in the encodings they name.
_LATIN = frozenset({"iso8859-1", "ascii"})
# Encodings of Python that no document was ever written in; feedparser takes the label at its word, and gives up.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"})
_C1 = re.compile(rb"[\x80-\x9f]")
_STRAY = re.compile("[\udc80-\udcff]+")
# In other encodings up to a seventh of the characters look like UTF-8 by accident.
_SOUND_FOR_A_STRAY = 2
_UTF8 = "utf-8"


@dataclass(frozen=True, slots=True)
class Encoded:
    """A document with what is known of its encoding.

    Attributes:
        encoding: To be believed before every label; None leaves it to the labels.
        complaint: What had to be mended, for people.
    """

    body: bytes
    encoding: str | None = None
    complaint: str | None = None


def settle_encoding(body: bytes, headers: Mapping[str, str]) -> Encoded:
    """Find out what feedparser, which believes labels, would get wrong.

    Bytes beyond ASCII that are valid UTF-8 are UTF-8, whatever the labels say: no other encoding in use makes such
    sequences by accident. Single stray bytes in UTF-8, as a cut in the middle of a character or a pasted quotation
    mark leaves them, are read as windows-1252; feedparser would read all of the document so. What is labelled
    ISO 8859-1 is windows-1252, as in every browser. UTF-16 and UTF-32 with their mark become UTF-8.
    """
    for mark, name in _WIDE:
        if body.startswith(mark):
            return _narrowed(body, name)
    labels = _labels(body, headers)
    if labels & _NO_CHARSETS:
        return Encoded(body, _UTF8 if _is_utf8(body) else "iso-8859-1")
    if body.isascii() or b"\0" in body[:4]:
        return Encoded(body)
    if not _is_utf8(body):
        return _not_quite(body, labels)
    return Encoded(body, _UTF8)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode(_UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _narrowed(body: bytes, name: str) -> Encoded:
    try:
        return Encoded(body.decode(name).encode(_UTF8, "surrogatepass"), _UTF8)
    except UnicodeError:
        return Encoded(body)


def _labels(body: bytes, headers: Mapping[str, str]) -> frozenset[str]:
    """Give the encodings that are named, as Python calls them; an unknown one as it is written."""
    declared = _DECLARED.match(body.removeprefix(codecs.BOM_UTF8))
    said = _CHARSET.search(headers.get("content-type", ""))
    names = (declared and declared[1].decode("ascii"), said and said[1])
    return frozenset(_canonical(name) for name in names if name)


def _canonical(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return name.lower()


def _not_quite(body: bytes, labels: frozenset[str]) -> Encoded:
    if labels and labels <= _LATIN:
        try:
            body.decode("windows-1252")
        except UnicodeDecodeError:
            return Encoded(body)
        return Encoded(body, "windows-1252" if _C1.search(body) else None)
    if labels - {_UTF8}:
        return Encoded(body)
    text = body.decode(_UTF8, "surrogateescape")
    stray = sum(len(found[0]) for found in _STRAY.finditer(text))
    beyond_ascii = sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
    if stray * _SOUND_FOR_A_STRAY > beyond_ascii - stray:
        return Encoded(body)
    complaint = f"not all of it is UTF-8: {stray} {'byte is' if stray == 1 else 'bytes are'} read as windows-1252"
    return Encoded(_STRAY.sub(_as_windows, text).encode(_UTF8), _UTF8, complaint)


def _as_windows(found: re.Match[str]) -> str:
    return found[0].encode(_UTF8, "surrogateescape").decode("windows-1252", "ignore")
