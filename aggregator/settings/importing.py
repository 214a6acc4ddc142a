"""From a list of another program to sources of ours: what goes over, what was there, what cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from aggregator.errors import FormatError, SettingsError
from aggregator.model.outline import FeedList, Lost, Outline
from aggregator.settings.addresses import looks_like_host, parse_address
from aggregator.settings.findings import ConfigFile, Findings
from aggregator.settings.kinds import LANGUAGE_TAG
from aggregator.settings.syntax import compose
from aggregator.settings.units import Unfit
from aggregator.settings.writing import Fields

_MAX_TITLE = 200
_MAX_NAME = 60
_WEB = re.compile("https?://", re.IGNORECASE)
_LONGEST_SLIP = len("view-source:")
_NOWHERE = Path("the list")


@dataclass(slots=True)
class Import:
    """What an import would write.

    Attributes:
        groups: Group -> sources, both in the order of the list.
        known: Addresses that are sources already, or stand in the list twice.
        lost: What cannot be kept, with the reason.
    """

    groups: dict[str, list[Fields]] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    @property
    def kept(self) -> int:
        """How many sources there are."""
        return sum(map(len, self.groups.values()))


def plan_import(listed: FeedList, *, name: str, known: Collection[str]) -> Import:
    """Turn a list into sources.

    Args:
        listed: As it was read.
        name: The group of feeds that stand in none.
        known: Addresses of the sources that there are.
    """
    plan = Import(lost=list(listed.lost))
    seen = set(filter(None, map(_identity, known)))
    for outline in listed.outlines:
        url = _mended(outline.url)
        try:
            place = _place(url)
        except Unfit as unfit:
            plan.lost.append(Lost(what=outline.url, why=unfit.what + (f" ({unfit.hint})" if unfit.hint else "")))
            continue
        identity = _identity(url)
        if identity in seen:
            plan.known.append(outline.url)
            continue
        seen.add(identity)
        plan.groups.setdefault(_name(outline.groups[0]) if outline.groups else name, []).append(
            {**place, **dict(_wishes(outline))}
        )
        plan.lost.extend(Lost(what=outline.url, why=f"without its {each}") for each in outline.lost)
    return plan


def plain_yaml(text: str) -> object:
    """Read YAML of another program to plain values, every scalar as text.

    Raises:
        FormatError: This is no YAML.
    """
    findings = Findings()
    node = compose(ConfigFile.of(_NOWHERE, "the list", text), findings)
    if node is None:
        raise FormatError(str(SettingsError(findings.of("error"))))
    return _plain(node, _Budget())


@dataclass(slots=True)
class _Budget:
    """Bounds the copies that aliases make."""

    left: int = 200_000


def _plain(node: yaml.Node, budget: _Budget) -> object:
    budget.left -= 1
    if budget.left < 0:
        raise FormatError("the list is too large, or its aliases make too many copies")
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(child, budget) for key, child in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, budget) for child in node.value]
    return str(node.value)


def _place(url: str) -> dict[str, str]:
    """Say where a source is in our words.

    Raises:
        Unfit: It cannot be polled.
    """
    parts = urlsplit(url) if url[:7].lower() == "file://" else None
    if parts is not None and parts.path.startswith("/"):
        return {"path": unquote(parts.path)}
    parse_address(url)
    return {"url": url}


def _mended(url: str) -> str:
    """Read what was meant: ``hhttps://``, ``view-source:https://``, a host without its scheme."""
    found = _WEB.search(url)
    if found and found.start() <= _LONGEST_SLIP and ":" not in url[: found.start()].removesuffix(":"):
        return url[found.start() :]
    return f"https://{url}" if "://" not in url and looks_like_host(url.partition("/")[0]) else url


def _identity(url: str) -> str:
    try:
        return parse_address(url).identity
    except Unfit:
        return url


def _wishes(outline: Outline) -> Iterator[tuple[str, str | list[str]]]:
    title = " ".join((outline.title or "").split())[:_MAX_TITLE]
    if title and title != outline.url:
        yield "title", title
    tags = [_name(tag) for tag in (*outline.groups[1:], *outline.tags)]
    if tags:
        yield "tags", list(dict.fromkeys(tags))
    language = (outline.language or "").replace("_", "-")
    if LANGUAGE_TAG.fullmatch(language):
        yield "language", language
    if outline.full_text:
        yield "content", "full-text"


def _name(text: str) -> str:
    """Make a name for a group or a tag: one line, no comma, not what selectors begin with."""
    name = " ".join(re.sub(r"[,\x00-\x1f\x7f-\x9f]", " ", text).split())[:_MAX_NAME].strip()
    return re.sub(r"\A(?:tag:|\$\{)+", "", name).strip() or "imported"
