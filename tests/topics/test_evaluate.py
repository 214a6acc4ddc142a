"""A query holds for the entries that it should, and says what it found in the words of the entry."""

from __future__ import annotations

from typing import Any

import pytest

from aggregator.model.source import FeedProfile
from aggregator.topics.evaluate import MAX_EVIDENCE_CHARACTERS, absence, evidence, holds
from aggregator.topics.indexed import IndexedEntry
from aggregator.topics.query import parse_query
from tests.builders import make_facts, make_stored


def indexed(**changes: Any) -> IndexedEntry:
    """Index an entry that is empty but for what is named; ``source_*`` are facts of the source."""
    facts = {name.removeprefix("source_"): changes.pop(name) for name in list(changes) if name.startswith("source_")}
    empty: dict[str, Any] = {"title": "", "url": None, "summary": "", "content_html": ""}
    return IndexedEntry(make_stored(**(empty | changes)), make_facts(**facts))


def matches(query: str, **changes: Any) -> bool:
    return holds(parse_query(query).root, indexed(**changes))


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
