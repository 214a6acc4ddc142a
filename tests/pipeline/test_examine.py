from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.model.finding import Finding, Flaw
from aggregator.model.reading import Document, Reading
from aggregator.model.source import SourceCondition
from aggregator.model.verdict import PollRecord
from aggregator.pipeline.diagnose import diagnose
from aggregator.pipeline.read import read_document
from tests.builders import NOON
from tests.pages.samples import make_poll, make_source_status

GOOD = (
    ("content-type", "application/rss+xml; charset=utf-8"),
    ("etag", '"1"'),
    ("cache-control", "max-age=3600"),
    ("content-encoding", "gzip"),
)
ITEM = (
    "<item><title>{0}</title><guid isPermaLink='false'>{0}</guid><link>https://a.example/{0}</link>"
    "<pubDate>Mon, 23 Nov 2026 1{0}:00:00 GMT</pubDate><description>Text</description></item>"
)
FEED = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
    '<title>News</title><atom:link rel="self" href="https://a.example/feed"/>{}</channel></rss>'
)


def found(
    items: str = "", *, feed: str = FEED, headers=GOOD, url: str = "https://a.example/feed", body: bytes | None = None
) -> dict[Flaw, Finding]:
    content = body if body is not None else feed.format(items or ITEM.format(0) + ITEM.format(1)).encode()
    reading = read_document(Document(source_id="s", url=url, source_url=url, headers=headers, body=content, now=NOON))
    assert isinstance(reading, Reading)
    assert len({finding.flaw for finding in reading.findings}) == len(reading.findings)
    return {finding.flaw: finding for finding in reading.findings}


def header(name: str, value: str | None):
    return tuple(pair for pair in GOOD if pair[0] != name) + (((name, value),) if value is not None else ())


def test_a_good_feed_has_no_flaw():
    assert found() == {}


@pytest.mark.parametrize(
    ("flaw", "item", "sample"),
    [
        (Flaw.NO_ID, "<item><title>x</title><link>https://a.example/x</link></item>", "x"),
        (Flaw.NO_LINK, "<item><title>x</title><guid isPermaLink='false'>x</guid></item>", "x"),
        (
            Flaw.NO_TITLE,
            "<item><guid>https://a.example/x</guid><description>d</description></item>",
            "https://a.example/x",
        ),
        (Flaw.MARKUP_IN_TITLE, "<item><title>A &amp;amp;amp; B</title></item>", ""),
        (Flaw.NO_TEXT, "<item><title>x</title></item>", "x"),
        (Flaw.NO_DATE, "<item><title>x</title></item>", ""),
        (Flaw.UNREADABLE_DATE, "<item><title>x</title><pubDate>yestreday</pubDate></item>", "yestreday"),
        (Flaw.FUTURE_DATE, "<item><title>x</title><pubDate>Mon, 23 Nov 2037 10:00:00 GMT</pubDate></item>", "2037"),
        (Flaw.EARLY_DATE, "<item><title>x</title><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item>", "1970"),
        (Flaw.UNUSUAL_DATE, "<item><title>x</title><pubDate>November 23, 2026 10:00</pubDate></item>", "November"),
        (
            Flaw.RELATIVE_LINKS,
            "<item><title>x</title><description>&lt;img src='/a.png'></description></item>",
            "/a.png",
        ),
        (Flaw.SCRIPT, "<item><title>x</title><description>&lt;script>x&lt;/script>y</description></item>", "<script>"),
    ],
)
def test_a_flaw_of_entries_is_counted_with_a_sample(flaw, item, sample):
    one = found(ITEM.format(0) + item)[flaw]
    assert (one.count, one.of) == (1, 2)
    assert sample in one.sample


def test_ids_that_repeat_and_dates_that_are_all_alike_are_seen():
    same = "".join(ITEM.format(n).replace(f"1{n}:00", "10:00") for n in range(4))
    assert found(same)[Flaw.SAME_DATE].count == 4
    assert found(ITEM.format(0) * 3)[Flaw.REPEATED_ID] == Finding(flaw=Flaw.REPEATED_ID, count=2, of=3)
    assert Flaw.SAME_DATE not in found(same.replace("10:00", "11:00", 1))


@pytest.mark.parametrize(
    ("flaw", "headers", "sample"),
    [
        (Flaw.WRONG_CONTENT_TYPE, header("content-type", "text/html"), "text/html"),
        (Flaw.WRONG_CONTENT_TYPE, header("content-type", None), "none"),
        (
            Flaw.ENCODINGS_DISAGREE,
            header("content-type", "text/xml; charset=iso-8859-1"),
            "iso-8859-1 in the header, utf-8 in the document",
        ),
        (Flaw.NO_VALIDATORS, header("etag", None), ""),
        (Flaw.NO_LIFETIME, header("cache-control", "private"), ""),
        (Flaw.CACHING_FORBIDDEN, header("cache-control", "no-store, max-age=0"), "no-store, max-age=0"),
        (Flaw.COOKIE, header("set-cookie", "session=secret"), "session"),
    ],
)
def test_a_flaw_of_the_answer_is_named(flaw, headers, sample):
    assert found(headers=headers)[flaw].sample == sample


def test_flaws_of_the_whole_document_are_named():
    assert (
        "mismatched tag"
        in found(body=b"<rss version='2.0'><channel><title>x</titel></channel></rss>")[Flaw.NOT_WELL_FORMED].sample
    )
    assert Flaw.NO_FEED_TITLE in found(feed=FEED.replace("News", ""))
    assert Flaw.NO_SELF_LINK in found(feed=FEED.replace('rel="self"', 'rel="other"'))
    assert Flaw.NOT_SECURE in found(url="http://a.example/feed")
    large = FEED.format(ITEM.format(0) + f"<!--{'x' * 1_000_000}-->").encode()
    assert found(body=large)[Flaw.TOO_LARGE].sample == "1.0 MB, 1 entries"
    plain = FEED.format(ITEM.format(0) + f"<!--{'x' * 5_000}-->").encode()
    assert Flaw.NOT_COMPRESSED in found(body=plain, headers=header("content-encoding", None))
    latin = FEED.format(ITEM.format(0).replace("Text", "Blåbær")).encode("latin-1")
    assert found(body=latin)[Flaw.BROKEN_ENCODING].sample == "byte 0xe5 on line 1 is not UTF-8"


def test_a_local_file_has_no_answer_to_be_blamed_for():
    assert found(headers=(("etag", '"1"'),), url="file:///a/feed.xml") == {}


def test_polls_show_what_documents_cannot():
    same = make_poll("unchanged", status=200, sent="If-None-Match", detail="the last document again, to the byte")
    churn = make_poll("unchanged", status=200, sent="If-None-Match", detail="")
    free = make_poll("unchanged", status=200, sent="no condition: the server gave no validators")
    edited = make_poll("revised", status=200, revised=3, sent="If-None-Match")
    bad = make_poll("http_5xx", status=500, detail="a.example answered 500")
    good = make_poll("not_modified", status=304, sent="If-None-Match")

    def flaws(*polls: PollRecord, **state: Any) -> dict[Flaw, Finding]:
        status = make_source_status()
        status = replace(status, polls=polls, state=replace(status.state, **state))
        return {finding.flaw: finding for finding in diagnose(status)}

    assert flaws(good, good, good) == {}
    assert flaws(same, same, same, good)[Flaw.VALIDATORS_IGNORED].count == 3
    assert flaws(free, free, free) == {}
    assert flaws(churn, churn, churn)[Flaw.CHANGES_FOR_NOTHING].of == 3
    assert flaws(edited, edited, edited, good)[Flaw.ALWAYS_EDITED].count == 3
    assert Flaw.ALWAYS_EDITED not in flaws(edited, edited, edited, *[good] * 4)
    assert flaws(bad, bad, good, bad)[Flaw.OFTEN_UNREACHABLE].sample == "a.example answered 500"
    assert flaws(bad, condition=SourceCondition.DEAD, last_error="gone", errors=9)[Flaw.NOT_REACHABLE].count == 9
    assert flaws(redirect_to="https://b.example/")[Flaw.MOVED].sample == "https://b.example/"
    assert flaws(moved_to="https://c.example/")[Flaw.MOVED].sample == "https://c.example/"
    kept = (Finding(flaw=Flaw.NO_ID, count=1, of=2),)
    assert tuple(flaws(findings=kept).values()) == kept
