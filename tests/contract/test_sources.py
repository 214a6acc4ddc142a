"""Which known source each configured one is, in every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.source import Source, Validators
from aggregator.model.status import EntryFilter
from aggregator.model.verdict import Ask, ChangeSet, PollRecord
from aggregator.pipeline.ports import Store
from tests.builders import NOON, make_entry, make_source
from tests.contract.steps import bring, deciding, guids, new, read

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def named(store: Store, *sources: Source) -> list[str]:
    return [source.id for source in await store.sync_sources(sources, NOON)]


def slug(name: str, url: str) -> Source:
    return make_source(name, id_given=False, url=f"https://a.example/{url}")


async def test_sources_come_back_in_their_order_with_their_ids(store: Store):
    sources = (make_source("b"), slug("s", "1"), make_source("a"), slug("s", "2"), slug("s", "3"))
    assert await named(store, *sources) == ["b", "s", "a", "s-2", "s-3"]
    status = await store.status((), NOON)
    assert [one.source.id for one in status.sources] == ["b", "s", "a", "s-2", "s-3"]


async def test_an_id_that_was_not_given_stays_what_it_was_when_its_address_was_first_seen(store: Store):
    assert await named(store, slug("s", "1"), slug("s", "2")) == ["s", "s-2"]
    assert await named(store, slug("other", "2"), slug("s", "1")) == ["s-2", "s"]


async def test_an_id_that_the_user_gives_renames_what_its_address_is_known_as_and_entries_follow(store: Store):
    await named(store, slug("s", "1"))
    await bring(store, new(make_entry("1", source="s")), source_id="s")
    await store.curate(9, deciding())
    old = make_entry("1", source="s").key
    assert await named(store, make_source("mine", url="https://a.example/1")) == ["mine"]
    for short in (old.short, replace(old, source="mine").short):
        ((stored, story),) = await store.entries(EntryFilter(entry=short), NOON)
        assert stored.entry.key == replace(old, source="mine")
        assert story == stored.entry.key.short, "stories are called by the names of today"
        assert await guids(store, story=short) == ["1"]
    # Known by keys of another name, and judged new therefore: it is the entry that it was.
    committed, _ = await bring(store, new(make_entry("1", source="mine")), source_id="mine")
    assert not committed.fenced
    assert await guids(store) == ["1"]


async def test_two_sources_may_exchange_their_ids(store: Store):
    one, two = "https://a.example/1", "https://a.example/2"
    await named(store, slug("a", "1"), slug("b", "2"))
    assert await named(store, make_source("b", url=one), make_source("a", url=two)) == ["b", "a"]
    status = await store.status((), NOON)
    assert [(each.source.id, each.source.url) for each in status.sources] == [("b", one), ("a", two)]


async def test_who_was_given_an_id_has_it_although_one_that_is_gone_had_it_before(store: Store):
    await named(store, slug("a", "1"))
    await bring(store, new(make_entry("1", source="a")), source_id="a")
    await named(store, make_source("z"))
    assert await named(store, make_source("z"), make_source("a", url="https://b.example/")) == ["z", "a"]
    assert (await read(store, "z")).documents == 0


async def test_another_address_drops_validators_and_is_due_at_once(store: Store):
    await named(store, make_source())
    (claim,) = await store.claim_due(NOON, 9)
    state = replace(claim.state, validators=Validators(etag='"1"'), body_digest="d", errors=3, documents=2)
    poll = PollRecord(at=NOON, outcome="new")
    await store.transact(Ask(source_id="lwn", version=1), lambda _: ChangeSet(state=state, poll=poll))
    (late,) = await store.claim(["lwn"], NOON)
    await store.sync_sources([make_source(url="https://elsewhere.example/")], NOON + HOUR)
    found = await read(store)
    assert (found.validators, found.body_digest, found.errors) == (Validators(), "", 0)
    assert (found.documents, found.next_poll_at) == (2, NOON + HOUR)
    answer = await store.transact(
        Ask(source_id="lwn", version=late.state.version), lambda _: ChangeSet(state=state, poll=poll)
    )
    assert answer.fenced, "an answer of the old address is not taken for one of the new"


async def test_the_same_settings_change_nothing(store: Store):
    await named(store, make_source())
    await store.claim_due(NOON, 9)
    before = await read(store)
    await store.sync_sources([make_source()], NOON + HOUR)
    assert await read(store) == before


async def test_a_source_that_is_no_longer_configured_is_kept_and_goes_on_when_it_returns(store: Store):
    await named(store, make_source("a"), make_source("b"))
    await bring(store, new(make_entry("1", source="a")), source_id="a")
    await named(store, make_source("b"))
    assert [one.source.id for one in (await store.status((), NOON)).sources] == ["b"]
    assert await guids(store) == ["1"]
    await named(store, make_source("b"), make_source("a"))
    assert (await read(store, "a")).documents == 1


async def test_what_is_configured_is_what_is_claimed_secrets_and_all(store: Store):
    source = make_source(authorization="Basic s", headers=(("X-Key", "s"),), proxy="http://p.example:1/", tags=("t",))
    await named(store, source)
    (claim,) = await store.claim_due(NOON, 9)
    assert claim.source == source
