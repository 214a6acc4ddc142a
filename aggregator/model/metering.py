"""What this process has counted since it began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TOOK_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
"""Upper bounds of the buckets that polls are sorted into by how long they took; one more holds the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Totals that only rise.

    Attributes:
        since: When counting began.
        polls: Outcome and how many polls ended so, by name.
        took: How many polls fell into each bucket of ``TOOK_SECONDS``, and above them all.
        took_seconds: Of all polls together.
        last_looked_s: Seconds since somebody looked for sources that are due.
    """

    since: datetime
    polls: tuple[tuple[str, int], ...] = ()
    took: tuple[int, ...] = (0,) * (len(TOOK_SECONDS) + 1)
    took_seconds: float = 0.0
    new: int = 0
    revised: int = 0
    fenced: int = 0
    received_bytes: int = 0
    last_looked_s: float = 0.0
