"""Which keys there are where: those that hold, those that are planned, and those that stand in the wrong place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from aggregator.settings.findings import Loc, quoted
from aggregator.settings.section import Section
from aggregator.settings.sending import MailSection, SendSection
from aggregator.settings.shapes import (
    DefaultsSection,
    DuplicatesSection,
    ExamplesSection,
    GroupSection,
    HostGroupSection,
    IncludedFile,
    LikeSection,
    MainFile,
    NetworkSection,
    OutputSection,
    PoliciesSection,
    ServerSection,
    SiteSection,
    SourceSection,
    StoriesSection,
    TopicSection,
)

LATER = "not available in this version yet"

# Slugs that routes use.
RESERVED = frozenset(
    {"sources", "status", "search", "admin", "e", "s", "f", "api", "ops", "websub", "livez", "readyz", "metrics"}
    | {"index", "topics"}
)

_SOURCE_LATER = ("mute", "clean", "respect-robots", "settle")
_LATER: dict[type[Section], tuple[str, ...]] = {
    MainFile: ("mute", "drop"),
    NetworkSection: ("respect-robots",),
    DefaultsSection: _SOURCE_LATER,
    GroupSection: _SOURCE_LATER,
    SourceSection: _SOURCE_LATER,
    TopicSection: ("drop", "keep", "mute"),
    PoliciesSection: ("clean", "edits"),
}
_SYNONYMS = {
    "interval": "every",
    "refresh": "every",
    "name": "title",
    "link": "url",
    "feed": "url",
    "address": "url",
    "href": "url",
    "uri": "url",
    "xmlurl": "url",
    "file": "path",
    "query": "match",
    "filter": "match",
    "feeds": "sources",
    "port": "listen",
    "host": "listen",
    "bind": "listen",
    "max-items": "limit",
    "priority": "weight",
    "category": "tags",
    "retention": "keep",
    "user-agent": "headers",
    "base_url": "base-url",
}
# Keys by which the place of a source is meant.
ADDRESS_WORDS = frozenset({"url", "path", "page", *(word for word, key in _SYNONYMS.items() if key in {"url", "path"})})
_SECTIONS: dict[str, type[Section]] = {
    "site": SiteSection,
    "server": ServerSection,
    "network": NetworkSection,
    "defaults": DefaultsSection,
    "sources": SourceSection,
    "groups": GroupSection,
    "policies": PoliciesSection,
    "mail": MailSection,
}
_POLICIES: dict[str, type[Section]] = {"duplicates": DuplicatesSection, "stories": StoriesSection}
_TOPICS: dict[str, type[Section]] = {"output": OutputSection, "like": LikeSection, "examples": ExamplesSection}
_SINGLE = ("site", "server", "network", "defaults")


def near(name: str, names: Iterable[str]) -> str:
    """Suggest what was probably meant, or nothing."""
    found = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.6)
    return f"did you mean {quoted(found[0])}?" if found else ""


def section_at(loc: Loc, root: type[Section]) -> type[Section]:
    """Say what kind of mapping stands at a location."""
    if not loc:
        return root
    first = str(loc[0])
    if first == "topics":
        if "send" in loc[2:]:
            return SendSection
        return _TOPICS.get(str(loc[-1]), TopicSection)
    if first == "network" and "host-groups" in loc:
        return HostGroupSection
    if first == "policies" and len(loc) > 1:
        return _POLICIES.get(str(loc[1]), PoliciesSection)
    return _SECTIONS.get(first, root)


def unknown_key(loc: Loc, root: type[Section]) -> tuple[str, str]:
    """Say what is wrong with a key that cannot stand where it does, and what was probably meant."""
    key, section = str(loc[-1]), section_at(loc[:-1], root)
    keys = _keys(section)
    if key in _LATER.get(section, ()):
        return f"'{key}' cannot be used", LATER
    what = f"unknown key {quoted(key)}"
    if section is IncludedFile and key in _keys(MainFile):
        return f"{quoted(key)} cannot stand in an included file", "say it in the main file"
    if section is DefaultsSection and key in _keys(GroupSection):
        return what, "say it in a group or a source: here it would hold for every site"
    meant = _SYNONYMS.get(key.lower(), "")
    if meant in keys:
        return what, f"did you mean '{meant}'?"
    elsewhere = next((name for name in _SINGLE if section is MainFile and key in _keys(_SECTIONS[name])), "")
    if elsewhere and key not in {"title", "language"}:
        return what, f"it belongs below '{elsewhere}:'"
    return what, near(key, keys) or "known here: " + ", ".join(keys)


def unknown_value(value: str, values: list[str]) -> tuple[str, str]:
    """Say what is wrong with a value that is none of a few."""
    return f"expected one of {', '.join(values)}", near(value, values)


def _keys(section: type[Section]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items()]
