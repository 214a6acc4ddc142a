"""What searching needs of a store: an index of words, filled behind everything else, and looking through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.searching import Found, Sought


class SearchStore(Protocol):
    """What searching needs."""

    async def index_words(self, limit: int, words: Callable[[StoredEntry, SourceFacts], Sequence[str]]) -> int:
        """Take up to ``limit`` entries that are new, or were edited, into the index; say how many waited, at most that.

        What was pruned leaves the index. An entry that changes meanwhile waits again.

        Args:
            limit: Entries.
            words: Pure; gives, for each of ``WORDS_IN``, the words of an entry, parted by spaces, each once.
        """
        ...

    async def search(self, sought: Sought) -> Found:
        """Find what is kept, what came last first, whether the index knows it yet or not; never waits for a writer.

        ``judge`` is asked about every entry that has the ``terms`` by the index, or is not in it, until the limit
        is reached. One call judges a bounded number of entries; ``before`` then says where to go on.
        """
        ...
