"""Texts on their way from reading to curating, so that nobody has to find them twice."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Final

from aggregator.model.entry import Entry, EntryKey
from aggregator.model.reading import EntryText, Reading

MOST_CHARACTERS: Final = 4_000_000


class TextsInHand:
    """What is visible of entries that were read and not yet curated; the oldest are let go of when there are many.

    Polls bring them and the thread of the store takes them. Nothing depends on their being there: who finds none reads
    the text of the entry anew, and gets the same.
    """

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._characters = 0
        # By key, with the digest of the content that it is the text of: an entry may have another one by now.
        self._texts: dict[EntryKey, tuple[int, EntryText]] = {}
        self._lock = Lock()

    def keep(self, reading: Reading) -> None:
        """Keep the texts of a document that was read."""
        with self._lock:
            for entry, text in zip(reading.entries, reading.texts, strict=False):
                self._drop(entry.key)
                self._texts[entry.key] = hash(entry.content_html), text
                self._characters += _size(text)
            while self._characters > self._most:
                self._drop(next(iter(self._texts)))

    def take(self, entries: Iterable[Entry]) -> dict[EntryKey, EntryText]:
        """Give the texts of entries, as far as they are at hand, and let go of them."""
        with self._lock:
            found = {}
            for entry in entries:
                kept = self._drop(entry.key)
                if kept is not None and kept[0] == hash(entry.content_html):
                    found[entry.key] = kept[1]
            return found

    def _drop(self, key: EntryKey) -> tuple[int, EntryText] | None:
        kept = self._texts.pop(key, None)
        if kept is not None:
            self._characters -= _size(kept[1])
        return kept


def _size(text: EntryText) -> int:
    return len(text.visible) + len(text.folded)
