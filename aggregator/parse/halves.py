"""References to halves of characters, as programs write them whose strings are of UTF-16, and to no characters."""

from __future__ import annotations

import re

_HALF = rb"0{0,99}5[5-7]\d{3}|[xX]0{0,99}[dD][89a-fA-F][0-9a-fA-F]{2}"
_BEYOND = rb"[1-9]\d{6,}|[xX][1-9a-fA-F][0-9a-fA-F]{5,}"
_ONE = rb"&#(?:" + _HALF + rb"|" + _BEYOND + rb");?"
# Begins with letters, not with a group: those are looked for as a word is, eight times as fast.
_RUN = re.compile(_ONE + rb"(?:" + _ONE + rb")*")
_NUMBER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|(\d+));?")
_MOST_DIGITS = 100
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def join_halves(body: bytes) -> bytes:
    """Make one reference of two to the halves of one character; a single half and what is no character go.

    XML forbids such references (1.0, 4.1). feedparser refuses a document for one of them.

    >>> join_halves(b"&#xD83D;&#xDE80; &#55357; &#55203; &#x110000;")
    b'&#128640;  &#55203; '
    """
    return _RUN.sub(_joined, body)


def _joined(found: re.Match[bytes]) -> bytes:
    numbers = [_number(*each) for each in _NUMBER.findall(found[0])]
    if all(number <= _LAST and number not in _SURROGATES for number in numbers):
        return found[0]
    text = "".join(map(chr, (number for number in numbers if number <= _LAST)))
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return b"".join(b"&#%d;" % ord(char) for char in whole)


def _number(hexadecimal: bytes, decimal: bytes) -> int:
    if max(len(hexadecimal), len(decimal)) > _MOST_DIGITS:
        return _LAST + 1
    return int(hexadecimal, 16) if hexadecimal else int(decimal)
