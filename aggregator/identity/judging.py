"""Judge the entries of a document: which are new, which are known and edited, which are as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aggregator.identity.evidence import overlap, text_share
from aggregator.identity.flood import Times, history_of, is_flood, is_news, replaced, republished
from aggregator.identity.learning import Seen, learn
from aggregator.identity.pairing import Found, Pairs, Trust, pair_up
from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.habits import IDENTITY, NO_HABITS, Habits, IdentityPolicy, QuirkKind, Updates
from aggregator.model.overrides import Identity
from aggregator.model.reason import Fact, Reason
from aggregator.model.verdict import KnownEntry, New, Revised, Unchanged, Verdict, Wanted
from aggregator.text.digests import digest128

_CHANGES = {
    KeyKind.GUID: "the guid",
    KeyKind.LINK: "the link",
    KeyKind.TITLE_DAY: "the title or the day",
}
_GUIDS = frozenset({KeyKind.GUID, KeyKind.GUID_ALT})
_UNDATED = datetime.min.replace(tzinfo=UTC)
# The store keeps the keys of an entry that was pruned, but no fingerprint: it is known, there is nothing to revise.
_PRUNED = ""
# docs: an edit is substantive when so little of the headline, or of the text, is left.
_SUBSTANTIVE_TEXT = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What judging a document may know beside its entries.

    Attributes:
        first: Whether the source was never read before.
        backfill: Of a first document, so many of the newest entries are news; the rest is kept as history.
        held: Stored entries that other items of the document are, known ones that were not read again.
        whole: What the document lacks has left it.
        last: When the source last answered well.
        habits: What was learned of the source.
        shown: What the document as a whole shows of its way of naming: kind, what it is about, evidence.
        vanished: Entries of the last document that this one has no key of; None as long as nobody asked.
        kept: The newest of all that is kept of the source; None as long as nobody asked.
    """

    now: datetime
    first: bool = False
    backfill: int = 0
    held: AbstractSet[EntryKey] = frozenset()
    whole: bool = True
    last: datetime | None = None
    identity: Identity = Identity.AUTO
    updates: Updates = Updates.SILENT
    policy: IdentityPolicy = IDENTITY
    habits: Habits = NO_HABITS
    shown: tuple[tuple[QuirkKind, str, str], ...] = ()
    vanished: Sequence[KnownEntry] | None = None
    kept: Sequence[KnownEntry] | None = None

    @property
    def trust(self) -> Trust:
        """Say which keys count."""
        return Trust(self.policy, self.habits, self.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The decision about a document.

    Attributes:
        verdicts: One for each entry, in the order of the document.
        retracted: Why what is held of the source is history; None as long as it may be news.
        habits: As they are now; None when nothing was learned.
        wants: What has to be known first; then there are no verdicts.
    """

    verdicts: tuple[Verdict, ...] = ()
    retracted: Reason | None = None
    habits: Habits | None = None
    wants: Wanted = Wanted.NOTHING


def judge(entries: Sequence[Entry], known: Sequence[KnownEntry], around: Around) -> Judged:
    """Give each entry of a document exactly one verdict, or say what has to be looked up first.

    Entries are recognised by their keys, the surest evidence first; what is unknown then is compared with what left
    the document as it came, and in a flood with all that is kept. Two entries of a document are never one stored
    entry, unless they have one key: then the first speaks.

    Args:
        entries: Of one source, in the order of the document.
        known: Every stored entry that holds one of the candidate keys.
        around: What else may be known.
    """
    own: dict[EntryKey, Entry] = {}
    for entry in entries:
        own.setdefault(entry.key, entry)
    pairs = pair_up(list(own.values()), known, around.held, around.trust)
    wants = _wants(own, pairs, around)
    if wants is not Wanted.NOTHING:
        return Judged(wants=wants)
    found = dict(pairs.found)
    left = _left((*known, *(around.vanished or ())), found, around)
    strangers = _others(own, found)
    flooded = not around.first and is_flood(len(strangers), _size(own, around), around.trust)
    if around.policy.replacement and not around.first:
        found |= replaced(strangers, left, _size(own, around), around.trust)
        strangers = _others(own, found)
    if flooded and strangers and around.policy.floods:
        if around.kept is None:
            return Judged(wants=Wanted.ALL)
        taken = {*around.held, *(one.known.key for one in found.values())}
        found |= republished(strangers, around.kept, taken, _times(around), around.trust)
        strangers = _others(own, found)
    retracted = _retracted(_left(left, found, around), pairs, around)
    around = replace(around, habits=replace(around.habits, held_until=None)) if retracted else around
    names = {other.key for other in (*known, *left, *(around.kept or ()))}
    fresh = _strangers(strangers, (pairs.refused, names), around, flooded=flooded)
    known_now = tuple((own[key], one) for key, one in found.items())
    seen = Seen(around.now, known_now, tuple(fresh.values()), _size(own, around))
    return Judged(
        verdicts=_verdicts(entries, found, fresh, around),
        retracted=retracted,
        habits=learn(around.habits, seen, around.shown) if around.policy.health else None,
    )


def _wants(own: Mapping[EntryKey, Entry], pairs: Pairs, around: Around) -> Wanted:
    """Ask for what left the document, where a stranger may stand in its place or where held entries may have left."""
    if not around.whole or around.first or around.vanished is not None:
        return Wanted.NOTHING
    strange = around.policy.replacement and len(pairs.found) < len(own)
    returned = bool(_returning(pairs)) and around.habits.holding(around.now)
    return Wanted.VANISHED if strange or returned else Wanted.NOTHING


def _returning(pairs: Pairs) -> list[Found]:
    """Give the entries that are back after the last document had not held them."""
    return [one for one in pairs.found.values() if not one.known.present and not one.known.held]


def _left(known: Sequence[KnownEntry], found: Mapping[EntryKey, Found], around: Around) -> list[KnownEntry]:
    """Find the entries of the last document that this one does not hold."""
    if not around.whole:
        return []
    there = {*around.held, *(one.known.key for one in found.values())}
    return [other for other in known if other.present and other.key not in there]


def _others(own: Mapping[EntryKey, Entry], found: Mapping[EntryKey, Found]) -> list[Entry]:
    return [entry for key, entry in own.items() if key not in found]


def _size(own: Mapping[EntryKey, Entry], around: Around) -> int:
    """Count the entries of the document, those included that were not read again."""
    return len(own) + len(around.held)


def _times(around: Around) -> Times:
    return Times(around.now, around.last, around.habits.since)


def _verdicts(
    entries: Sequence[Entry], found: Mapping[EntryKey, Found], fresh: Mapping[EntryKey, New], around: Around
) -> tuple[Verdict, ...]:
    spoken: dict[EntryKey, EntryKey] = {}
    verdicts: list[Verdict] = []
    for entry in entries:
        one = found.get(entry.key)
        if entry.key in spoken:
            verdicts.append(Unchanged(key=spoken[entry.key]))
            continue
        verdict = fresh[entry.key] if one is None else _known(entry, one, around)
        verdicts.append(verdict)
        spoken[entry.key] = verdict.key if isinstance(verdict, Unchanged) else verdict.entry.key
    return tuple(verdicts)


def _strangers(
    strangers: Sequence[Entry],
    met: tuple[Mapping[EntryKey, Found], AbstractSet[EntryKey]],
    around: Around,
    *,
    flooded: bool,
) -> dict[EntryKey, New]:
    refused, names = met
    history = _history(strangers, around.backfill) if around.first else frozenset[EntryKey]()
    fresh: dict[EntryKey, New] = {}
    for entry in strangers:
        if entry.key in history:
            evidence = "older than the newest of the first document"
            verdict = New(entry=entry, backfilled=True, reason=_new("backfill", evidence, around))
        elif flooded or around.habits.holding(around.now):
            verdict = _of_flood(entry, strangers, around)
        else:
            verdict = New(entry=entry, reason=_unknown(entry, refused.get(entry.key), around))
        fresh[entry.key] = replace(verdict, entry=_named(entry)) if entry.key in names else verdict
    return fresh


def _of_flood(entry: Entry, strangers: Sequence[Entry], around: Around) -> New:
    times, policy = _times(around), around.policy
    told = f"one of {len(strangers)} unknown entries of one document, in a flood"
    if is_news(entry, times, around.trust):
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


def _known(entry: Entry, found: Found, around: Around) -> Verdict:
    """Say what becomes of a known entry: left as it is, or revised."""
    known, keys = found.known, _lasting(entry.keys, around)
    missing = tuple(key for key in keys if key not in known.keys)
    learned = missing if _teaches(missing, known) else ()
    if known.fingerprint in {entry.fingerprint, _PRUNED}:
        reason = _reason("unchanged", entry, found) if learned and found.rule != "key" else None
        return Unchanged(key=known.key, learned=learned, reason=reason)
    if around.updates is Updates.IGNORE and not known.held:
        return Unchanged(key=known.key, learned=learned, fingerprint=entry.fingerprint)
    return Revised(
        entry=replace(entry, key=known.key, keys=keys or entry.keys),
        revision=known.revision + 1,
        bumped=around.updates is Updates.BUMP and not known.held and _is_substantive(entry, known, around),
        reason=_reason("revised", entry, found),
    )


def _teaches(missing: Sequence[CandidateKey], known: KnownEntry) -> bool:
    """Say whether keys are worth keeping: a new day of an old headline by itself is not."""
    has_day = any(key.kind is KeyKind.TITLE_DAY for key in known.keys)
    return any(key.kind is not KeyKind.TITLE_DAY or not has_day for key in missing)


def _lasting(keys: tuple[CandidateKey, ...], around: Around) -> tuple[CandidateKey, ...]:
    """Leave out guids that will never come again, or on something else."""
    return keys if around.trust.lasting_guids else tuple(key for key in keys if key.kind not in _GUIDS)


def _is_substantive(entry: Entry, known: KnownEntry, around: Around) -> bool:
    text = text_share(entry.summary, known.summary)
    headline = overlap(entry.title, known.title, around.trust.affixes)
    return headline < around.policy.same_headline or (text is not None and text < _SUBSTANTIVE_TEXT)


def _reason(verdict: str, entry: Entry, found: Found) -> Reason:
    known = found.known
    changed = [name for kind, name in _CHANGES.items() if _differs(kind, entry.keys, known.keys)]
    evidence = f"known by its {found.rule}; changed: {', '.join(changed) or 'the text'}"
    partner = () if entry.key == known.key else (("came_as", entry.key.guid[:200]),)
    return Reason("identity", verdict, found.rule, evidence, (*partner, *found.agreement.facts))


def _differs(kind: KeyKind, now: Sequence[CandidateKey], before: Sequence[CandidateKey]) -> bool:
    was = {candidate.digest for candidate in before if candidate.kind is kind}
    mine = [candidate for candidate in now if candidate.kind is kind]
    return bool(was) and bool(mine) and all(candidate.digest not in was for candidate in mine)


def _named(entry: Entry) -> Entry:
    """Name an entry whose own name is another's."""
    told = f"{entry.url}|{entry.title}|{entry.published_at}|{entry.fingerprint}"
    return replace(entry, key=replace(entry.key, guid=f"{entry.key.guid[:1_900]}#{digest128(told.encode())[:12]}"))


def _retracted(left: Sequence[KnownEntry], pairs: Pairs, around: Around) -> Reason | None:
    """Say whether held entries have left while as many came back: they were others in disguise, for a while."""
    gone, returning = [other for other in left if other.held], _returning(pairs)
    still_here = any(one.known.held for one in pairs.found.values())
    if not gone or still_here or len(returning) < len(gone) * around.policy.flood_share:
        return None
    evidence = f"held, and gone again while {len(returning)} entries came back that had left when it came"
    return Reason("identity", "history", "retracted", evidence)


def _history(entries: Sequence[Entry], backfill: int) -> frozenset[EntryKey]:
    """Name the entries beyond the newest; those without a date follow the dated, in the document's order."""
    newest_first = sorted(entries, key=lambda entry: entry.published_at or _UNDATED, reverse=True)
    keys = dict.fromkeys(entry.key for entry in newest_first)
    return frozenset(list(keys)[max(backfill, 0) :])
