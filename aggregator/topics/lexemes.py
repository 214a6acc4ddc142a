"""Cut a query into its pieces, from left to right, each with its columns; the first piece that is none is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from aggregator.errors import QueryError
from aggregator.topics.tree import FIELDS

_SPACE = re.compile(r"\s+")
_NAME = re.compile(r"([^\W\d_][\w-]*)():")
_RUN = re.compile(r'[^\s()"“”„]+')
_NEAR = re.compile(r"~\d*$")
_OPENING_QUOTES = '"“”„'
_CLOSING_QUOTE = re.compile('["“”]')
_DASHES = "–—−"  # noqa: RUF001 - dashes that word processors make of a minus sign

_LATER_FIELDS = frozenset({"has", "after"})
_MEASURES = frozenset({"outlets", "items", "words", "age", "story-age", "weight"})
# An equals sign alone is common in text (E=mc2); it compares what can be compared only.
_MEASURE = re.compile(rf"([^\W\d_][\w-]*)\s*[<>]|({'|'.join(_MEASURES)})\s*=", re.IGNORECASE)
# What other tools call the same thing.
_SYNONYMS = {
    "body": "text",
    "content": "text",
    "description": "summary",
    "feed": "source",
    "headline": "title",
    "host": "domain",
    "keyword": "category",
    "label": "tag",
    "language": "lang",
    "link": "url",
    "site": "domain",
    "subject": "title",
}
_NOT_YET = "not available in this version yet"
_QUOTE_IT = "put it in quotes to look for it as text"


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
    END = "end"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query: ``query[column - 1 : end - 1]``.

    Attributes:
        text: Of a field its name, of a phrase what stands between the quotes.
    """

    kind: Kind
    text: str
    column: int
    end: int


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
        raise QueryError("a regular expression", column=at + 1, hint=_NOT_YET)
    if first == "-" or first in _DASHES:
        return _minus(query, at, before)
    # The value of a field may hold a colon itself: url:https://…
    if before is not Kind.FIELD and (named := _NAME.match(query, at) or _MEASURE.match(query, at)):
        return _field(query, named)
    return _word(query, at)


def shortened(text: str, limit: int = 40) -> str:
    """Cut a piece of a query so that it fits into a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _phrase(query: str, at: int) -> Lexeme:
    closing = _CLOSING_QUOTE.search(query, at + 1)
    if closing is None:
        raise QueryError("this quotation mark is never closed", column=at + 1, hint="add a second one")
    if near := re.compile(r"~\d*").match(query, closing.end()):
        raise QueryError(f"words near each other, {near.group()}", column=closing.end() + 1, hint=_NOT_YET)
    return Lexeme(Kind.PHRASE, query[at + 1 : closing.start()], at + 1, closing.end() + 1)


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
    column = named.start() + 1
    written = named[1] or named[2]
    name = written.casefold()
    if name in _MEASURES or name in _LATER_FIELDS:
        raise QueryError(f"'{named.group()}'", column=column, hint=_NOT_YET)
    if not named.group().endswith(":"):
        hint = _nearest(name, _MEASURES) or _QUOTE_IT
        raise QueryError(f"'{shortened(written)}' cannot be compared", column=column, hint=hint)
    if name not in FIELDS:
        hint = _meant(name, query[named.end() : named.end() + 2])
        raise QueryError(f"unknown field '{shortened(written)}'", column=column, hint=hint)
    follower = query[named.end() : named.end() + 1]
    if not follower.strip() or follower == ")":
        raise QueryError(f"nothing after '{name}:'", column=column, hint=f"write {name}:word, without a space")
    return Lexeme(Kind.FIELD, name, column, named.end() + 1)


def _meant(name: str, rest: str) -> str:
    if rest == "//":
        return 'put an address in quotes and name the field: url:"…"'
    if name in _SYNONYMS:
        return f"did you mean {_SYNONYMS[name]}:?"
    return _nearest(name, FIELDS, sign=":") or _QUOTE_IT


def _nearest(name: str, known: Iterable[str], *, sign: str = "") -> str:
    near = get_close_matches(shortened(name), sorted(known), 1)
    return f"did you mean {near[0]}{sign}?" if near else ""


def _word(query: str, at: int) -> Lexeme:
    found = _RUN.match(query, at)
    # Every character that starts no word has been dealt with.
    text = found.group() if found else query[at]
    end = at + len(text)
    if near := _NEAR.search(text):
        raise QueryError(f"'{near.group()}'", column=at + near.start() + 1, hint=_NOT_YET)
    return Lexeme(_OPERATORS.get(text, Kind.WORD), text, at + 1, end + 1)
