"""What became of subjects that wait in topics."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.model.edition import Candidate
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.shape import Decision, Digest, Fate, Queue, Telling
from aggregator.model.topic import Topic, TopicMode
from tests.fakes.store.kept import Kept


def wake_changed(kept: Kept, topic: Topic, before: str, now: datetime) -> None:
    """Let what was cut be looked at again, where time or other settings may say otherwise."""
    for (slug, subject), one in list(kept.shaped.items()):
        due = before != topic.shape.fingerprint or (one.again_at is not None and one.again_at <= now)
        if slug == topic.slug and one.fate is Fate.CUT and due:
            del kept.shaped[slug, subject]


def wake_topic(kept: Kept, topic: str | None) -> None:
    """Let all that was cut in a topic, or in all, be looked at again."""
    kept.shaped = {
        key: one for key, one in kept.shaped.items() if one.fate is not Fate.CUT or topic not in {None, key[0]}
    }


def wake(kept: Kept, entries: Iterable[int]) -> None:
    """Let what was cut be looked at again, of the subjects that entries belong to."""
    ones = [(number, kept.entries[number]) for number in entries]
    subjects = {subject for number, one in ones for subject in (number, one.story, one.copy_of)}
    kept.shaped = {key: one for key, one in kept.shaped.items() if one.fate is not Fate.CUT or key[1] not in subjects}


def write(kept: Kept, topic: str, decisions: Iterable[Decision], numbers: Mapping[EntryKey, int]) -> None:
    """Write down what was decided, where it is not what is written already but for what time does to a score."""
    for one in decisions:
        before = kept.shaped.get((topic, numbers[one.subject]))
        if before is None or _gist(before) != _gist(one):
            kept.shaped[topic, numbers[one.subject]] = one


def forget_absent(kept: Kept, topic: str, waiting: Collection[int]) -> None:
    """Forget what was decided about subjects that wait no more."""
    kept.shaped = {
        key: one
        for key, one in kept.shaped.items()
        if key[0] != topic or one.fate is not Fate.WAITS or key[1] in waiting
    }


def forget_told(kept: Kept, topic: str) -> None:
    """Forget what kept subjects waiting that were announced since nothing does any more."""
    kept.shaped = {
        key: one
        for key, one in kept.shaped.items()
        if key[0] != topic or one.fate is not Fate.WAITS or key not in kept.announced
    }


def is_cut(kept: Kept, topic: str, subject: int | None) -> bool:
    """Say whether a subject is not to be looked at."""
    if subject is None:
        return False
    one = kept.shaped.get((topic, subject))
    return one is not None and one.fate is Fate.CUT


def recent(kept: Kept, topic: Topic, now: datetime) -> tuple[Telling, ...]:
    """Read what a topic announced within the memory of its shape."""
    if topic.shape.memory <= timedelta():
        return ()
    since = now - topic.shape.memory - timedelta(seconds=1)
    found = [
        (told.at, kept.facts(kept.entries[kept.ledger[subject if told.told_as is None else told.told_as][1]].source).id)
        for (slug, subject), told in kept.announced.items()
        if slug == topic.slug and told.at > since
    ]
    return tuple(Telling(at, source) for at, source in sorted(found))


def elsewhere(kept: Kept, topic: Topic, candidate: Candidate, numbers: Iterable[int]) -> tuple[tuple[str, bool], ...]:
    """Say which of the topics of ``unless-in`` have a candidate, and whether they told it."""
    if candidate.announced_at is not None:
        return ()
    found: set[tuple[str, bool]] = set()
    for number in numbers:
        one = kept.entries[number]
        subjects = {number, one.story, one.copy_of} - {None}
        for slug in topic.shape.unless_in:
            if any((slug, subject) in kept.announced for subject in subjects):
                found.add((slug, True))
            match = kept.matches.get((slug, number))
            if match is not None and match.pending and not any(is_cut(kept, slug, subject) for subject in subjects):
                found.add((slug, False))
    return tuple(sorted(found))


def digests(kept: Kept, topic: Topic) -> tuple[Digest, ...]:
    """Read the latest digests of a topic."""
    found = [one for (slug, _), one in kept.digests.items() if slug == topic.slug]
    return tuple(sorted(found, key=lambda one: (one.made_at, one.at), reverse=True)[: topic.limit])


def fates_of(kept: Kept, entry: int) -> tuple[tuple[str, Reason, datetime | None], ...]:
    """Tell what became of an entry's subject in each topic in which something keeps, or kept, it waiting."""
    one, found = kept.entries[entry], []
    for (slug, subject), decision in kept.shaped.items():
        row = kept.topics.get(slug)
        mode = row.mode if row else None
        own = (entry if one.copy_of is None else one.copy_of) if mode is TopicMode.ENTRIES else one.story
        if subject == own and row is not None and not row.retired:
            found.append((slug, decision.reason, decision.again_at))
    return tuple(sorted(found, key=lambda it: it[0]))


def queues(kept: Kept) -> dict[str, tuple[Queue, ...]]:
    """Count what waits in each topic, gate by gate, the longest queue first."""
    found: dict[str, dict[str, list[Decision]]] = {}
    for (slug, _), one in sorted(kept.shaped.items()):
        if one.fate is Fate.WAITS and not kept.topics[slug].retired:
            found.setdefault(slug, {}).setdefault(one.reason.rule, []).append(one)
    return {
        slug: tuple(sorted(map(_queue, gates.values()), key=lambda it: (-it.waiting, it.rule)))
        for slug, gates in found.items()
    }


def _queue(ones: Sequence[Decision]) -> Queue:
    times = [one.again_at for one in ones if one.again_at is not None]
    return Queue(rule=ones[0].reason.rule, waiting=len(ones), next_at=min(times, default=None))


def due_topics(kept: Kept, now: datetime) -> tuple[str, ...]:
    """Name the topics for which time alone may have changed something."""
    due = [slug for slug, row in kept.topics.items() if row.due_at is not None and row.due_at <= now]
    return tuple(sorted(slug for slug in due if not kept.topics[slug].retired))


def _gist(one: Decision) -> tuple[Fate, str, datetime | None]:
    return one.fate, one.reason.rule, one.again_at
