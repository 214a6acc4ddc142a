"""What every store does for topics that learn from examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.liking import CrossCheck, Example, Learned
from aggregator.model.story import Curated, Deciding, Placement
from aggregator.model.verdict import New
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import REASON, bring, deciding, new

pytestmark = pytest.mark.anyio

LEARNED = Learned(
    topic="wet",
    asked="a1",
    background="b1",
    meaning="three matters 1",
    examples=(Example(title="The river", text="is high", name="abc"), Example(title="東京で大雨")),
    terms=(("river", 2.5, 0.25), ("~ riv", 1.0, -0.125)),
    rarest=4.5,
    scales=(0.5, 2.0),
    direction=(0.1, -0.2),
    marks=(-0.5, 0.25, 1.5),
    check=CrossCheck(examples=2, found=1, background=300, taken=4),
    hidden=(Example(title="Bread", text="is dry", name="xyz"),),
)


async def test_what_was_learned_comes_back_as_it_was(store: Store):
    assert await store.tastes() == ()
    await store.keep_taste(LEARNED)
    await store.keep_taste(replace(LEARNED, topic="dry", meaning="", direction=()))
    assert await store.tastes() == (replace(LEARNED, topic="dry", meaning="", direction=()), LEARNED)


async def test_what_is_learned_anew_takes_the_place_of_what_was(store: Store):
    await store.keep_taste(LEARNED)
    await store.keep_taste(replace(LEARNED, asked="a2", terms=()))
    assert await store.tastes() == (replace(LEARNED, asked="a2", terms=()),)


async def test_what_cannot_be_kept_changes_nothing(store: Store, nothing_commits):
    await store.keep_taste(LEARNED)
    with nothing_commits(), pytest.raises(StoreError):
        await store.keep_taste(replace(LEARNED, asked="a2"))
    assert await store.tastes() == (LEARNED,)


async def test_the_sample_is_the_same_whenever_the_same_is_kept(store: Store):
    await store.sync_sources([make_source()], NOON)
    entries = [make_entry(str(number)) for number in range(9)]
    await bring(store, new(*entries))
    shuffled = sorted(entries, key=lambda entry: entry.key.short)
    expected = tuple(Example(title=entry.title, text=entry.summary) for entry in shuffled)
    assert await store.background(99) == expected
    assert await store.background(4) == expected[:4]
    await store.curate(99, deciding())
    assert await store.background(99) == expected


async def test_the_sample_leaves_out_copies_what_is_held_and_what_is_private(store: Store):
    await store.sync_sources([make_source(), make_source("secret", private=True)], NOON)
    first, copy, held = make_entry("1"), make_entry("2", title="Again"), make_entry("3", title="Held")
    await bring(store, [*new(first, copy), New(entry=held, reason=REASON, held_until=NOON + timedelta(days=1))])
    await bring(store, new(secret := make_entry("4", source="secret")), source_id="secret")
    placed = tuple(
        Placement(key=one.key, story=first.key, duplicate_of=root, reason=REASON)
        for one, root in ((first, None), (copy, first.key), (secret, None))
    )
    await store.curate(99, Deciding(trace=lambda _: (), decide=lambda _: Curated(placements=placed)))
    assert [one.title for one in await store.background(99)] == [first.title]
