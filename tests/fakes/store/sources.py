"""Which kept source each configured one is, and under which id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model.entry import EntryKey
from aggregator.model.source import Kinship, Source, SourceCondition, SourceState, Validators
from aggregator.text.domains import family_of
from tests.fakes.store.kept import Kept, KeptSource


def sync(kept: Kept, sources: Sequence[Source], now: datetime) -> tuple[Source, ...]:
    found = _recognise(kept, sources)
    named = _named(kept, sources, found)
    for gone in kept.sources.keys() - set(found):
        _retire(kept, gone, {source.id for source in named})
    for position, (source, number) in enumerate(zip(named, found, strict=True)):
        if number is None:
            state = SourceState(source_id=source.id, next_poll_at=now, next_poll_why="new: due at once")
            place = (source.pace_key, family_of(source.url, source.pace_key))
            kept.sources[max(kept.sources, default=0) + 1] = _kept(source, state, position, place)
        else:
            _take_over(kept, number, source, position, now)
    return tuple(named)


def _kept(source: Source, state: SourceState, position: int, place: tuple[str, str]) -> KeptSource:
    return KeptSource(source=source, state=state, position=position, pace_key=place[0], family=place[1])


def _recognise(kept: Kept, sources: Sequence[Source]) -> list[int | None]:
    """Find each source by the id that the user gave, else by an address; those in use come first, then the latest."""
    urls = {source.url for source in sources}
    free = dict(sorted(kept.sources.items(), key=lambda pair: (not pair[1].active, -pair[0])))

    def by_id(source: Source, one: KeptSource) -> bool:
        # A slug yields to the same id given by the user, unless its own address is still configured.
        mine = one.source.id_given or source.url in (one.source.url, one.state.moved_to) or one.source.url not in urls
        return source.id_given and one.source.id == source.id and mine

    found: list[int | None] = [None] * len(sources)
    for same in (by_id, _by_url, _by_move):
        for index, source in enumerate(sources):
            if found[index] is None:
                found[index] = next((number for number, one in free.items() if same(source, one)), None)
                free.pop(found[index] or 0, None)
    return found


def _by_url(source: Source, one: KeptSource) -> bool:
    return one.source.url == source.url


def _by_move(source: Source, one: KeptSource) -> bool:
    return one.state.moved_to == source.url


def _named(kept: Kept, sources: Sequence[Source], found: Sequence[int | None]) -> list[Source]:
    """Give each source its id: the user's, the frozen one, or a slug that is free."""
    given = {source.id for source in sources if source.id_given}
    taken = given | {one.source.id for one in kept.sources.values()}
    named = []
    for source, number in zip(sources, found, strict=True):
        name = source.id
        if not source.id_given:
            frozen = None if number is None else kept.sources[number].source.id
            name = frozen if frozen is not None and frozen not in given else _free(source.id, taken)
        taken.add(name)
        named.append(replace(source, id=name))
    return named


def _free(slug: str, taken: set[str]) -> str:
    names = (slug, *(f"{slug}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _retire(kept: Kept, number: int, wanted: set[str]) -> None:
    """Keep a source that is no longer configured; it makes way for one that was given its id."""
    one = kept.sources[number]
    if one.source.id in wanted:
        _rename(kept, number, _free(one.source.id, wanted | {other.source.id for other in kept.sources.values()}))
    kept.sources[number] = replace(kept.sources[number], active=False)


def _rename(kept: Kept, number: int, name: str) -> None:
    """Put a new id in force; entries follow, and are found by their old short ids, too."""
    one = kept.sources[number]
    state = replace(one.state, source_id=name, version=one.state.version + 1)
    kept.sources[number] = replace(one, source=replace(one.source, id=name), state=state)
    for entry_number, entry in kept.entries.items():
        if entry.source == number:
            key = EntryKey(name, entry.entry.key.guid)
            kept.entries[entry_number] = replace(entry, entry=replace(entry.entry, key=key))
            kept.name(entry_number)


def _take_over(kept: Kept, number: int, source: Source, position: int, now: datetime) -> None:
    if kept.sources[number].source.id != source.id:
        _rename(kept, number, source.id)
    before = kept.sources[number]
    state = before.state
    if source.url != before.source.url:
        state = _settled(state) if source.url == state.moved_to else _moved(state, now)
    pace_key, family = source.pace_key, family_of(source.url, source.pace_key)
    if state.moved_to and source.url == before.source.url:
        pace_key, family = before.pace_key, before.family
    kept.sources[number] = replace(
        before, source=source, state=state, position=position, pace_key=pace_key, family=family, active=True
    )


def _settled(state: SourceState) -> SourceState:
    """The settings have followed to where the source had moved: nothing that is known changes."""
    return replace(state, version=state.version + 1, moved_to=None, condition=SourceCondition.OK)


def _moved(state: SourceState, now: datetime) -> SourceState:
    """Another address: what the old one said is not believed of it; an answer on its way is fenced off."""
    return replace(
        state,
        version=state.version + 1,
        validators=Validators(),
        validators_url=None,
        body_digest="",
        body_at=None,
        body_bytes=0,
        max_age_s=None,
        not_modified=0,
        full_fetch=False,
        untrusted=False,
        partial_bodies=0,
        deltas_refused=False,
        hold_until=None,
        redirect_to=None,
        redirect_count=0,
        redirect_since=None,
        redirect_kin=Kinship.UNKNOWN,
        moved_to=None,
        gone_at=None,
        errors=0,
        first_error_at=None,
        last_error=None,
        condition=SourceCondition.OK,
        next_poll_at=now,
        next_poll_why="the address changed: due at once",
        push=None if state.push is None else replace(state.push, offer=None),
    )
