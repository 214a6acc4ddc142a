"""Reading only what is new of a document stores what reading all of it does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from aggregator.model.overrides import NO_OVERRIDES, Overrides
from aggregator.model.reading import Document
from aggregator.model.verdict import KnownDocument
from aggregator.pipeline.poll import PollParts, poll
from aggregator.pipeline.read import is_current, read_document
from aggregator.store.sqlite import SqliteStore
from tests.builders import make_source
from tests.e2e.corpora import FOLDER, needs_corpora
from tests.fakes.clock import FakeClock
from tests.fakes.fetcher import FakeFetcher, fetched
from tests.fakes.reader import FakeReader

URL = "https://lwn.example/feed.xml"
ROWS = (
    "SELECT guid, keys, title, url, content_html, summary, authors, categories, fingerprint, revision, "
    "published_at, first_seen_at, vanished_at FROM entries ORDER BY guid"
)


class Forgetful:
    """A store that remembers no items, so that all of every document is read."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def known_document(self, source_id: str) -> KnownDocument:
        return KnownDocument()


async def stored_after(documents: Sequence[bytes], folder: Path, *, forgetful: bool):
    """Poll the documents one after another; give the rows and the record after each, and the reader."""
    store = SqliteStore.open(folder / "a.db", site_authority="test.example")
    clock, fetcher, reader = FakeClock(), FakeFetcher(), FakeReader()
    used = Forgetful(store) if forgetful else store
    parts = PollParts(store=used, fetcher=fetcher, reader=reader, clock=clock, user_agent="test")
    await store.sync_sources([make_source(url=URL, backfill=1000)], clock.now())
    steps = []
    for number, body in enumerate(documents):
        fetcher.script(URL, fetched(URL, body, etag=f'"{number}"'))
        (claim,) = await store.claim(["lwn"], clock.now())
        record = (await poll(claim, parts)).record
        with sqlite3.connect(folder / "a.db") as database:
            rows = database.execute(ROWS).fetchall()
        database.close()
        steps.append(((record.outcome, record.new, record.revised), rows))
        clock.turn(timedelta(hours=1))
    await store.close()
    return steps, reader


def document(title: str, items: Sequence[str]) -> bytes:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'.encode()


def item(guid: str, title: str, link: str = "") -> str:
    named = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<item><title>{title}</title><link>https://a.example/{link or guid or title}</link>{named}</item>"


@pytest.mark.anyio
async def test_known_items_are_not_read_again_and_an_edit_is(tmp_path):
    items = [item(str(number), f"T{number}") for number in range(10)]
    documents = [
        document("A", items),
        document("A", [item("new", "N"), *items]),
        document("A", [*items[1:], items[0].replace("T0", "Edited")]),
        document("A", reversed(items[1:])),
        document("B", reversed(items[1:])),
    ]
    steps, reader = await stored_after(documents, tmp_path / "a", forgetful=False)
    assert [record for record, _ in steps] == [
        ("new", 10, 0),
        ("new", 1, 0),
        ("revised", 0, 1),
        ("unchanged", 0, 0),
        ("unchanged", 0, 0),
    ]
    # The fourth document holds nothing new in the same frame: it is not read at all.
    assert reader.left_out == 10 + 9 + 9
    assert (await stored_after(documents, tmp_path / "b", forgetful=True))[0] == steps


def test_what_was_dropped_is_known_until_the_settings_change():
    body = document("A", [item(str(number), f"T{number}") for number in range(3)])
    reading = read_document(
        Document(source_id="s", url=URL, source_url=URL, headers=(), body=body, now=FakeClock().now(), drop="title:T1")
    )
    assert [key and key.guid for _, key in reading.items] == ["0", None, "2"]
    assert is_current(reading.frame, NO_OVERRIDES, "title:T1")
    assert not is_current(reading.frame, NO_OVERRIDES, None)
    assert not is_current(reading.frame, NO_OVERRIDES, "title:T2")
    assert not is_current(reading.frame, Overrides(base="feed"), "title:T1")


_ITEMS = st.builds(
    item, st.sampled_from(["", "1", "2", "3", "4"]), st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "x", "y"])
)
_DOCUMENTS = st.lists(
    st.builds(document, st.sampled_from(["A", "B"]), st.lists(_ITEMS, max_size=5)), min_size=2, max_size=5
)


@pytest.mark.anyio
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=_DOCUMENTS)
async def test_what_is_stored_does_not_depend_on_what_is_left_out(documents, tmp_path_factory):
    folder = tmp_path_factory.mktemp("items")
    ours, _ = await stored_after(documents, folder / "a", forgetful=False)
    whole, _ = await stored_after(documents, folder / "b", forgetful=True)
    assert ours == whole


@needs_corpora
@pytest.mark.corpora
@pytest.mark.anyio
@pytest.mark.parametrize("steps", [5, pytest.param(None, marks=pytest.mark.prove, id="all")])
async def test_the_timelines_come_out_as_from_whole_readings(steps, tmp_path):
    left_out = 0
    for timeline in sorted(path for path in (FOLDER / "timelines").iterdir() if path.is_dir()):
        versions = json.loads((timeline / "manifest.json").read_text(encoding="utf-8"))["versions"]
        documents = [(timeline / version["file"]).read_bytes() for version in versions[:steps]]
        ours, reader = await stored_after(documents, tmp_path / f"{timeline.name}-a", forgetful=False)
        whole, _ = await stored_after(documents, tmp_path / f"{timeline.name}-b", forgetful=True)
        assert ours == whole, timeline.name
        left_out += reader.left_out
    assert left_out > 100
