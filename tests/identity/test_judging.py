"""What is new, what was edited, what is as it was: the ladder and its laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from aggregator.identity import Around, judge as judge_document
from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.verdict import KnownEntry, New, Revised, Unchanged, Verdict
from aggregator.text.digests import digest64
from tests.builders import NOON, make_entry


def keys(guid: str | None = None, link: str | None = None, title: str | None = None) -> tuple[CandidateKey, ...]:
    given_keys = ((KeyKind.GUID, guid), (KeyKind.LINK, link), (KeyKind.TITLE_DAY, title))
    return tuple(CandidateKey(kind, digest64(kind, "lwn", value)) for kind, value in given_keys if value is not None)


def entry(
    guid: str | None = None, link: str | None = None, title: str | None = None, *, text: str = "t", **more: Any
) -> Entry:
    own = guid if guid is not None else f"link:{link}" if link is not None else f"day:{title}"
    url = None if link is None else f"https://lwn.example/{link}"
    values = {"keys": keys(guid, link, title), "url": url, "fingerprint": f"{link}{title}{text}"}
    return make_entry(own, title=title or "Untitled", **(values | more))


def known(*stored: Entry, **facts: Any) -> tuple[KnownEntry, ...]:
    return tuple(
        KnownEntry(
            key=e.key,
            keys=e.keys,
            fingerprint=e.fingerprint,
            revision=0,
            title=e.title,
            summary=e.summary,
            published_at=e.published_at,
            **facts,
        )
        for e in stored
    )


def judge(
    document: Sequence[Entry], stored: Sequence[KnownEntry], *, first_document: bool, backfill: int
) -> tuple[Verdict, ...]:
    around = Around(now=NOON, first=first_document, backfill=backfill, vanished=(), kept=())
    return judge_document(document, stored, around).verdicts


def judge_later(document: Sequence[Entry], stored: Sequence[KnownEntry]) -> tuple[Verdict, ...]:
    return judge(document, stored, first_document=False, backfill=5)


def store(verdicts: Sequence[Verdict], document: Sequence[Entry], before: Sequence[KnownEntry]) -> list[KnownEntry]:
    """Keep what a poll brought, aliases included."""
    rows = {row.key: row for row in before}
    for verdict, seen in zip(verdicts, document, strict=True):
        if isinstance(verdict, New):
            rows[verdict.entry.key] = known(verdict.entry)[0]
        elif isinstance(verdict, Revised):
            row = rows[verdict.entry.key]
            keys_then = tuple(dict.fromkeys((*row.keys, *seen.keys)))
            rows[row.key] = replace(known(seen)[0], key=row.key, keys=keys_then, revision=verdict.revision)
        elif verdict.key in rows:
            row = rows[verdict.key]
            rows[row.key] = replace(row, keys=tuple(dict.fromkeys((*row.keys, *verdict.learned))))
    return list(rows.values())


def test_an_entry_never_seen_is_new():
    (verdict,) = judge_later([entry("1", "a")], [])
    assert isinstance(verdict, New)
    assert not verdict.backfilled
    assert verdict.reason.rule == "unknown"
    assert verdict.reason.evidence == "never seen here: guid, link"


def test_an_entry_as_it_was_is_unchanged():
    before = entry("1", "a")
    assert judge_later([before], known(before)) == (Unchanged(key=before.key),)


def test_an_edit_is_a_revision_under_the_stored_key():
    before, after = entry("1", "a", "Old"), entry("1", "a", "New")
    (verdict,) = judge_later([after], known(before))
    assert isinstance(verdict, Revised)
    assert verdict.entry == after
    assert verdict.revision == 1
    assert verdict.reason.evidence == "known by its key; changed: the title or the day"


def test_an_edit_of_the_text_alone_says_so():
    (verdict,) = judge_later([entry("1", "a", "T", text="new")], known(entry("1", "a", "T")))
    assert isinstance(verdict, Revised)
    assert verdict.reason.evidence == "known by its key; changed: the text"


def test_a_changed_guid_with_the_same_link_is_the_same_entry_even_under_a_new_title():
    (verdict,) = judge_later([entry("http-1", "a", "New")], known(entry("https-1", "a", "Old")))
    assert isinstance(verdict, Revised)
    assert verdict.entry.key == EntryKey("lwn", "https-1")
    assert verdict.reason.rule == "link"
    assert verdict.reason.evidence == "known by its link; changed: the guid, the title or the day"


def test_a_random_guid_with_everything_else_as_it_was_is_unchanged():
    (verdict,) = judge_later([entry("r2", "a", "T")], known(entry("r1", "a", "T")))
    assert isinstance(verdict, Unchanged)
    assert verdict.key == EntryKey("lwn", "r1")
    assert verdict.learned == keys("r2")
    assert verdict.reason is not None
    assert verdict.reason.rule == "link"


def test_a_second_guid_key_recognises_a_guid_that_moved_to_another_host():
    alias = CandidateKey(KeyKind.GUID, digest64("guid", "lwn", "/a/1"))
    before = entry("http://old.example/a/1", keys=(*keys("http://old.example/a/1"), alias))
    after = entry("https://new.example/a/1", keys=(*keys("https://new.example/a/1"), alias), text="edited")
    (verdict,) = judge_later([after], known(before))
    assert isinstance(verdict, Revised)
    assert (verdict.entry.key, verdict.reason.rule) == (before.key, "guid")


def test_a_moved_link_is_the_same_entry_by_its_guid():
    (verdict,) = judge_later([entry("1", "sport/a")], known(entry("1", "news/a")))
    assert isinstance(verdict, Revised)
    assert verdict.reason.evidence == "known by its key; changed: the link"


def test_without_guid_and_link_the_title_and_day_decide():
    before = entry(title="T 2026-11-23")
    assert judge_later([before], known(before)) == (Unchanged(key=before.key),)
    after = entry(title="T 2026-11-24", published_at=NOON + timedelta(days=1))
    assert isinstance(judge_later([after], known(before))[0], New)


def test_an_entry_found_by_its_guid_is_not_taken_away_by_the_link_of_an_earlier_one():
    stored = entry("1", "a", "First")
    fresh, same = entry("2", "a", "Second"), entry("1", "a", "First")
    verdicts = judge_later([fresh, same], known(stored))
    assert isinstance(verdicts[0], New)
    assert verdicts[1] == Unchanged(key=stored.key)


def test_two_entries_of_one_document_are_never_one_stored_entry():
    stored = entry("1", "a", "First")
    verdicts = judge_later([entry("2", "a", "Second"), entry("3", "a", "Third")], known(stored))
    assert [type(verdict) for verdict in verdicts] == [New, New]


def test_of_two_entries_with_one_key_the_first_speaks():
    first, second = entry("1", "a", "First"), entry("1", "b", "Second")
    verdicts = judge_later([first, second], [])
    assert isinstance(verdicts[0], New)
    assert verdicts[1] == Unchanged(key=first.key)


def test_a_link_that_several_stored_entries_share_recognises_none():
    stored = known(entry("live-11", "live", "Post 11"), entry("live-12", "live", "Post 12"))
    assert isinstance(judge_later([entry("live-13", "live", "Post 13")], stored)[0], New)


def test_the_title_recognises_what_an_ambiguous_link_cannot():
    stored = known(entry("r1", "live", "Post 11"), entry("r2", "live", "Post 12"))
    (verdict,) = judge_later([entry("r3", "live", "Post 12")], stored)
    assert isinstance(verdict, Unchanged)
    assert verdict.key == EntryKey("lwn", "r2")


@pytest.mark.parametrize("page", ["", "?utm_source=rss", "index.html", "#top"])
def test_the_front_page_as_link_of_every_entry_is_no_key(page):
    before = entry("1", page, "Yesterday")
    assert isinstance(judge_later([entry("2", page, "Today")], known(before))[0], New)


def test_a_pruned_entry_that_returns_is_known():
    tombstone = KnownEntry(key=EntryKey("lwn", "1"), keys=keys("1"), fingerprint="", revision=2)
    assert judge_later([entry("1", "a")], [tombstone]) == (Unchanged(key=tombstone.key, learned=keys(link="a")),)


def test_of_a_first_document_only_the_newest_entries_are_news():
    document = [entry(str(age), published_at=NOON - timedelta(days=age)) for age in (3, 0, 1, 2)]
    verdicts = judge(document, [], first_document=True, backfill=2)
    assert [isinstance(verdict, New) and verdict.backfilled for verdict in verdicts] == [True, False, False, True]
    assert verdicts[0].reason.rule == "backfill"


def test_entries_without_a_date_follow_the_dated_in_the_order_of_the_document():
    document = [entry("u1", published_at=None), entry("d", published_at=NOON), entry("u2", published_at=None)]
    verdicts = judge(document, [], first_document=True, backfill=2)
    assert [verdict.backfilled for verdict in verdicts] == [False, False, True]


@pytest.mark.parametrize(("backfill", "news"), [(-1, 0), (0, 0), (1, 1), (9, 3)])
def test_backfill_counts_the_news_of_a_first_document(backfill, news):
    verdicts = judge([entry(str(n)) for n in range(3)], [], first_document=True, backfill=backfill)
    assert sum(not verdict.backfilled for verdict in verdicts) == news


def test_a_later_document_is_never_history():
    verdicts = judge([entry(str(n)) for n in range(9)], [], first_document=False, backfill=2)
    assert not any(verdict.backfilled for verdict in verdicts)


_NAMES = st.sampled_from("abcd")
_ENTRIES = st.builds(
    entry,
    st.none() | _NAMES,
    st.none() | st.sampled_from(["", "x", "y", "z"]),
    _NAMES,
    text=st.sampled_from("12"),
    published_at=st.none() | st.sampled_from([NOON, NOON - timedelta(days=1)]),
)
_DOCUMENTS = st.lists(_ENTRIES, max_size=7)
_DISTINCT = st.lists(_ENTRIES, max_size=7, unique_by=lambda e: e.key)


@given(stored=_DISTINCT, document=_DOCUMENTS, first=st.booleans(), backfill=st.integers(-1, 9))
def test_every_entry_gets_exactly_one_verdict_and_no_stored_entry_two_edits(stored, document, first, backfill):
    verdicts = judge(document, known(*stored), first_document=first, backfill=backfill)
    assert len(verdicts) == len(document)
    written = [verdict.entry.key for verdict in verdicts if not isinstance(verdict, Unchanged)]
    assert len(written) == len(set(written))


@given(stored=_DISTINCT, document=_DOCUMENTS)
def test_a_new_entry_is_never_stored_over_another_one(stored, document):
    new = {verdict.entry.key for verdict in judge_later(document, known(*stored)) if isinstance(verdict, New)}
    assert new.isdisjoint(e.key for e in stored)


@given(stored=_DISTINCT, document=_DISTINCT)
def test_judging_what_was_just_stored_changes_nothing(stored, document):
    after = store(judge_later(document, known(*stored)), document, known(*stored))
    assert all(isinstance(verdict, Unchanged) for verdict in judge_later(document, after))


@given(stored=_DISTINCT, document=_DISTINCT, data=st.data())
def test_the_order_of_the_document_decides_nothing_about_who_is_new(stored, document, data):
    shuffled = data.draw(st.permutations(document))
    rows = data.draw(st.permutations(known(*stored)))

    def by_entry(entries: Sequence[Entry], stored_rows: Sequence[KnownEntry]) -> dict[EntryKey, Verdict]:
        return dict(zip((e.key for e in entries), judge_later(entries, stored_rows), strict=True))

    assert by_entry(shuffled, rows) == by_entry(document, known(*stored))


@given(document=_DISTINCT)
def test_an_edit_of_everything_but_the_keys_revises_everything_once(document):
    edited = [replace(e, fingerprint="edited") for e in document]
    verdicts = judge_later(edited, known(*document))
    assert [verdict.entry.key for verdict in verdicts] == [e.key for e in document]
    assert all(isinstance(verdict, Revised) and verdict.revision == 1 for verdict in verdicts)
