"""What every store does for reading the pages of entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.article import FullText, PageWanted
from aggregator.model.entry import EntryKey
from aggregator.model.status import EntryFilter
from aggregator.model.story import CurateBatch
from aggregator.model.verdict import New, Revised
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import REASON, bring, deciding, new

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
A, B = make_entry("a"), make_entry("b", summary="")
KEPT = FullText(
    key=B.key, revision=0, outcome="kept", asked_at=NOON, content_html="<p>All of it.</p>", summary="All of it."
)


@pytest.fixture
async def store(store: Store) -> Store:
    """Let two entries have come, an hour apart."""
    await store.sync_sources([make_source(), make_source("other")], NOON)
    await bring(store, new(A), at=NOON)
    await bring(store, new(B), at=NOON + HOUR)
    await store.curate(9, deciding())
    return store


async def wanted(store: Store, hours: float = 1, limit: int = 9) -> list[str]:
    found = await store.pages_wanted(["lwn", "nobody"], NOON + hours * HOUR, limit)
    return [page.key.guid for page in found]


async def test_pages_of_fresh_entries_are_wanted_the_oldest_first(store: Store):
    first, _ = await store.pages_wanted(["lwn"], NOON + HOUR, 9)
    assert first == PageWanted(key=A.key, url=str(A.url), content_html=A.content_html)
    assert await wanted(store) == ["a", "b"]
    assert await wanted(store, limit=1) == ["a"]
    assert await wanted(store, hours=49) == ["b"]
    assert await store.pages_wanted(["other"], NOON + HOUR, 9) == ()


async def test_what_was_only_kept_or_has_no_link_is_not_wanted(store: Store):
    kept = New(entry=make_entry("kept"), reason=REASON, backfilled=True)
    await bring(store, [kept, *new(make_entry("no-link", url=None, link_key=None))], at=NOON + HOUR)
    assert await wanted(store) == ["a", "b"]


async def test_an_article_takes_the_place_of_the_text_and_its_entry_arrives_anew(store: Store):
    await store.keep_full_text(KEPT)
    found = {stored.entry.key: stored for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert (found[B.key].entry.content_html, found[B.key].entry.summary) == ("<p>All of it.</p>", "All of it.")
    assert found[B.key].revision == 0
    seen: list[CurateBatch] = []
    await store.curate(9, deciding(seen=seen))
    ((arrival,),) = [batch.arrivals for batch in seen]
    assert (arrival.stored.entry.key, arrival.revised, arrival.stored.story) == (B.key, True, B.key)
    assert await wanted(store) == ["a"]


async def test_a_summary_that_the_feed_gave_stays(store: Store):
    await store.keep_full_text(replace(KEPT, key=A.key))
    found = {stored.entry.key: stored.entry for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert (found[A.key].summary, found[A.key].content_html) == (A.summary, "<p>All of it.</p>")


async def test_a_page_that_gave_nothing_changes_nothing_and_is_tried_again_when_it_is_time(store: Store):
    nothing = FullText(key=A.key, revision=0, outcome="timeout", asked_at=NOON, attempts=2, again_at=NOON + 5 * HOUR)
    await store.keep_full_text(nothing)
    assert (await store.curate(9, deciding())).arrivals == 0
    assert await wanted(store, hours=4) == ["b"]
    again, _ = await store.pages_wanted(["lwn"], NOON + 5 * HOUR, 9)
    assert (again.key, again.attempts) == (A.key, 2)
    await store.keep_full_text(replace(nothing, again_at=None))
    assert await wanted(store, hours=9) == ["b"]


async def test_of_an_entry_that_was_revised_the_page_is_wanted_anew_and_the_result_for_the_older_one_dropped(
    store: Store,
):
    await store.keep_full_text(replace(KEPT, key=A.key, attempts=3))
    edited = make_entry("a", title="Edited")
    await bring(store, [Revised(entry=edited, revision=1, reason=REASON)], at=NOON + 2 * HOUR)
    (page, _) = await store.pages_wanted(["lwn"], NOON + 2 * HOUR, 9)
    assert (page.revision, page.attempts, page.content_html) == (1, 0, edited.content_html)
    await store.keep_full_text(replace(KEPT, key=A.key))
    assert await store.pages_wanted(["lwn"], NOON + 2 * HOUR, 1) == (page,)
    found = {stored.entry.key: stored.entry for stored, _ in await store.entries(EntryFilter(), NOON)}
    assert found[A.key].content_html == edited.content_html


async def test_what_came_of_a_page_of_an_entry_that_there_is_not_is_dropped(store: Store):
    await store.keep_full_text(replace(KEPT, key=EntryKey("lwn", "nobody")))
    assert (await store.curate(9, deciding())).arrivals == 0
