"""Let topics learn from their examples; what was learned once is used until other examples are named."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.model.liking import Example, Learned, Lesson, Meaning, Refused
from aggregator.model.topic import Access, Topic
from aggregator.pipeline.ports import TasteStore
from aggregator.topics import MOST_BACKGROUND, LearnedTaste, asked_of, learn


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
        if self.missing:
            more = f" and {len(self.missing) - 1} more" if len(self.missing) > 1 else ""
            yield (
                f"nothing that is kept bears the name of the example '{self.missing[0]}'{more}",
                "the address or the id of an entry of a public source, or a headline in your own words",
            )
        if self.refused:
            before = "; what was learned before goes on" if self.learned else ": nothing enters"
            yield f"{self.refused.what}{before}", self.refused.hint


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
    background: tuple[Example, ...] = ()
    schooled = []
    for topic in liking:
        known = before.get(topic.slug)
        found, missing = await _examples(store, topic, known)
        lesson = Lesson(topic=topic.slug, examples=found)
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


async def _examples(
    store: TasteStore, topic: Topic, known: Learned | None
) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Find the texts of examples; one that was learned from stays as it was then, also when it is no longer kept."""
    remembered: Mapping[str, Example] = {one.name: one for one in known.examples} if known else {}
    found, missing = [], []
    for name in dict.fromkeys(topic.like.entries if topic.like else ()):
        example = remembered.get(name) or await _look_up(store, name, private=topic.access is Access.TOKEN)
        if example is None:
            missing.append(name)
        else:
            found.append(example)
    return tuple(found), tuple(missing)


async def _look_up(store: TasteStore, name: str, *, private: bool) -> Example | None:
    if " " in name:  # neither an address nor an id
        return Example(title=name, name=name)
    for view in await store.entry_views(name):
        if private or not view.source.private:
            return Example(title=view.stored.entry.title, text=view.stored.entry.summary, name=name)
    return None


def _taught(topic: Topic, learned: Learned | None, meaning: Meaning | None) -> Topic:
    return topic if learned is None else replace(topic, taste=LearnedTaste(learned, meaning))
