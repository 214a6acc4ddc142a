"""Cut a query into its pieces, from left to right, each with its columns; the first piece that is none is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from aggregator.errors import QueryError
from aggregator.topics.spelling import field_meant, measure_meant, shortened
from aggregator.topics.tree import AFTER, FIELDS, HAS, LIKE, MEASURES

_SPACE = re.compile(r"\s+")
_RUN = re.compile(r'[^\s()"“”„]+')
_NEAR = re.compile(r"~(\d*)")
_STRAY_NEAR = re.compile(r"~\d*$")
_OPENING_QUOTES = '"“”„'
_CLOSING_QUOTE = re.compile('["“”]')
_DASHES = "–—−"  # noqa: RUF001 - dashes that word processors make of a minus sign
# Up to the next slash that is neither escaped nor within brackets; possessive, so linear on any query.
_REGEX = re.compile(r"/((?:[^/\\\[\n]++|\\.|\[\^?+\]?+(?:[^\]\\\n]++|\\.)*+\])*+)/([^\W\d_]*+)")

MAX_DISTANCE = 500
"""Words near each other are not further apart; the parts of a field are."""

# An equals sign alone is common in text (E=mc2); it compares what can be compared only.
_MEASURED = "|".join(sorted(MEASURES, key=len, reverse=True))
_NAMED = re.compile(
    rf"(?P<field>[^\W\d_][\w-]*):|(?P<any>[^\W\d_][\w-]*)\s*(?P<sign>>=|<=|=>|=<|[<>])"
    rf"|(?P<known>{_MEASURED})\s*(?P<equal>=[<>]?)",
    re.IGNORECASE,
)
_BOUND = re.compile(r'\s*([^\s()"“”„]*)')
_NAMES = frozenset((*FIELDS, HAS, AFTER, LIKE))


class Kind(StrEnum):
    """What a lexeme is; the value is how a message names it."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    MINUS = "-"
    FIELD = "field"
    WORD = "word"
    PHRASE = "phrase"
    REGEX = "regular expression"
    MEASURE = "measure"
    END = "end"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query: ``query[column - 1 : end - 1]``.

    Attributes:
        text: Of a field or measure its name, of a phrase what stands between the quotes, of a regular expression what
            stands between the slashes.
        more: Of a phrase the distance of words near each other, of a regular expression its flags, of a measure its
            bound.
        sign: Of a measure.
    """

    kind: Kind
    text: str
    column: int
    end: int
    more: str = ""
    sign: str = ""


_OPERATORS = {str(kind): kind for kind in (Kind.AND, Kind.OR, Kind.NOT)}


def lexemes(query: str) -> Iterator[Lexeme]:
    """Cut a query into lexemes; the last one is ``END``.

    Raises:
        QueryError: With the column of what cannot be read.
    """
    at = 0
    before = None
    while True:
        if space := _SPACE.match(query, at):
            at = space.end()
        lexeme = _next(query, at, before)
        yield lexeme
        if lexeme.kind is Kind.END:
            return
        at = lexeme.end - 1
        before = lexeme.kind


def _next(query: str, at: int, before: Kind | None) -> Lexeme:
    if at == len(query):
        return Lexeme(Kind.END, "", at + 1, at + 1)
    first = query[at]
    if first in "()":
        return Lexeme(Kind(first), first, at + 1, at + 2)
    if first in _OPENING_QUOTES:
        return _phrase(query, at)
    if first == "/":
        return _regex(query, at)
    if first == "-" or first in _DASHES:
        return _minus(query, at, before)
    # The value of a field may hold a colon itself: url:https://…
    named = None if before is Kind.FIELD else _NAMED.match(query, at)
    if named is None:
        return _word(query, at)
    return _field(query, named) if named["field"] else _measure(query, named)


def _phrase(query: str, at: int) -> Lexeme:
    closing = _CLOSING_QUOTE.search(query, at + 1)
    if closing is None:
        raise QueryError("this quotation mark is never closed", column=at + 1, hint="add a second one")
    text, end, distance = query[at + 1 : closing.start()], closing.end(), ""
    if near := _NEAR.match(query, end):
        distance = near[1]
        if not distance:
            raise QueryError("'~' without a number", column=end + 1, hint='write how far apart: "a b"~5')
        if len(distance) > 6 or int(distance) > MAX_DISTANCE:  # noqa: PLR2004 - digits that int() reads at once
            hint = "leave the quotes out to look for both words anywhere"
            raise QueryError(f"further apart than {MAX_DISTANCE} words", column=end + 2, hint=hint)
        end = near.end()
    return Lexeme(Kind.PHRASE, text, at + 1, end + 1, more=distance)


def _regex(query: str, at: int) -> Lexeme:
    found = _REGEX.match(query, at)
    if found is None:
        hint = r"add a second '/', or put the text in quotes; within brackets every '[' needs its ']'"
        raise QueryError("this regular expression is never closed", column=at + 1, hint=hint)
    if not found[1]:
        raise QueryError("an empty regular expression", column=at + 1, hint="leave it out")
    if found[2] not in {"", "i"}:
        hint = 'only i, for small and large letters alike; put a path in quotes: "/usr/bin"'
        raise QueryError(f"no flag '{shortened(found[2])}'", column=found.start(2) + 1, hint=hint)
    return Lexeme(Kind.REGEX, found[1], at + 1, found.end() + 1, more=found[2])


def _minus(query: str, at: int, before: Kind | None) -> Lexeme:
    rest = query[at + 1 : at + 2]
    if not rest.strip() or rest == ")":
        raise QueryError(
            f"'{query[at]}' with nothing behind it", column=at + 1, hint="write -word without a space, or leave it out"
        )
    if query[at] != "-":
        raise QueryError(f"'{query[at]}' is a dash, not a minus sign", column=at + 1, hint="write -word or NOT word")
    if before is Kind.FIELD:
        raise QueryError("a minus sign inside of a field", column=at + 1, hint="write it in front: -title:word")
    return Lexeme(Kind.MINUS, "-", at + 1, at + 2)


def _field(query: str, named: re.Match[str]) -> Lexeme:
    column, name = named.start() + 1, named["field"].casefold()
    if name not in _NAMES:
        hint = field_meant(name, query[named.end() : named.end() + 2])
        raise QueryError(f"unknown field '{shortened(named['field'])}'", column=column, hint=hint)
    follower = query[named.end() : named.end() + 1]
    if not follower.strip() or follower == ")":
        raise QueryError(f"nothing after '{name}:'", column=column, hint=f"write {name}:word, without a space")
    return Lexeme(Kind.FIELD, name, column, named.end() + 1)


def _measure(query: str, named: re.Match[str]) -> Lexeme:
    written, sign = named["any"] or named["known"], named["sign"] or named["equal"]
    name = written.casefold()
    if name not in MEASURES:
        what = f"'{shortened(written)}' cannot be compared"
        raise QueryError(what, column=named.start() + 1, hint=measure_meant(name))
    at = named.end() - len(sign) + 1
    if sign in {"=>", "=<"}:
        raise QueryError(f"'{sign}' is no comparison", column=at, hint=f"write {name}{sign[::-1]}")
    bound = _BOUND.match(query, named.end())
    if bound is None or not bound[1]:
        raise QueryError(f"nothing after '{name}{sign}'", column=named.start() + 1, hint=f"write {name}{sign}3")
    return Lexeme(Kind.MEASURE, name, named.start() + 1, bound.end() + 1, more=bound[1], sign=sign)


def _word(query: str, at: int) -> Lexeme:
    found = _RUN.match(query, at)
    # Every character that starts no word has been dealt with.
    text = found.group() if found else query[at]
    end = at + len(text)
    if near := _STRAY_NEAR.search(text):
        hint = 'words near each other stand in quotes: "two words"~5'
        raise QueryError(f"'{near.group()}' behind a word", column=at + near.start() + 1, hint=hint)
    return Lexeme(_OPERATORS.get(text, Kind.WORD), text, at + 1, end + 1)
