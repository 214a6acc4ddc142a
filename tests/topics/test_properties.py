"""Random topics over random entries: parser, index and evaluation agree with the plainest reading of a query."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import example, given, settings, strategies as st

from aggregator.model.entry import StoredEntry
from aggregator.topics import TopicSet
from aggregator.topics.anchors import anchors_of
from aggregator.topics.query import parse_query
from tests.builders import make_facts, make_stored, make_topic

LETTERS = st.sampled_from(["ab", "abc", "b", "cd", "x"])


@dataclass(frozen=True)
class Rule:
    """A query as a tree of plain tuples, and as it is written."""

    tree: tuple[object, ...]
    text: str


def _leaf(field: str, words: list[str], *, star: bool) -> Rule:
    prefix = f"{field}:" if field else ""
    body = " ".join(words) + ("*" if star else "")
    return Rule(("leaf", field, tuple(words), star), prefix + (f'"{body}"' if len(words) > 1 else body))


def _value(field: str, value: str) -> Rule:
    return Rule(("value", field, value), f"{field}:{value}")


def _join(word: str, rules: list[Rule], *, spelled: bool) -> Rule:
    sign = f" {word} " if spelled or word == "OR" else " "
    return Rule((word, *(rule.tree for rule in rules)), "(" + sign.join(rule.text for rule in rules) + ")")


def _deny(rule: Rule, sign: str) -> Rule:
    return Rule(("NOT", rule.tree), sign + (f"({rule.text})" if rule.tree[0] == "NOT" else rule.text))


LEAVES = st.one_of(
    st.builds(
        _leaf,
        st.sampled_from(["", "", "title", "summary", "text", "author"]),
        st.lists(LETTERS, min_size=1, max_size=3),
        star=st.booleans(),
    ),
    st.builds(_value, st.sampled_from(["category", "tag"]), LETTERS),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(
            _join, st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3), spelled=st.booleans()
        ),
        st.builds(_deny, inner, st.sampled_from(["NOT ", "-"])),
    ),
    max_leaves=8,
)
SENTENCES = st.lists(LETTERS, max_size=5)
NAMES = st.lists(st.lists(LETTERS, min_size=1, max_size=2), max_size=2)


@dataclass(frozen=True)
class Case:
    """An entry, by field the lists of words of its parts."""

    fields: dict[str, list[list[str]]]
    tags: list[str]

    def stored(self, *, guid: str = "1") -> StoredEntry:
        joined = {field: tuple(" ".join(part) for part in parts) for field, parts in self.fields.items()}
        return make_stored(
            guid,
            title="".join(joined["title"]),
            summary="".join(joined["summary"]),
            content_html="".join(f"<p>{part}</p>" for part in joined["text"]),
            authors=joined["author"],
            categories=joined["category"],
        )


CASES = st.builds(
    Case,
    st.fixed_dictionaries(
        {
            "title": SENTENCES.map(lambda words: [words]),
            "summary": SENTENCES.map(lambda words: [words]),
            "text": SENTENCES.map(lambda words: [words]),
            "author": NAMES,
            "category": NAMES,
        }
    ),
    st.lists(LETTERS, max_size=2),
)


def naive(tree: tuple[object, ...], case: Case) -> bool:
    kind, *rest = tree
    if kind == "AND":
        return all(naive(child, case) for child in rest)
    if kind == "OR":
        return any(naive(child, case) for child in rest)
    if kind == "NOT":
        return not naive(rest[0], case)
    if kind == "value":
        field, value = rest
        return value in (case.tags if field == "tag" else [" ".join(part) for part in case.fields["category"]])
    field, words, star = rest
    fields = {"": list(case.fields), "text": ["summary", "text"]}.get(field, [field])
    return any(_stands(words, part, star=star) for name in fields for part in case.fields[name])


def _stands(words: tuple[str, ...], part: list[str], *, star: bool) -> bool:
    *whole, last = words
    for start in range(len(part) - len(words) + 1):
        found = part[start : start + len(words)]
        if found[:-1] == whole and (found[-1].startswith(last) if star else found[-1] == last):
            return True
    return False


def _wants(tree: tuple[object, ...], *, wanted: bool = True) -> bool:
    kind, *rest = tree
    if kind in {"AND", "OR"}:
        return any(_wants(child, wanted=wanted) for child in rest)
    return _wants(rest[0], wanted=not wanted) if kind == "NOT" else wanted


READABLE_RULES = RULES.filter(lambda rule: _wants(rule.tree))


@settings(max_examples=300, deadline=None)
@given(st.lists(READABLE_RULES, min_size=1, max_size=6), st.lists(CASES, min_size=1, max_size=3))
def test_an_entry_is_in_the_topics_whose_plain_reading_holds(rules: list[Rule], cases: list[Case]):
    topics = TopicSet.compile([make_topic(f"t{number}", match=rule.text) for number, rule in enumerate(rules)])
    for case in cases:
        source = make_facts(tags=tuple(case.tags))
        expected = [f"t{number}" for number, rule in enumerate(rules) if naive(rule.tree, case)]
        assert [match.topic for match in topics.judge(case.stored(), source)] == expected


@settings(max_examples=200, deadline=None)
@given(READABLE_RULES, CASES)
def test_an_explanation_says_what_judging_decided(rule: Rule, case: Case):
    topics = TopicSet.compile([make_topic("t", match=rule.text)])
    source = make_facts(tags=tuple(case.tags))
    reasons = topics.explain("t", case.stored(), source)
    matches = topics.judge(case.stored(), source)
    assert reasons[-1].verdict == ("entered" if matches else "not entered")
    assert tuple(match.reason for match in matches) == (reasons[-1:] if matches else ())
    assert 0 < len(reasons[-1].evidence) <= 250
    assert "\n" not in reasons[-1].evidence


@given(READABLE_RULES)
@example(_deny(_deny(_leaf("", ["ab"], star=False), "-"), "-"))
def test_a_query_is_anchored_unless_it_can_hold_without_any_word(rule: Rule):
    root = parse_query(rule.text).root
    nothing = Case({"title": [[]], "summary": [[]], "text": [[]], "author": [], "category": []}, tags=["ab", "x"])
    if naive(rule.tree, nothing):
        assert anchors_of(root) is None
