"""Folding: a text without what comparisons pass over."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

INVISIBLE = "\u00ad\u034f\u200c\u200d\u2060\ufeff"
"""Characters that may stand inside of a word without being seen."""

# Vowels and voicing of scripts that spell with marks make another word; accents and points do not.
_DROPPED = frozenset(INVISIBLE + "\u0640")
_SPELLING_CLASSES = frozenset({0, 8, 9, 84, 91, *range(103, 133)})
# Letters that Unicode does not take apart, although readers do.
_LOOK_ALIKE = str.maketrans(
    {"\u0131": "i", "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
    | dict.fromkeys("\u2019\u02bc", "'")
)

# What is not ASCII comes in short runs that return: letters with accents, quotes, dashes.
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """Take case, accents, points, width and invisible characters out of a text.

    >>> fold("CAFÉ Łódź İstanbul Straße")
    'cafe lodz istanbul strasse'
    """
    if text.isascii():
        return text.lower()
    return _FOREIGN.sub(_folded, text.lower())


def keeps_length(text: str) -> bool:
    """Say whether each run of characters stays as long as it is, so that places in what was folded are places in it."""
    return text.isascii() or all(len(run) == len(_fold_foreign(run.lower())) for run in set(_FOREIGN.findall(text)))


def _folded(run: re.Match[str]) -> str:
    return _fold_foreign(run[0])


@lru_cache(maxsize=8_192)
def _fold_foreign(text: str) -> str:
    kept = (character for character in unicodedata.normalize("NFKD", text) if _spells(character))
    return unicodedata.normalize("NFC", "".join(kept).casefold().translate(_LOOK_ALIKE))


def _spells(character: str) -> bool:
    if character in _DROPPED or "\ufe00" <= character <= "\ufe0f" or unicodedata.category(character) == "Me":
        return False
    return unicodedata.combining(character) in _SPELLING_CLASSES
