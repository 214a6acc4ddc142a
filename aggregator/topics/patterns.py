"""Regular expressions that users write: RE2, which takes linear time on any pattern and any text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

from aggregator.errors import QueryError

MAX_PATTERN_CHARACTERS = 1_000
_MAX_BYTES = 4 << 20
# What RE2 says, and what its users meant; the first that fits.
_REFUSALS = (
    (re.compile(r"invalid perl operator: (\(\?<?[=!])"), "RE2 looks neither ahead nor behind", "say it with AND, NOT"),
    (re.compile(r"invalid (?:perl|named)[^:]*: (.*)"), "'{0}' is nothing that RE2 knows", "groups are ( ) or (?: )"),
    (re.compile(r"invalid escape sequence: (\\\d)"), "RE2 cannot look back at {0}", "write what it should repeat"),
    (re.compile(r"invalid escape sequence: (.*)"), "'{0}' is nothing that RE2 knows", "leave the backslash out"),
    (re.compile(r"invalid repetition size: (.*)"), "'{0}' repeats too often", "1,000 times at most, nested ones too"),
    (re.compile(r"invalid character class range: (.*)"), "'{0}' runs backwards", "write the smaller one first"),
    (re.compile(r"missing \)"), "a parenthesis is never closed", r"add the second one, or write \( for the character"),
    (re.compile(r"unexpected \)"), "a parenthesis was never opened", r"remove it, or write \) for the character"),
    (re.compile(r"missing \]: (.*)"), "'{0}' is never closed", r"add a ']', or write \[ for the character"),
    (re.compile(r"bad repetition operator: (.*)"), "'{0}' repeats what repeats", "leave one out"),
    (re.compile(r"no argument for repetition operator: (.*)"), "nothing before '{0}'", r"write \{0} for the character"),
    (re.compile(r"pattern too large"), "the regular expression is too large", "repeat less"),
)
_FALSE_FLAG = re.compile(r"\(([imsU]+)\?\)")
# Texts that share nothing: what finds something in each of them finds something anywhere.
_STRANGERS = ("", "\x01", "a b", "Ω")


@lru_cache(maxsize=20_000)
def _compiled(pattern: str, any_case: bool) -> Any:  # noqa: FBT001 - a key of the cache
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_BYTES
    options.case_sensitive = not any_case
    return re2.compile(pattern, options)


def check_pattern(pattern: str, *, any_case: bool, column: int) -> None:
    """Refuse a pattern that RE2 cannot read, or that says nothing.

    Args:
        pattern: As written.
        any_case: Whether small and large letters are the same.
        column: Where it starts within the query.

    Raises:
        QueryError: With the column of what is wrong, as far as that can be told.
    """
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        what = f"the regular expression is longer than {MAX_PATTERN_CHARACTERS:,} characters"
        raise QueryError(what, column=column + MAX_PATTERN_CHARACTERS, hint="cut it in two with OR")
    try:
        found = _compiled(pattern, any_case)
    except re2.error as error:
        raise _refusal(pattern, _message(error), column) from error
    if all(found.search(text) is not None for text in _STRANGERS):
        at = pattern.find("||") + 1 or (len(pattern) - 1 if pattern.endswith("|") else 0)
        hint = "is a '|' left over?" if "|" in pattern else "say at least one character that has to be there"
        raise QueryError("this regular expression finds something in any text", column=column + at, hint=hint)


def false_flag(pattern: str) -> tuple[int, str] | None:
    """Find what looks like a flag and is a group: ``(i?)``; its offset and what was meant."""
    found = _FALSE_FLAG.search(pattern)
    return None if found is None else (found.start(), f"(?{found[1]})")


def search(pattern: str, text: str, *, any_case: bool) -> tuple[int, int] | None:
    """Find the first place where a pattern that was checked is found in a clean text."""
    found = _compiled(pattern, any_case).search(text)
    if found is None:
        return None
    start, end = found.span()
    return int(start), int(end)


def _message(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _refusal(pattern: str, said: str, column: int) -> QueryError:
    for known, what, hint in _REFUSALS:
        found = known.match(said)
        if found is None:
            continue
        piece = found[1] if known.groups else ""
        at = max(pattern.find(piece), 0) if piece else _parenthesis(pattern, said)
        return QueryError(what.format(piece), column=column + at, hint=hint.format(piece))
    return QueryError(f"RE2 says: {said}", column=column, hint="see the syntax of RE2")


def _parenthesis(pattern: str, said: str) -> int:
    """Find the parenthesis that has no partner; 0 when the complaint is about something else."""
    open_at: list[int] = []
    at, in_class = 0, False
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            open_at.append(at)
        elif character == ")":
            if not open_at:
                return at
            open_at.pop()
        at += 1
    return open_at[-1] if open_at and said.startswith("missing )") else 0
