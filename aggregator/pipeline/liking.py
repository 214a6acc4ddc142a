"""Let topics learn from their examples; what was learned once is used until other examples are named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from aggregator.model.editing import ActKind, DoneAct, Scope
from aggregator.model.liking import Example, Learned, Lesson, Meaning, Refused
from aggregator.model.topic import Access, Topic
from aggregator.pipeline.ports import TasteStore
from aggregator.topics import MOST_BACKGROUND, LearnedTaste, asked_of, learn

_TEACHING = frozenset({ActKind.PIN, ActKind.HIDE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Schooling:
    """What became of the examples of one topic.

    Attributes:
        topic: With what it learned, if anything.
        learned: That; None when nothing was ever learned.
        fresh: Whether it was learned just now.
        refused: Why nothing was learned from the examples as they are; what was learned before goes on.
        missing: Examples that are not among what is kept.
    """

    topic: Topic
    learned: Learned | None = None
    fresh: bool = False
    refused: Refused | None = None
    missing: tuple[str, ...] = ()

    @property
    def findings(self) -> Iterator[tuple[str, str]]:
        """Give what is wrong, and what to do about it."""
        goes_on = "what was learned before goes on" if self.learned else "nothing enters"
        if self.missing:
            more = f" and {len(self.missing) - 1} more" if len(self.missing) > 1 else ""
            then = f": {goes_on}" if self.refused else ""
            yield (
                f"nothing that is kept bears the name of the example '{self.missing[0]}'{more}{then}",
                "the address or the id of an entry of a public source, or a headline in your own words",
            )
        if self.refused and not (self.missing and self.refused.too_few):
            yield f"{self.refused.what}: {goes_on}", self.refused.hint


async def school(
    store: TasteStore, topics: Sequence[Topic], meaning: Meaning | None = None, *, keep: bool = True
) -> tuple[Schooling, ...]:
    """Give every topic that names examples what it learns from them.

    Args:
        store: Where the examples are looked up, and what was learned is kept.
        topics: As configured; those without examples are passed over.
        meaning: Beside the words; None without the extra for it.
        keep: Whether to keep what is learned.
    """
    liking = [topic for topic in topics if topic.like is not None]
    if not liking:
        return ()
    before = {learned.topic: learned for learned in await store.tastes()}
    acts = await store.acts()
    background: tuple[Example, ...] = ()
    schooled = []
    for topic in liking:
        known = before.get(topic.slug)
        lesson, missing = await _lesson(store, topic, acts, known)
        if known is not None and known.asked == asked_of(lesson, meaning):
            schooled.append(Schooling(topic=_taught(topic, known, meaning), learned=known, missing=missing))
            continue
        background = background or await store.background(MOST_BACKGROUND)
        # It takes a second or more: other things go on meanwhile.
        result = await asyncio.to_thread(learn, replace(lesson, background=background), meaning)
        if isinstance(result, Learned):
            if keep:
                await store.keep_taste(result)
            taught = _taught(topic, result, meaning)
            schooled.append(Schooling(topic=taught, learned=result, fresh=True, missing=missing))
        else:
            usable = known if known and known.meaning == (meaning.name if meaning else "") else None
            taught = _taught(topic, usable, meaning)
            schooled.append(Schooling(topic=taught, learned=usable, refused=result, missing=missing))
    return tuple(schooled)


def with_tastes(topics: Sequence[Topic], schooled: Sequence[Schooling]) -> tuple[Topic, ...]:
    """Put the topics that learned something in their places."""
    taught = {one.topic.slug: one.topic for one in schooled}
    return tuple(taught.get(topic.slug, topic) for topic in topics)


async def _lesson(
    store: TasteStore, topic: Topic, acts: Sequence[DoneAct], known: Learned | None
) -> tuple[Lesson, tuple[str, ...]]:
    """Find the texts to learn from: what the topic names and what editors pinned in it, against what they hid there.

    A text that was learned from stays as it was then, also when its entry is no longer kept.
    """
    remembered = {one.name: one for one in (*known.examples, *known.hidden)} if known else {}
    marked = {
        act.target: act.kind
        for act in acts
        if act.topic == topic.slug and act.kind in _TEACHING and act.scope is not Scope.SOURCE and not act.undone_at
    }
    named = topic.like.entries if topic.like else ()
    texts: dict[str, Example | None] = {
        name: remembered.get(name) or await _look_up(store, name, private=topic.access is Access.TOKEN)
        for name in (*named, *marked)
    }
    wanted = dict.fromkeys(name for name in texts if marked.get(name) is not ActKind.HIDE)
    lesson = Lesson(
        topic=topic.slug,
        examples=_distinct(texts[name] for name in wanted),
        hidden=_distinct(texts[name] for name in texts if name not in wanted),
    )
    return lesson, tuple(name for name in named if texts[name] is None)


def _distinct(texts: Iterable[Example | None]) -> tuple[Example, ...]:
    """Leave out what is not kept, and what is there under another name already."""
    found: dict[tuple[str, str], Example] = {}
    for one in texts:
        if one is not None:
            found.setdefault((one.title, one.text), one)
    return tuple(found.values())


async def _look_up(store: TasteStore, name: str, *, private: bool) -> Example | None:
    if " " in name:  # neither an address nor an id
        return Example(title=name, name=name)
    for view in await store.entry_views(name):
        if private or not view.source.private:
            return Example(title=view.stored.entry.title, text=view.stored.entry.summary, name=name)
    return None


def _taught(topic: Topic, learned: Learned | None, meaning: Meaning | None) -> Topic:
    return topic if learned is None else replace(topic, taste=LearnedTaste(learned, meaning))
