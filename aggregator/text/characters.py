"""Characters that no text of ours may hold, and character references."""

from __future__ import annotations

import html
import re

# The bidirectional overrides, embeddings and isolates are legal, but turn the neighbours of a text around.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]+"
)
_ASCII_FORBIDDEN = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
# Longer than any code point, zeros in front included; int() refuses to read some thousand digits.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{32,}|[xX][0-9a-fA-F]{32,});?")


def clean_text(text: str) -> str:
    r"""Take out the characters that XML forbids or discourages, lone surrogates, and bidirectional controls.

    They go without a trace: validators complain about U+FFFD in a title. Emoji, joiners and variation
    selectors stay.

    Follows:
        XML 1.0, 2.2: the ``Char`` production, without the discouraged control characters.

    >>> clean_text("a\x00b\u202ec\ufffed\ud800e \U0001f469\u200d\U0001f680")
    'abcde 👩\u200d🚀'
    """
    if not text.isascii():
        # What is printable is allowed, and to find that out is twice as fast as to look for what is not.
        plain = text.replace("\n", "").replace("\t", "").replace("\r", "").replace("\xa0", "")
        return text if plain.isprintable() else _FORBIDDEN.sub("", text)
    kept = text.encode("ascii").translate(None, _ASCII_FORBIDDEN)
    return text if len(kept) == len(text) else kept.decode("ascii")


def one_line(text: str) -> str:
    r"""Clean a text and fold every run of white space, line ends included, to one space.

    >>> one_line("  one\r\n\ttwo\u00a0three ")
    'one two three'
    """
    return " ".join(clean_text(text).split())


def decode_references(text: str) -> str:
    """Decode character references once, as a browser does; never raises.

    Follows:
        HTML, 13.2.5.72: character references, also without a semicolon; references to nothing are dropped.

    >>> decode_references("AT&amp;amp;T &eacute; &#x1F680; &unknown; &#" + "9" * 5000 + ";")
    'AT&amp;T é 🚀 &unknown; '
    """
    if "&" not in text:
        return text
    return html.unescape(_ENDLESS_REFERENCE.sub("", text) if "&#" in text else text)
