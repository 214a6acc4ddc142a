"""What becomes of an unknown entry: news, history, or held for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from aggregator.identity.around import Around
from aggregator.identity.flood import history_of, is_news
from aggregator.identity.pairing import Found
from aggregator.identity.rating import is_front_page
from aggregator.model.entry import GUIDS, Entry, EntryKey, KeyKind
from aggregator.model.overrides import Identity
from aggregator.model.reason import Fact, Reason
from aggregator.model.verdict import New
from aggregator.text.digests import digest128

_UNDATED: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Met:
    """What strangers have met.

    Attributes:
        refused: The stored entry whose guid one has without being it.
        names: Keys that are taken.
        batch: Entries whose dates show nothing.
        flooded: Whether they are a flood,
        emptied: or few, in the place of many.
    """

    refused: Mapping[EntryKey, Found]
    names: AbstractSet[EntryKey]
    batch: AbstractSet[EntryKey]
    flooded: bool
    emptied: bool


def judge_strangers(strangers: Sequence[Entry], met: Met, around: Around) -> dict[EntryKey, New]:
    """Give each unknown entry its verdict, and a name of its own."""
    history = _history(strangers, around.backfill) if around.first else frozenset[EntryKey]()
    fresh: dict[EntryKey, New] = {}
    taken = set(met.names)
    for entry in strangers:
        if entry.key in history:
            evidence = "older than the newest of the first document"
            verdict = New(entry=entry, backfilled=True, reason=_new("backfill", evidence, around))
        elif met.flooded or met.emptied or around.habits.holding(around.now):
            verdict = _of_flood(entry, strangers, met, around)
        else:
            verdict = New(entry=entry, reason=_unknown(entry, met.refused.get(entry.key), around))
        lasting = _lasting(verdict.entry, around)
        named = _apart(lasting) if lasting.key in taken else lasting
        taken.add(named.key)
        fresh[entry.key] = replace(verdict, entry=named)
    return fresh


def _of_flood(entry: Entry, strangers: Sequence[Entry], met: Met, around: Around) -> New:
    times, policy = around.times, around.policy
    where = "in the place of many" if met.emptied else "in a flood"
    told = f"one of {len(strangers)} unknown entries of one document, {where}"
    if entry.key not in met.batch and is_news(entry, times, around.trust):
        return New(entry=entry, reason=_new("unknown", f"{told}, dated after the last one", around))
    if entry.key in history_of(strangers, times, around.trust, around.backfill):
        evidence = f"{told}, published before the source was known"
        return New(entry=entry, backfilled=True, reason=_new("archive", evidence, around))
    if not policy.hold:
        return New(entry=entry, reason=_new("unknown", told, around))
    flood = around.habits.held_until if around.habits.holding(around.now) else None
    until = flood or around.now + policy.held_for
    evidence = f"{told}, with no date of news; announced at {until:%Y-%m-%d %H:%M} UTC unless it proves to be known"
    reason = _new("held", evidence, around, (("flood_least", policy.flood_least), ("flood_share", policy.flood_share)))
    return New(entry=entry, held_until=until, reason=reason)


def _unknown(entry: Entry, refused: Found | None, around: Around) -> Reason:
    if refused is None:
        return _new("unknown", f"never seen here: {', '.join(dict.fromkeys(key.kind for key in entry.keys))}", around)
    policy = around.policy
    limits = (("least_headline", policy.same_headline), ("least_text", policy.same_text))
    facts = (("partner_guid", refused.known.key.guid), *refused.agreement.facts, *limits)
    evidence = f"its guid is that of another entry, “{refused.known.title[:80]}”; link, headline and text are not"
    return _new("reused-guid", evidence, around, facts)


def _new(rule: str, evidence: str, around: Around, facts: tuple[tuple[str, Fact], ...] = ()) -> Reason:
    verdict = "held" if rule == "held" else "new"
    forced = () if around.identity is Identity.AUTO else (("identity", around.identity.value),)
    return Reason("identity", verdict, rule, evidence, (*facts, *forced))


def _lasting(entry: Entry, around: Around) -> Entry:
    """Name an entry after its link where guids do not last, so that its id could be made again."""
    link = any(key.kind is KeyKind.LINK for key in entry.keys)
    if around.trust.lasting_guids or not around.trust.links or not link or is_front_page(entry.url):
        return entry
    keys = tuple(key for key in entry.keys if key.kind not in GUIDS)
    return replace(entry, key=replace(entry.key, guid=f"link:{entry.url}"), keys=keys)


def _apart(entry: Entry) -> Entry:
    """Name an entry whose own name is another's."""
    told = f"{entry.url}|{entry.title}|{entry.published_at}|{entry.fingerprint}"
    return replace(entry, key=replace(entry.key, guid=f"{entry.key.guid[:1_900]}#{digest128(told.encode())[:12]}"))


def _history(entries: Sequence[Entry], backfill: int) -> frozenset[EntryKey]:
    """Name the entries beyond the newest; those without a date follow the dated, in the document's order."""
    newest_first = sorted(entries, key=lambda entry: entry.published_at or _UNDATED, reverse=True)
    keys = dict.fromkeys(entry.key for entry in newest_first)
    return frozenset(list(keys)[max(backfill, 0) :])
