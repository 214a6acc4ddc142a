"""An entry reaches the topics that ask for it, each with its reason, and a reason where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from aggregator.errors import QueryError
from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.story import StoryFacts
from aggregator.model.topic import Access
from aggregator.topics import TopicSet, is_costly
from tests.builders import NOON, make_facts, make_stored, make_topic


class Untouchable:
    """A text that nobody may look at."""

    def __bool__(self) -> bool:
        raise AssertionError("looked at")


def judged(topics: TopicSet, stored: StoredEntry, source: SourceFacts) -> dict[str, Reason]:
    return {match.topic: match.reason for match in topics.judge(stored, source)}


def test_a_topic_without_from_and_match_takes_everything():
    topics = TopicSet.compile([make_topic("everything")])
    (match,) = topics.judge(make_stored("7"), make_facts())
    assert (match.topic, match.key) == ("everything", make_stored("7").entry.key)
    assert match.reason == Reason("topic", "entered", "from", "every source")


@pytest.mark.parametrize(
    ("selectors", "facts", "door"),
    [
        (("lwn",), {}, "lwn"),
        (("news",), {"group": "news"}, "news"),
        (("tag:world",), {"tags": ("x", "world")}, "tag:world"),
        (("x", "tag:world", "news"), {"group": "news", "tags": ("world",)}, "tag:world, news"),
        (("world",), {"tags": ("world",)}, None),
        (("tag:news",), {"group": "news"}, None),
        (("x",), {"group": ""}, None),
    ],
)
def test_from_names_sources_groups_and_tags(selectors: tuple[str, ...], facts: dict[str, Any], door: str | None):
    topics = TopicSet.compile([make_topic("world", selectors=selectors)])
    expected = {} if door is None else {"world": Reason("topic", "entered", "from", door)}
    assert judged(topics, make_stored(), make_facts(**facts)) == expected


@pytest.mark.parametrize("facts", [{"source_id": "python"}, {"group": "python"}])
def test_a_name_may_be_a_group_and_a_source_at_once(facts: dict[str, Any]):
    topics = TopicSet.compile([make_topic("snakes", selectors=("python",))])
    assert "snakes" in judged(topics, make_stored(), make_facts(**facts))


def test_a_topic_named_like_the_group_it_takes_from_is_no_circle():
    topics = TopicSet.compile([make_topic("papers", selectors=("papers",), match="graph*")])
    assert judged(topics, make_stored(title="Graphs"), make_facts(group="papers")).keys() == {"papers"}
    assert not judged(topics, make_stored(title="Graphs"), make_facts(group="news"))


def test_a_topic_takes_what_the_topics_it_names_took_in_whatever_order_they_stand():
    topics = TopicSet.compile(
        [
            make_topic("digest", selectors=("python", "papers")),
            make_topic("python", match="python"),
            make_topic("deep", selectors=("digest",), match="django"),
        ]
    )
    found = judged(topics, make_stored(title="Python and Django"), make_facts())
    assert list(found) == ["digest", "python", "deep"]
    assert found["digest"] == Reason("topic", "entered", "from", "topic python")
    assert found["deep"].evidence == 'title: "Django"'
    assert judged(topics, make_stored(title="Django"), make_facts()) == {}
    assert judged(topics, make_stored(title="Django"), make_facts(group="papers")).keys() == {"digest", "deep"}


def test_topics_in_a_circle_are_refused():
    with pytest.raises(ValueError, match=r"circle: (a → b → c → a|b → c → a → b|c → a → b → c)$"):
        TopicSet.compile(
            [make_topic("a", selectors=("b",)), make_topic("b", selectors=("c",)), make_topic("c", selectors=("a",))]
        )


def test_a_query_that_cannot_be_read_is_refused():
    with pytest.raises(QueryError, match="column 3"):
        TopicSet.compile([make_topic("a", match="a OR")])


def test_an_empty_set_of_topics_takes_nothing():
    assert TopicSet.compile([]).judge(make_stored(), make_facts()) == ()


def test_from_and_match_have_both_to_hold():
    topics = TopicSet.compile([make_topic("world", selectors=("news",), match="iraq* -category:sport")])
    news = make_facts(group="news")
    assert judged(topics, make_stored(title="Iraqi oil"), news)["world"].evidence == 'title: "Iraqi"'
    assert not judged(topics, make_stored(title="Iraqi oil"), make_facts())
    assert not judged(topics, make_stored(title="Omani oil"), news)
    assert not judged(topics, make_stored(title="Iraqi oil", categories=("Sport",)), news)


def test_a_source_with_credentials_reaches_no_topic():
    topics = TopicSet.compile([make_topic("everything"), make_topic("digest", selectors=("everything", "lwn"))])
    private = make_facts(private=True)
    assert topics.judge(make_stored(), private) == ()
    assert topics.explain("digest", make_stored(), private) == (
        Reason(
            "topic", "not entered", "private", "an entry from a source with credentials never reaches a public topic"
        ),
    )


def test_a_source_with_credentials_reaches_topics_that_want_a_token_and_none_that_draws_on_them():
    topics = TopicSet.compile(
        [make_topic("mine", access=Access.TOKEN), make_topic("all", selectors=("mine",)), make_topic("public")]
    )
    assert judged(topics, make_stored(), make_facts(private=True)).keys() == {"mine"}
    assert judged(topics, make_stored(), make_facts()).keys() == {"mine", "all", "public"}


def test_an_entry_that_no_topic_selects_is_not_read():
    topics = TopicSet.compile([make_topic("a", selectors=("x",), match="b"), make_topic("c", selectors=("lwn",))])
    unread: Any = Untouchable()
    stored = make_stored(title=unread, summary=unread, content_html=unread, authors=unread, categories=unread)
    assert judged(topics, stored, make_facts()).keys() == {"c"}


def test_a_text_is_not_read_for_topics_about_titles():
    topics = TopicSet.compile([make_topic("a", match="title:(b OR c*)"), make_topic("d", match="lang:en")])
    unread: Any = Untouchable()
    assert not judged(topics, make_stored(title="x", content_html=unread, summary=unread), make_facts())


@pytest.mark.parametrize(
    ("changes", "facts", "expected"),
    [
        ({}, {}, (("not entered", "from", "source lwn; from: news, tag:ai, topic python"),)),
        (
            {},
            {"group": "blogs", "tags": ("x", "y")},
            (("not entered", "from", "source lwn, group blogs, tag:x, tag:y; from: news, tag:ai, topic python"),),
        ),
        (
            {"title": "A drone"},
            {"group": "news"},
            (("let in", "from", "news"), ("entered", "match", 'title: "drone"')),
        ),
        (
            {"title": "Python drone"},
            {"tags": ("ai",)},
            (("let in", "from", "tag:ai, topic python"), ("entered", "match", 'title: "drone"')),
        ),
        ({"title": "A kite"}, {"group": "news"}, (("let in", "from", "news"), ("not entered", "match", "no drone"))),
        (
            {"title": "Opinion: a drone"},
            {"group": "news"},
            (("let in", "from", "news"), ("not entered", "match", 'NOT opinion found title: "Opinion"')),
        ),
    ],
)
def test_presence_and_absence_are_explained(
    changes: dict[str, Any], facts: dict[str, Any], expected: tuple[tuple[str, str, str], ...]
):
    topics = TopicSet.compile(
        [
            make_topic("drones", selectors=("news", "tag:ai", "python"), match="drone NOT opinion"),
            make_topic("python", match="python"),
        ]
    )
    reasons = topics.explain("drones", make_stored(**changes), make_facts(**facts))
    assert tuple(replace(reason, facts=()) for reason in reasons) == tuple(Reason("topic", *rest) for rest in expected)


def test_explaining_a_topic_without_from_goes_straight_to_its_query():
    topics = TopicSet.compile([make_topic("drones", match="drone"), make_topic("all")])
    assert topics.explain("drones", make_stored(title="Kite"), make_facts()) == (
        Reason("topic", "not entered", "match", "no drone"),
    )
    assert topics.explain("all", make_stored(), make_facts()) == (Reason("topic", "entered", "from", "every source"),)


def test_an_unknown_topic_cannot_be_explained():
    with pytest.raises(KeyError):
        TopicSet.compile([]).explain("nowhere", make_stored(), make_facts())


STORY = StoryFacts(outlets=3, items=3, first_at=NOON)


def weighed(topics: TopicSet, now: datetime, story: StoryFacts = STORY, **changes: Any) -> list[str]:
    return [match.topic for match in topics.weigh(make_stored(**changes), make_facts(), now, story)]


def test_restless_topics_are_weighed_apart_and_so_is_what_draws_from_them():
    topics = TopicSet.compile(
        [
            make_topic("wide", match="outlets>=3"),
            make_topic("drones", match="drone"),
            make_topic("digest", selectors=("wide",)),
            make_topic("young", match="drone age<2h"),
        ]
    )
    assert topics.restless == {"wide", "digest", "young"}
    assert judged(topics, make_stored(title="Drone"), make_facts()).keys() == {"drones"}
    assert weighed(topics, NOON, title="Drone") == ["wide", "digest", "young"]
    assert weighed(topics, NOON + timedelta(hours=2), replace(STORY, outlets=2), title="Drone") == []


def test_the_next_change_by_time_alone_is_known_to_the_moment():
    topics = TopicSet.compile([make_topic("a", match="age>=2h -story-age>1d"), make_topic("b", match="words>3")])
    stored, story = make_stored(), replace(STORY, first_at=NOON - timedelta(hours=3))
    moments = []
    now = NOON
    while (later := topics.next_change(stored, now, story)) is not None:
        before, after = (
            [m.topic for m in topics.weigh(stored, make_facts(), at, story)]
            for at in (later - timedelta(microseconds=1), later)
        )
        if before != after:
            moments.append(later)
        now = later
    assert moments == [NOON + timedelta(hours=2), NOON + timedelta(hours=21, microseconds=1)]


def test_topics_at_rest_wait_for_nothing():
    topics = TopicSet.compile([make_topic("a", match="drone after:2026-01-01 weight>0.5")])
    assert topics.restless == frozenset()
    assert topics.next_change(make_stored(), NOON, STORY) is None
    assert topics.weigh(make_stored(), make_facts(), NOON, STORY) == ()


def test_explaining_a_restless_topic_asks_for_story_and_time():
    topics = TopicSet.compile([make_topic("wide", match="outlets>=3 age<1d")])
    (entered,) = topics.explain("wide", make_stored(), make_facts(), NOON + timedelta(hours=1), STORY)
    assert (entered.verdict, entered.evidence) == ("entered", "outlets 3 · age 1h")
    (missed,) = topics.explain("wide", make_stored(), make_facts(), NOON + timedelta(days=1), STORY)
    assert missed.evidence == "age<1d does not hold: 1d"


@pytest.mark.parametrize(
    ("own", "of_source", "enters"),
    [("en-GB", None, True), ("de", None, True), ("fr", None, False), (None, "fr", False), (None, None, True)],
)
def test_a_topic_of_some_languages_takes_no_others_and_what_says_none(own, of_source, enters):
    rules = TopicSet.compile([make_topic("ships", languages=("en", "DE"))])
    stored, source = make_stored("1", language=own), make_facts(language=of_source)
    assert bool(rules.judge(stored, source)) is enters
    said = own or of_source or "no language is declared"
    told = [(one.verdict, one.rule, one.evidence) for one in rules.explain("ships", stored, source)]
    assert told == [
        ("let in" if enters else "not entered", "lang", f"{said}; lang: en, DE"),
        *([("entered", "from", "every source")] if enters else []),
    ]


def test_what_is_muted_enters_no_topic_and_says_why():
    mutes = ("title:/sponsored/i", "category:horoscopes")
    topics = TopicSet.compile([make_topic("all", mutes=mutes), make_topic("drones", match="drone", mutes=mutes)])
    assert judged(topics, make_stored(title="Drone"), make_facts()).keys() == {"all", "drones"}
    muted = make_stored(title="Sponsored: drone")
    assert not judged(topics, muted, make_facts())
    (reason,) = topics.explain("drones", muted, make_facts())
    assert (reason.verdict, reason.rule) == ("not entered", "mute")
    assert reason.evidence == 'title:/sponsored/i found title: "Sponsored"'
    assert make_topic("all").rule_digest != make_topic("all", mutes=mutes).rule_digest


def test_a_mute_may_ask_for_the_story():
    topics = TopicSet.compile([make_topic("all", mutes=("outlets<2",))])
    assert topics.restless == {"all"}
    assert weighed(topics, NOON) == ["all"]
    assert weighed(topics, NOON, replace(STORY, outlets=1)) == []


@pytest.mark.parametrize(
    ("match", "costly"),
    [
        ("drone", False),
        ("drone OR /kite/", True),
        ("/kite/ drone*", False),
        ("tag:world outlets>=3", True),
        ('"a b"~3 -c', False),
    ],
)
def test_a_query_without_a_word_that_has_to_be_there_is_costly(match: str, *, costly: bool):
    assert is_costly(match) is costly
