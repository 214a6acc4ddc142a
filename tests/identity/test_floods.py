"""Documents in which much is strange at once: moved dates, batches, disguises, affixes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.identity import Around, Judged, judge
from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.habits import IDENTITY, Habits, Quirk, QuirkKind
from aggregator.model.verdict import KnownEntry, New, Revised, Unchanged, Verdict
from aggregator.text.digests import digest64
from aggregator.text.traces import trace_of
from tests.builders import NOON, make_entry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SINCE = NOON - 30 * DAY
SPELT = str.maketrans("0123456789-", "abcdefghijk")
TEXT = "the harbour was closed for the third time this week after a ferry had run aground near the old light"


def article(number: int, guid: str = "", *, at: datetime | None = None, **more: Any) -> Entry:
    """Make an entry with a guid, a link and a headline of its own."""
    name = guid or f"guid-{number}"
    keys = (
        CandidateKey(KeyKind.GUID, digest64("guid", name)),
        CandidateKey(KeyKind.LINK, digest64("link", name)),
    )
    spelt = name.translate(SPELT)
    title = " ".join(f"{spelt}{letter}" for letter in "abcd")
    values = {"keys": keys, "url": f"https://lwn.example/{name}", "title": title, "summary": ""}
    moment = at if at is not None else NOON - 10 * DAY + number * timedelta(hours=7, minutes=3, seconds=11)
    return make_entry(name, **(values | {"published_at": moment} | more))


def stored(entries: Sequence[Entry], **facts: Any) -> list[KnownEntry]:
    return [
        KnownEntry(
            key=one.key,
            keys=one.keys,
            fingerprint=one.fingerprint,
            revision=0,
            title=one.title,
            summary=one.summary,
            published_at=one.published_at,
            **facts,
        )
        for one in entries
    ]


def judged(document: Sequence[Entry], known: Sequence[KnownEntry], **around: Any) -> Judged:
    """Judge a document after one that held all that is known, two hours ago."""
    there = {key for entry in document for key in entry.keys}
    found = [one for one in known if not there.isdisjoint(one.keys)]
    gone = [one for one in known if one.present and one not in found]
    facts: dict[str, Any] = {"last": NOON - 2 * HOUR, "habits": Habits(since=SINCE), "vanished": gone, "kept": known}
    return judge(document, found, Around(now=NOON, **(facts | around)))


def rules(verdicts: Sequence[Verdict]) -> list[str]:
    return [one.reason.rule if one.reason else "" for one in verdicts]


def disguised(before: Sequence[Entry], by: timedelta) -> list[Entry]:
    """Publish entries under other guids, links and headlines, with dates that moved."""
    return [
        article(number, f"export-{number}", at=one.published_at + by)
        for number, one in enumerate(before)
        if one.published_at is not None
    ]


BEFORE = [article(number) for number in range(8)]


def test_entries_whose_dates_all_moved_by_one_span_are_known():
    verdicts = judged(disguised(BEFORE, -DAY), stored(BEFORE)).verdicts
    assert [one.entry.key for one in verdicts if isinstance(one, Revised)] == [one.key for one in BEFORE]
    assert set(rules(verdicts)) == {"shifted"}


@pytest.mark.parametrize("by", [timedelta(), timedelta(minutes=7), timedelta(hours=27), DAY * 40])
def test_other_spans_than_those_of_clocks_show_nothing(by):
    assert "shifted" not in rules(judged(disguised(BEFORE, by), stored(BEFORE)).verdicts)


def test_what_comes_at_the_same_minutes_of_every_day_is_not_that_of_yesterday():
    programme = [article(number, at=NOON - 3 * DAY + number * HOUR) for number in range(8)]
    verdicts = judged(disguised(programme, DAY), stored(programme)).verdicts
    assert "shifted" not in rules(verdicts)


def test_a_span_that_few_of_the_strangers_show_is_an_accident():
    strangers = [*disguised(BEFORE, -DAY)[:4], *(article(20 + n, f"other-{n}") for n in range(8))]
    assert "shifted" not in rules(judged(strangers, stored([*BEFORE, *map(article, range(30, 40))])).verdicts)


def test_news_is_never_taken_for_what_was_published_a_day_ago():
    before = [article(number, at=NOON - DAY - number * timedelta(minutes=4, seconds=7)) for number in range(8)]
    verdicts = judged(disguised(before, DAY), stored(before)).verdicts
    assert set(rules(verdicts)) == {"unknown"}


def test_the_known_entries_of_a_document_show_how_far_the_dates_of_the_others_moved():
    moved = [replace(one, published_at=one.published_at + HOUR) for one in BEFORE if one.published_at]
    document = [*moved[:7], article(7, "renamed", at=moved[7].published_at)]
    verdicts = judged(document, stored(BEFORE)).verdicts
    assert rules(verdicts)[7] == "shifted"


def test_dates_that_all_moved_by_one_span_are_not_regenerated():
    moved = [replace(one, published_at=one.published_at + HOUR) for one in BEFORE if one.published_at]
    anew = [replace(one, published_at=NOON) for one in BEFORE]
    kinds = []
    for document in (moved, anew):
        habits = judged(document, stored(BEFORE)).habits
        kinds.append({quirk.kind for quirk in habits.quirks} if habits else set())
    assert [QuirkKind.REDATED in found for found in kinds] == [False, True]


def test_a_document_of_strangers_that_are_dated_at_one_moment_is_held():
    batch = [article(50 + number, at=NOON - HOUR) for number in range(8)]
    result = judged(batch, stored(BEFORE))
    assert set(rules(result.verdicts)) == {"held"}
    assert result.habits is not None
    assert {quirk.kind for quirk in result.habits.quirks} == {QuirkKind.BATCHES}


def test_a_batch_beside_known_entries_is_news():
    batch = [article(50 + number, at=NOON - HOUR) for number in range(8)]
    verdicts = judged([*BEFORE[:1], *batch], stored(BEFORE)).verdicts
    assert rules(verdicts)[1:] == ["unknown"] * 8


def test_a_source_that_publishes_in_batches_is_believed():
    quirk = Quirk(QuirkKind.BATCHES, "", "8 entries", 2, SINCE, SINCE)
    batch = [article(50 + number, at=NOON - HOUR) for number in range(8)]
    verdicts = judged(batch, stored(BEFORE), habits=Habits(since=SINCE, quirks=(quirk,))).verdicts
    assert set(rules(verdicts)) == {"unknown"}


def test_batches_are_believed_after_two_of_them():
    habits, known = Habits(since=SINCE), stored(BEFORE)
    told = []
    for day in range(3):
        batch = [article(100 * day + number, f"{day}-{number}", at=NOON - HOUR) for number in range(8)]
        result = judged(batch, known, habits=replace(habits, held_until=None))
        told.append(set(rules(result.verdicts)))
        habits, known = result.habits or habits, stored(batch)
    assert told == [{"held"}, {"held"}, {"unknown"}]


def pruned(entries: Sequence[Entry], **facts: Any) -> list[KnownEntry]:
    """Leave of entries what a tombstone keeps."""
    return [
        replace(one, title="", summary="", trace=trace_of(entry.title, entry.summary), present=False, **facts)
        for one, entry in zip(stored(entries), entries, strict=True)
    ]


def migrated(before: Sequence[Entry], **more: Any) -> list[Entry]:
    """Publish entries with all keys new, and one fresh date."""
    values = {"at": NOON - HOUR} | more
    return [
        article(number, f"node/{number}", **({"title": one.title, "summary": one.summary} | values))
        for number, one in enumerate(before)
    ]


@pytest.mark.parametrize("suffix", ["", " | The Harbour Times", " | Channel 4 News"])
def test_what_was_pruned_is_known_when_another_system_publishes_it_anew(suffix):
    before = [article(number, title=f"Ferry {word} near Malta", summary=f"{TEXT} {word}") for number, word in WORDS]
    again = [replace(one, title=f"{one.title}{suffix}") for one in migrated(before)]
    verdicts = judged(again, pruned(before)).verdicts
    assert [one.entry.key for one in verdicts if isinstance(one, Revised)] == [one.key for one in before]
    assert set(rules(verdicts)) == {"flood"}


def test_without_a_text_a_headline_is_believed_only_where_its_date_is_not_that_of_news():
    before = [article(number, title=f"Ferry {word} near Malta") for number, word in WORDS]
    old = migrated(before, at=NOON - 3 * DAY)
    apart = [replace(one, published_at=NOON - n * timedelta(minutes=13)) for n, one in enumerate(migrated(before))]
    assert set(rules(judged(old, pruned(before)).verdicts)) == {"flood"}
    assert set(rules(judged(apart, pruned(before)).verdicts)) == {"unknown"}


@pytest.mark.parametrize("change", [{"summary": "quite another text, none of whose runs was in the first one"}, {}])
def test_another_text_or_number_under_a_pruned_headline_is_another_entry(change):
    before = [article(number, title=f"Letters from {word}, part {number}", summary=TEXT) for number, word in WORDS]
    others = [replace(one, title=f"{one.title[:-1]}{n + 20}", **change) for n, one in enumerate(migrated(before))]
    assert not set(rules(judged(others, pruned(before)).verdicts)) & {"flood", "shifted"}


def test_what_was_pruned_without_leaving_a_trace_is_known_by_its_keys_alone():
    bare = [replace(one, trace=None) for one in pruned(BEFORE)]
    assert "flood" not in rules(judged(migrated(BEFORE), bare).verdicts)
    assert set(rules(judged(BEFORE, bare).verdicts)) <= {"", "key"}


def test_the_guid_of_a_pruned_entry_on_something_else_is_told_from_an_article_that_moved():
    gone = article(1, summary=TEXT)
    moved = replace(gone, keys=(gone.keys[0], CandidateKey(KeyKind.LINK, 5)), url="https://lwn.example/moved")
    reused = article(2, title="Wholly different words above it", summary="and not one run of them below it either")
    reused = replace(reused, keys=moved.keys)
    kinds = [type(judged([one], pruned([gone])).verdicts[0]) for one in (moved, reused)]
    assert kinds == [Unchanged, New]


def single(number: int, at: datetime, **more: Any) -> Entry:
    """Publish an entry in disguise: other names, no words, a day before its date."""
    return article(number, f"export-{number}", title="4d 69 62", **({"at": at - DAY, "summary": ""} | more))


RECENT = [
    article(number, at=NOON - 3 * HOUR - number * timedelta(hours=5, minutes=3, seconds=11)) for number in range(6)
]
TELLING = NOON - 3 * HOUR - timedelta(hours=5, minutes=3, seconds=11)


def suspicion(value: str = "", at: datetime = NOON - DAY) -> Habits:
    return Habits(since=SINCE, quirks=(Quirk(QuirkKind.DISGUISED, value, "", 2, at, at),))


def test_one_in_disguise_that_took_the_place_of_a_whole_document_is_known_by_its_date():
    result = judged([single(1, TELLING)], stored(RECENT))
    assert rules(result.verdicts) == ["shifted"]
    assert result.habits is not None
    assert {(one.kind, one.value) for one in result.habits.quirks} == {(QuirkKind.DISGUISED, "86400")}
    assert result.habits.holding(NOON + 23 * HOUR)


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        (single(1, TELLING + timedelta(minutes=15)), "held"),
        (single(1, TELLING, summary=TEXT), "held"),
        (single(1, NOON + DAY), "unknown"),
    ],
)
def test_other_spans_texts_and_news_in_an_emptied_document_are_not_what_left_it(entry, rule):
    known = stored([replace(one, summary="the words of an article that is nothing like another") for one in RECENT])
    assert rules(judged([entry], known).verdicts) == [rule]


def test_an_old_stranger_that_took_the_place_of_many_is_held_and_raises_suspicion():
    result = judged([article(40, at=NOON - 2 * DAY)], stored(RECENT))
    assert rules(result.verdicts) == ["held"]
    assert result.habits is not None
    assert {(one.kind, one.value) for one in result.habits.quirks} == {(QuirkKind.DISGUISED, "")}


def test_where_few_stand_anyway_an_old_stranger_is_news():
    assert rules(judged([article(40, at=NOON - 2 * DAY)], stored(RECENT[:4])).verdicts) == ["unknown"]


def test_what_waits_in_disguise_is_known_when_it_takes_its_own_clothes():
    masked = stored([single(1, TELLING)], held=True)
    (verdict,) = judged([article(1, at=TELLING)], masked).verdicts
    assert isinstance(verdict, Revised)
    assert verdict.entry.key == masked[0].key


def test_a_whole_minute_shows_nothing_until_the_span_is_known():
    at = TELLING.replace(second=0)
    masked = stored([single(1, at)], held=True)
    told = [
        rules(judged([article(1, at=at)], masked, habits=habits).verdicts)
        for habits in (suspicion(), suspicion("86400"))
    ]
    assert told == [["unknown"], ["shifted"]]


@pytest.mark.parametrize(
    ("habits", "rule"),
    [
        (suspicion(), "shifted"),
        (suspicion("86400"), "shifted"),
        (suspicion("3600"), "shifted"),
        (suspicion("86400", NOON - 15 * DAY), "unknown"),
        (Habits(since=SINCE), "unknown"),
    ],
)
def test_for_two_weeks_after_a_disguise_old_strangers_are_compared_with_all_that_is_kept(habits, rule):
    masked = stored([single(1, TELLING)], present=False)
    document = [*RECENT[2:], article(1, at=TELLING)]
    (*_, verdict) = judged(document, [*stored(RECENT[2:]), *masked], habits=habits).verdicts
    assert rules([verdict]) == [rule]


def test_much_that_returns_lets_old_strangers_be_compared_with_all_that_is_kept():
    before = [article(number, title=f"Ferry {word} near Malta", summary=f"{TEXT} {word}") for number, word in WORDS]
    edited = migrated(before[:1], title="Ferry towed near Malta", at=before[0].published_at)
    for present, rule in ((False, "flood"), (True, "unknown")):
        there = stored(before[1:], present=present)
        verdicts = judged([*edited, *before[1:]], [*pruned(before[:1]), *there]).verdicts
        assert rules(verdicts)[0] == rule


BULLETIN = "Latest news bulletin for all of Europe, in brief: {}"


def bulletin(days_ago: int, name: str) -> Entry:
    """Publish a bulletin: all of them have one line below their headlines."""
    line = "The news of the hour, from here and from everywhere."
    at = NOON - days_ago * DAY - HOUR
    return article(0, f"{days_ago}-{name}", title=BULLETIN.format(name), summary=line, at=at)


@pytest.mark.parametrize(("name", "rule"), [("noon", "unknown"), ("dawn", "flood")])
def test_a_short_line_that_comes_again_in_a_flood_needs_the_same_headline(name, rule):
    document = [bulletin(0, name), *(article(number, f"new-{number}", at=NOON - HOUR) for number in range(5))]
    verdicts = judged(document, stored([bulletin(1, "dawn")], present=False)).verdicts
    assert rules(verdicts) == [rule, *["unknown"] * 5]


def test_a_bulletin_that_returns_every_day_takes_no_place():
    quirk = Quirk(QuirkKind.RECURRING, BULLETIN.format("dawn"), "each day", 5, NOON - 9 * DAY, NOON - DAY)
    beside = [article(number) for number in range(6)]
    known = [*stored([bulletin(1, "dawn")]), *stored(beside)]
    document = [bulletin(0, "dawn"), *beside]
    verdicts = judged(document, known, habits=Habits(since=SINCE, quirks=(quirk,))).verdicts
    assert isinstance(verdicts[0], New)


def test_what_a_document_puts_behind_its_headlines_does_not_count_in_this_very_document():
    before = [article(number, title=f"Ferry {word} near Malta", summary=f"{TEXT} {word}") for number, word in WORDS]
    document = [
        article(number, f"node/{number}", title=f"{one.title} | Channel 4 News", summary=one.summary)
        for number, one in enumerate(before)
    ]
    again = [replace(one, published_at=NOON - HOUR) for one in document]
    verdicts = judged(again, stored(before)).verdicts
    assert [one.entry.key for one in verdicts if isinstance(one, Revised)] == [one.key for one in before]


WORDS = tuple(enumerate(("aground", "afloat", "ashore", "adrift", "anchored", "ablaze")))


def test_a_document_of_which_nothing_was_read_teaches_nothing():
    assert judge((), (), Around(now=NOON, held=frozenset({BEFORE[0].key}))) == Judged()


def test_a_reused_guid_with_the_next_number_of_a_series_is_another_part():
    part = article(4, "item-1", title="Letters from the harbour, part 4", summary=TEXT)
    following = article(
        5,
        "item-1",
        title="Letters from the harbour, part 5",
        summary="quite another text that has not one run of words with the first",
        at=NOON - HOUR,
        keys=(part.keys[0], CandidateKey(KeyKind.LINK, 5)),
    )
    quirk = Quirk(QuirkKind.REUSED_GUIDS, "", "7 entries came under the guids of others", 2, SINCE, SINCE)
    (verdict,) = judged([following], stored([part]), habits=Habits(since=SINCE, quirks=(quirk,))).verdicts
    assert isinstance(verdict, New)


@pytest.mark.parametrize(
    ("text", "later", "kind"),
    [
        ("a wholly different text with other words in every one of its runs", 5 * HOUR, New),
        (f"{TEXT} and another line", 5 * HOUR, Revised),
        ("a wholly different text with other words in every one of its runs", timedelta(), Revised),
    ],
)
def test_without_names_a_headline_and_its_day_are_another_bulletin_at_another_hour(text, later, kind):
    def bulletin(at: datetime, summary: str) -> Entry:
        day, moment = (CandidateKey(KeyKind.TITLE_DAY, digest64("day", name)) for name in ("day", at.isoformat()))
        key = EntryKey("lwn", "day:morning briefing|2026-11-23")
        return make_entry(title="Morning briefing", summary=summary, published_at=at, key=key, keys=(day, moment))

    first = bulletin(NOON - 6 * HOUR, TEXT)
    (verdict,) = judged([bulletin(NOON - 6 * HOUR + later, text)], stored([first])).verdicts
    assert isinstance(verdict, kind)
    assert not isinstance(verdict, Unchanged)


def test_every_new_rule_can_be_switched_off():
    off = replace(IDENTITY, shifts=False, stamps=False)
    assert "shifted" not in rules(judged(disguised(BEFORE, -DAY), stored(BEFORE), policy=off).verdicts)
    batch = [article(50 + number, at=NOON - HOUR) for number in range(8)]
    assert set(rules(judged(batch, stored(BEFORE), policy=off).verdicts)) == {"unknown"}


@pytest.mark.parametrize("kind", [QuirkKind.RANDOM_GUIDS, QuirkKind.REUSED_GUIDS])
def test_where_guids_do_not_last_a_new_entry_is_named_after_its_link(kind):
    quirk = Quirk(kind, "", "7 entries", 2, SINCE, SINCE)
    (verdict,) = judged([article(1, "f00d", at=NOON)], [], habits=Habits(since=SINCE, quirks=(quirk,))).verdicts
    assert isinstance(verdict, New)
    assert verdict.entry.key.guid == "link:https://lwn.example/f00d"
    assert {key.kind for key in verdict.entry.keys} == {KeyKind.LINK}


def test_two_new_entries_on_one_link_keep_names_of_their_own():
    quirk = Quirk(QuirkKind.RANDOM_GUIDS, "", "7 entries", 2, SINCE, SINCE)
    document = [article(1, at=NOON), article(2, at=NOON, url="https://lwn.example/guid-1")]
    verdicts = judged(document, [], habits=Habits(since=SINCE, quirks=(quirk,))).verdicts
    assert len({one.entry.key for one in verdicts if isinstance(one, New)}) == 2
