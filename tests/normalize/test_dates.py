from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from feedparser.datetimes import _parse_date
from hypothesis import given, settings, strategies as st

from aggregator.model.overrides import DateSource, FutureDates, Overrides
from aggregator.model.parsed import RawDate
from aggregator.model.reason import Reason
from aggregator.normalize.dates import Dates, read_dates
from aggregator.parse.lenient import raw_date
from tests.builders import NOON
from tests.e2e.corpora import FOLDER, needs_corpora

LATER = datetime(2027, 1, 1, tzinfo=UTC)


def read(raw: str, *, field: str = "published", now: datetime = NOON) -> Dates:
    """Read a date as it comes out of parsing, with what feedparser makes of it."""
    parsed = raw_date({field: raw, f"{field}_parsed": _parse_date(raw)}, field)
    return read_dates((parsed or RawDate(field, raw),), now)


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Mon, 23 Nov 2026 07:17:43 GMT", "2026-11-23T07:17:43"),
        ("Mon, 23 Nov 2026 07:17:43 +0000", "2026-11-23T07:17:43"),
        ("Mon, 23 Nov 2026 07:17 EST", "2026-11-23T12:17"),
        ("23 Nov 26 07:17:43 Z", "2026-11-23T07:17:43"),
        ("23 Nov 96 07:17:43 UT", "1996-11-23T07:17:43"),
        ("Fri, 23 Nov 2026 07:17:43 GMT", "2026-11-23T07:17:43"),
        ("Mon,23 Nov 2026 07:17:43 -0330", "2026-11-23T10:47:43"),
        ("Monday, 23-November-2026 7:17:43 GMT", "2026-11-23T07:17:43"),
        ("Mon, 23 Nov 2026 07:17:43 +0100 (CET)", "2026-11-23T06:17:43"),
        ("Mon, 23 Nov 2026 07:17:43 GMT+01:00", "2026-11-23T06:17:43"),
        ("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24"),
        ("Sun, 22 Nov 2026", "2026-11-22"),
        ("22 Nov 2026 GMT", "2026-11-22"),
        ("22 Nov 2026 EST", "2026-11-22T05:00"),
        ("2026-11-23T07:17:43Z", "2026-11-23T07:17:43"),
        ("2026-11-23t07:17:43.123456z", "2026-11-23T07:17:43"),
        ("2026-11-23T07:17:43-05:00", "2026-11-23T12:17:43"),
        ("2026-11-23T07:17:43+0530", "2026-11-23T01:47:43"),
        ("2026-11-23 07:17", "2026-11-23T07:17"),
        ("2026-11-23 07:17:43 CET", "2026-11-23T06:17:43"),
        ("2026-11-23T07:17:43-05:00Z", "2026-11-23T12:17:43"),
        ("2026-11-23", "2026-11-23"),
        ("2026-1-5", "2026-01-05"),
        ("20261123", "2026-11-23"),
        # What feedparser is sure of, and wrong about.
        ("Mon, 23 Nov 2026 07:17:43 CEST", "2026-11-23T05:17:43"),
        ("Mon, 23 Nov 2026 07:17:43 BST", "2026-11-23T06:17:43"),
        ("Mon, 23 Nov 2026 07:17:43 IST", "2026-11-23T01:47:43"),
        ("Mon, 23 Nov 2026 07:17:43 UTC+2", "2026-11-23T05:17:43"),
        ("Sun, 22 Nov 2026 7:7:3 PM GMT", "2026-11-22T19:07:03"),
        ("1795418263", "2026-11-23T07:17:43"),
        ("1601052023", "2020-09-25T16:40:23"),
        ("1795418263000", "2026-11-23T07:17:43"),
        ("2026年11月23日", "2026-11-23"),
        ("2026년 11월 23일 07:17", "2026-11-23T07:17"),
        ("20261123T071743Z", "2026-11-23T07:17:43"),
        ("Mon, 23 Nov 2026 07:17:60 GMT", "2026-11-23T07:18"),
        # What it cannot read.
        ("Nov 23, 2026", "2026-11-23"),
        ("23/11/2026", "2026-11-23"),
        ("Monday, November 23, 2026 7:17 AM", "2026-11-23T07:17"),
        ("lun. 23 nov. 2026 07:17", "2026-11-23T07:17"),
        ("lundi 23 novembre 2026 à 07:17", "2026-11-23T07:17"),
        ("1er août 2026", "2026-08-01"),
        ("Montag, 23. März 2026", "2026-03-23"),
        ("23 de noviembre de 2026", "2026-11-23"),
        ("Segunda-feira, 23 de novembro de 2026 07:17", "2026-11-23T07:17"),
        ("23 Temmuz 2026 07:17", "2026-07-23T07:17"),
        ("23 listopada 2026", "2026-11-23"),
        ("Пн, 4 мая 2026 07:17:43 +0300", "2026-05-04T04:17:43"),
        ("12 май 2026", "2026-05-12"),
    ],
)
def test_a_date_is_read_as_it_was_meant(raw, moment):
    dates = read(raw)
    assert dates.published_at == datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert dates.reason.verdict == "believed"
    assert dates.reason.evidence == raw


@pytest.mark.parametrize(
    ("raw", "doubt"),
    [
        ("Tue, 31 Feb 2026 07:17:43 GMT", "unreadable"),
        ("2026-02-31T00:00:00Z", "unreadable"),
        ("2026-13-01T00:00:00Z", "unreadable"),
        ("2026-11-23T25:00:00Z", "unreadable"),
        ("Mon, 23 Nov 2026 07:61:43 GMT", "unreadable"),
        ("soon", "unreadable"),
        ("", "unreadable"),
        ("9" * 5_000, "unreadable"),
        ("0001-01-01T00:00:00Z", "before-1995"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "before-1995"),
        ("0", "unreadable"),
        ("Nov 23", "before-1995"),
        ("Sat, 01 Jan 2028 00:00:00 GMT", "in-the-future"),
        ("9999-12-31T23:59:59-15:00", "unreadable"),
    ],
)
def test_a_date_that_cannot_be_believed_is_none_and_says_why(raw, doubt):
    dates = read(raw)
    assert (dates.published_at, dates.updated_at) == (None, None)
    assert (dates.reason.verdict, dates.reason.rule) == ("distrusted", doubt)


def test_a_day_ahead_is_believed_and_no_more():
    written = NOON + timedelta(hours=24)
    assert read(written.isoformat()).published_at == written
    assert read((written + timedelta(seconds=1)).isoformat()).published_at is None


def test_the_rule_that_read_a_date_is_told():
    rules = {
        "Mon, 23 Nov 2026 07:17:43 GMT": "rfc822",
        "2026-11-23": "rfc3339",
        "1795418263": "epoch",
        "2026年11月23日": "ideographs",
        "Mon Nov 23 07:17:43 2026": "feedparser",
        "November 23, 2026": "dateutil",
    }
    assert {raw: read(raw).reason.rule for raw in rules} == rules


@pytest.mark.parametrize("field", ["published", "updated", "created"])
def test_an_only_date_is_both_dates(field):
    dates = read("2026-11-23", field=field)
    assert dates.published_at == dates.updated_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_an_entry_is_never_updated_before_it_was_published():
    dates = read_dates((RawDate("published", "2026-11-22"), RawDate("updated", "2026-11-20")), NOON)
    assert dates.updated_at == dates.published_at == datetime(2026, 11, 22, tzinfo=UTC)


def test_an_update_that_cannot_be_believed_leaves_the_publication():
    dates = read_dates((RawDate("published", "2026-11-22"), RawDate("updated", "2099-01-01")), NOON)
    assert dates.updated_at == datetime(2026, 11, 22, tzinfo=UTC)


def test_a_publication_that_cannot_be_believed_leaves_the_update():
    dates = read_dates((RawDate("published", "1970-01-01"), RawDate("updated", "2026-11-22")), NOON)
    assert dates.published_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert (dates.reason.rule, dates.reason.evidence) == ("rfc3339", "2026-11-22")


def test_a_source_whose_dates_are_worth_nothing_has_none_and_says_what_was_passed_over():
    dates = read_dates((RawDate("published", "2026-11-22"),), NOON, Overrides(dates=DateSource.SEEN))
    assert (dates.published_at, dates.updated_at) == (None, None)
    assert dates.reason == Reason("date", "passed over", "settings", "2026-11-22")


AHEAD = NOON + timedelta(days=400)


@pytest.mark.parametrize(
    ("policy", "moment", "verdict"),
    [
        (FutureDates.DISTRUST, None, "distrusted"),
        (FutureDates.NOW, NOON, "clamped"),
        (FutureDates.BELIEVE, AHEAD, "believed"),
    ],
)
def test_a_date_ahead_is_what_the_settings_say(policy, moment, verdict):
    dates = read_dates((RawDate("published", AHEAD.isoformat()),), NOON, Overrides(future_dates=policy))
    assert (dates.published_at, dates.reason.verdict) == (moment, verdict)
    past = read_dates((RawDate("published", "1970-01-01"),), NOON, Overrides(future_dates=policy))
    assert past.published_at is None


@needs_corpora
@pytest.mark.corpora
def test_the_suites_of_odd_dates_are_read_but_for_one_that_is_not_believed():
    odd = json.loads((FOLDER / "suites" / "dates" / "miniflux-dates.json").read_text(encoding="utf-8"))
    odder = json.loads((FOLDER / "suites" / "dates" / "feedsearch-dates.json").read_text(encoding="utf-8"))
    wrong = []
    for case in odd:
        moment = read(case["input"], now=LATER).published_at
        meant = datetime.fromtimestamp(case["expect_unix"], UTC) if "expect_unix" in case else moment
        wrong += [case["input"]] if moment is None or moment != meant else []
    for case in odder:
        moment = read(case["input_string"], now=LATER).published_at
        # Where the suite names a moment we have to find it, also where the parser it was written for does not.
        meant = case.get("expected_datetime") and datetime.fromisoformat(case["expected_datetime"]).replace(
            microsecond=0
        )
        if case["expected_behavior"] == "parse_fail":
            meant = None
        wrong += [case["input_string"]] if moment != meant else []
    assert wrong == ["1970-01-01T00:00:00Z"]
    assert len(odd) + len(odder) == 63


def test_no_date_is_missing():
    dates = read_dates((), NOON)
    assert (dates.published_at, dates.updated_at, dates.reason.verdict) == (None, None, "missing")


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r"[0-9:/ T+.,-]{1,30}")
    | st.from_regex(r"(Mon, )?\d+ Nov \d+ \d+:\d+ [A-Z+]+\d*")
)
def test_any_text_gives_a_moment_that_can_be_believed_or_none(raw):
    moment = read_dates((RawDate("published", raw),), NOON).published_at
    assert moment is None or datetime(1995, 1, 1, tzinfo=UTC) <= moment <= NOON + timedelta(hours=24)


@settings(deadline=None)
@given(st.datetimes(datetime(1995, 1, 2), datetime(2026, 11, 22)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001 - the zone is drawn beside it
def test_what_a_publisher_writes_by_the_standards_is_read_back(local, minutes):
    offset = timedelta(minutes=minutes)
    moment = (local.replace(tzinfo=UTC) - offset).replace(microsecond=0)
    sign, (hours, rest) = "+" if minutes >= 0 else "-", divmod(abs(minutes), 60)
    for raw in (
        f"{local:%a, %d %b %Y %H:%M:%S} {sign}{hours:02}{rest:02}",
        f"{local:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{rest:02}",
    ):
        assert read_dates((RawDate("published", raw),), NOON).published_at in {
            moment,
            None if moment > NOON else moment,
        }
