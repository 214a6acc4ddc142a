"""The index of words on FTS5: it forgets what it should, takes any word for one word, and bears any query."""

from __future__ import annotations

import sqlite3
import unicodedata

import pytest

from aggregator.model.searching import WORDS_IN, Term
from aggregator.model.verdict import Revised
from aggregator.pipeline.search import index_some
from aggregator.store.sqlite.searching import SCHEMA, match_text
from aggregator.text.tokens import tokens
from aggregator.topics import parse_query
from aggregator.topics.searching import narrowed
from tests.builders import NOON, make_entry
from tests.contract.house import House
from tests.contract.steps import REASON, bring, new
from tests.store.living import live, rows


def empty_index() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(SCHEMA.split(";")[0])
    return db


def test_the_words_of_an_edit_take_the_place_of_those_before(tmp_path):
    async def story(house: House) -> None:
        await bring(house.store, new(make_entry("1", source="ap", title="A drone")), source_id="ap")
        await index_some(house.store)
        edited = make_entry("1", source="ap", title="A balloon")
        await bring(house.store, [Revised(entry=edited, revision=1, reason=REASON)], at=NOON, source_id="ap")
        await index_some(house.store)

    live(tmp_path, story)
    found = "SELECT rowid FROM words WHERE words MATCH '{}'"
    assert rows(tmp_path, found.format("drone")) == []
    assert rows(tmp_path, found.format("balloon")) == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM to_index") == [(0,)]


def test_a_new_entry_writes_nothing_for_the_index_within_its_poll(tmp_path):
    async def story(house: House) -> None:
        await bring(house.store, new(make_entry("1", source="ap")), source_id="ap")
        await house.curate()

    live(tmp_path, story)
    assert rows(tmp_path, "SELECT (SELECT count(*) FROM to_index), (SELECT count(*) FROM indexed)") == [(0, 0)]


def test_every_letter_belongs_to_its_word():
    db = empty_index()
    letters = [chr(point) for point in range(0x80, 0x30000) if unicodedata.category(chr(point))[0] in "LNM"]
    words = {word for letter in letters[::7] for word in tokens(f"a{letter}b")}
    for word in sorted(words):
        db.execute("SELECT rowid FROM words WHERE words MATCH ?", [match_text(Term(WORDS_IN, word))]).fetchall()
    for number, word in enumerate(sorted(words)[:500], 1):
        db.execute("INSERT INTO words (rowid, title) VALUES (?, ?)", [number, word])
        match = match_text(Term(("title",), word))
        assert (number,) in db.execute("SELECT rowid FROM words WHERE words MATCH ?", [match]).fetchall()


def _nested(depth: int) -> str:
    query = "a"
    for level in range(depth):
        query = f"(b{level} {query} -(c{level} OR d{level} -e))" if level % 2 else f"(b{level} OR {query})"
    return query


@pytest.mark.parametrize(
    "query",
    [
        _nested(49),
        _nested(12),
        " OR ".join(f"w{number}" for number in range(2_200)),
        " ".join(f"w{number}*" for number in range(2_200)),
        "x " + " ".join(f"-w{number}" for number in range(2_200)),
        " OR ".join(f'(w{number} "a b{number} c")' for number in range(900)),
    ],
)
def test_the_deepest_and_the_longest_queries_can_be_looked_up(query: str):
    terms = narrowed(parse_query(query)).terms
    assert terms is not None
    assert empty_index().execute("SELECT rowid FROM words WHERE words MATCH ?", [match_text(terms)]).fetchall() == []
