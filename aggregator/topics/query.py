"""Read a query: recursive descent, one method a rule.

::

    either  := every ( OR every )*
    every   := denied ( AND? denied )*
    denied  := ( NOT | - )? primary
    primary := ( either ) | field:( either ) | measure sign bound | [field:]leaf
    leaf    := word | pre* | "a phrase" | "a b"~5 | /re/ | /re/i

``AND`` binds more than ``OR``; operators are written in capitals. A field before parentheses goes down to
every leaf. A word that is several tokens (``foo-bar``, ``AT&T``, what is written without spaces) is a phrase.
``has:``, ``after:`` and ``like:`` are written like fields; a measure needs none.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.errors import QueryError
from aggregator.topics.impossible import contradictions
from aggregator.topics.lexemes import Kind, Lexeme, lexemes
from aggregator.topics.patterns import false_flag
from aggregator.topics.terms import leaf_of
from aggregator.topics.tree import And, Leaf, Like, Node, Not, Or, Value, is_of_story, leaves

MAX_CHARACTERS = 20_000
MAX_DEPTH = 100
_NAMES = frozenset({"source", "group", "tag"})
_WRITTEN_SMALL = frozenset({"and", "or", "not"})
_LEAVES = frozenset({Kind.WORD, Kind.PHRASE, Kind.REGEX, Kind.MEASURE})


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

    @property
    def names(self) -> tuple[tuple[str, str, int], ...]:
        """The sources, groups and tags that it names, each with its field and column; folded."""
        return tuple(
            (leaf.field, leaf.value, leaf.column)
            for leaf, _ in leaves(self.root)
            if isinstance(leaf, Value) and leaf.field in _NAMES and not leaf.open_ended
        )

    @property
    def likes(self) -> tuple[tuple[str, int], ...]:
        """The topics to whose examples it compares, each with its column."""
        return tuple((leaf.name, leaf.column) for leaf, _ in leaves(self.root) if isinstance(leaf, Like))

    @property
    def story_column(self) -> int | None:
        """Where the query first asks for what others write; None when it does not."""
        return next((leaf.column for leaf, _ in leaves(self.root) if is_of_story(leaf)), None)


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
    never = (
        QueryWarning(f"nothing gets past this: {why}", clause.column, "write OR where either is enough")
        for clause, why in contradictions(root)
    )
    return Query(text, root, tuple(sorted((*parser.warnings, *never), key=lambda one: one.column)))


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
        if here.kind is Kind.MEASURE and self._field is not None:
            raise _inside(here.text, self._field, here.column)
        if here.kind in _LEAVES:
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
            raise _inside(f"{named.text}:", self._field, named.column)
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
        if lexeme.kind is Kind.REGEX and (flag := false_flag(lexeme.text)):
            at, meant = flag
            what = f"'{lexeme.text[at : at + len(meant)]}' is a group, not a flag"
            hint = f"write {meant}, or /…/i for small and large letters alike"
            self.warnings.append(QueryWarning(what, lexeme.column + 1 + at, hint))
        return leaf_of(lexeme, field, column)


def _inside(what: str, field: str, column: int) -> QueryError:
    return QueryError(f"'{what}' inside of '{field}:( )'", column=column, hint="close the parentheses first")


def _unclosed(opener: Lexeme) -> QueryError:
    return QueryError("this parenthesis is never closed", column=opener.column, hint="add the second one")
