"""Topics learn from examples that are looked up, keep what they learned, and say what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aggregator.model.editing import Act, ActKind, Scope
from aggregator.model.liking import Example, Like, Meaning
from aggregator.model.story import StoryPolicy
from aggregator.model.topic import Topic
from aggregator.pipeline.curate import Desk, curate, rematch, with_context
from aggregator.pipeline.explain import explain_entry
from aggregator.pipeline.liking import Schooling, school, with_tastes
from aggregator.topics import TopicSet
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import bring, new
from tests.fakes.store import FakeStore
from tests.press import article, articles, mixed

pytestmark = pytest.mark.anyio

EXAMPLES = articles("floods", 8)
ADDRESSES = tuple(f"https://lwn.example/{one.name}" for one in EXAMPLES)
NUMB = Meaning("numb 1", lambda text: (1.0, 0.0) if "river" in text.lower() else (0.0, 1.0))


@pytest.fixture
async def store() -> FakeStore:
    """Let the examples, and much else, have come."""
    store = FakeStore()
    await store.sync_sources([make_source(), make_source("secret", private=True)], NOON)
    await tell(store, (*EXAMPLES, *mixed(40, 1000)))
    return store


async def tell(store: FakeStore, told: Sequence[Example], source: str = "lwn") -> None:
    entries = (make_entry(one.name, source=source, title=one.title, summary=one.text) for one in told)
    await bring(store, new(*entries), source_id=source)


def wet(*entries: str, **changes: object) -> Topic:
    return make_topic("wet", like=Like(entries=entries or ADDRESSES), **changes)


async def only(store: FakeStore, topic: Topic, **how: object) -> Schooling:
    (one,) = await school(store, [make_topic("plain"), topic], **how)  # type: ignore[arg-type]
    return one


async def test_examples_are_found_by_address_by_id_and_taken_as_they_are(store: FakeStore):
    shorts = [make_entry(one.name).key.short for one in EXAMPLES[:2]]
    headline = "Levee gives way as river rises"
    one = await only(store, wet(*shorts, *ADDRESSES[2:], headline))
    assert one.learned is not None
    assert [(example.name, example.title) for example in one.learned.examples] == [
        *zip((*shorts, *ADDRESSES[2:]), (example.title for example in EXAMPLES), strict=True),
        (headline, headline),
    ]
    assert (one.fresh, one.missing, one.refused, list(one.findings)) == (True, (), None, [])
    assert one.topic.taste is not None


async def test_what_was_learned_is_kept_and_used_whatever_else_is_kept_later(store: FakeStore):
    first = await only(store, wet())
    await tell(store, mixed(5, 3000))
    again = await only(store, wet())
    assert (again.learned, again.fresh) == (first.learned, False)
    assert again.topic.rule_digest == first.topic.rule_digest


async def mark(store: FakeStore, kind: ActKind, *named: str, topic: str | None = "wet") -> None:
    for name in named:
        await store.edit(Act(kind=kind, named=(name,), topic=topic, scope=Scope.ENTRY, who="ann"), NOON)


async def test_pins_are_examples_and_hidings_are_the_opposite(store: FakeStore):
    desk = Desk(StoryPolicy())
    await tell(store, (*articles("floods", 2, 500), *articles("bread", 2, 500)))
    await curate(store, TopicSet.compile([wet()]), desk)
    first = await only(store, wet())
    await mark(store, ActKind.PIN, *(f"https://lwn.example/floods-{number}" for number in (500, 501)))
    await mark(store, ActKind.HIDE, "https://lwn.example/bread-500")
    await mark(store, ActKind.HIDE, "https://lwn.example/bread-501", topic=None)
    second = await only(store, wet())
    assert first.learned is not None
    assert second.learned is not None
    titles = {one.title for one in second.learned.examples}
    assert titles == {one.title for one in (*EXAMPLES, *articles("floods", 2, 500))}
    assert [one.title for one in second.learned.hidden] == [article("bread", 500).title]
    assert second.fresh
    again = await only(store, wet())
    assert (again.fresh, again.learned) == (False, second.learned)


async def test_what_is_undone_teaches_nothing(store: FakeStore):
    await curate(store, TopicSet.compile([wet()]), Desk(StoryPolicy()))
    first = await only(store, wet())
    await mark(store, ActKind.PIN, "https://lwn.example/floods-1000")
    await store.edit(Act(kind=ActKind.UNDO, who="ann"), NOON)
    assert (await only(store, wet())).learned == first.learned


async def test_looking_only_keeps_nothing(store: FakeStore):
    assert (await only(store, wet(), keep=False)).learned is not None
    assert await store.tastes() == ()


async def test_an_example_stays_as_it_was_learned_from(store: FakeStore):
    first = await only(store, wet())
    await curate(store, TopicSet.compile([]), Desk(StoryPolicy()))
    await store.prune(NOON.replace(year=2030))
    assert await store.entry_views(ADDRESSES[0]) == ()
    again = await only(store, wet())
    assert (again.learned, again.missing, again.fresh) == (first.learned, (), False)


@pytest.mark.parametrize("changed", [wet(*ADDRESSES[1:]), wet(*ADDRESSES, "Dam full of water after downpour")])
async def test_another_set_of_examples_is_learned_anew_and_is_another_rule(store: FakeStore, changed: Topic):
    first, other = await only(store, wet()), await only(store, changed)
    assert other.fresh
    assert first.topic.rule_digest != other.topic.rule_digest
    assert await store.tastes() == (other.learned,)


async def test_another_meaning_is_learned_anew(store: FakeStore):
    first, other, back = [await only(store, wet(), meaning=meaning) for meaning in (None, NUMB, None)]
    assert [one.learned.meaning for one in (first, other, back) if one.learned] == ["", "numb 1", ""]
    assert other.fresh
    assert first.learned == back.learned


async def test_examples_that_are_not_kept_are_named_and_the_others_do(store: FakeStore):
    one = await only(store, wet(*ADDRESSES, "https://lwn.example/none", "nothing"))
    assert one.missing == ("https://lwn.example/none", "nothing")
    assert one.learned is not None
    ((what, hint),) = one.findings
    assert what == "nothing that is kept bears the name of the example 'https://lwn.example/none' and 1 more"
    assert "headline" in hint


async def test_that_all_are_missing_is_said_once(store: FakeStore):
    one = await only(store, wet("nothing", "nowhere"))
    ((what, _),) = one.findings
    assert what == "nothing that is kept bears the name of the example 'nothing' and 1 more: nothing enters"


async def test_entries_of_sources_with_credentials_are_no_examples(store: FakeStore):
    await tell(store, articles("floods", 1, 90), source="secret")
    one = await only(store, wet(*ADDRESSES, "https://secret.example/floods-90"))
    assert one.missing == ("https://secret.example/floods-90",)


async def test_what_does_not_hold_together_is_refused_and_nothing_enters(store: FakeStore):
    await tell(store, mixed(2, 6000))
    one = await only(store, wet(*(f"https://lwn.example/{example.name}" for example in mixed(2, 6000))))
    assert (one.learned, one.topic.taste) == (None, None)
    ((what, hint),) = one.findings
    assert what.startswith("the examples do not hold together: ")
    assert what.endswith(": nothing enters")
    assert hint


async def test_what_was_learned_before_goes_on_when_the_new_examples_are_refused(store: FakeStore):
    first = await only(store, wet())
    one = await only(store, wet(*ADDRESSES[:3]))
    assert (one.learned, one.fresh) == (first.learned, False)
    assert one.topic.rule_digest == first.topic.rule_digest
    ((what, _),) = one.findings
    assert what == "3 examples are at hand, and 5 are needed: what was learned before goes on"


async def test_what_was_learned_by_a_meaning_that_is_gone_does_not_go_on(store: FakeStore):
    await only(store, wet(), meaning=NUMB)
    one = await only(store, wet(*ADDRESSES[:3]))
    assert (one.learned, one.topic.taste) == (None, None)


async def test_too_little_to_hold_examples_against_is_said():
    store = FakeStore()
    await store.sync_sources([make_source()], NOON)
    await tell(store, EXAMPLES)
    one = await only(store, wet())
    assert one.refused is not None
    assert "held against 0 other entries, and 200 are needed" in one.refused.what


async def test_members_follow_what_was_learned_and_every_match_replays(store: FakeStore):
    desk, sources = Desk(StoryPolicy()), [make_source()]
    unlearned = with_context([wet()], sources)
    await curate(store, TopicSet.compile(unlearned), desk)
    await rematch(store, unlearned)
    assert await members(store) == {}
    schooled = await school(store, unlearned)
    topics = with_context(with_tastes(unlearned, schooled), sources)
    assert await rematch(store, topics) == {"wet"}
    before = await members(store)
    assert sum(name.startswith("floods") for name in before) >= 35
    assert sum(not name.startswith("floods") for name in before) <= 10
    for facts in before.values():
        assert facts["like"] >= facts["at-least"]
        assert facts["learned"] == topics[0].taste.digest
    again = with_context(with_tastes(unlearned, await school(store, unlearned)), sources)
    assert await rematch(store, again) == frozenset()
    assert await members(store) == before


async def members(store: FakeStore) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for one in (*EXAMPLES, *mixed(40, 1000)):
        (view,) = await store.entry_views(f"https://lwn.example/{one.name}")
        for _, reason in view.topics:
            found[one.name] = dict(reason.facts)
    return found


async def test_explain_names_the_nearest_example(store: FakeStore):
    one = await only(store, wet())
    dry = "https://lwn.example/bread-1000"
    (told,) = await explain_entry(store, [one.topic], dry, "wet", NOON)
    record = told.records[-1]
    assert (record.verdict, record.rule) == ("not entered wet", "like")
    assert any(f"({address})" in record.evidence for address in ADDRESSES)
