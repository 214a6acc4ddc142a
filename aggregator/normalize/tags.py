"""Single tags in markup that was not cleaned yet."""

from __future__ import annotations

import re
from html import unescape

# Stops at the next tag, so that a thousand tags that never end are not read a thousand times.
_ATTRIBUTES = r"((?:[^<>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?)*+)>"
_ATTRIBUTE = re.compile(r"(?<![a-z-])([a-z-]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++))", re.IGNORECASE)


def tag_pattern(name: str, behind: str = "") -> re.Pattern[str]:
    """Make a pattern for opening tags of a name; the first group is what ``attributes_in`` reads."""
    return re.compile(rf"<{name}(?=[\s/>]){_ATTRIBUTES}{behind}", re.IGNORECASE)


def attributes_in(tag: str) -> dict[str, str]:
    """Give the attributes that have a value, decoded, by their names in lower case.

    >>> attributes_in(' SRC="a?b&amp;c" alt=x hidden')
    {'src': 'a?b&c', 'alt': 'x'}
    """
    found: dict[str, str] = {}
    for name, quoted, single, bare in _ATTRIBUTE.findall(tag):
        found.setdefault(name.lower(), unescape(quoted or single or bare))
    return found
