"""Search: look through everything that is kept, by the same language and the same evaluation as topics."""

from __future__ import annotations

from aggregator.model.searching import Asked, Found
from aggregator.pipeline.ports import SearchStore
from aggregator.topics import sought, words_of

BATCH = 100


async def search(store: SearchStore, asked: Asked) -> Found:
    """Find entries, what came last first.

    Raises:
        QueryError: The text cannot be read.
    """
    return await store.search(sought(asked))


async def index_some(store: SearchStore) -> bool:
    """Take a batch of what waits into the index; say whether there may be more."""
    return await store.index_words(BATCH, words_of) == BATCH
