"""Titles, people, categories, languages: everything short."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

from aggregator.model.parsed import RawText
from aggregator.text.characters import one_line
from aggregator.text.visible import plain, summary_of, visible_text

MAX_TITLE_CHARS = 1_000

_MAX_NAME_CHARS = 200
_MAX_NAMES = 50
_TITLE_FROM_TEXT_CHARS = 80
_NAME_BEHIND_MAIL = re.compile(r"\S+@\S+\s*\(([^()]+)\)?")
_MAIL_BEHIND_NAME = re.compile(r"\s*[(\[]\S+@\S+[)\]]\s*\Z")
_LANGUAGE = re.compile(r"([a-z]{2,3})((?:-[a-z0-9]{1,8})*)")


def short_text(text: RawText | None, max_chars: int = MAX_TITLE_CHARS) -> str:
    """Give a text of any type as plain text on one line, of limited length; empty for none."""
    if text is None or not text.value:
        return ""
    # Eight times as much markup as text is plenty; a title of megabytes is an accident or an attack.
    return summary_of(plain(RawText(text.value[: 8 * max_chars], text.media_type)), max_chars)


def title_of(title: RawText | None, beginning: str, url: str | None) -> str:
    """Give an entry a title: its own, else the beginning of its text, else its address."""
    return short_text(title) or summary_of(beginning, _TITLE_FROM_TEXT_CHARS) or _address(url) or "(untitled)"


def people(names: Iterable[str]) -> tuple[str, ...]:
    """Give the names of people, without mail addresses where there is a name, each once.

    >>> people(["jo@a.example (Jo Doe)", "Jo Doe", "Ann (ann@a.example)", "x@a.example", " "])
    ('Jo Doe', 'Ann', 'x@a.example')
    """
    return _distinct(names, _person)


def categories(terms: Iterable[str]) -> tuple[str, ...]:
    """Give at most 50 categories, each once whatever its case, as it was written first."""
    return _distinct(terms, visible_text)


def language_tag(*candidates: str | None) -> str | None:
    """Give the first that is a language tag, in the usual case.

    Follows:
        RFC 5646, 2.1.1; an underscore is read as a hyphen.

    >>> language_tag(None, "English", "PT_br"), language_tag("zh-hant-tw")
    ('pt-BR', 'zh-Hant-TW')
    """
    for candidate in candidates:
        found = _LANGUAGE.fullmatch((candidate or "")[:_MAX_NAME_CHARS].strip().lower().replace("_", "-"))
        if found:
            return found[1] + "".join(f"-{_subtag(part)}" for part in found[2].split("-")[1:])
    return None


def _subtag(part: str) -> str:
    region, script = 2, 4
    if len(part) == region:
        return part.upper()
    return part.title() if len(part) == script and part.isalpha() else part


def _person(written: str) -> str:
    name = visible_text(written)
    # Both patterns look at one word after another; a megabyte without spaces was cut before.
    if "@" in name:
        found = _NAME_BEHIND_MAIL.fullmatch(name)
        name = found[1].strip() if found else _MAIL_BEHIND_NAME.sub("", name) or name
    # Half an address with a name behind it, which is what feedparser leaves of some.
    return name.rpartition("(")[2].strip() if "(" in name and ")" not in name else name


def _distinct(written: Iterable[str], read: Callable[[str], str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for each in written:
        name = one_line(read(each[: 8 * _MAX_NAME_CHARS]))[:_MAX_NAME_CHARS].strip()
        if name:
            found.setdefault(name.casefold(), name)
        if len(found) == _MAX_NAMES:
            break
    return tuple(found.values())


def _address(url: str | None) -> str:
    if not url:
        return ""
    parts = urlsplit(url)
    return summary_of(one_line(f"{parts.hostname}{unquote(parts.path).rstrip('/')}"), _MAX_NAME_CHARS)
