"""Durations, sizes and polling intervals as people write them, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from aggregator.model.source import AUTO, Every

SHORTEST_EVERY = timedelta(minutes=5)
LONGEST = timedelta(days=36_500)

DURATION_PATTERN = r"^([0-9]+[smhdwy])+$"
EVERY_PATTERN = r"^(auto|([0-9]+[smhdwy])+(\.\.([0-9]+[smhdwy])+)?)$"
PERCENT_PATTERN = r"^[0-9]{1,4}(\.[0-9]{1,2})?%$"
SIZE_PATTERN = r"^[0-9]+(\.[0-9]+)? ?([kKMG]B|[KMG]iB|B)$"

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_SHOWN_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_BYTES = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3}

_PERCENT = re.compile(PERCENT_PATTERN)
_DURATION = re.compile(DURATION_PATTERN)
_PART = re.compile(r"([0-9]+)([smhdwy])")
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([kKMG]i?B|B)")
# "30 minutes", "1 hr", "2 Days": what people write before they have read anything.
_WORDY = re.compile(r"([0-9]+)\s*(sec|min|hour|hr|day|week|year|[smhdwy])[a-z]*\.?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_EXPECTED = "expected a duration such as 90s, 30m, 2h, 1d or 1h30m"


class Unfit(ValueError):  # noqa: N818 - a value that does not fit; pydantic wants a ValueError
    """A value is not what it should be; pydantic carries this to where the place is known.

    Attributes:
        what: The complaint.
        hint: What was probably meant, or empty.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        self.what = what
        self.hint = hint
        super().__init__(what)


def parse_percent(value: object) -> float:
    """Read ``50%`` as a share; more than all is possible, nothing is not.

    Raises:
        Unfit: It is something else.

    >>> parse_percent("50%")
    0.5
    """
    text = str(value).strip()
    if not _PERCENT.fullmatch(text):
        bare = _NUMBER.fullmatch(text) and not isinstance(value, bool)
        raise Unfit("expected a percentage such as 50%", f"did you mean {text}%?" if bare else "")
    share = float(text.removesuffix("%")) / 100
    if not share:
        raise Unfit("must be more than 0%", "with `reload --accept` every change is taken by hand")
    return share


def parse_duration(value: object, *, unit: str = "s") -> timedelta:
    """Read ``90s``, ``30m``, ``2h``, ``1d``, ``1h30m``; weeks and years of 365 days, too.

    Args:
        value: What stands in the settings.
        unit: Of the suggestion, when a bare number was written.

    Raises:
        Unfit: It is something else.

    >>> parse_duration("1h30m")
    datetime.timedelta(seconds=5400)
    """
    text = str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit(_EXPECTED)
    if _NUMBER.fullmatch(text):
        raise Unfit(_EXPECTED, f"did you mean {text}{unit}?" if text.isdigit() else "")
    if not _DURATION.fullmatch(text):
        wordy = _WORDY.fullmatch(text)
        raise Unfit(_EXPECTED, f"did you mean {wordy[1]}{wordy[2][0].lower()}?" if wordy else "")
    seconds = sum(int(number[:12]) * _SECONDS[name] for number, name in _PART.findall(text))
    if seconds > LONGEST.total_seconds():
        raise Unfit("longer than 100 years", "choose a shorter one")
    return timedelta(seconds=seconds)


def duration_between(least: str, most: str, *, unit: str = "s") -> Callable[[object], timedelta]:
    """Make a reader of durations within bounds."""
    low, high = parse_duration(least), parse_duration(most)

    def read(value: object) -> timedelta:
        found = parse_duration(value, unit=unit)
        if not low <= found <= high:
            raise Unfit(f"must be between {least} and {most}")
        return found

    return read


def parse_every(value: object) -> Every:
    """Read how often a source may be asked: ``auto``, a duration, or a range such as ``6h..1d``.

    Raises:
        Unfit: It is something else, or more often than every five minutes.
    """
    if isinstance(value, str) and value.strip() == "auto":
        return AUTO
    if not isinstance(value, str) or ".." not in value:
        fixed = _interval(value)
        return Every(shortest=fixed, longest=fixed, adaptive=False)
    low, _, high = value.partition("..")
    every = Every(shortest=_interval(low), longest=_interval(high), adaptive=True)
    if every.shortest > every.longest:
        raise Unfit("the range runs backwards", f"did you mean {high.strip()}..{low.strip()}?")
    return every


def _interval(value: object) -> timedelta:
    try:
        found = parse_duration(value, unit="m")
    except Unfit as unfit:
        expected = f"{unfit.what}, a range such as 6h..1d, or auto" if unfit.what == _EXPECTED else unfit.what
        raise Unfit(expected, unfit.hint) from None
    if found < SHORTEST_EVERY:
        raise Unfit("more often than every 5m", "no feed is worth that to its server; auto suits nearly all")
    return found


def parse_size(value: object) -> int:
    """Read a number of bytes: ``500KB``, ``5MB``, ``1.5GB``; KiB and MiB are powers of two.

    Raises:
        Unfit: It is something else, less than 1KB or more than 1GB.
    """
    text = str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("expected a size such as 500KB or 5MB")
    found = _SIZE.fullmatch(text)
    if not found:
        loose = re.fullmatch(r"([0-9.]+)\s*([kmg]?)i?b?", text, re.IGNORECASE)
        hint = f"did you mean {loose[1]}{(loose[2] or 'M').upper()}B?" if loose else ""
        raise Unfit("expected a size such as 500KB or 5MB", hint)
    size = round(float(found[1]) * _BYTES[found[2].lower()])
    if not _BYTES["kb"] <= size <= _BYTES["gb"]:
        raise Unfit("must be between 1KB and 1GB")
    return size


def format_duration(duration: timedelta) -> str:
    """Write a duration as ``parse_duration`` reads it.

    >>> format_duration(timedelta(hours=36)), format_duration(timedelta())
    ('1d12h', '0s')
    """
    rest = int(duration.total_seconds())
    written = ""
    for name, seconds in _SHOWN_UNITS:
        count, rest = divmod(rest, seconds)
        written += f"{count}{name}" if count else ""
    return written or "0s"


def format_every(every: Every) -> str:
    """Write an interval as ``parse_every`` reads it."""
    if every == AUTO:
        return f"auto ({format_duration(every.shortest)}..{format_duration(every.longest)})"
    if not every.adaptive:
        return format_duration(every.shortest)
    return f"{format_duration(every.shortest)}..{format_duration(every.longest)}"


def format_size(size: int) -> str:
    """Write a number of bytes as ``parse_size`` reads it.

    >>> format_size(5_000_000), format_size(1536)
    ('5MB', '1536B')
    """
    for name in ("GB", "MB", "KB"):
        if size % _BYTES[name.lower()] == 0:
            return f"{size // _BYTES[name.lower()]}{name}"
    return f"{size}B"
