"""What goes when it is old, and what stays of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model.status import Pruned
from tests.fakes.store import incidents, marks, near, outbox, tallies
from tests.fakes.store.announcing import latest
from tests.fakes.store.kept import Kept, KeptEntry

PACES_FOR = timedelta(days=30)


def prune(kept: Kept, now: datetime, vanished_for: timedelta) -> Pruned:
    gone = _old_entries(kept, now, vanished_for)
    for number in gone:
        kept.entries[number] = replace(kept.entries[number], pruned=True)
        kept.pages.pop(number, None)
    kept.matches = {key: match for key, match in kept.matches.items() if key[1] not in gone}
    kept.shaped = {key: one for key, one in kept.shaped.items() if key[1] not in gone}
    forgotten = _forget_polls(kept, now)
    _forget_paces(kept, now)
    near.forget(kept, now)
    outbox.forget(kept, now)
    incidents.forget(kept, now)
    tallies.forget(kept, now)
    return Pruned(entries=len(gone), polls=forgotten, tombstones=sum(one.pruned for one in kept.entries.values()))


def _old_entries(kept: Kept, now: datetime, vanished_for: timedelta) -> set[int]:
    """Find what may go: old, long out of its document, curated, and shown by no topic."""
    waiting = {entry for entry, _ in kept.arrivals.values()}
    shown = {subject for slug, row in kept.topics.items() for subject in latest(kept, slug, row.limit)}
    shown |= marks.pinned_anywhere(kept, now)

    def may_go(number: int, one: KeptEntry) -> bool:
        source = kept.sources[one.source]
        last_held = one.vanished_at or source.state.last_ok_at or one.first_seen_at
        return (
            one.first_seen_at < now - source.source.keep
            and last_held < now - vanished_for
            and number not in waiting
            and not shown & {number, one.story, one.copy_of}
        )

    return {number for number, one in kept.live() if may_go(number, one)}


def _forget_polls(kept: Kept, now: datetime) -> int:
    forgotten = 0
    for number, one in kept.sources.items():
        young = tuple(poll for poll in one.polls if poll.at >= now - one.source.keep)
        forgotten += len(one.polls) - len(young)
        kept.sources[number] = replace(one, polls=young)
    return forgotten


def _forget_paces(kept: Kept, now: datetime) -> None:
    """Forget hosts that nothing holds and nothing was learned of for long."""
    for key, pace in list(kept.paces.items()):
        held = pace.hold_until is not None and pace.hold_until >= now
        if not (pace.paced or pace.merged or held or kept.paced_at[key] >= now - PACES_FOR):
            del kept.paces[key]
            del kept.paced_at[key]
