"""What every store does when a commit does not come about: an error, and nothing has changed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import StoreError
from aggregator.model.article import FullText
from aggregator.model.audience import Sighting
from aggregator.model.editing import Act, ActKind
from aggregator.model.edition import Rendition, SiteFacts
from aggregator.model.following import FollowChange
from aggregator.model.incident import Incident, IncidentKind
from aggregator.model.liking import Learned
from aggregator.model.month import MonthPart
from aggregator.model.pace import Errand
from aggregator.model.reason import Reason
from aggregator.model.searching import Sought
from aggregator.model.sending import Message, MessageState, Settlement, Way
from aggregator.model.source import Claim, Due, SourceState
from aggregator.model.status import EntryFilter
from aggregator.model.story import Curated
from aggregator.model.verdict import Ask, ChangeSet, Known, PollRecord
from aggregator.model.websub import PushState
from aggregator.pipeline.ports import Store
from aggregator.publish import compose
from aggregator.topics import words_of
from tests.builders import NOON, make_entry, make_source, make_topic
from tests.contract.steps import bring, deciding, new

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
SIGHTING = Sighting(topic="world", reader="a reader", subscribers=1, at=NOON)
SITE = SiteFacts(title="T", base_url="https://t.example", language="en", contact=None, generator="g")
WORLD = make_topic("world")
ONE, OTHER = make_entry("1"), make_entry("4")
MESSAGE = Message(
    id="m1", way=Way.HOOK, topic="world", target="chat", content="{}", made_at=NOON - DAY, due_at=NOON - DAY
)
GIVEN_UP = Settlement(state=MessageState.DEAD, due_at=NOON - DAY, attempts=1)
INCIDENT = Incident(
    kind=IncidentKind.RULE_IDLE, subject="world", noticed_at=NOON, seen_at=NOON, opened_at=NOON, closed_at=NOON
)
MONTH = Rendition(
    name="world/2026-10.atom", media_type="text/plain", body=b"b", gzipped=b"g", etag='"e"', changed_at=NOON
)
TOGETHER = Act(kind=ActKind.MERGE, named=(ONE.key.short, OTHER.key.short))


def polled(known: Known) -> ChangeSet:
    state = replace(known.state, documents=known.state.documents + 1)
    return ChangeSet(state=state, poll=PollRecord(at=NOON, outcome="new"), verdicts=new(make_entry("2")))


async def tried_out(store: Store) -> object:
    """Look at a store that is beside this one."""
    aside = await store.rehearse()
    found = await aside.entries(EntryFilter(), NOON), await aside.topic_records()
    await aside.close()
    return found


WRITING: dict[str, Callable[[Store], Awaitable[object]]] = {
    "sync_sources": lambda store: store.sync_sources([make_source("other")], NOON),
    "claim_due": lambda store: store.claim_due(NOON + DAY, 9),
    "claim": lambda store: store.claim(["lwn"], NOON),
    "give_back": lambda store: store.give_back([]),
    "renew": lambda store: store.renew(Claim(make_source(), SourceState(source_id="lwn")), NOON),
    "transact": lambda store: store.transact(Ask(source_id="lwn", version=None), polled),
    "reschedule": lambda store: store.reschedule(NOON + DAY, lambda *_: {"lwn": Due(None, "never")}),
    "shift": lambda store: store.shift(DAY),
    "follow": lambda store: store.follow("lwn", lambda _: FollowChange(push=PushState(detail="x"))),
    "forget_subscriptions": lambda store: store.forget_subscriptions(NOON),
    "curate": lambda store: store.curate(9, deciding("world")),
    "stale_topics": lambda store: store.stale_topics([]),
    "rematch": lambda store: store.rematch([WORLD], 9, lambda _: Curated()),
    "announce": lambda store: store.announce(WORLD, NOON, lambda view: compose(view, NOON, SITE)),
    "settle_message": lambda store: store.settle_message(MESSAGE, GIVEN_UP),
    "keep_incidents": lambda store: store.keep_incidents([INCIDENT], []),
    "edit": lambda store: store.edit(TOGETHER, NOON),
    "pause": lambda store: store.pause("lwn", NOON),
    "keep_archive": lambda store: store.keep_archive("world", "2026-10", MONTH),
    "add_token": lambda store: store.add_token("world", "0" * 64, NOON),
    "revoke_tokens": lambda store: store.revoke_tokens("world", NOON),
    "keep_taste": lambda store: store.keep_taste(Learned(topic="world", asked="a", background="b")),
    "prune": lambda store: store.prune(NOON + 999 * DAY),
    "keep_full_text": lambda store: store.keep_full_text(
        FullText(key=ONE.key, revision=0, outcome="kept", asked_at=NOON, content_html="<p>x</p>")
    ),
    "index_words": lambda store: store.index_words(9, words_of),
    "weigh": lambda store: store.weigh(NOON, 9, lambda _: Curated(due=((ONE.key, NOON + DAY),))),
    "note_readers": lambda store: store.note_readers([SIGHTING], NOON),
    "run_errand": lambda store: store.run_errand(
        Errand(host="lwn.example", family="lwn.example", at=NOON), lambda seen: replace(seen.pace, next_at=NOON)
    ),
}
EVERYTHING = Sought(terms=None, fits=lambda _: True, judge=lambda _: Reason("search", "found", "match"), limit=9)
READING: dict[str, Callable[[Store], Awaitable[object]]] = {
    "known_document": lambda store: store.known_document("lwn"),
    "next_due_at": lambda store: store.next_due_at(),
    "followed": lambda store: store.followed(),
    "subscription": lambda store: store.subscription("0" * 64),
    "acts": lambda store: store.acts(),
    "sights": lambda store: store.sights([WORLD], NOON),
    "incidents_going": lambda store: store.incidents_going(),
    "events": lambda store: store.events(9),
    "due_messages": lambda store: store.due_messages(NOON, 9),
    "recall": lambda store: store.recall(),
    "entries": lambda store: store.entries(EntryFilter(), NOON),
    "status": lambda store: store.status([WORLD], NOON, polls=9),
    "source_view": lambda store: store.source_view("lwn", NOON),
    "story_view": lambda store: store.story_view(ONE.key.short),
    "activity": lambda store: store.activity(NOON),
    "entry_views": lambda store: store.entry_views(ONE.key.short),
    "archive": lambda store: store.archive("world", "2026-10"),
    "shown": lambda store: store.shown(WORLD, NOON, lambda view: compose(view, NOON, SITE)),
    "month": lambda store: store.month(
        WORLD, MonthPart("2026-11"), NOON, lambda view: compose(view, NOON, SITE), most=9
    ),
    "told_months": lambda store: store.told_months("world"),
    "kept_months": lambda store: store.kept_months("world"),
    "open_months": lambda store: store.open_months([WORLD], "2027-01"),
    "due_topics": lambda store: store.due_topics(NOON),
    "tokens": lambda store: store.tokens(),
    "tastes": lambda store: store.tastes(),
    "background": lambda store: store.background(9),
    "pages_wanted": lambda store: store.pages_wanted(["lwn"], NOON, 9),
    "next_weighing_at": lambda store: store.next_weighing_at(),
    "search": lambda store: store.search(EVERYTHING),
    "audience": lambda store: store.audience(NOON),
    "topic_records": lambda store: store.topic_records(),
    "kept_since": lambda store: store.kept_since(),
    "members": lambda store: store.members(["world"], NOON),
    "overlaps": lambda store: store.overlaps(["world"], NOON),
    "rehearse": tried_out,
}


@pytest.fixture
async def store(store: Store) -> Store:
    """Let there be something of everything."""
    await store.sync_sources([make_source()], NOON)
    await bring(store, new(ONE, OTHER))
    await store.curate(9, deciding("world"))
    await store.announce(make_topic("told"), NOON, lambda view: replace(compose(view, NOON, SITE), messages=(MESSAGE,)))
    await bring(store, new(make_entry("3")), at=NOON + DAY)
    return store


async def seen(store: Store) -> dict[str, object]:
    return {name: await ask(store) for name, ask in READING.items()}


def test_every_method_either_reads_or_writes():
    names = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert READING.keys() | WRITING.keys() | {"close"} == names


async def test_a_commit_that_fails_is_told_and_changes_nothing_and_readers_wait_for_nobody(
    store: Store, nothing_commits: Callable[[], AbstractContextManager[None]]
):
    before = await seen(store)
    with nothing_commits():
        for name, write in WRITING.items():
            with pytest.raises(StoreError):
                await write(store)
            assert await seen(store) == before, name


async def test_once_commits_come_about_again_everything_goes_on(
    store: Store, nothing_commits: Callable[[], AbstractContextManager[None]]
):
    with nothing_commits(), pytest.raises(StoreError):
        await store.curate(9, deciding("world"))
    for write in WRITING.values():
        await write(store)


async def test_a_store_that_is_closed_says_so(store: Store):
    await store.close()
    for ask in (*READING.values(), *WRITING.values()):
        with pytest.raises(StoreError):
            await ask(store)
