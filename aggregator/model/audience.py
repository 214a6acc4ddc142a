"""Who reads our feeds, as far as requests show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

REMEMBERED: Final = timedelta(days=8)
"""A reader that polls once a week still counts; one that has not come for longer does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A feed reader asked for a topic's feed.

    Attributes:
        reader: What tells readers apart: address and name, or the name alone of a service that reads for many.
        subscribers: For so many it reads, by its own word; at least 1.
    """

    topic: str
    reader: str
    subscribers: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """How many read what.

    Attributes:
        topics: Subscribers by slug; topics that nobody reads are left out.
        sources: By source id: those that read topics which the source's entries were matched to of late.
    """

    topics: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
