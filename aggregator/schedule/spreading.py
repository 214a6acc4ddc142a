"""No bursts: where many sources of one host are due at once, their turns are spread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.model.source import HOUR, Due, Waiting
from aggregator.schedule.durations import spell

AT_ONCE = 10
"""So many sources of one pace key may be asked in a row after an import, a start or a long sleep."""


def spread(waiting: Sequence[Waiting], now: datetime) -> Mapping[str, Due]:
    """Give new due times to those of many sources that wait under one pace key; those due longest go first.

    Hosts with few sources are left as they are. The rest gets evenly spaced turns over an hour, so that after
    the import of a long list, or a night in which the machine slept, no server sees more than a few requests
    in a row.

    Args:
        waiting: Sources that are due.
        now: The first turns are soon after it, the last one hour after it.
    """
    keys: defaultdict[str, list[Waiting]] = defaultdict(list)
    for one in sorted(waiting, key=lambda one: (one.at, one.source_id)):
        keys[one.pace_key].append(one)
    turns: dict[str, Due] = {}
    for queue in keys.values():
        later = queue[AT_ONCE:]
        for turn, one in enumerate(later, 1):
            wait: timedelta = HOUR * turn / len(later)
            why = f"{len(queue)} sources of {one.pace_key} were due at once: this one {spell(wait)} later"
            turns[one.source_id] = Due(now + wait, why)
    return turns
