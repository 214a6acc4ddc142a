"""What editors pin, hide and note."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from aggregator.errors import EditError
from aggregator.model.editing import PINNED, Act, ActKind, Mark, Scope, signed
from aggregator.model.reason import Reason
from aggregator.text.link_keys import link_key
from tests.fakes.store.kept import Kept, KeptAct, KeptMatch


def mark(kept: Kept, act: Act, now: datetime) -> int:
    entry = source = None
    if act.scope is Scope.SOURCE:
        source = kept.source_number(act.named[0])
        if source is None:
            raise EditError(f"{act.named[0]}: is no source")
    else:
        entry = _entry(kept, act)
    number = max(kept.acts, default=0) + 1
    kept.acts[number] = KeptAct(act=act, at=now, entry=entry, source=source)
    if act.kind is ActKind.PIN:
        bring_pins(kept, act.topic)
    return number


def bring_pins(kept: Kept, topic: str | None) -> None:
    for (slug, number), match in list(kept.matches.items()):
        one = kept.entries[number]
        if topic not in {None, slug} or not match.pending:
            continue
        told = any((slug, subject) in kept.announced for subject in (number, one.story, one.copy_of))
        if match.reason.rule == PINNED and not told:
            del kept.matches[slug, number]
        elif one.backfilled:
            kept.matches[slug, number] = replace(match, pending=False)
    live = [number for number, one in kept.live() if one.story is not None]
    _let_in(kept, [one for one in _pinned(kept, live) if topic is None or one[0] in {None, topic}])


def pin_judged(kept: Kept, judged: Iterable[int]) -> frozenset[str]:
    live = [number for number in judged if not kept.entries[number].pruned and kept.entries[number].story is not None]
    found = [one for one in _pinned(kept, live) if one[0] is not None]
    _let_in(kept, found)
    return frozenset(topic for topic, _, _ in found if topic is not None)


def marks_on(kept: Kept, topic: str, now: datetime) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            number=number,
            kind=one.act.kind,
            scope=one.act.scope,
            at=one.at,
            topic=one.act.topic,
            key=None if one.entry is None else kept.key(_target(kept, one.entry, one.act.scope)),
            source="" if one.source is None else kept.sources[one.source].source.id,
            until=one.act.until,
            who=one.act.who,
            why=one.act.why,
        )
        for number, one in sorted(_in_force(kept, ActKind.PIN, ActKind.HIDE))
        if one.act.topic in {None, topic} and (one.act.until is None or one.act.until > now)
    )


def pinned_subjects(kept: Kept, topic: str, now: datetime) -> Iterator[int]:
    """Name the entries that editors have pinned, by themselves or with their stories."""
    for _, one in _in_force(kept, ActKind.PIN):
        over = one.act.until is not None and one.act.until <= now
        if one.entry is None or over or one.act.topic not in {None, topic}:
            continue
        yield from (number for number, _ in kept.live() if _is_on(kept, one, number))


def pinned_anywhere(kept: Kept, now: datetime) -> set[int]:
    """Name the entries that editors have pinned, and their stories."""
    pins = [one for _, one in _in_force(kept, ActKind.PIN) if one.act.until is None or one.act.until > now]
    entries = {one.entry for one in pins if one.entry is not None}
    return entries | {story for entry in entries if (story := kept.entries[entry].story) is not None}


def marks_of(kept: Kept, entry: int) -> list[int]:
    return [
        number
        for number, one in sorted(kept.acts.items())
        if one.act.kind in {ActKind.PIN, ActKind.HIDE, ActKind.NOTE} and _concerns(kept, one, entry)
    ]


def target(kept: Kept, one: KeptAct) -> str:
    if one.source is not None:
        return kept.sources[one.source].source.id
    return "" if one.entry is None else kept.key(_target(kept, one.entry, one.act.scope)).short


def _in_force(kept: Kept, *kinds: ActKind) -> list[tuple[int, KeptAct]]:
    return [(number, one) for number, one in kept.acts.items() if one.act.kind in kinds and one.undone_at is None]


def _target(kept: Kept, entry: int, scope: Scope) -> int:
    story = kept.entries[entry].story
    return story if scope is Scope.STORY and story is not None else entry


def _is_on(kept: Kept, one: KeptAct, number: int) -> bool:
    if one.entry is None:
        return one.source == kept.entries[number].source
    return _target(kept, one.entry, one.act.scope) == _target(kept, number, one.act.scope)


def _concerns(kept: Kept, one: KeptAct, number: int) -> bool:
    early = kept.entries[number].first_seen_at < one.at
    return _is_on(kept, one, number) and not (one.source is not None and one.act.kind is ActKind.PIN and early)


def _pinned(kept: Kept, entries: Iterable[int]) -> list[tuple[str | None, int, int]]:
    """List the pins on these entries: topic, entry and number."""
    return [
        (one.act.topic, entry, number)
        for number, one in _in_force(kept, ActKind.PIN)
        for entry in entries
        if _concerns(kept, one, entry) and not (one.source is not None and kept.entries[entry].backfilled)
    ]


def _let_in(kept: Kept, found: Iterable[tuple[str | None, int, int]]) -> None:
    for topic, entry, number in sorted(found, key=lambda one: (one[0] or "", one[1], one[2])):
        if topic is None:
            for (slug, one), match in list(kept.matches.items()):
                if one == entry:
                    kept.matches[slug, one] = replace(match, pending=True)
            continue
        act = kept.acts[number]
        why = Reason("topic", "entered", PINNED, f"pinned by {signed(act.act.who, act.at, act.act.why)}")
        before = kept.matches.get((topic, entry))
        kept.matches[topic, entry] = KeptMatch(why if before is None or before.lapsed else before.reason, pending=True)


def _entry(kept: Kept, act: Act) -> int:
    named = act.named[0]
    key = link_key(named) if "://" in named else None
    found = sorted(
        [number for number, one in kept.live() if one.entry.link_key == key]
        if key is not None
        else kept.shorts.get(named, ()),
        key=lambda number: (kept.entries[number].first_seen_at, number),
    )
    if not found:
        raise EditError(f"{named}: is no entry, no story and no address of one")
    stories = {kept.entries[number].story for number in found}
    if act.scope is Scope.STORY and None in stories:
        raise EditError(f"{named}: waits for being curated; try again in a moment")
    if len(stories if act.scope is Scope.STORY else found) > 1:
        raise EditError(f"{named}: is more than one {act.scope}")
    return found[0]
