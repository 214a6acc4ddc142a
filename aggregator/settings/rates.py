"""The shape of a topic as people write it: rates, quiet hours, times of digests."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from aggregator.model.shape import Quiet, Rate
from aggregator.settings.kinds import count_between, integer_schema, kind_of, read_text
from aggregator.settings.timetables import TIMETABLE_PATTERN, parse_timetable
from aggregator.settings.units import Unfit, duration_between

_PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
_RATE = re.compile(r"([0-9]{1,6}) ?/ ?([a-z]+)")
_QUIET = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?[-\u2013] ?([0-9]{1,2}):([0-9]{2})")
_RATE_PATTERN = r"^[0-9]+/(hour|day|week)$"
_QUIET_PATTERN = r"^[0-2]?[0-9]:[0-5][0-9]-[0-2]?[0-9]:[0-5][0-9]$"
_MOST = 100_000


def parse_rate(value: object) -> Rate:
    """Read ``20/day``, ``3/hour``, ``100/week``.

    Raises:
        Unfit: It is something else.

    >>> parse_rate("20/day").count
    20
    """
    text = read_text(value).strip().lower()
    found = _RATE.fullmatch(text)
    if found is None:
        raise Unfit("expected a rate such as 20/day", f"did you mean {text}/day?" if text.isdigit() else "")
    count, name = int(found[1]), found[2]
    if name not in _PERIODS:
        per = next((period for period in _PERIODS if period.startswith(name[:1])), "day")
        raise Unfit(f"'{name}' is no period", f"did you mean {count}/{per}?")
    if not 0 < count <= _MOST:
        raise Unfit(f"must be between 1 and {_MOST}", "leave the key out for no bound")
    return Rate(count, _PERIODS[name])


def parse_quiet(value: object) -> Quiet:
    """Read ``22:00-07:00``.

    Raises:
        Unfit: It is something else, or no time at all.

    >>> parse_quiet("22:00-07:00").start
    datetime.time(22, 0)
    """
    found = _QUIET.fullmatch(read_text(value).strip())
    if found is None:
        raise Unfit("expected hours such as 22:00-07:00")
    hours, minutes = (int(found[1]), int(found[3])), (int(found[2]), int(found[4]))
    if max(hours) > 23 or max(minutes) > 59:  # noqa: PLR2004 - hours and minutes
        raise Unfit("that is no time of day", "00:00 to 23:59")
    start, end = (time(hour, minute) for hour, minute in zip(hours, minutes, strict=True))
    if start == end:
        raise Unfit("the quiet hours end where they begin", "leave the key out, or name two times")
    return Quiet(start, end)


def _digest(value: object) -> str:
    text = read_text(value)
    parse_timetable(text)
    return text


def _positive(least: float, most: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit(f"expected a number, but this is {kind_of(value)}")
        if not (math.isfinite(value) and least <= value <= most):
            raise Unfit(f"must be between {least:g} and {most:g}")
        return float(value)

    return read


def _string(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


RateValue = Annotated[Rate, PlainValidator(parse_rate), _string(_RATE_PATTERN, "20/day", "3/day")]
QuietValue = Annotated[Quiet, PlainValidator(parse_quiet), _string(_QUIET_PATTERN, "22:00-07:00")]
DigestValue = Annotated[str, PlainValidator(_digest), _string(TIMETABLE_PATTERN, "daily at 07:00 Europe/London")]
Settle = Annotated[
    timedelta, PlainValidator(duration_between("0s", "2d", unit="m")), _string(r"^([0-9]+[smhd])+$", "10m")
]
HalfLife = Annotated[
    timedelta, PlainValidator(duration_between("1m", "365d", unit="h")), _string(r"^([0-9]+[smhdwy])+$", "8h")
]
Score = Annotated[float, PlainValidator(_positive(0, 1_000_000)), WithJsonSchema({"type": "number", "minimum": 0})]
Outlets = Annotated[int, PlainValidator(count_between(1, 1000)), integer_schema(1, 1000)]
