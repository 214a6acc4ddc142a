"""YAML text to nodes; what is no YAML is complained about in words that help."""

from __future__ import annotations

import re
from typing import Any

import yaml

from aggregator.settings.findings import ConfigFile, Findings, Spot

MAX_DEPTH = 60

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LibYaml: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
_NOTHING_SO_DEEP = "nothing in a configuration is that deep"

# The parser's words, or the words around them -> ours. The first that is found holds.
_WORDS = (
    ("found another document", "a second YAML document", "one file holds one configuration: remove the ---"),
    ("while scanning an alias", "an unquoted * starts an alias", "quote the value"),
    ("undefined alias", "an alias to an anchor that is not there", "quote the value if the * is meant"),
    ("while scanning an anchor", "an unquoted & starts an anchor", "quote the value"),
    ("while scanning a quoted scalar", "a quote that is never closed", "close it where the value ends"),
    ("while scanning a block scalar", "text right behind | or >", "start it on the next line, or quote the value"),
    ("while scanning a simple key", "a line that is neither 'key: value' nor '- item'", "is a colon missing?"),
    ("mapping values are not allowed", "a ': ' where no key can stand", "quote the value, or check the indentation"),
    ("block sequence entries are not allowed", "a '- ' where no list can stand", "start the list on the next line"),
    ("while parsing a flow", "a bracket or a comma is missing", "[a, b] and {key: value} end with their bracket"),
    ("cannot start any token", "a value cannot start with this character", "quote the value"),
    ("expected '-' indicator", "a line among list items that is no item", "check the indentation"),
    (
        "expected key",
        "text behind a value, or a line that is no 'key: value'",
        "quote the whole value: 'like \"this\"'",
    ),
    ("too deep", _TOO_DEEP, _NOTHING_SO_DEEP),
    ("maximum nesting depth", _TOO_DEEP, _NOTHING_SO_DEEP),
    ("duplicate anchor", "an anchor with a name that is taken", "name it otherwise"),
)

# Here the parser points at where it gave up, and what is wrong is where it began.
_WHERE_IT_BEGAN = ("while scanning a quoted scalar", "while scanning an alias", "while scanning a simple key")


class _Loader(_LibYaml):  # type: ignore[misc] # the C class exists only where libyaml does
    """Counts the depth: the C composer recurses, and a document of brackets would end the process."""

    _depth = 0

    def descend_resolver(self, node: Any, _index: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too deep", problem_mark=getattr(node, "start_mark", None))

    def ascend_resolver(self) -> None:
        self._depth -= 1


def compose(file: ConfigFile, findings: Findings) -> yaml.Node | None:
    """Read a file's text into nodes; None when there is none, or what is there is no YAML, which is then noted."""
    bad = _UNPRINTABLE.search(file.text)
    if bad:
        line, column = _line_column(file.text, bad.start())
        findings.error(
            Spot(file, line, column), "", f"the character U+{ord(bad[0]):04X} cannot stand in YAML", "remove it"
        )
        return None
    loader = _Loader(file.text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        _complain(error, file, findings)
        return None
    except yaml.YAMLError as error:
        findings.error(Spot(file), "", f"this is no YAML: {error}")
        return None
    finally:
        loader.dispose()
    if node is None:
        findings.error(Spot(file), "", "the file is empty", "`aggregator init` writes a starter config")
    return node


def _complain(error: yaml.MarkedYAMLError, file: ConfigFile, findings: Findings) -> None:
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    begun = any(words in said for words in _WHERE_IT_BEGAN)
    if error.context_mark is not None and (begun or mark is None or mark.line >= len(file.lines)):
        mark = error.context_mark
    spot = Spot(file, min(mark.line + 1, len(file.lines)), mark.column + 1) if mark else Spot(file)
    if spot.line and _indented_by_tab(file, spot.line):
        indent = file.lines[spot.line - 1]
        spot = Spot(file, spot.line, indent.index("\t") + 1)
        findings.error(spot, "", "a tab in the indentation", "YAML wants spaces")
        return
    if spot.line and "${" in file.lines[spot.line - 1][max(0, spot.column - 3) : spot.column]:
        findings.error(spot, "", "a variable among brackets without quotes", 'write "${NAME}"')
        return
    for known, what, hint in _WORDS:
        if known in said:
            findings.error(spot, "", what, hint)
            return
    findings.error(spot, "", f"this is no YAML: {said.strip()}")


def _indented_by_tab(file: ConfigFile, line: int) -> bool:
    text = file.lines[line - 1] if line <= len(file.lines) else ""
    return "\t" in text[: len(text) - len(text.lstrip())]


def _line_column(text: str, at: int) -> tuple[int, int]:
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def decode(content: bytes) -> tuple[str, tuple[int, int] | None]:
    """Decode UTF-8, with or without a byte order mark.

    Returns:
        The text, and the line and column of the first byte that is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        return content.decode("utf-8-sig", "replace"), _line_column(before, len(before))
