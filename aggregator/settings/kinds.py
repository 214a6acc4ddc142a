"""The kinds of values that settings hold: each reads what was written, and describes itself to editors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from aggregator.model.overrides import BASE_AUTO, BASE_ENTRY, BASE_FEED, Ignored
from aggregator.model.source import Every
from aggregator.settings.addresses import (
    parse_base_url,
    parse_contact,
    parse_hub,
    parse_listen,
    parse_network,
    parse_proxy,
)
from aggregator.settings.credentials import check_header_name, check_header_value, parse_auth
from aggregator.settings.tree import WrittenFloat, WrittenInt
from aggregator.settings.units import (
    DURATION_PATTERN,
    EVERY_PATTERN,
    PERCENT_PATTERN,
    SIZE_PATTERN,
    Unfit,
    duration_between,
    parse_every,
    parse_percent,
    parse_size,
)
from aggregator.settings.zones import parse_zone

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# RFC 5646, as far as feeds use it.
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def kind_of(value: object) -> str:
    """Say in a user's words what a value is."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    named = {"dict": "a mapping", "list": "a list", "str": "text"}
    return named.get(type(value).__name__, "nothing")


def read_text(value: object) -> str:
    """Take text; a number is taken as it was written."""
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.text
    if not isinstance(value, str):
        raise Unfit(f"expected text, but this is {kind_of(value)}", "quote it" if isinstance(value, bool) else "")
    return value


def _line(value: object) -> str:
    text = " ".join(read_text(value).split())
    if not text:
        raise Unfit("expected text, but this is empty", "leave the key out")
    if _CONTROL.search(text):
        raise Unfit("a control character in the text", "take it out")
    return text


def _query(value: object) -> str:
    if isinstance(value, list | dict):
        raise Unfit(f"expected a query, but this is {kind_of(value)}", "quote the whole query")
    return read_text(value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:  # from a variable
        return value == "true"
    meant = _YES_NO.get(str(value).lower())
    raise Unfit("expected true or false", f"did you mean {meant}?" if meant else "")


def _text_of(read: Callable[[str], Any]) -> PlainValidator:
    """Make a validator of a function that takes one line of text."""
    return PlainValidator(lambda value: read(_line(value)))


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        near = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:64]
        raise Unfit("an id is made of a-z, 0-9, '.', '_' and '-'", f"did you mean '{near}'?" if near else "")
    return text


def _language(text: str) -> str:
    if not LANGUAGE_TAG.fullmatch(text):
        near = text.replace("_", "-")
        fits = LANGUAGE_TAG.fullmatch(near)
        raise Unfit("expected a language tag such as en or en-GB", f"did you mean '{near}'?" if fits else "")
    return text


def _base(text: str) -> str:
    if text in {BASE_AUTO, BASE_FEED, BASE_ENTRY}:
        return text
    if not re.match("https?://[^/]", text):
        raise Unfit("expected auto, feed, entry or an address", "an address begins with https:// or http://")
    return text


def _tag(text: str) -> str:
    if "," in text:
        raise Unfit("a tag holds no comma", "write a list: [one, two]")
    return text.removeprefix("tag:")


def count_between(least: int, most: int) -> Callable[[object], int]:
    """Make a reader of whole numbers within bounds."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit(f"expected a whole number, but this is {kind_of(value)}")
        if not least <= value <= most:
            raise Unfit(f"must be between {least} and {most}")
        return int(value)

    return read


def _weight(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"expected a number, but this is {kind_of(value)}")
    if not (math.isfinite(value) and 0 < value <= 1000):  # noqa: PLR2004 - beyond any use
        raise Unfit("must be above 0 and at most 1000", "1 is the weight of any other source")
    return float(value)


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"expected a number, but this is {kind_of(value)}", "a share such as 0.5")
    if not 0.2 <= value <= 1:  # noqa: PLR2004 - below that, quotations make copies
        raise Unfit("must be between 0.2 and 1", "'text: 0.5' is half of the shorter text")
    return float(value)


def _likeness(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(f"expected a number, but this is {kind_of(value)}", "0.5 is the line that the examples draw")
    if not 0 < value <= 1:
        raise Unfit("must be above 0 and at most 1", "0.5 is the line that the examples draw")
    return float(value)


def _several(value: object) -> object:
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _pattern(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": list(examples)})


def integer_schema(least: int, most: int) -> WithJsonSchema:
    """Describe a whole number within bounds."""
    return WithJsonSchema({"type": "integer", "minimum": least, "maximum": most})


def _duration(least: str, most: str, unit: str) -> PlainValidator:
    return PlainValidator(duration_between(least, most, unit=unit))


_STRING: dict[str, Any] = {"type": ["string", "number"]}

Text = Annotated[str, PlainValidator(read_text), WithJsonSchema(_STRING)]
Line = Annotated[str, PlainValidator(_line), WithJsonSchema(_STRING)]
Query = Annotated[str, PlainValidator(_query), WithJsonSchema(_STRING)]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
# An item that was complained about leaves a gap, None, so that the others keep their places.
_SEVERAL = WithJsonSchema({"anyOf": [_STRING, {"type": "array", "items": _STRING}]})
Lines = Annotated[list[Line | None], BeforeValidator(_several), _SEVERAL]
Queries = Annotated[list[Query | None], BeforeValidator(_several), _SEVERAL]
Tag = Annotated[str, _text_of(_tag), WithJsonSchema(_STRING)]
Tags = Annotated[list[Tag | None], BeforeValidator(_several), _SEVERAL]
Reach = Annotated[str, _text_of(parse_network), WithJsonSchema(_STRING)]
Reaches = Annotated[list[Reach | None], BeforeValidator(_several), _SEVERAL]
_IGNORED = {"type": "string", "enum": [field.value for field in Ignored]}
_IGNORED_SEVERAL = WithJsonSchema({"anyOf": [_IGNORED, {"type": "array", "items": _IGNORED}]})
IgnoredFields = Annotated[list[Ignored | None], BeforeValidator(_several), _IGNORED_SEVERAL]

SourceId = Annotated[str, _text_of(_id), _pattern(r"^[a-z0-9][a-z0-9._-]{0,63}$", "lwn")]
Zone = Annotated[str, _text_of(parse_zone), _pattern(r"^[A-Za-z0-9+_/-]+$", "UTC", "Europe/London")]
Language = Annotated[str, _text_of(_language), _pattern(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "en", "en-GB")]
Languages = Annotated[list[Language | None], BeforeValidator(_several), _SEVERAL]
Base = Annotated[str, _text_of(_base), _pattern("^(auto|feed|entry|https?://.+)$", "feed", "https://example.org/")]
BaseUrl = Annotated[str, _text_of(parse_base_url), _pattern("^https?://", "https://feeds.example.org")]
HubUrl = Annotated[str, _text_of(parse_hub), _pattern("^https?://", "https://hub.example.org/")]
Contact = Annotated[str, _text_of(parse_contact), WithJsonSchema({"type": "string"})]
Proxy = Annotated[str, _text_of(parse_proxy), _pattern("^(http://|none$)", "http://proxy.lan:3128", "none")]
Listen = Annotated[tuple[str, int], _text_of(parse_listen), _pattern(":[0-9]+$", "127.0.0.1:8080")]
Auth = Annotated[str, PlainValidator(lambda value: parse_auth(read_text(value))), WithJsonSchema({"type": "string"})]
AdminToken = Annotated[str, PlainValidator(lambda value: read_text(value).strip()), WithJsonSchema(_STRING)]
HeaderName = Annotated[str, _text_of(check_header_name)]
HeaderValue = Annotated[
    str, PlainValidator(lambda value: check_header_value(read_text(value))), WithJsonSchema(_STRING)
]
EveryValue = Annotated[Every, PlainValidator(parse_every), _pattern(EVERY_PATTERN, "auto", "2h", "6h..1d")]
Timeout = Annotated[timedelta, _duration("1s", "10m", "s"), _pattern(DURATION_PATTERN, "20s")]
Keep = Annotated[timedelta, _duration("1d", "100y", "d"), _pattern(DURATION_PATTERN, "90d", "1y")]
Spacing = Annotated[timedelta, _duration("0s", "1h", "s"), _pattern(DURATION_PATTERN, "1s")]
HeadlineWindow = Annotated[timedelta, _duration("0s", "7d", "h"), _pattern(DURATION_PATTERN, "48h", "0s")]
TextShare = Annotated[float, PlainValidator(_share), WithJsonSchema({"type": "number", "minimum": 0.2, "maximum": 1})]
Percent = Annotated[float, PlainValidator(parse_percent), _pattern(PERCENT_PATTERN, "50%")]
Likeness = Annotated[
    float, PlainValidator(_likeness), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1})
]
Size = Annotated[int, PlainValidator(parse_size), _pattern(SIZE_PATTERN, "5MB", "500KB")]
Weight = Annotated[
    float, PlainValidator(_weight), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1000})
]
Backfill = Annotated[int, PlainValidator(count_between(0, 100_000)), integer_schema(0, 100_000)]
Limit = Annotated[int, PlainValidator(count_between(1, 1000)), integer_schema(1, 1000)]
Connections = Annotated[int, PlainValidator(count_between(1, 1000)), integer_schema(1, 1000)]
Port = Annotated[int, PlainValidator(count_between(1, 65_535)), integer_schema(1, 65_535)]
