"""Read a query: recursive descent, one method a rule.

::

    either  := every ( OR every )*
    every   := denied ( AND? denied )*
    denied  := ( NOT | - )? primary
    primary := ( either ) | field:( either ) | [field:]word | [field:]pre* | [field:]"a phrase"

``AND`` binds more than ``OR``; operators are written in capitals. A field before parentheses goes down to
every leaf. A word that is several tokens (``foo-bar``, ``AT&T``, what is written without spaces) is a phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aggregator.errors import QueryError
from aggregator.text.tokens import fold, is_unspaced, placed_tokens
from aggregator.topics.lexemes import Kind, Lexeme, lexemes, shortened
from aggregator.topics.tree import VALUE_FIELDS, And, Leaf, Node, Not, Or, Phrase, Prefix, TextLeaf, Value, Word, leaves

MAX_CHARACTERS = 20_000
MAX_DEPTH = 100
# Between quotes a star is punctuation, unless it ends a word: "M*A*S*H", but not "prime* minister".
_STAR_IN_PHRASE = re.compile(r"(?<=\w)\*(?=\s)")
_STAR = re.compile(r"\*")
_WRITTEN_SMALL = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class QueryWarning:
    """Something in a query that can be read, but was perhaps meant otherwise; as ``QueryError``."""

    what: str
    column: int
    hint: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read.

    Attributes:
        text: As written.
        warnings: In the order of the text.
    """

    text: str
    root: Node
    warnings: tuple[QueryWarning, ...] = ()

    def source(self, node: Node) -> str:
        """Quote a node as it was written."""
        return self.text[node.column - 1 : node.end - 1]


def parse_query(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: With the column of what is wrong and a hint at what was probably meant.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            f"the query is longer than {MAX_CHARACTERS:,} characters", column=MAX_CHARACTERS + 1, hint="cut it in two"
        )
    if not text.strip():
        raise QueryError("the query is empty", column=1, hint="leave it out to take everything")
    parser = _Parser(text)
    root = parser.whole()
    if not any(wanted for _, wanted in leaves(root)):
        raise QueryError(
            "the query only excludes",
            column=root.column,
            hint="say what to take first, such as group:news or a word, then what to leave out",
        )
    return Query(text, root, tuple(parser.warnings))


class _Parser:
    def __init__(self, text: str) -> None:
        self._lexemes = lexemes(text)
        self._before: Lexeme | None = None
        self._here = next(self._lexemes)
        self._depth = 0
        self._field: str | None = None
        self.warnings: list[QueryWarning] = []

    def whole(self) -> Node:
        root = self._either()
        if self._at(Kind.CLOSE):
            raise QueryError("this parenthesis was never opened", column=self._here.column, hint="remove it")
        return root

    def _advance(self) -> Lexeme:
        self._before = self._here
        if not self._at(Kind.END):
            self._here = next(self._lexemes)
        return self._before

    def _at(self, *kinds: Kind) -> bool:
        return self._here.kind in kinds

    def _reached(self) -> int:
        return self._before.end if self._before else 1

    def _either(self) -> Node:
        column = self._here.column
        children = [self._every()]
        while self._at(Kind.OR):
            self._advance()
            children.append(self._every())
        return children[0] if len(children) == 1 else Or(tuple(children), column, self._reached())

    def _every(self) -> Node:
        column = self._here.column
        children = [self._denied()]
        while not self._at(Kind.OR, Kind.CLOSE, Kind.END):
            if self._at(Kind.AND):
                self._advance()
            children.append(self._denied())
        return children[0] if len(children) == 1 else And(tuple(children), column, self._reached())

    def _denied(self) -> Node:
        if not self._at(Kind.NOT, Kind.MINUS):
            return self._primary()
        sign = self._advance()
        if self._at(Kind.NOT, Kind.MINUS):
            raise QueryError("denied twice", column=self._here.column, hint="leave both out, or use parentheses")
        child = self._primary()
        return Not(child, sign.column, self._reached())

    def _primary(self) -> Node:
        here = self._here
        if here.kind is Kind.OPEN:
            return self._parentheses()
        if here.kind is Kind.FIELD:
            return self._scoped()
        if here.kind in {Kind.WORD, Kind.PHRASE}:
            return self._leaf(self._advance(), self._field, here.column)
        raise self._missing()

    def _parentheses(self) -> Node:
        opener = self._advance()
        if self._at(Kind.CLOSE):
            raise QueryError("empty parentheses", column=opener.column, hint="remove them, or put words between")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(
                f"parentheses deeper than {MAX_DEPTH}", column=opener.column, hint="remove those that group nothing"
            )
        if self._at(Kind.END):
            raise _unclosed(opener)
        inside = self._either()
        if not self._at(Kind.CLOSE):
            raise _unclosed(opener)
        self._depth -= 1
        self._advance()
        return inside

    def _scoped(self) -> Node:
        named = self._advance()
        if self._field is not None:
            raise QueryError(
                f"'{named.text}:' inside of '{self._field}:( )'",
                column=named.column,
                hint="close the parentheses first",
            )
        if not self._at(Kind.OPEN):
            return self._leaf(self._advance(), named.text, named.column)
        self._field = named.text
        inside = self._parentheses()
        self._field = None
        return inside

    def _missing(self) -> QueryError:
        here, before = self._here, self._before
        if before and before.kind in {Kind.AND, Kind.OR, Kind.NOT, Kind.MINUS}:
            return QueryError(
                f"{before.kind} with nothing after it",
                column=before.column,
                hint=f'add a word, or write "{before.text}" in quotes to look for it',
            )
        if here.kind is Kind.CLOSE:
            return QueryError("this parenthesis was never opened", column=here.column, hint="remove it")
        return QueryError(
            f"{here.kind} with nothing before it",
            column=here.column,
            hint=f'add a word, or write "{here.text}" in quotes to look for it',
        )

    def _leaf(self, lexeme: Lexeme, field: str | None, column: int) -> Leaf:
        if lexeme.kind is Kind.WORD and lexeme.text in _WRITTEN_SMALL and field is None:
            word = lexeme.text
            hint = f'write {word.upper()} for the operator, or "{word}" in quotes for the word'
            self.warnings.append(QueryWarning(f"'{word}' is taken as a word", lexeme.column, hint))
        body, open_ended = _without_star(lexeme)
        if field in VALUE_FIELDS:
            return _value(lexeme, body, field, open_ended=open_ended, column=column)
        return _words(lexeme, body, field, open_ended=open_ended, column=column)


def _unclosed(opener: Lexeme) -> QueryError:
    return QueryError("this parenthesis is never closed", column=opener.column, hint="add the second one")


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


def _words(lexeme: Lexeme, body: str, field: str | None, *, open_ended: bool, column: int) -> TextLeaf:
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
    if len(placed) > 1:
        return Phrase(placed, open_ended, field, column, lexeme.end)
    return Prefix(token, field, column, lexeme.end) if open_ended else Word(token, field, column, lexeme.end)


def _operator_meant(lexeme: Lexeme) -> str:
    meant = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR", "!": "NOT"}.get(lexeme.text)
    return f"write {meant}" if meant else "leave it out"
