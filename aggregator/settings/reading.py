"""The keys that say how the documents of a source are read otherwise than they say, and their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from aggregator.model.habits import Updates
from aggregator.model.overrides import NO_OVERRIDES, DateSource, FutureDates, Identity, Overrides, TextType
from aggregator.settings.kinds import Base, IgnoredFields, Lines, Query
from aggregator.settings.section import Section


class ReadingSection(Section):
    """How documents are read."""

    identity: Identity | None = Field(
        default=None,
        description="What recognises an entry; default auto: its guid, else its link, else its title.",
    )
    dates: DateSource | None = Field(
        default=None, description="feed (default), or seen: when it was first seen, whatever the publisher writes."
    )
    future_dates: FutureDates | None = Field(
        default=None, description="A date that lies ahead: distrust (default), now, or believe."
    )
    title_type: TextType | None = Field(default=None, description="What titles are: auto (default), text or html.")
    name_type: TextType | None = Field(default=None, description="What names are: auto (default), text or html.")
    content_type: TextType | None = Field(
        default=None, description="What contents and summaries are: auto (default), text or html."
    )
    base: Base | None = Field(
        default=None, description="What relative addresses are relative to: auto (default), feed, entry or an address."
    )
    strip_title: Lines | None = Field(
        default=None, description="Texts that are taken off the beginning and the end of titles."
    )
    ignore: IgnoredFields | None = Field(
        default=None, description="Fields of an entry that are passed over as if they were not there."
    )
    drop: Query | None = Field(default=None, description="Query; entries that it holds for are left out.")
    updates: Updates | None = Field(
        default=None,
        description="What readers see of edits: silent (default: the new text), bump-if-substantive "
        "(a new date, too), or ignore (nothing).",
    )


_LISTS = ("strip_title", "ignore")
_SINGLE = ("identity", "dates", "future_dates", "title_type", "name_type", "content_type", "base")


def overrides_of(get: Callable[[str], Any]) -> Overrides:
    """Put together what is said; ``get`` gives the strongest value of a field, or None."""
    said: dict[str, Any] = {name: value for name in _SINGLE if (value := get(name)) is not None}
    for name in _LISTS:
        values = tuple(dict.fromkeys(value for value in get(name) or () if value is not None))
        if values:
            said[name] = values
    return Overrides(**said) if said else NO_OVERRIDES
