"""What is learned from examples holds for what was never seen, says why, and is refused where it does not hold."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from aggregator.model.liking import Example, Learned, Lesson, Like, Meaning, Refused
from aggregator.model.searching import Asked, Judged
from aggregator.model.topic import Topic
from aggregator.pipeline.curate import with_context
from aggregator.topics import LearnedTaste, TopicSet, asked_of, learn, senses_of, sought
from aggregator.topics.features import Rarity, dot, mean
from tests.builders import NOON, make_facts, make_stored, make_topic
from tests.press import SUBJECTS, WORDS, articles, mixed

FLOODS = Lesson(topic="floods", examples=articles("floods", 12), background=mixed(60, 1000))


DELUGE = ("deluge", "inundation")


def senses(text: str) -> tuple[float, ...]:
    """Mean something by a text: how much it speaks of each of three matters, whatever the words."""
    matters = [{*WORDS[subject].split(), *more} for subject, more in (("floods", DELUGE), ("chess", ()), ("bees", ()))]
    words = text.lower().replace(".", " ").split()
    felt = [1 + 5.0 * sum(word in matter for word in words) for matter in matters]
    length = math.hypot(*felt)
    return tuple(value / length for value in felt)


MEANING = Meaning("three matters 1", senses)


def learned(lesson: Lesson = FLOODS, meaning: Meaning | None = None) -> Learned:
    found = learn(lesson, meaning)
    assert isinstance(found, Learned), found
    return found


@pytest.mark.parametrize(
    ("subject", "meaning"),
    [*((one, None) for one in SUBJECTS), *((one, MEANING) for one in ("floods", "chess", "bees"))],
)
def test_the_line_takes_what_is_alike_and_leaves_the_rest(subject: str, meaning: Meaning | None):
    lesson = Lesson(topic="t", examples=articles(subject, 12), background=mixed(60, 1000))
    taste = LearnedTaste(learned(lesson, meaning), meaning)
    unseen, strange = articles(subject, 100, 5000), mixed(20, 5000, without=subject)
    assert sum(taste.score(one.title, one.text) >= 0.5 for one in unseen) >= 70
    assert sum(taste.score(one.title, one.text) >= 0.5 for one in strange) <= 5


def test_the_cross_check_is_told():
    check = learned().check
    assert (check.examples, check.background) == (12, 360)
    assert check.found >= 10
    assert check.taken <= 80
    assert str(check) == (
        f"{check.found} of 12 examples are found by the others; {check.taken} of 360 other entries come along"
    )


def test_examples_of_everything_are_refused():
    refused = learn(replace(FLOODS, examples=mixed(2)), None)
    assert isinstance(refused, Refused)
    assert refused.what.startswith("the examples do not hold together: ")
    assert "of 12 examples are found by the others" in refused.what
    assert refused.hint


@pytest.mark.parametrize(
    ("lesson", "what"),
    [
        (replace(FLOODS, examples=FLOODS.examples[:4]), "4 examples are at hand, and 5 are needed"),
        (replace(FLOODS, background=FLOODS.background[:199]), "held against 199 other entries, and 200 are needed"),
        (replace(FLOODS, background=(*FLOODS.background[:190], *FLOODS.examples)), "against 190 other entries"),
        (replace(FLOODS, examples=(Example(title="…"),) * 6), "do not hold together"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_the_reason(lesson: Lesson, what: str):
    refused = learn(lesson, None)
    assert isinstance(refused, Refused)
    assert what in refused.what


@pytest.mark.parametrize("meaning", [None, MEANING])
def test_the_same_lesson_gives_the_same_model(meaning: Meaning | None):
    assert learned(FLOODS, meaning) == learned(FLOODS, meaning)
    assert (
        LearnedTaste(learned(FLOODS, meaning), meaning).digest == LearnedTaste(learned(FLOODS, meaning), meaning).digest
    )


def test_what_changes_the_model_changes_its_names():
    first = learned()
    more = learned(replace(FLOODS, examples=articles("floods", 13)))
    other = learned(replace(FLOODS, background=mixed(61, 1000)))
    assert first.asked != more.asked
    assert (first.asked, first.background != other.background) == (other.asked, True)
    assert len({LearnedTaste(one, None).digest for one in (first, more, other)}) == 3
    assert asked_of(FLOODS, None) != asked_of(FLOODS, MEANING)
    assert asked_of(FLOODS, None) != asked_of(replace(FLOODS, hidden=articles("floods", 1, 50)), None)
    assert asked_of(replace(FLOODS, examples=FLOODS.examples[::-1]), None) == asked_of(FLOODS, None)


def test_the_nearest_example_and_the_words_that_decided_are_named():
    nearest = FLOODS.examples[3]
    found = LearnedTaste(learned(), None).likeness(nearest.title, nearest.text)
    assert found.nearest == nearest
    assert found.score >= 0.5
    assert found.words
    assert {word for word, _ in found.words} <= set(f"{nearest.title} {nearest.text}".lower().rstrip(".").split())
    assert [weight for _, weight in found.words] == sorted((weight for _, weight in found.words), reverse=True)


def test_by_words_alone_the_weights_of_all_words_make_up_the_sum():
    rarity = Rarity.of(FLOODS.background)
    one, direction = FLOODS.examples[0], mean(rarity.vector(one.title, one.text) for one in FLOODS.examples)
    parts = rarity.parts(one.title, one.text)
    whole = rarity.vector(one.title, one.text)
    assert sum(dot(terms, direction) for terms in parts.values()) == pytest.approx(dot(whole, direction))
    assert math.hypot(*whole.values()) == pytest.approx(1)


def test_meaning_finds_what_no_example_has_a_word_of():
    title, text = "Deluge and inundation", "Inundation, deluge; deluge, inundation"
    by_words, by_meaning = LearnedTaste(learned(), None), LearnedTaste(learned(FLOODS, MEANING), MEANING)
    nothing = "Nothing of the kind"
    assert by_words.score(title, text) < by_words.score(nothing, nothing) + 0.05
    assert by_meaning.score(title, text) > by_meaning.score(nothing, nothing) + 0.2


def test_the_words_of_a_headline_weigh_what_it_means_less_without_them():
    taste = LearnedTaste(learned(FLOODS, MEANING), MEANING)
    assert {word for word, _ in taste.likeness("Deluge and inundation", "").words} == {"deluge", "inundation"}


def test_what_was_hidden_pushes_away():
    lesson = replace(FLOODS, examples=(*articles("floods", 8), *articles("bees", 4)))
    bees = articles("bees", 30, 7000)
    plain = LearnedTaste(learned(lesson), None)
    warned = LearnedTaste(learned(replace(lesson, hidden=articles("bees", 6, 300))), None)
    before, after = (sum(taste.score(one.title, one.text) for one in bees) for taste in (plain, warned))
    assert after < before


def test_a_model_is_not_asked_with_another_meaning():
    with pytest.raises(ValueError, match="learned with 'three matters 1', which is not at hand"):
        LearnedTaste(learned(FLOODS, MEANING), None)
    with pytest.raises(ValueError, match="learned with 'words alone'"):
        LearnedTaste(learned(), MEANING)


@pytest.mark.parametrize("text", ["", "…", "東京で大雨", "x" * 5000])
def test_any_text_has_a_score(text: str):
    taste = LearnedTaste(learned(), None)
    assert 0 <= taste.score(text, text) <= 1
    assert taste.likeness(text, text).nearest in FLOODS.examples


def liking(match: str | None = None, at_least: float = 0.5) -> TopicSet:
    like = Like(entries=tuple(one.name for one in FLOODS.examples), at_least=at_least)
    return TopicSet.compile([make_topic("wet", match=match, like=like, taste=LearnedTaste(learned(), None))])


WET, DRY = articles("floods", 1, 8000)[0], articles("bread", 1, 8000)[0]


def test_a_topic_takes_what_is_like_its_examples_and_says_so():
    topics = liking()
    (match,) = topics.judge(make_stored("1", title=WET.title, summary=WET.text), make_facts())
    assert (match.reason.verdict, match.reason.rule) == ("entered", "like")
    facts = dict(match.reason.facts)
    assert facts["like"] >= facts["at-least"] == 0.5
    assert match.reason.evidence.startswith('like "')
    assert f": {facts['like']:.2f} ≥ 0.5; " in match.reason.evidence
    assert topics.judge(make_stored("2", title=DRY.title, summary=DRY.text), make_facts()) == ()


def test_absence_tells_how_much_was_missing():
    (reason,) = liking().explain("wet", make_stored("2", title=DRY.title, summary=DRY.text), make_facts())
    assert (reason.verdict, reason.rule) == ("not entered", "like")
    assert " < 0.5" in reason.evidence


def test_a_query_and_examples_have_to_agree():
    word = WET.title.split()[0]
    topics = liking(match=word)
    (match,) = topics.judge(make_stored("1", title=WET.title, summary=WET.text), make_facts())
    assert match.reason.rule == "match, like"
    assert match.reason.evidence.startswith(f'title: "{word}"')
    assert topics.judge(make_stored("2", title=f"{word} {DRY.title}", summary=DRY.text), make_facts()) == ()
    (reason,) = liking(match="zebra").explain("wet", make_stored("1", title=WET.title, summary=WET.text), make_facts())
    assert (reason.verdict, reason.rule) == ("not entered", "match")


def test_the_bound_is_the_users():
    stored = make_stored("1", title=WET.title, summary=WET.text)
    score = dict(liking().judge(stored, make_facts())[0].reason.facts)["like"]
    assert isinstance(score, float)
    assert liking(at_least=score).judge(stored, make_facts())
    assert not liking(at_least=score + 0.01).judge(stored, make_facts())


def test_a_topic_that_learned_nothing_takes_nothing_and_says_so():
    topics = TopicSet.compile([make_topic("wet", like=Like(entries=("x",)))])
    assert topics.judge(make_stored(), make_facts()) == ()
    (reason,) = topics.explain("wet", make_stored(), make_facts())
    assert (reason.rule, reason.evidence) == ("like", "nothing was learned; `aggregator check` says why")


def test_another_model_or_bound_is_another_rule():
    like = Like(entries=("x",))
    plain, unlearned = make_topic(), make_topic(like=like)
    taught = replace(unlearned, taste=LearnedTaste(learned(), None))
    other = replace(taught, taste=LearnedTaste(learned(replace(FLOODS, examples=articles("floods", 13))), None))
    strict = replace(taught, like=Like(entries=("x",), at_least=0.6))
    assert len({one.rule_digest for one in (plain, unlearned, taught, other, strict)}) == 5
    assert taught.rule_digest == replace(taught, taste=LearnedTaste(learned(), None)).rule_digest


def among(match: str, *more: Topic, taste: LearnedTaste | None = None, at_least: float = 0.5) -> TopicSet:
    """Let a topic ask in its query for what another one learned."""
    like = Like(entries=tuple(one.name for one in FLOODS.examples), at_least=at_least)
    learning = make_topic("wet", like=like, taste=taste or LearnedTaste(learned(), None), selectors=("nobody",))
    return TopicSet.compile([make_topic("any", match=match), learning, *more])


LIKE_WET, LIKE_DRY = (make_stored(title=one.title, summary=one.text) for one in (WET, DRY))


def test_a_query_asks_for_what_another_topic_learned_and_names_example_and_words():
    topics = among("zebra OR like:wet")
    (match,) = topics.judge(LIKE_WET, make_facts())
    score = LearnedTaste(learned(), None).score(WET.title, WET.text)
    assert (match.topic, match.reason.rule) == ("any", "match")
    assert match.reason.evidence.startswith('wet: like "')
    assert f": {score:.2f} ≥ 0.5; " in match.reason.evidence
    assert match.reason.facts == (("at", f"like=wet:{score:.2f}@10-17"),)
    assert topics.judge(LIKE_DRY, make_facts()) == ()


def test_absence_tells_what_an_entry_is_like_and_how_much_was_missing():
    (reason,) = among("like:wet").explain("any", LIKE_DRY, make_facts())
    assert reason.evidence.startswith('like:wet does not hold: wet: like "')
    assert " < 0.5" in reason.evidence
    excluded = among("title:/./ -like:wet").explain("any", LIKE_WET, make_facts())[0]
    assert excluded.evidence.startswith('-like:wet found wet: like "')


def test_the_bound_is_that_of_the_topic_that_learned():
    score = LearnedTaste(learned(), None).score(WET.title, WET.text)
    assert among("like:wet", at_least=score).judge(LIKE_WET, make_facts())
    assert not among("like:wet", at_least=round(score + 0.01, 2)).judge(LIKE_WET, make_facts())


def test_what_is_alike_can_be_muted_everywhere():
    topics = among("title:/./", make_topic("quiet", mutes=("like:wet",)))
    assert {match.topic for match in topics.judge(LIKE_WET, make_facts())} == {"any"}
    assert {match.topic for match in topics.judge(LIKE_DRY, make_facts())} == {"any", "quiet"}


def test_where_nothing_was_learned_nothing_is_alike_and_the_reason_says_so():
    topics = TopicSet.compile([make_topic("any", match="like:wet"), make_topic("wet", like=Like(entries=("x",)))])
    (reason,) = topics.explain("any", LIKE_WET, make_facts())
    assert reason.evidence == "like:wet does not hold: wet: nothing was learned; `aggregator check` says why"
    alone = TopicSet.compile([make_topic("any", match="like:wet")])
    assert alone.explain("any", LIKE_WET, make_facts())[0].evidence.endswith("wet: there are no examples")


def test_a_text_is_held_against_what_was_learned_once_however_many_ask():
    asked: list[str] = []

    class Counting(LearnedTaste):
        def score(self, title: str, text: str) -> float:
            asked.append(title)
            return super().score(title, text)

    more = [make_topic(f"m{number}", match=f"like:wet title:/{number}|./") for number in range(3)]
    assert among("like:wet", *more, taste=Counting(learned(), None)).judge(LIKE_DRY, make_facts()) == ()
    assert asked == [DRY.title]


def test_what_was_learned_is_part_of_the_rules_that_ask_for_it():
    def digests(at_least: float, example: int) -> dict[str, str]:
        lesson = replace(FLOODS, examples=articles("floods", example))
        like = Like(entries=("x",), at_least=at_least)
        wet = make_topic("wet", like=like, taste=LearnedTaste(learned(lesson), None))
        asking = [make_topic("any", match="x OR like:wet"), make_topic("other", match="liked x")]
        return {one.slug: one.rule_digest for one in with_context([*asking, wet], [])}

    one, stricter, other = digests(0.5, 12), digests(0.6, 12), digests(0.5, 13)
    assert len({each["any"] for each in (one, stricter, other)}) == 3
    assert len({each["other"] for each in (one, stricter, other)}) == 1


def test_search_asks_what_topics_learned():
    wet = make_topic("wet", like=Like(entries=("x",)), taste=LearnedTaste(learned(), None))
    wanted = sought(Asked(text="like:wet", now=NOON, senses=senses_of([wet])))
    assert wanted.terms is None, "no index can tell"
    assert wanted.judge(Judged(stored=LIKE_WET, source=make_facts())) is not None
    assert wanted.judge(Judged(stored=LIKE_DRY, source=make_facts())) is None
    nobody = sought(Asked(text="like:wet", now=NOON))
    assert nobody.judge(Judged(stored=LIKE_WET, source=make_facts())) is None
