"""Where nobody declares a language, one that is recognised counts, with how sure it is; what is unclear is let in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.model.entry import StoredEntry
from aggregator.model.language import Recognised, Recogniser
from aggregator.model.reason import Reason
from aggregator.model.searching import Asked, Judged
from aggregator.model.topic import NO_SENSES, Senses, Topic
from aggregator.topics import TopicSet, languages_of, sought
from tests.builders import NOON, make_facts, make_stored, make_topic

WORDS = {"fluss": Recognised("de", 0.97), "river": Recognised("en", 0.99), "rivière": Recognised("fr", 0.91)}


def by_one_word(text: str) -> Recognised | None:
    return next((found for word, found in WORDS.items() if word in text.casefold()), None)


LISTENING = Recogniser("by one word", by_one_word)


def topic(slug: str = "rivers", **changes: object) -> Topic:
    return make_topic(slug, recogniser=LISTENING, **changes)


def about(title: str, **changes: object) -> StoredEntry:
    return make_stored("1", title=title, summary="", content_html="", **changes)


def told(rules: TopicSet, stored: StoredEntry, slug: str = "rivers") -> list[tuple[str, str, str]]:
    return [(one.verdict, one.rule, one.evidence) for one in rules.explain(slug, stored, make_facts())]


@pytest.mark.parametrize(
    ("title", "language", "enters"),
    [
        ("Der Fluss", None, True),
        ("The river", None, False),
        ("The river", "de", True),  # what is declared holds, whatever it looks like
        ("Der Fluss", "en", False),
        ("OK", None, True),
    ],
)
def test_what_is_recognised_counts_where_nothing_is_declared(title: str, language: str | None, enters: bool):  # noqa: FBT001 - a parameter
    rules = TopicSet.compile([topic(languages=("de", "fr"))])
    assert bool(rules.judge(about(title, language=language), make_facts())) is enters


@pytest.mark.parametrize("facts", [{"language": "en"}, {"language": "de"}])
def test_what_a_source_declares_holds_for_its_entries(facts: dict[str, str]):
    rules = TopicSet.compile([topic(languages=("de",))])
    assert bool(rules.judge(about("The river"), make_facts(**facts))) is (facts["language"] == "de")


def test_the_reason_says_that_it_was_recognised_and_how_sure_that_is():
    rules = TopicSet.compile([topic(languages=("de",)), topic("words", languages=("de",), match="fluss*")])
    whole, words = rules.judge(about("Der Fluss"), make_facts())
    sure = (("lang", "de"), ("sure", 0.97))
    assert whole.reason == Reason("topic", "entered", "from, lang", "every source; de, recognised (97% sure)", sure)
    assert (words.reason.rule, words.reason.facts[1:]) == ("match, lang", sure)
    assert words.reason.evidence == 'title: "Fluss"; de, recognised (97% sure)'
    assert told(rules, about("The river")) == [
        ("not entered", "lang", "en, recognised (99% sure); lang: de"),
    ]
    assert told(rules, about("Der Fluss"))[0] == ("let in", "lang", "de, recognised (97% sure); lang: de")
    unclear = "no language is declared, and none is clear from the text; lang: de"
    assert told(rules, about("OK"))[0] == ("let in", "lang", unclear)


def test_what_is_declared_is_told_as_before():
    rules = TopicSet.compile([topic(languages=("de",))])
    (match,) = rules.judge(about("Der Fluss", language="de"), make_facts())
    assert match.reason == Reason("topic", "entered", "from", "every source")


def test_a_region_cannot_be_recognised_and_is_not_asked_for():
    rules = TopicSet.compile([topic(languages=("de-AT",))])
    assert rules.judge(about("Der Fluss"), make_facts())
    assert not rules.judge(about("Der Fluss", language="de"), make_facts())


def test_queries_find_what_is_recognised_and_say_so():
    rules = TopicSet.compile([topic(match="lang:de"), topic("others", match="fluss NOT lang:de")])
    (match,) = rules.judge(about("Der Fluss"), make_facts())
    assert match.reason.evidence == 'lang: "de, recognised (97% sure)"'
    assert dict(match.reason.facts)["at"] == "lang:0:0:2@1-7"
    assert told(rules, about("Der Fluss"), "others")[-1][2] == 'NOT lang:de found lang: "de, recognised (97% sure)"'
    assert not rules.judge(about("OK"), make_facts())
    by_pattern = TopicSet.compile([topic(match="lang:/^de$/")])
    assert by_pattern.judge(about("Der Fluss"), make_facts())


def test_search_finds_what_is_recognised():
    asked = Asked(text="lang:de", now=NOON, senses=Senses(recogniser=LISTENING))
    german, english = (Judged(stored=about(title), source=make_facts()) for title in ("Der Fluss", "The river"))
    found = sought(asked).judge(german)
    assert found is not None
    assert found.evidence == 'lang: "de, recognised (97% sure)"'
    assert sought(asked).judge(english) is None
    assert sought(replace(asked, senses=NO_SENSES)).judge(german) is None


def test_only_what_depends_on_languages_is_another_rule_with_another_recogniser():
    other = Recogniser("by two words", by_one_word)
    asking = [{"languages": ("de",)}, {"match": "river LANG:de"}, {"mutes": ("-lang:de",)}]
    for changes, depends in [*((one, True) for one in asking), ({"match": "river"}, False), ({}, False)]:
        digests = {replace(topic(**changes), recogniser=one).rule_digest for one in (LISTENING, other)}
        assert len(digests) == 1 + depends, changes


def test_the_languages_that_are_expected_are_those_that_topics_ask_for():
    topics = [
        make_topic("a", languages=("de", "pt-BR")),
        make_topic("b", match="river OR (lang:fr -lang:nl) lang:e*"),
        make_topic("c", match="lang:/x/ it", mutes=("lang:sv",)),
        make_topic("d", match="language slang"),
    ]
    assert languages_of(topics) == {"de", "pt-BR", "fr", "nl", "sv"}
