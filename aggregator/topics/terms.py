"""From a lexeme to the leaf of a query: what is compared with what, checked as far as a query can be."""

from __future__ import annotations

import re
from datetime import date, timedelta

from aggregator.errors import QueryError
from aggregator.text.folding import fold
from aggregator.text.tokens import is_unspaced, placed_tokens
from aggregator.topics.lexemes import Kind, Lexeme
from aggregator.topics.patterns import check_pattern
from aggregator.topics.spelling import part_meant, shortened
from aggregator.topics.tree import (
    AFTER,
    AGES,
    COUNTS,
    HAS,
    LIKE,
    PARTS,
    VALUE_FIELDS,
    After,
    Has,
    Leaf,
    Like,
    Measure,
    Near,
    Phrase,
    Prefix,
    Regex,
    Run,
    Value,
    Word,
    WordLeaf,
)

# Between quotes a star is punctuation, unless it ends a word: "M*A*S*H", but not "prime* minister".
_STAR_IN_PHRASE = re.compile(r"(?<=\w)\*(?=\s)")
_STAR = re.compile(r"\*")
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PERIOD = re.compile(r"(\d{1,6})([smhdw])")
_COUNT = re.compile(r"\d{1,9}")
_DECIMAL = re.compile(r"\d{1,9}(?:\.\d{1,6})?")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_UNITS_ARE = "units are s, m, h, d and w"


def leaf_of(lexeme: Lexeme, field: str | None, column: int) -> Leaf:
    """Make a leaf of a word, a phrase, a regular expression or a measure.

    Args:
        lexeme: Of one of these kinds.
        field: The field that it is looked for in, if any.
        column: Where the leaf starts, which is at its field.

    Raises:
        QueryError: It cannot be compared so.
    """
    if lexeme.kind is Kind.MEASURE:
        return _measure(lexeme)
    if field in {HAS, AFTER}:
        return _fact(lexeme, field, column)
    if field == LIKE:
        return _like(lexeme, column)
    if lexeme.kind is Kind.REGEX:
        check_pattern(lexeme.text, any_case=bool(lexeme.more), column=lexeme.column + 1)
        return Regex(lexeme.text, bool(lexeme.more), field, column, lexeme.end)
    body, open_ended = _without_star(lexeme)
    if field in VALUE_FIELDS:
        if lexeme.more:
            raise QueryError(f"{field} is compared as a whole", column=lexeme.end - 2, hint="leave the '~' out")
        return _value(lexeme, body, field, open_ended=open_ended, column=column)
    return _words(lexeme, body, field, open_ended=open_ended, column=column)


def period(text: str) -> timedelta | None:
    """Read a period such as ``2d``; None when it is none."""
    found = _PERIOD.fullmatch(text)
    return None if found is None else timedelta(seconds=int(found[1]) * UNITS[found[2]])


def _measure(lexeme: Lexeme) -> Measure:
    name, sign, bound = lexeme.text, lexeme.sign, lexeme.more
    column = lexeme.end - len(bound)
    if name in AGES:
        age = period(bound)
        if age is None:
            what = f"'{shortened(bound)}' needs a unit" if bound.isdecimal() else f"'{shortened(bound)}' is no time"
            raise QueryError(what, column=column, hint=f"write {name}{sign}2d; {_UNITS_ARE}")
        if sign == "=":
            raise QueryError("no age stays equal", column=column - 1, hint=f"write {name}<{bound} or {name}>{bound}")
        return Measure(name, sign, age.total_seconds(), lexeme.column, lexeme.end)
    if not (_COUNT if name in COUNTS else _DECIMAL).fullmatch(bound):
        whole = "whole number" if name in COUNTS else "number"
        raise QueryError(f"'{shortened(bound)}' is no {whole}", column=column, hint=f"write {name}{sign}3")
    return Measure(name, sign, float(bound), lexeme.column, lexeme.end)


def _fact(lexeme: Lexeme, field: str | None, column: int) -> Has | After:
    text = lexeme.text.strip().casefold()
    if field == HAS:
        if lexeme.kind is Kind.REGEX or text not in PARTS:
            what = f"no entry has '{shortened(lexeme.text)}'"
            raise QueryError(what, column=lexeme.column, hint=part_meant(text))
        return Has(text, column, lexeme.end)
    since = None if lexeme.kind is Kind.REGEX else period(text) or _day(text)
    if since is None:
        what = f"'{shortened(lexeme.text)}' is no time"
        raise QueryError(what, column=lexeme.column, hint=f"write after:7d or after:2026-11-01; {_UNITS_ARE}")
    return After(since, column, lexeme.end)


def _like(lexeme: Lexeme, column: int) -> Like:
    name = lexeme.text.strip().casefold()
    if lexeme.kind is Kind.REGEX or lexeme.more or not _SLUG.fullmatch(name):
        what = f"'{shortened(lexeme.text)}' is no name of a topic"
        raise QueryError(what, column=lexeme.column, hint="write like:NAME, of a topic that names examples")
    return Like(name, column, lexeme.end)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-01") else None
    except ValueError:
        return None


def _without_star(lexeme: Lexeme) -> tuple[str, bool]:
    body = lexeme.text.rstrip()
    open_ended = len(body) > 1 and body.endswith("*") and not body[-2].isspace()
    body = body[:-1] if open_ended else body
    stray = (_STAR_IN_PHRASE if lexeme.kind is Kind.PHRASE else _STAR).search(body)
    if stray:
        hint = "leave match out to take everything" if body == "*" else "write pre* for every word that starts so"
        column = lexeme.column + stray.start() + (lexeme.kind is Kind.PHRASE)
        raise QueryError("'*' stands at the end of a word or phrase only", column=column, hint=hint)
    return body, open_ended


def _value(lexeme: Lexeme, body: str, field: str, *, open_ended: bool, column: int) -> Value:
    value = " ".join(fold(body).split())
    if not value:
        raise QueryError(f"nothing to compare {field} with", column=lexeme.column, hint=f'write {field}:"a value"')
    if field == "domain" and "/" in value:
        raise QueryError(
            "a domain has no '/'", column=lexeme.column, hint="write domain:example.org, or url: for part of an address"
        )
    if field == "lang":
        value = value.replace("_", "-")
    return Value(value, field, open_ended, column, lexeme.end)


def _words(lexeme: Lexeme, body: str, field: str | None, *, open_ended: bool, column: int) -> WordLeaf:
    placed = placed_tokens(body)
    if not placed:
        raise QueryError(
            f"'{shortened(lexeme.text)}' has no letter or digit to look for",
            column=lexeme.column,
            hint=_operator_meant(lexeme),
        )
    token = placed[-1][1]
    # Pairs of characters are found inside of longer words anyway.
    open_ended = open_ended and not is_unspaced(token[0])
    if lexeme.more:
        return _near(lexeme, body, field, open_ended=open_ended, column=column)
    if len(placed) > 1:
        return Phrase(placed, open_ended, field, column, lexeme.end)
    return Prefix(token, field, column, lexeme.end) if open_ended else Word(token, field, column, lexeme.end)


def _near(lexeme: Lexeme, body: str, field: str | None, *, open_ended: bool, column: int) -> Near:
    runs = [run for run in map(placed_tokens, body.split()) if run]
    # The last run stays the last: it may be the start of a word.
    kept: list[Run] = [run for number, run in enumerate(runs) if run not in runs[number + 1 :]]
    if len(kept) < 2:  # noqa: PLR2004 - one alone is near nothing
        hint = 'write two different words in the quotes: "a b"~5'
        raise QueryError("one word is near nothing", column=lexeme.column, hint=hint)
    return Near(tuple(kept), int(lexeme.more), open_ended, field, column, lexeme.end)


def _operator_meant(lexeme: Lexeme) -> str:
    meant = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "!": "NOT"}.get(lexeme.text)
    return f"write {meant}" if meant else "leave it out"
