"""What a topic may show, and what it showed for the first time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.errors import StoreError
from aggregator.model.edition import Candidate, Composed, Edition, LedgerRow, Member, TopicView, own_id
from aggregator.model.entry import EntryKey
from aggregator.model.month import MonthPart, full_parts, span_of
from aggregator.model.topic import Topic, TopicMode
from tests.fakes.store import marks, outbox, shaping
from tests.fakes.store.curation import topic_row
from tests.fakes.store.kept import Announced, Kept, KeptEntry


def announce(kept: Kept, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition:
    row = topic_row(kept, topic.slug)
    if row.mode not in {None, topic.mode}:
        _change_mode(kept, topic.slug)
    shaping.wake_changed(kept, topic, row.shape, now)
    candidates = tuple(_candidates(kept, topic, now))
    composed = compose(_view(kept, topic, candidates, now))
    numbers = {kept.key(number): number for number in kept.entries}
    held = {line.atom_id for line, _ in kept.ledger.values()}
    if any(line.atom_id in held for line in composed.new_rows):
        raise StoreError("an id was given to two subjects")
    kept.ledger |= {numbers[line.subject]: (line, numbers[line.lead]) for line in composed.new_rows}
    at, digest = now.replace(microsecond=0), composed.digest
    for key in composed.announced:
        listed = digest.at if digest is not None and key in composed.digested else None
        kept.announced[topic.slug, numbers[key]] = Announced(at, digest=listed)
    shaping.write(kept, topic.slug, composed.decisions, numbers)
    if digest is not None:
        kept.digests[topic.slug, digest.at] = digest
    _settle(kept, topic)
    shaping.forget_told(kept, topic.slug)
    outbox.add(kept, composed.messages)
    kept.told[topic.slug] = kept.told.get(topic.slug, {}) | dict(composed.told)
    edition = composed.edition
    kept.topics[topic.slug] = replace(
        row,
        mode=topic.mode,
        limit=topic.limit,
        digest=edition.digest,
        changed_at=edition.changed_at,
        shape=topic.shape.fingerprint,
        rhythm=composed.rhythm,
        due_at=composed.due_at,
        access=topic.access,
    )
    return edition


def shown(kept: Kept, topic: Topic, now: datetime, compose: Callable[[TopicView], Composed]) -> Edition | None:
    """Compose what was announced, and announce nothing."""
    if topic.slug not in kept.topics or kept.topics[topic.slug].changed_at is None:
        return None
    members = _members_by_subject(kept, topic.mode)
    subjects = sorted(_announced(kept, topic, members, now))
    candidates = tuple(_candidate(kept, topic, subject, members[subject]) for subject in subjects)
    return compose(_view(kept, topic, candidates, now)).edition


def _view(kept: Kept, topic: Topic, candidates: tuple[Candidate, ...], now: datetime) -> TopicView:
    row = kept.topics[topic.slug]
    return TopicView(
        topic=topic,
        feed_id=row.feed_id,
        authority=kept.authority,
        candidates=candidates,
        taken_ids=_taken_ids(kept, [one for one in candidates if one.ledger is None]),
        taken_urls=frozenset(line.url for line, _ in kept.ledger.values() if line.url is not None),
        last_digest=row.digest,
        last_changed_at=row.changed_at,
        older_at=_older_at(kept, topic.slug, {one.subject for one in candidates}),
        told=tuple(sorted(kept.told.get(topic.slug, {}).items())),
        marks=marks.marks_on(kept, topic.slug, now),
        recent=shaping.recent(kept, topic, now),
        rhythm=row.rhythm,
        digests=shaping.digests(kept, topic),
    )


def month(
    kept: Kept, topic: Topic, part: MonthPart, now: datetime, compose: Callable[[TopicView], Composed]
) -> Edition | None:
    """Compose a part of what was announced in a month, and announce nothing."""
    members = _members_by_subject(kept, topic.mode)
    told = [
        subject
        for subject in latest(kept, topic.slug, len(kept.announced))
        if f"{kept.announced[topic.slug, subject].at:%Y-%m}" == part.month
    ]
    digests = shaping.digests(kept, replace(topic, limit=len(kept.digests)))
    made = [one for one in digests if f"{one.made_at:%Y-%m}" == part.month]
    cut = part.cut(len(told), topic.limit)
    if cut is None or not (told or made):
        return None
    span = span_of([kept.announced[topic.slug, subject].at for subject in told], cut)
    made = [one for one in made if span.holds(one.made_at)]
    before = [
        one.at for (slug, _), one in kept.announced.items() if slug == topic.slug and f"{one.at:%Y-%m}" < part.month
    ]
    subjects = sorted(subject for subject in told[cut] if subject in members)
    view = TopicView(
        topic=replace(topic, limit=len(subjects) + len(made)),
        feed_id=kept.topics[topic.slug].feed_id,
        authority=kept.authority,
        candidates=tuple(_candidate(kept, topic, subject, members[subject]) for subject in subjects),
        older_at=max(before, default=None),
        marks=marks.marks_on(kept, topic.slug, now),
        digests=tuple(made),
    )
    full = full_parts(len(told), topic.limit)
    return part.put_on(compose(view).edition, full, gone=len(told[cut]) - len(subjects))


def told_months(kept: Kept, topic: str) -> tuple[tuple[str, int], ...]:
    months = {f"{told.at:%Y-%m}" for (slug, _), told in kept.announced.items() if slug == topic}
    items = Counter(f"{kept.announced[topic, one].at:%Y-%m}" for one in latest(kept, topic, len(kept.announced)))
    return tuple((month, items[month]) for month in sorted(months, reverse=True))


def open_months(kept: Kept, topics: Sequence[Topic], before: str) -> tuple[tuple[str, str], ...]:
    slugs = {topic.slug for topic in topics}
    months = {(slug, f"{told.at:%Y-%m}") for (slug, _), told in kept.announced.items() if slug in slugs}
    return tuple(sorted((slug, one) for slug, one in months - kept.archives.keys() if one < before))


def _older_at(kept: Kept, topic: str, found: set[EntryKey]) -> datetime | None:
    """Say when the newest of those was announced that were announced before these."""
    told = (
        (subject, one.at) for (slug, subject), one in kept.announced.items() if slug == topic and one.digest is None
    )
    return max((at for subject, at in told if kept.key(subject) not in found), default=None)


def _taken_ids(kept: Kept, fresh: Sequence[Candidate]) -> frozenset[str]:
    """Find the ids that these might want and others hold: guids, and our own with or without a number."""
    guids = {member.stored.entry.key.guid for one in fresh for member in one.members}
    own = tuple(own_id(kept.authority, one.subject) for one in fresh)
    held = (line.atom_id for line, _ in kept.ledger.values())
    return frozenset(one for one in held if one in guids or one.startswith(own))


def latest(kept: Kept, topic: str, limit: int, among: Iterable[int] | None = None) -> list[int]:
    """List the subjects that a topic announced last, in the order of an edition."""
    wanted = None if among is None else set(among)
    found = [
        (told.at, line, subject)
        for (one, subject), told in kept.announced.items()
        if one == topic
        and told.digest is None
        and (wanted is None or subject in wanted)
        and (line := _line(kept, topic, subject)) is not None
    ]
    found.sort(key=lambda it: it[1].atom_id)
    found.sort(key=lambda it: (it[0], it[1].published_at), reverse=True)
    return [subject for _, _, subject in found[:limit]]


def _line(kept: Kept, topic: str, subject: int) -> LedgerRow | None:
    """Find the ledger row of a subject: its own, or that of the story as which the topic's readers know it."""
    told = kept.announced.get((topic, subject))
    number = subject if told is None or told.told_as is None else told.told_as
    if number not in kept.ledger:
        return None
    line, lead = kept.ledger[number]
    return replace(line, subject=kept.key(number if number > 0 else lead), lead=kept.key(lead))


def _subject(mode: TopicMode, number: int, one: KeptEntry) -> int | None:
    """Say which subject an entry belongs to; a copy is that of what it repeats, also where each entry is shown."""
    if mode is TopicMode.STORIES:
        return one.story
    return number if one.copy_of is None else one.copy_of


def _candidates(kept: Kept, topic: Topic, now: datetime) -> Iterable[Candidate]:
    members = _members_by_subject(kept, topic.mode)
    _give_back(kept, topic, _waiting(kept, topic.slug, members))
    waiting = _waiting(kept, topic.slug, members)
    shaping.forget_absent(kept, topic.slug, waiting)
    for subject in sorted((*_announced(kept, topic, members, now), *waiting)):
        yield _candidate(kept, topic, subject, members[subject])


def _announced(kept: Kept, topic: Topic, members: Mapping[int, Sequence[int]], now: datetime) -> list[int]:
    """List the subjects that were announced last, and those that are pinned."""
    announced = latest(kept, topic.slug, topic.limit, members)
    pinned = {_subject(topic.mode, one, kept.entries[one]) for one in marks.pinned_subjects(kept, topic.slug, now)}
    alone = {one for (slug, one), told in kept.announced.items() if slug == topic.slug and told.digest is None}
    return [*announced, *(one for one in pinned if one in alone and one not in announced)]


def _candidate(kept: Kept, topic: Topic, subject: int, members: Sequence[int]) -> Candidate:
    told = kept.announced.get((topic.slug, subject))
    candidate = Candidate(
        subject=kept.key(subject),
        members=_members(kept, topic.slug, members),
        ledger=_line(kept, topic.slug, subject),
        announced_at=None if told is None else told.at,
    )
    return replace(candidate, elsewhere=shaping.elsewhere(kept, topic, candidate, members))


def _members_by_subject(kept: Kept, mode: TopicMode) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for number, one in kept.live():
        if (subject := _subject(mode, number, one)) is not None:
            members.setdefault(subject, []).append(number)
    return members


def _waiting(kept: Kept, topic: str, members: Mapping[int, Sequence[int]]) -> set[int]:
    return {
        subject
        for subject, numbers in members.items()
        if any(_is_pending(kept, topic, number) for number in numbers)
        and (topic, subject) not in kept.announced
        and not shaping.is_cut(kept, topic, subject)
    }


def _give_back(kept: Kept, topic: Topic, waiting: Iterable[int]) -> None:
    """Give subjects the items back that are theirs and that another tells; that one waits for an item of its own."""
    for subject in sorted(waiting):
        tellers = [
            one for (slug, one), told in kept.announced.items() if slug == topic.slug and told.told_as == subject
        ]
        if not tellers:
            continue
        teller = min(tellers)
        kept.announced[topic.slug, subject] = replace(kept.announced.pop((topic.slug, teller)), told_as=None)
        for (slug, number), match in list(kept.matches.items()):
            one = kept.entries[number]
            if slug == topic.slug and _subject(topic.mode, number, one) == teller and not one.backfilled:
                kept.matches[slug, number] = replace(match, pending=True)


def _is_pending(kept: Kept, topic: str, number: int) -> bool:
    match = kept.matches.get((topic, number))
    # What a changed rule has not come to yet may be let in no more.
    return match is not None and match.pending and number >= kept.topics[topic].below


def _members(kept: Kept, topic: str, numbers: Iterable[int]) -> tuple[Member, ...]:
    found = [
        Member(
            stored=kept.stored(number),
            source=kept.facts(kept.entries[number].source),
            text_length=len(kept.entries[number].entry.content_html),
            reason=match.reason if (match := kept.matches.get((topic, number))) else None,
        )
        for number in numbers
    ]
    return tuple(sorted(found, key=lambda member: (member.stored.first_seen_at, member.stored.entry.key)))


def _settle(kept: Kept, topic: Topic) -> None:
    """What was announced no longer waits for it."""
    for (slug, number), match in kept.matches.items():
        subject = _subject(topic.mode, number, kept.entries[number])
        if slug == topic.slug and (slug, subject) in kept.announced:
            kept.matches[slug, number] = replace(match, pending=False)


def _change_mode(kept: Kept, slug: str) -> None:
    """Stories are other subjects than entries: what was announced as the one was not as the other."""
    for (topic, number), match in kept.matches.items():
        if topic == slug and not match.lapsed and not kept.entries[number].backfilled:
            kept.matches[topic, number] = replace(match, pending=True)
    for (topic, subject), told in list(kept.announced.items()):
        if topic == slug and told.told_as is not None and (topic, told.told_as) not in kept.announced:
            del kept.announced[topic, subject]
            kept.announced[topic, told.told_as] = replace(told, told_as=None)
