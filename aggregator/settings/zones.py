"""Names of time zones."""

from __future__ import annotations

import difflib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from aggregator.settings.units import Unfit


def parse_zone(text: str) -> str:
    """Take the name of a time zone, such as ``Europe/London``.

    Raises:
        Unfit: There is none of this name.

    >>> parse_zone("Europe/London")
    'Europe/London'
    """
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        names = available_timezones()
        city = text.replace(" ", "_").rpartition("/")[2].lower()
        ending = sorted(name for name in names if name.rpartition("/")[2].lower() == city)
        meant = ending or difflib.get_close_matches(text, sorted(names), n=1)
        hint = f"did you mean '{meant[0]}'?" if meant else "write a name such as Europe/London"
        raise Unfit(f"there is no time zone '{text}'", hint) from None
    return text
