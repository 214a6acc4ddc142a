"""The editor's acts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from aggregator.errors import EditError
from aggregator.model.editing import Act, ActKind, DoneAct, Edited, signed
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Reason
from aggregator.model.topic import TopicMode
from tests.fakes.store import curation, marks, shaping, weighing
from tests.fakes.store.kept import Kept, KeptAct, KeptMove


def edit(kept: Kept, act: Act, now: datetime) -> Edited:
    carry_out = {ActKind.MERGE: _merge, ActKind.SPLIT: _split, ActKind.UNDO: _undo}.get(act.kind, marks.mark)
    number = carry_out(kept, act, now)
    if kept.acts[number].story is None:
        shaping.wake_topic(kept, kept.acts[number].act.topic)
    weighing.make_due(kept, [move.entry for move in kept.acts[number].moves])
    return Edited(act=_done(kept, number), topics=_touched(kept, number))


def _touched(kept: Kept, number: int) -> frozenset[str]:
    act = kept.acts[number].act
    if act.kind is ActKind.NOTE:
        return frozenset()
    if act.topic is not None:
        return frozenset({act.topic})
    if act.kind in {ActKind.PIN, ActKind.HIDE}:
        return frozenset(slug for slug, row in kept.topics.items() if not row.retired)
    entries = {move.entry for move in kept.acts[number].moves}
    subjects = entries | {kept.entries[entry].story for entry in entries}
    touched = {topic for topic, entry in kept.matches if entry in entries}
    touched |= {topic for topic, subject in kept.announced if subject in subjects}
    return frozenset(topic for topic in touched if topic not in kept.topics or not kept.topics[topic].retired)


def acts(kept: Kept) -> tuple[DoneAct, ...]:
    return tuple(_done(kept, number) for number in sorted(kept.acts))


def apart(kept: Kept) -> tuple[tuple[EntryKey, EntryKey], ...]:
    pairs = [one.apart for one in kept.acts.values() if one.apart is not None and one.undone_at is None]
    stories = [(_story_of(kept, one), _story_of(kept, other)) for one, other in pairs]
    return tuple((kept.key(one), kept.key(other)) for one, other in stories if one != other)


def reasons_of(kept: Kept, entry: int) -> tuple[Reason, ...]:
    told = [
        (number, _reason(kept, number, one, move))
        for number, one in kept.acts.items()
        for move in one.moves
        if move.entry == entry
    ]
    told += [(number, _done(kept, number).reason()) for number in marks.marks_of(kept, entry)]
    return tuple(reason for _, reason in sorted(told, key=lambda one: one[0]))


def _merge(kept: Kept, act: Act, now: datetime) -> int:
    stories = list(dict.fromkeys(_story(kept, short) for short in act.named))
    if len(stories) < 2:
        raise EditError(f"{' '.join(act.named)}: is one story; name two or more that are to be one")
    into, *others = sorted(stories, key=lambda one: (kept.entries[one].first_seen_at, one))
    moves = tuple(
        KeptMove(number, one.story, into, one.copy_of, one.copy_of)
        for number, one in kept.entries.items()
        if one.story in stories
    )
    for story in others:
        curation.merge_into(kept, story, into)
    return _note(kept, act, now, KeptAct(act=act, at=now, story=into, moves=moves))


def _split(kept: Kept, act: Act, now: datetime) -> int:
    if len(act.named) < 2:
        raise EditError("name the story, and the entries that leave it")
    story = _story(kept, act.named[0])
    named = {_entry(kept, short) for short in act.named[1:]}
    if any(_story_of(kept, entry) != story for entry in named):
        raise EditError(f"an entry is not in story {act.named[0]}")
    before = {number: one for number, one in kept.entries.items() if one.story == story}
    other = _part(kept, story, named, None)
    moves = tuple(
        KeptMove(number, story, _story_of(kept, number), one.copy_of, kept.entries[number].copy_of)
        for number, one in before.items()
    )
    return _note(kept, act, now, KeptAct(act=act, at=now, story=story, moves=moves, apart=(story, other)))


def _undo(kept: Kept, act: Act, now: datetime) -> int:
    left = [number for number, one in kept.acts.items() if one.undone_at is None]
    number = max(left, default=0) if act.number is None else act.number
    if number not in left:
        raise EditError("nothing is left to be undone" if act.number is None else f"act {number}: is none, or undone")
    done = kept.acts[number]
    moved = {move.entry for move in done.moves if move.was_story != move.is_story}
    for later in left:
        if later > number and moved & {m.entry for m in kept.acts[later].moves if m.was_story != m.is_story}:
            raise EditError(f"act {number}: act {later} was built upon it; undo that first")
    if done.act.kind is ActKind.MERGE:
        for story in dict.fromkeys(move.was_story for move in done.moves if move.entry in moved):
            back = {move.entry for move in done.moves if move.was_story == story}
            _part(kept, _story_of(kept, story), back, story)
    elif done.apart is not None:
        one, other = (_story_of(kept, side) for side in done.apart)
        if one != other:
            curation.merge_into(kept, other, one)
        for move in done.moves:
            if move.was_root is not None and move.was_root != move.is_root:
                _fold(kept, move.entry, move.was_root)
    kept.acts[number] = replace(done, undone_at=now, undone=act)
    if done.act.kind is ActKind.PIN:
        marks.bring_pins(kept, done.act.topic)
    return number


def _part(kept: Kept, story: int, named: Collection[int], under: int | None) -> int:
    members = sorted(
        (number for number, one in kept.entries.items() if one.story == story),
        key=lambda number: (kept.entries[number].first_seen_at, number),
    )
    leaving = [number for number in members if {number, kept.entries[number].copy_of} & set(named)]
    if len(leaving) == len(members):
        raise EditError("these are all entries of the story; leave at least one in it")
    _cut(kept, leaving)
    moved = [number for number in members if number not in leaving] if story in leaving else leaving
    roots = [number for number in moved if kept.entries[number].copy_of is None]
    returning = [number for number in roots if kept.merged.get(number) == story]
    other = under if under is not None and under in moved else (returning or roots)[0]
    for number in moved:
        kept.entries[number] = replace(kept.entries[number], story=other)
    kept.merged.pop(other, None)
    kept.merged = {old: other if new == story and old in moved else new for old, new in kept.merged.items()}
    for part in (story, other):
        if part in kept.ledger and (spoken := _story_of(kept, kept.ledger[part][1])) != part:
            _give_row(kept, part, spoken)
    _tell_where_they_speak(kept, members)
    for (topic, number), match in kept.matches.items():
        if number in members and not kept.entries[number].backfilled:
            kept.matches[topic, number] = replace(match, pending=True)
    shaping.wake(kept, members)
    return other


def _cut(kept: Kept, leaving: Iterable[int]) -> None:
    """Part copies from what they repeat where that stays; those that go together stay copies of the first."""
    heads: dict[int, int] = {}
    for number in leaving:
        root = kept.entries[number].copy_of
        if root is not None and root not in leaving:
            head = heads.setdefault(root, number)
            kept.entries[number] = replace(kept.entries[number], copy_of=None if head == number else head)
    for root, head in heads.items():
        speaker = kept.ledger[root][1] if root in kept.ledger else None
        if speaker is not None and head in (speaker, kept.entries[speaker].copy_of):
            _give_row(kept, root, head)
            _retell(kept, TopicMode.ENTRIES, root, head)


def _fold(kept: Kept, copy: int, root: int) -> None:
    first = kept.entries[root].copy_of or root
    if kept.entries[root].story != kept.entries[copy].story or first == copy:
        return
    for number, one in kept.entries.items():
        if copy in (number, one.copy_of):
            kept.entries[number] = replace(one, copy_of=first)
    _retell(kept, TopicMode.ENTRIES, copy, first)
    shaping.wake(kept, [copy])


def _give_row(kept: Kept, of: int, to: int) -> None:
    if to in kept.ledger:
        to = min(0, *kept.ledger) - 1
    kept.ledger[to] = kept.ledger.pop(of)
    for (topic, subject), told in kept.announced.items():
        if (subject if told.told_as is None else told.told_as) == of:
            kept.announced[topic, subject] = replace(told, told_as=None if subject == to else to)


def _tell_where_they_speak(kept: Kept, members: Iterable[int]) -> None:
    """Park what another part speaks for under its speaker, then let each part take up what it speaks for."""
    for parking in (True, False):
        for (topic, subject), told in list(kept.announced.items()):
            if subject not in members or kept.topics[topic].mode is not TopicMode.STORIES:
                continue
            speaker = kept.ledger[subject if told.told_as is None else told.told_as][1]
            story = _story_of(kept, speaker)
            if parking and story != _story_of(kept, subject):
                _retell(kept, TopicMode.STORIES, subject, speaker, topic)
            elif not parking and story != subject:
                _retell(kept, TopicMode.STORIES, subject, story, topic)


def _retell(kept: Kept, mode: TopicMode, of: int, to: int, only: str | None = None) -> None:
    for (topic, subject), told in list(kept.announced.items()):
        fits = subject == of and kept.topics[topic].mode is mode and only in (None, topic)
        if fits and (topic, to) not in kept.announced:
            del kept.announced[topic, subject]
            told_as = subject if told.told_as is None else told.told_as
            kept.announced[topic, to] = replace(told, told_as=None if told_as == to else told_as)


def _note(kept: Kept, act: Act, now: datetime, done: KeptAct) -> int:
    number = max(kept.acts, default=0) + 1
    kept.acts[number] = done
    return number


def _entry(kept: Kept, short: str) -> int:
    found = kept.shorts.get(short, frozenset())
    if len(found) != 1:
        raise EditError(f"{short}: is no entry and no story")
    return next(iter(found))


def _story(kept: Kept, short: str) -> int:
    entry = _entry(kept, short)
    named = kept.merged.get(entry, entry)
    return named if any(one.story == named for one in kept.entries.values()) else _story_of(kept, entry)


def _story_of(kept: Kept, entry: int) -> int:
    story = kept.entries[entry].story
    if story is None:
        raise EditError("the entry waits for being curated; try again in a moment")
    return story


def _done(kept: Kept, number: int) -> DoneAct:
    one = kept.acts[number]
    moved = [move for move in one.moves if move.was_story != move.is_story]
    moved.sort(key=lambda move: (kept.entries[move.entry].first_seen_at, move.entry))
    others = {move.was_story if one.act.kind is ActKind.MERGE else move.is_story for move in moved}
    marked = one.story is None
    return DoneAct(
        number=number,
        kind=one.act.kind,
        at=one.at,
        who=one.act.who,
        why=one.act.why,
        story="" if one.story is None else kept.key(one.story).short,
        others=tuple(kept.key(it).short for it in sorted(others, key=lambda it: (kept.entries[it].first_seen_at, it))),
        entries=tuple(kept.key(move.entry).short for move in moved),
        undone_at=one.undone_at,
        topic=one.act.topic,
        scope=one.act.scope if marked else None,
        target=marks.target(kept, one),
        until=one.act.until,
    )


def _reason(kept: Kept, number: int, one: KeptAct, move: KeptMove) -> Reason:
    moved, now = move.was_story != move.is_story, kept.key(move.is_story).short
    if one.act.kind is ActKind.MERGE:
        verdict = f"merged into {now}" if moved else f"stayed {now}, others were merged into it"
    else:
        verdict = f"split off as {now}" if moved else f"stayed in {now}, others were split off"
    evidence = signed(one.act.who, one.at, one.act.why)
    if one.undone_at is not None and one.undone is not None:
        evidence += f"; undone by {one.undone.who}, {one.undone_at:%Y-%m-%d %H:%M}"
        evidence += f": {one.undone.why}" if one.undone.why else ""
    facts = (
        ("number", number),
        ("was_story", kept.key(move.was_story).short),
        ("is_story", now),
        ("no_copy_any_more", move.was_root is not None and move.is_root is None),
        ("undone", one.undone_at is not None),
    )
    return Reason("editor", verdict, one.act.kind.value, evidence, facts)
