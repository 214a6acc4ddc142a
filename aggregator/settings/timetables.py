"""Times of day as people write them: ``daily at 07:00 Europe/London``."""

from __future__ import annotations

import difflib
import re
from datetime import time
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from aggregator.model.timetable import EVERY_DAY, Timetable
from aggregator.settings.kinds import read_text
from aggregator.settings.units import Unfit
from aggregator.settings.zones import parse_zone

TIMETABLE_PATTERN = r"^(daily|weekdays|([a-z]+days?)(, ?[a-z]+days?)*) at [0-2]?[0-9]:[0-5][0-9]( [A-Za-z0-9_+/-]+)?$"

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SETS = {"daily": EVERY_DAY, "weekdays": frozenset(range(5)), "weekends": frozenset((5, 6))}
_TEXT = re.compile(
    r"(?P<days>[a-z, ]+?) at (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?: (?P<zone>\S+))?", re.IGNORECASE
)
_EXPECTED = "expected a time such as daily at 07:00 Europe/London"
_HINT = "days: daily, weekdays, weekends, or names such as monday, thursday; a time of 24 hours; a time zone"


def parse_timetable(text: str, *, zone: str = "UTC") -> Timetable:
    """Read ``daily at 07:00``, ``weekdays at 18:30 Europe/London``, ``mondays, thursdays at 9:00``.

    Args:
        text: What stands in the settings.
        zone: Whose clocks count where none are named.

    Raises:
        Unfit: It is something else, or no such time zone is known.

    >>> parse_timetable("weekends at 9:00").days == frozenset({5, 6})
    True
    """
    found = _TEXT.fullmatch(" ".join(text.split()))
    if found is None:
        raise Unfit(_EXPECTED, _HINT)
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 23 or minute > 59:  # noqa: PLR2004 - hours and minutes
        raise Unfit(f"{hour}:{minute:02} is no time of day", "00:00 to 23:59")
    return Timetable(at=time(hour, minute), days=_days(found["days"]), zone=parse_zone(found["zone"] or zone))


def format_timetable(timetable: Timetable) -> str:
    """Write a timetable as ``parse_timetable`` reads it.

    >>> format_timetable(parse_timetable("Monday,friday at 7:05 Europe/London"))
    'monday, friday at 07:05 Europe/London'
    """
    named = next((name for name, days in _SETS.items() if days == timetable.days), "")
    days = named or ", ".join(_DAYS[day] for day in sorted(timetable.days))
    return f"{days} at {timetable.at:%H:%M} {timetable.zone}"


def _days(text: str) -> frozenset[int]:
    if text.lower() in _SETS:
        return _SETS[text.lower()]
    found: set[int] = set()
    for word in text.lower().split(","):
        day = word.strip().removesuffix("s")
        if day not in _DAYS:
            near = difflib.get_close_matches(word.strip(), [*_DAYS, *_SETS], n=1)
            raise Unfit(f"'{word.strip()}' is no day", f"did you mean {near[0]}?" if near else _HINT)
        found.add(_DAYS.index(day))
    return frozenset(found)


Times = Annotated[
    Timetable,
    PlainValidator(lambda value: parse_timetable(read_text(value))),
    WithJsonSchema({"type": "string", "pattern": TIMETABLE_PATTERN, "examples": ["daily at 07:00 Europe/London"]}),
]
