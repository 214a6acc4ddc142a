"""What a headline is compared by: its words without what an editor puts before or behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from aggregator.text.digests import digest64
from aggregator.text.tokens import tokens

LEAST_WORDS: Final = 3
"""Shorter headlines say too little to be the same by themselves."""

# An agency's marker may lean on the headline ("UPDATE 2-Ferry"); other words may be part of one ("Live-in carer").
_MARKER = re.compile(
    r"\s*(?:(?:update\s*\d+|exclusive|corrected|factbox)\s*[-:\u2013]"
    r"|(?:update|breaking(?:\s+news)?|watch(?:\s+live)?|live|video|photos)(?:\s*:|\s+[-\u2013]\s))\s*",
    re.IGNORECASE,
)
_SEPARATORS = (" - ", " \u2013 ", " \u2014 ", " | ", " \u00b7 ", ": ")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def headline_words(title: str, outlet: str = "") -> tuple[str, ...]:
    """Cut a headline into words, without a marker in front and the name of its own outlet at either end.

    Nothing but the outlet's own name is ever taken off an end: in many notices the name behind the dash is all that
    tells them apart.

    >>> headline_words("UPDATE 2-Ferry runs aground off Malta | Harbour Times", "Harbour Times")
    ('ferry', 'runs', 'aground', 'off', 'malta')
    """
    found = _MARKER.match(title)
    words = tokens(title[found.end() :] if found else title)
    if not outlet or not any(separator in title for separator in _SEPARATORS) or not (name := tokens(outlet)):
        return words
    if words[-len(name) :] == name and len(words) - len(name) >= LEAST_WORDS:
        return words[: -len(name)]
    if words[: len(name)] == name and len(words) - len(name) >= LEAST_WORDS:
        return words[len(name) :]
    return words


def headline_key(words: Sequence[str]) -> int | None:
    """Hash a headline to the key under which equal ones meet; None for one that is too short to prove anything."""
    return digest64("headline", *words) if len(words) >= LEAST_WORDS else None


def numbers(text: str) -> tuple[str, ...]:
    """Give the numbers of a text, sorted.

    >>> numbers("Form 8.3: 2 of 10")
    ('10', '2', '8.3')
    """
    return tuple(sorted(_NUMBER.findall(text)))
