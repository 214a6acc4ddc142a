"""Who is in which topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from aggregator.model.membership import Membership, Overlap, Told, TopicRecord
from aggregator.model.topic import Access, TopicMode
from tests.fakes.store.kept import Kept, KeptMatch, KeptTopic


def members(kept: Kept, slugs: Collection[str], since: datetime) -> tuple[Membership, ...]:
    found = [_membership(kept, topic, number, match) for topic, number, match in _since(kept, since) if topic in slugs]
    found.sort(key=lambda one: (one.key, one.topic))
    found.sort(key=lambda one: one.first_seen_at, reverse=True)
    return tuple(found)


def overlaps(kept: Kept, slugs: Collection[str], since: datetime) -> tuple[Overlap, ...]:
    holders: dict[int, list[str]] = {}
    for topic, number, match in _since(kept, since):
        if not match.lapsed:
            holders.setdefault(number, []).append(topic)
    shared = Counter(
        (topic, other)
        for topics in holders.values()
        for topic in topics
        for other in topics
        if topic in slugs and not (other in kept.topics and kept.topics[other].retired)
    )
    return tuple(Overlap(topic=topic, other=other, entries=n) for (topic, other), n in sorted(shared.items()))


def topic_records(kept: Kept) -> tuple[TopicRecord, ...]:
    return tuple(
        TopicRecord(
            slug=slug,
            rule_digest=row.rule_digest,
            mode=row.mode,
            retired=row.retired,
            announced=sum(topic == slug for topic, _ in kept.announced),
            matched=matched(row),
            filling=bool(row.fills),
            private=row.access is Access.TOKEN,
            shape=row.shape,
        )
        for slug, row in sorted(kept.topics.items())
    )


def matched(row: KeptTopic) -> float:
    return 1 - row.below / row.start if row.start else 1.0


def _since(kept: Kept, since: datetime) -> list[tuple[str, int, KeptMatch]]:
    return [
        (topic, number, match)
        for (topic, number), match in kept.matches.items()
        if not kept.entries[number].pruned and kept.entries[number].first_seen_at >= since
    ]


def _membership(kept: Kept, topic: str, number: int, match: KeptMatch) -> Membership:
    one, row = kept.entries[number], kept.topics.get(topic)
    if row is not None and row.mode is TopicMode.ENTRIES:
        about = number if one.copy_of is None else one.copy_of
    else:
        about = number if one.story is None else one.story
    told = Told.WAITING if match.pending else Told.SILENT
    return Membership(
        topic=topic,
        key=kept.key(number),
        subject=kept.key(about),
        title=one.entry.title,
        first_seen_at=one.first_seen_at,
        reason=match.reason,
        told=Told.ANNOUNCED if (topic, about) in kept.announced else told,
        lapsed=match.lapsed,
    )
