"""A query holds for the entries that it should, and says what it found in the words of the entry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.entry import Enclosure
from aggregator.model.source import FeedProfile
from aggregator.model.story import StoryFacts
from aggregator.topics.evaluate import (
    MAX_EVIDENCE_CHARACTERS,
    absence,
    evidence as evidence_and_places,
    findings,
    holds,
)
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import Query, parse_query
from tests.builders import NOON, make_facts, make_stored


def indexed(**changes: Any) -> IndexedEntry:
    """Index an entry that is empty but for what is named; ``source_*`` are facts of the source."""
    facts = {name.removeprefix("source_"): changes.pop(name) for name in list(changes) if name.startswith("source_")}
    empty: dict[str, Any] = {"title": "", "url": None, "summary": "", "content_html": ""}
    return IndexedEntry(make_stored(**(empty | changes)), make_facts(**facts))


def matches(query: str, **changes: Any) -> bool:
    return holds(parse_query(query).root, indexed(**changes))


def evidence(query: Query, entry: IndexedEntry) -> str:
    return evidence_and_places(query, entry)[0]


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        ("drone", "A Drone over Baghdad", True),
        ("drone", "Drones over Baghdad", False),
        ("drone*", "Drones over Baghdad", True),
        ("rone*", "Drones over Baghdad", False),
        ("iraq", "Iraq\u2019s oil", True),
        ("irak", "L\u2019Irak et l'Iran", True),
        ("cafe", "CAFÉ", True),
        ("café", "cafe", True),
        ("strasse", "Die Straße", True),
        ("istanbul", "İSTANBUL", True),
        ("ISPARTA", "\u0131sparta", True),
        ("москва", "в москве".upper(), False),
        ("москв*", "в москве".upper(), True),
        ("елка", "Ёлка", True),
        ("العراق", "أخبار الْعِراق", True),
        ("東京", "新東京都知事", True),
        ("京東", "新東京都知事", False),
        ("猫", "黒猫", True),
        ("東京都", "東京と京都", False),
        ("서울", "서울특별시", True),
        ("กรุงเทพ", "ที่กรุงเทพมหานคร", True),
        ("C++", "Modern C++20", True),
        ("C++", "Vitamin C", False),
        ("c", "Learn C++", True),
        (".NET", "The .NET runtime", True),
        (".NET", "The net result", False),
        ("net", "The .NET runtime", True),
        ("foo-bar", "foo bar", True),
        ("foo-bar", "bar foo", False),
        ("AT&T", "AT&T pays", True),
        ('"prime minister"', "The prime, minister!", True),
        ('"prime minister"', "minister prime", False),
        ('"prime minister"', "prime time minister", False),
        ('"a b a c"', "a b a b a c", True),
        ('"prime min*"', "prime minded", True),
        ('"東京都 tower"', "東京都 tower", True),
        ('"東京 tower"', "東京都 tower", False),
        ('"drone attack"~2', "An attack by one small drone", False),
        ('"drone attack"~3', "An attack by one small drone", True),
        ('"drone attack"~0', "attack drone", True),
        ('"drone attac*"~1', "drones attacked a drone", True),
        ('"a foo-bar"~1', "foo bar x a", True),
        ('"a foo-bar"~1', "foo x bar a", False),
        ('"東京都 tower"~1', "tower の 東京都", True),
        ('"a b c"~1', "c a x b", True),
        ('"a b c"~1', "c a x y b", False),
        ('"a b"~3', "b x x x x a x b", True),
        ("/dron.s? over/", "Drones over Baghdad", False),
        ("/dron.s? over/i", "Drones over Baghdad", True),
        (r"/\bdrone\b/i", "Drones", False),
        ("title:/^drones.*dad$/i", "Drones over Baghdad", True),
        (r"/C\+\+|a\/b/", "read a/b", True),
        ("/ÉTÉ/i", "un été", True),
        ("a -b", "a", True),
        ("a -b", "a b", False),
        ("a OR b", "b", True),
        ("a b", "a", False),
        ("a OR -b", "c", True),
        ("-(-a)", "a", True),
    ],
)
def test_words_are_found_in_a_title(query: str, title: str, *, expected: bool):
    assert matches(query, title=title) is expected


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": "A drone"}),
        ("summary", {"summary": "A drone"}),
        ("text", {"summary": "A drone"}),
        ("text", {"content_html": "<p>A <b>drone</b></p>"}),
        ("author", {"authors": ("Jane", "D. Drone")}),
    ],
)
def test_a_field_is_looked_at_alone_and_a_bare_word_everywhere(field: str, changes: dict[str, Any]):
    assert matches("drone", **changes)
    assert matches(f"{field}:drone", **changes)
    others = {"title", "summary", "text", "author"} - {field} - ({"text"} if "summary" in changes else set())
    others -= {"summary"} if "summary" in changes else set()
    assert not any(matches(f"{other}:drone", **changes) for other in others)


def test_a_bare_word_is_looked_for_in_categories():
    assert matches("drone", categories=("War", "Drone strikes"))


@pytest.mark.parametrize("changes", [{"title": "Drone"}, {"categories": ("Drone",)}, {"content_html": "<b>Dro</b>ne"}])
def test_a_bare_regular_expression_is_looked_for_everywhere(changes: dict[str, Any]):
    assert matches("/^Drone/", **changes)
    assert matches(f"{'title' if 'title' in changes else 'text'}:/Drone/", **changes) is ("categories" not in changes)


@pytest.mark.parametrize(
    ("query", "changes", "expected"),
    [
        ("author:/^Jane|Doe$/", {"authors": ("Mr Doe", "x")}, True),
        ("author:/Doe.x/", {"authors": ("Mr Doe", "x")}, False),
        (r"url:/\/sport\/\d+/", {"url": "https://example.com/sport/1"}, True),
        ("source:/^lw/", {}, True),
        ("tag:/^a.$/", {"source_tags": ("x", "ai")}, True),
        ("category:/^World/", {"categories": ("A World",)}, False),
        ("lang:/^en-(GB|US)$/", {"language": "en_GB"}, True),
        ("domain:/(^|[.])example[.]/", {"url": "https://news.example.com/"}, True),
        ("words>=3", {"content_html": "<p>one two</p> three"}, True),
        ("words>3", {"content_html": "<p>one two</p> three"}, False),
        ("words=2", {"summary": "one two"}, True),
        ("words=3", {"content_html": "東京都"}, True),
        ("words=0", {}, True),
        ("weight>1.4", {"source_weight": 1.5}, True),
        ("weight<=1.4", {"source_weight": 1.5}, False),
        ("has:enclosure", {}, False),
        ("has:enclosure", {"enclosures": (Enclosure(url="https://a.example/a.mp3"),)}, True),
        ("has:audio", {"enclosures": (Enclosure(url="https://a.example/a", media_type="audio/mpeg"),)}, True),
        ("has:video", {"enclosures": (Enclosure(url="https://a.example/a", media_type="audio/mpeg"),)}, False),
        ("has:image", {"enclosures": (Enclosure(url="https://a.example/a", media_type="image/png"),)}, True),
        ("has:image", {"image_url": "https://a.example/a.png"}, True),
        ("has:author has:category", {"authors": ("A",), "categories": ("b",)}, True),
        ("has:date", {"published_at": None}, False),
        ("has:date -has:link -has:comments", {}, True),
        ("has:text", {"content_html": "<p>a</p>"}, True),
    ],
)
def test_regular_expressions_numbers_and_parts_are_asked_of_the_entry(
    query: str, changes: dict[str, Any], *, expected: bool
):
    assert matches(query, **changes) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("outlets>=3", True),
        ("outlets>3", False),
        ("outlets=3 items=4", True),
        ("items<4", False),
        ("story-age>=2d", True),
        ("story-age<2d", False),
        ("age<1d", False),
        ("age>=1d", True),
        ("age>1d", False),
        ("age<25h", True),
        ("after:1d", False),
        ("after:25h", True),
        ("after:2026-11-23", True),
        ("after:2026-11-24", False),
    ],
)
def test_story_and_time_are_asked_as_they_are_now(query: str, *, expected: bool):
    story = StoryFacts(outlets=3, items=4, first_at=NOON - timedelta(days=1))
    entry = IndexedEntry(make_stored(), make_facts(), NOON + timedelta(days=1), story)
    assert holds(parse_query(query).root, entry) is expected


@pytest.mark.parametrize("query", ["outlets<9", "items<9", "story-age<9d"])
def test_nothing_holds_of_a_story_that_is_not_known(query: str):
    assert not matches(query)
    assert absence(parse_query(query), indexed()).endswith("does not hold: unknown")


def test_an_entry_without_a_date_is_as_old_as_it_is_known():
    entry = IndexedEntry(make_stored(published_at=None), make_facts(), NOON + timedelta(hours=3))
    assert evidence(parse_query("age>2h after:1d"), entry) == "age 3h · after 2026-11-23 12:00"


def test_places_lead_back_to_what_is_written():
    entry = indexed(
        title="The Drone",
        authors=("Jane", "J. Doe"),
        content_html="<p>A <b>strike</b> by\n drones</p>",
        source_weight=2.0,
    )
    query = parse_query('drone "by drones" author:doe /str.ke/ weight>1')
    line, facts = evidence_and_places(query, entry)
    assert line == 'title: "Drone" · text: "by drones" · author: "Doe" · text: "strike" · weight 2'
    places = "title:0:4:9@1-5 text:0:9:18@7-17 author:1:3:6@19-28 text:0:2:8@30-37 weight=2@39-46"
    assert facts == (("at", places),)
    for one in findings(query, entry):
        assert one.place is None or entry.quote(one.place) == one.text


def test_markup_is_not_text():
    assert not matches("strong OR href OR example", content_html='<a href="https://example.org"><strong>x</strong></a>')


@pytest.mark.parametrize("changes", [{"authors": ("Jane", "Doe")}, {"title": "Jane", "summary": "Doe"}])
def test_a_phrase_stands_within_one_author_and_one_field(changes: dict[str, Any]):
    assert matches("jane doe", **changes)
    assert not matches('"jane doe"', **changes)


@pytest.mark.parametrize(
    ("query", "changes", "expected"),
    [
        ("source:lwn", {}, True),
        ("source:LWN", {}, True),
        ("source:lw", {}, False),
        ("source:lw*", {}, True),
        ("group:news", {"source_group": "News"}, True),
        ("group:news", {"source_group": "world news"}, False),
        ('group:"world news"', {"source_group": "world news"}, True),
        ("group:news", {}, False),
        ("tag:(a OR ai)", {"source_tags": ("x", "AI")}, True),
        ("tag:a", {"source_tags": ("ai",)}, False),
        ("category:sport", {"categories": ("World", "Sport")}, True),
        ("category:sport", {"categories": ("Motor sport",)}, False),
        ("category:sport*", {"categories": ("Sport/Football",)}, True),
        ("category:Économie", {"categories": ("economie",)}, True),
        ("category:c++", {"categories": ("C++",)}, True),
        ("lang:en", {"language": "en"}, True),
        ("lang:en", {"language": "en-GB"}, True),
        ("lang:en", {"language": "en_gb"}, True),
        ("lang:en-gb", {"language": "en"}, False),
        ("lang:en", {"language": "eng"}, False),
        ("lang:de", {"source_language": "de-AT"}, True),
        ("lang:de", {"source_profile": FeedProfile(language="de")}, True),
        ("lang:de", {"language": "en", "source_language": "de"}, False),
        ("lang:de", {}, False),
        ("domain:example.com", {"url": "https://example.com/a"}, True),
        ("domain:example.com", {"url": "https://News.Example.com.:8080/a"}, True),
        ("domain:example.com", {"url": "https://badexample.com/"}, False),
        ("domain:example.com", {"url": "https://example.com.evil.example/"}, False),
        ("domain:www.example.com", {"url": "https://example.com/"}, False),
        ("domain:münchen.example", {"url": "https://xn--mnchen-3ya.example/"}, True),
        ("domain:xn--mnchen-3ya.example", {"url": "https://xn--mnchen-3ya.example/"}, True),
        ("domain:xn--a.example", {"url": "https://xn--a.example/"}, True),
        ("domain:example.com", {}, False),
        ("domain:example.com", {"url": "https://[example.com/"}, False),
        ('url:"/Sport/"', {"url": "https://example.com/sport/1"}, True),
        ("url:example.com/sport", {"url": "https://example.com/sport/1"}, True),
        ("url:football", {"url": "https://example.com/sport/1"}, False),
    ],
)
def test_values_are_compared_as_a_whole(query: str, changes: dict[str, Any], *, expected: bool):
    assert matches(query, **changes) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('drone "prime minister"', 'title: "Drone" · text: "Prime Minister\u2019s"'),
        ("drone drone title:drone", 'title: "Drone"'),
        ("drone OR baghdad OR missing", 'title: "Drone" · title: "Baghdad"'),
        ("bagh*", 'title: "Baghdad"'),
        ("lang:en category:(war OR peace)", 'lang: "en-GB" · category: "War"'),
        ("drone -category:sport", 'title: "Drone"'),
        ("drone OR -baghdad", 'title: "Drone"'),
        ("-(-drone)", 'title: "Drone"'),
        ("-(missing OR -drone)", 'title: "Drone"'),
        ("京都", 'text: "京都"'),
        ('"東京都 tower"', 'text: "東京都 tower"'),
        ("missing OR -absent", "nothing that missing OR -absent excludes"),
        ("domain:example.org", 'domain: "news.example.org"'),
    ],
)
def test_evidence_shows_what_stands_there(query: str, expected: str):
    read = parse_query(query)
    entry = indexed(
        title="A Drone  over Baghdad",
        content_html="<p>The Prime\n\nMinister\u2019s visit. 新東京都 tower</p>",
        categories=("War",),
        language="en-GB",
        url="https://news.example.org/1",
    )
    assert holds(read.root, entry)
    assert evidence(read, entry) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("missing", "no missing"),
        ("drone title:missing", "no title:missing"),
        ('drone ("x y" OR missing)', 'none of "x y" OR missing'),
        ("drone NOT category:war", 'NOT category:war found category: "War"'),
        ("drone -(sport OR baghdad)", '-(sport OR baghdad) found title: "Baghdad"'),
        ("drone -(-missing)", "-(-missing) found -missing"),
        ("drone (drone missing)", "no missing"),
        ("drone words>100", "words>100 does not hold: 0"),
        ("drone has:audio", "has:audio does not hold: no audio"),
        ("drone after:2027-01-01", "after:2027-01-01 does not hold: 2026-11-23 12:00"),
        ("drone -weight=1", "-weight=1 found weight 1"),
        ('drone "missing baghdad"~9', 'no "missing baghdad"~9'),
    ],
)
def test_absence_names_the_clause_that_failed(query: str, expected: str):
    read = parse_query(query)
    entry = indexed(title="A Drone over Baghdad", categories=("War",))
    assert not holds(read.root, entry)
    assert absence(read, entry) == expected


def test_signs_between_words_do_not_shift_what_is_shown():
    entry = indexed(title="__ ½ _ drone __ strike _", authors=("_", "Jane _ Doe"))
    assert evidence(parse_query("strike drone jane"), entry) == 'title: "strike" · title: "drone" · author: "Jane"'
    assert evidence(parse_query('"drone strike"'), entry) == 'title: "drone __ strike"'


def test_evidence_fits_into_a_line():
    words = [f"{'x' * 50}{number}" for number in range(12)]
    read = parse_query(" ".join(words))
    entry = indexed(title=" ".join(words))
    assert 100 < len(evidence(read, entry)) <= MAX_EVIDENCE_CHARACTERS
    assert evidence(parse_query("a b c d e f g"), indexed(title="a b c d e f g")).count("·") == 4
    assert len(absence(parse_query("(" + " OR ".join(f"y{word}" for word in words) + ")"), entry)) < 200


def test_the_deepest_query_is_evaluated():
    query = "".join(f"(x{level} OR y -" for level in range(99)) + "(a)" + ")" * 99
    read = parse_query(query)
    entry = indexed(title="a y")
    said = evidence(read, entry) if holds(read.root, entry) else absence(read, entry)
    assert said


class Untouchable:
    """A text that nobody may look at."""

    def __bool__(self) -> bool:
        raise AssertionError("looked at")


def test_a_text_is_not_read_when_the_title_decides():
    assert matches("drone source:lwn", title="drone", content_html=Untouchable(), summary=Untouchable())
