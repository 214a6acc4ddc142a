"""feedparser's own suite: its expectations on the fields that we keep hold for our entries."""

from __future__ import annotations

import ast
import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from aggregator.errors import FormatError
from aggregator.model.parsed import ParsedFeed
from aggregator.model.reading import Document
from aggregator.normalize import normalize
from aggregator.parse import parse_feed
from tests.e2e.corpora import FOLDER, needs_corpora
from tests.parse.feedparser_fields import (
    BETTER,
    NOT_KEPT,
    NOT_KEPT_OF_ENTRIES,
    NOT_KEPT_OF_FEEDS,
    WORSE,
)
from tests.parse.feedparser_views import NotKept, view

SUITE = FOLDER / "suites" / "feedparser"
SERVER = "http://127.0.0.1:8097/tests/"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
_HEADER = re.compile(r"^Header:\s*([\w-]+):\s*(.*?)\s*$", re.MULTILINE)
_NEEDED = re.compile(r"SkipUnless:.*lookup\('([^']+)'\)")
_EXPECTATION = re.compile(r"Expect:\s*(.*?)\s*-->", re.DOTALL)


def cases() -> list[Path]:
    return sorted(SUITE.rglob("*.xml"))


@cache
def expectation(path: Path) -> tuple[str, dict[str, str]]:
    """Give the expression and the headers, as they stand in the first comment in whichever encoding."""
    body = path.read_bytes()
    for encoding in (
        "utf-8",
        "utf-32",
        "utf-16",
        "utf-16-be",
        "utf-16-le",
        "utf-32-be",
        "utf-32-le",
        "cp037",
        "latin-1",
    ):
        text = body.decode(encoding, "ignore")
        found = _EXPECTATION.search(text)
        if found:
            needed = _NEEDED.search(text)
            if needed and not _is_known(needed[1]):
                return "", {}
            return " ".join(found[1].split()), {name.lower(): value for name, value in _HEADER.findall(text)}
    return "", {}


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def conjuncts(expression: str) -> Iterator[ast.expr]:
    tree = ast.parse(expression, mode="eval").body
    yield from tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else (tree,)


def judge(path: Path) -> Iterator[tuple[str, str, str]]:
    """Judge every part of an expectation: it holds, fails, is not kept, or says only that a document is well-formed."""
    expression, headers = expectation(path)
    own = SERVER + path.relative_to(SUITE).as_posix()
    located = urljoin(own, headers.get("content-location", ""))
    url = located if located.startswith("http") else own
    document = Document(
        source_id="s", url=url, source_url=url, headers=tuple(headers.items()), body=path.read_bytes(), now=NOW
    )
    try:
        reading = normalize(_with_names(parse_feed(document.body, url=url, headers=headers)), document)
        names, why = view(reading), ""
    except FormatError as error:
        names, why = {}, str(error)
    for conjunct in conjuncts(expression) if expression else ():
        written = ast.unparse(conjunct)
        if {node.id for node in ast.walk(conjunct) if isinstance(node, ast.Name)} <= {"bozo"}:
            yield written, "well-formed", ""
            continue
        yield (written, *evaluate(conjunct, names, why))


def _with_names(parsed: ParsedFeed) -> ParsedFeed:
    """Give a guid to entries that have nothing to be known by, so that each is kept, also one that is empty."""
    entries = (
        entry if entry.guid or entry.link else replace(entry, guid=f"of the test: {number}")
        for number, entry in enumerate(parsed.entries)
    )
    return replace(parsed, entries=tuple(entries))


def evaluate(conjunct: ast.expr, names: dict[str, Any], why: str) -> tuple[str, str]:
    asked = {node.id for node in ast.walk(conjunct) if isinstance(node, ast.Name)}
    for name in asked & NOT_KEPT.keys():
        return "not kept", f"{name}: {NOT_KEPT[name]}"
    if why:
        return "fails", why
    try:
        code = compile(ast.Expression(conjunct), "suite", "eval")
        holds = eval(code, {"__builtins__": {"len": len, "ord": ord}}, names)  # noqa: S307 - of feedparser's authors
    except NotKept as reason:
        return "not kept", str(reason)
    except (KeyError, IndexError, TypeError, AttributeError, NameError) as error:
        return "fails", repr(error)
    return ("holds", "") if holds else ("fails", "another value")


@needs_corpora
@pytest.mark.corpora
def test_what_feedparser_expects_of_the_fields_that_we_keep_holds():
    verdicts: Counter[str] = Counter()
    failed, asked_for = set(), set()
    for path in cases():
        name = path.relative_to(SUITE).as_posix()
        for _, verdict, why in judge(path):
            verdicts["better" if verdict == "fails" and name in BETTER else verdict] += 1
            failed |= {name} if verdict == "fails" else set()
            asked_for |= {why} if verdict == "not kept" else set()
    assert failed == BETTER.keys() | WORSE.keys()
    assert verdicts["holds"] + verdicts["better"] >= 0.99 * (
        verdicts.total() - verdicts["well-formed"] - verdicts["not kept"]
    )
    assert verdicts["holds"] > 1_000
    # Nothing stands in the table that is not asked for.
    tables = (NOT_KEPT, NOT_KEPT_OF_ENTRIES, NOT_KEPT_OF_FEEDS)
    reasons = {f"{field}: {reason}" for table in tables for field, reason in table.items()}
    assert asked_for == reasons
