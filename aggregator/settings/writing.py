"""Sources written as YAML: a new file of them, or one more in a file whose comments and form stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from aggregator.errors import AggregatorError, SettingsError
from aggregator.settings.findings import ConfigFile, Findings
from aggregator.settings.syntax import compose, decode

DEFAULT_GROUP = "added"
_BARE = re.compile(r"https?://[\w.~%/+=&?:@!-]+[\w/=&-]", re.ASCII)
_NEW_FILE = "# Sources that were added by command. Edit it as you like: comments stay.\nsources:\n"

Fields = Mapping[str, str | Sequence[str]]
"""Keys of a source with their values, ``url``, ``page`` or ``path`` first."""


def quoted(text: str) -> str:
    """Write a text so that YAML, and our variables, read it back as it is."""
    written = json.dumps(text.replace("${", "$${"), ensure_ascii=False)
    return written.replace("\x7f", "\\x7f").replace("\x85", "\\N").replace("\u2028", "\\L").replace("\u2029", "\\P")


def source_item(fields: Fields) -> str:
    """Write one source on one line: its bare address where nothing else is said of it."""
    if list(fields) == ["url"] and _BARE.fullmatch(str(fields["url"])):
        return str(fields["url"])
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in fields.items()) + "}"


def sources_file(groups: Mapping[str, Sequence[Fields]], *, head: str) -> str:
    """Write a file of sources; a group without a name comes out as one called ``added``."""
    lines = [*(f"# {line}".rstrip() for line in head.splitlines()), "sources:"]
    for group, sources in groups.items():
        lines.append(f"  {_key(group)}:")
        lines.extend(f"    - {source_item(fields)}" for fields in sources)
    return "\n".join(lines) + "\n"


def with_source(path: Path, text: str, fields: Fields, group: str) -> str:
    """Give the text of a file with one more source; everything else in it stays to the letter.

    Args:
        path: Of the file, for messages.
        text: What is in it; may be empty.
        fields: Of the source.
        group: Its group; empty for the default one, and the only choice where the file holds a plain list.

    Raises:
        SettingsError: The file is no YAML.
        AggregatorError: There is no place in it where the source can be put.
    """
    if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
        text = text.rstrip("\n") + "\n" if text.strip() else ""
        return (text + "sources:\n" if text else _NEW_FILE) + _group(group, fields, "  ")
    root = _root(path, text)
    changed = _Editor(path, text, fields, group).edit(root)
    before, after = _plain(root), _plain(_root(path, changed))
    if _without_new(after, before) != before:
        raise AggregatorError(f"{path}: could not be changed without touching what is there; add it by hand")
    return changed


def read_text(path: Path) -> str:
    """Read a file of sources; a missing one is empty.

    Raises:
        AggregatorError: It cannot be read, or is not UTF-8.
    """
    try:
        text, broken = decode(path.read_bytes())
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise AggregatorError(f"{path}: cannot be read: {error.strerror}") from error
    if broken:
        raise AggregatorError(f"{path}:{broken[0]}:{broken[1]}: this file is not UTF-8")
    return text


def write_text(path: Path, text: str) -> None:
    """Put a file in place at once, so that nobody ever reads half of it.

    Raises:
        AggregatorError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8", newline="")
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        raise AggregatorError(f"{path}: cannot be written: {error.strerror}") from error


class _Editor:
    def __init__(self, path: Path, text: str, fields: Fields, group: str) -> None:
        self._path = path
        self._text = text
        self._fields = fields
        self._group = group
        self._break = "\r\n" if "\r\n" in text else "\n"

    def edit(self, root: yaml.MappingNode) -> str:
        sources = _child(root, "sources")
        if sources is None:
            return self._at_the_end("sources:\n" + _group(self._group, self._fields, "  "))
        if _is_empty(sources):
            return self._after(sources, _group(self._group, self._fields, "  "), replace=True)
        if isinstance(sources, yaml.SequenceNode):
            if self._group:
                raise AggregatorError(
                    f"{self._path}: its sources are a plain list without groups; leave out --group, or group them"
                )
            return self._into(sources)
        if not isinstance(sources, yaml.MappingNode):
            raise AggregatorError(f"{self._path}: its `sources` is neither a list nor a mapping of lists")
        return self._into_group(sources)

    def _into_group(self, sources: yaml.MappingNode) -> str:
        group = _child(sources, self._group or DEFAULT_GROUP)
        if group is None:
            return self._new_group(sources)
        if _is_empty(group):
            column = sources.start_mark.column + 2
            return self._after(group, f"{' ' * column}- {source_item(self._fields)}\n", replace=True)
        if not isinstance(group, yaml.SequenceNode):
            raise AggregatorError(f"{self._path}: its group {self._group or DEFAULT_GROUP!r} is no list")
        return self._into(group)

    def _into(self, items: yaml.SequenceNode) -> str:
        if items.flow_style:
            return self._into_brackets(items, source_item(self._fields))
        indent = " " * items.start_mark.column
        return self._after(items, f"{indent}- {source_item(self._fields)}\n")

    def _new_group(self, sources: yaml.MappingNode) -> str:
        name = _key(self._group)
        if sources.flow_style:
            return self._into_brackets(sources, f"{name}: [{source_item(self._fields)}]")
        return self._after(sources, _group(self._group, self._fields, " " * sources.start_mark.column))

    def _into_brackets(self, node: yaml.CollectionNode, item: str) -> str:
        close = node.end_mark.index - 1
        inside = self._text[node.start_mark.index + 1 : close]
        last = max((child.end_mark.index for child in _children(node)), default=0)
        comma = "" if not last or "," in self._text[last:close].partition("#")[0] else ", "
        if "\n" in inside[max(0, last - node.start_mark.index - 1) :]:
            return self._text[:close] + comma + item + self._text[close:]
        kept = self._text[:close].rstrip()
        gap = " " if last and not comma else ""
        return kept + comma + gap + item + self._text[close:]

    def _after(self, node: yaml.Node, addition: str, *, replace: bool = False) -> str:
        """Put lines behind the line on which a node really ends; an empty value makes way."""
        text = self._text
        if replace and node.end_mark.index > node.start_mark.index:
            text = text[: node.start_mark.index].rstrip(" ") + text[node.end_mark.index :]
            end = node.start_mark.index
        else:
            end = _last_index(node)
        line_end = text.find("\n", max(0, end - 1) if replace else end)
        if line_end < 0:
            return text + self._break + self._broken(addition)
        return text[: line_end + 1] + self._broken(addition) + text[line_end + 1 :]

    def _at_the_end(self, addition: str) -> str:
        end = "" if self._text.endswith("\n") else self._break
        return self._text + end + self._broken(addition)

    def _broken(self, lines: str) -> str:
        return lines.replace("\n", self._break)


def _group(group: str, fields: Fields, indent: str) -> str:
    return f"{indent}{_key(group)}:\n{indent}  - {source_item(fields)}\n"


def _key(group: str) -> str:
    name = group or DEFAULT_GROUP
    plain = re.fullmatch(r"[A-Za-z][\w-]*", name, re.ASCII) and name.lower() not in {"null", "true", "false"}
    return name if plain else quoted(name)


def _value(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return quoted(value)
    return "[" + ", ".join(map(quoted, value)) + "]"


def _root(path: Path, text: str) -> yaml.MappingNode:
    findings = Findings()
    node = compose(ConfigFile.of(path, str(path), text), findings)
    if errors := findings.of("error"):
        raise SettingsError(errors)
    if not isinstance(node, yaml.MappingNode):
        raise AggregatorError(f"{path}: this file holds no `key: value` lines; begin it with `sources:`")
    return node


def _child(mapping: yaml.MappingNode, name: str) -> yaml.Node | None:
    return next((child for key, child in mapping.value if getattr(key, "value", None) == name), None)


def _children(node: yaml.CollectionNode) -> Iterator[yaml.Node]:
    for child in node.value:
        yield from child if isinstance(child, tuple) else (child,)


def _is_empty(node: yaml.Node) -> bool:
    if isinstance(node, yaml.ScalarNode):
        return not node.style and node.value in {"", "~", "null"}
    return False


def _last_index(node: yaml.Node) -> int:
    """Say where the text of a node ends; the marks of block collections lie behind the comments that follow."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        *_, node = _children(node)
    # The mark of a block scalar lies at the beginning of the next line.
    return node.end_mark.index - (isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"})


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {_plain(key): _plain(child) for key, child in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child) for child in node.value]
    return node.value


def _without_new(after: Any, before: Any) -> Any:
    """Take out of the changed document the one source that came in; what was empty before is empty again."""
    if before in {"", "~", "null"} if isinstance(before, str) else False:
        return before
    if isinstance(after, list) and isinstance(before, list):
        return after[:-1] if len(after) == len(before) + 1 else after
    if isinstance(after, dict) and isinstance(before, dict):
        return {name: _without_new(after[name], value) for name, value in before.items() if name in after}
    return after
