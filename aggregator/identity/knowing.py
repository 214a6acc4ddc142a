"""What becomes of a known entry: left as it is, or revised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from aggregator.identity.around import Around
from aggregator.identity.evidence import overlap, text_share
from aggregator.identity.pairing import Found
from aggregator.model.entry import GUIDS, CandidateKey, Entry, KeyKind
from aggregator.model.habits import Updates
from aggregator.model.reason import Reason
from aggregator.model.verdict import KnownEntry, Revised, Unchanged, Verdict

_CHANGES: Final = {
    KeyKind.GUID: "the guid",
    KeyKind.LINK: "the link",
    KeyKind.TITLE_DAY: "the title or the day",
}
# The store keeps the keys of an entry that was pruned, but no fingerprint: it is known, there is nothing to revise.
_PRUNED: Final = ""
# docs: an edit is substantive when so little of the headline, or of the text, is left.
_SUBSTANTIVE_TEXT: Final = 0.7


def judge_known(entry: Entry, found: Found, around: Around) -> Verdict:
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
    return keys if around.trust.lasting_guids else tuple(key for key in keys if key.kind not in GUIDS)


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
