"""The index of words as sets, and looking through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aggregator.model.entry import SourceFacts, StoredEntry
from aggregator.model.searching import WORDS_IN, Either, Every, Found, Judged, SearchHit, Sought, Term, Terms
from tests.fakes.store import weighing
from tests.fakes.store.kept import Kept, KeptWords

MOST_JUDGED = 1_000


def index_words(kept: Kept, limit: int, words: Callable[[StoredEntry, SourceFacts], Sequence[str]]) -> int:
    waiting = _waiting(kept)[:limit]
    for number in waiting:
        one = kept.entries[number]
        if one.pruned:
            del kept.words[number]
            continue
        cut = words(kept.stored(number), kept.facts(one.source))
        sets = {field: frozenset(said.split()) for field, said in zip(WORDS_IN, cut, strict=True)}
        kept.words[number] = KeptWords(one.entry, sets)
    return len(waiting)


def search(kept: Kept, sought: Sought) -> Found:
    under = min(kept.shorts.get(sought.before, ()), default=None) if sought.before else None
    hits: list[SearchHit] = []
    looked_at = 0
    before: str | None = None
    waiting = set(_waiting(kept))
    for number, one in sorted(kept.live(), reverse=True):
        source = kept.facts(one.source)
        if (under is not None and number >= under) or not sought.fits(source):
            continue
        known = sought.terms is not None and number not in waiting
        if known and sought.terms is not None and not _has(sought.terms, kept.words[number].sets):
            continue
        looked_at += 1
        before = one.entry.key.short
        telling = weighing.facts(kept, one.story) if sought.asks_for_story and one.story is not None else None
        reason = sought.judge(Judged(stored=kept.stored(number), source=source, telling=telling))
        if reason is not None:
            story = "" if one.story is None else kept.key(one.story).short
            hits.append(SearchHit(stored=kept.stored(number), source=source, story=story, reason=reason))
        if looked_at == MOST_JUDGED or len(hits) == sought.limit:
            break
    else:
        before = None
    live = [number for number in waiting if not kept.entries[number].pruned]
    return Found(hits=tuple(hits), before=before, looked_at=looked_at, waiting=len(live))


def _waiting(kept: Kept) -> list[int]:
    """List what is not in the index as it is now, and what is although it was pruned."""
    return [
        number
        for number, one in sorted(kept.entries.items())
        if (number in kept.words if one.pruned else kept.words.get(number, KeptWords()).entry is not one.entry)
    ]


def _has(terms: Terms, sets: Mapping[str, frozenset[str]]) -> bool:
    if isinstance(terms, Term):
        words = frozenset().union(*(sets[field] for field in terms.fields))
        return any(word.startswith(terms.word) for word in words) if terms.open_ended else terms.word in words
    if isinstance(terms, Every):
        return all(_has(child, sets) for child in terms.children)
    if isinstance(terms, Either):
        return any(_has(child, sets) for child in terms.children)
    return _has(terms.wanted, sets) and not _has(terms.unwanted, sets)
