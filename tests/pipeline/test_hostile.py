"""Hostile documents that are over in a moment; ``make prove`` has those that are ended, and the figures of all."""

from __future__ import annotations

import pytest

from aggregator.model.reading import Reading, Unreadable
from aggregator.service.reading import PooledReader
from aggregator.service.workers import WorkerPool
from tests.mutations.hostile import unpacked
from tests.mutations.judging import document_of

QUICK = (
    "entities that laugh",
    "entities that grow as a square",
    "entities in a circle",
    "markup nested deep",
    "namespaces by the fifty thousand",
    "comments in a text",
    "a title escaped a thousand times",
    "a link of millions",
    "a date of commas",
    "a duration of millions",
    "a language of millions",
    "pictures for patient expressions",
    "frames for patient expressions",
    "a srcset of millions",
    "styles for patient expressions",
    "a web page of millions",
    "a web page that does not end",
    "utf-32 of millions",
    "punycode",
    "names of hosts for an encoding",
    "JSON nested deep",
    "JSON objects nested deep",
    "JSON of a number",
    "JSON of a broken number",
)
GOOD = b"<rss version='2.0'><channel><title>T</title><item><guid>1</guid></item></channel></rss>"


@pytest.mark.anyio
async def test_quick_hostile_documents_are_read_or_refused_with_a_reason_and_the_worker_lives_on():
    pool = WorkerPool("aggregator.pipeline.read:read_asked", size=1)
    reader = PooledReader(pool)
    try:
        for name in QUICK:
            body, media_type = unpacked(name)
            outcome = await reader.read(document_of(body, (("content-type", media_type),)))
            assert isinstance(outcome, Reading) or outcome.detail, name
            if isinstance(outcome, Unreadable):
                assert outcome.kind != "parse_killed", name
        good = await reader.read(document_of(GOOD))
        assert isinstance(good, Reading)
        assert len(good.entries) == 1
        assert pool.kills == 0
    finally:
        await pool.close()
