"""Our entries, to be asked as feedparser's results are.

A field that is kept compares itself with what feedparser expects in its own way: texts as a reader sees them, markup by
its text and its addresses, moments as moments. One that is not kept raises ``NotKept`` with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aggregator.model.entry import Entry
from aggregator.model.extras import Person
from aggregator.model.parsed import RawDate
from aggregator.model.reading import Reading
from aggregator.normalize.dates import read_dates
from tests.far_side import look
from tests.parse.feedparser_fields import NOT_KEPT_OF_ENTRIES, NOT_KEPT_OF_FEEDS

LATER = datetime(2099, 1, 1, tzinfo=UTC)


class NotKept(Exception):  # noqa: N818 - an answer
    """The field is not kept, for this reason."""


class Text(str):
    """A text compares with whatever a reader sees as the same, or sees the beginning of."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        if not isinstance(expected, str):
            return False
        return any(self._is(candidate) for candidate in (" ".join(expected.split()), look(expected).text))

    def _is(self, candidate: str) -> bool:
        own, candidate = _bare(self), _bare(candidate)
        return own == candidate or (own.endswith("…") and candidate.startswith(own[:-1].rstrip()))


class Title(Text):
    """A title that has no text to show, such as a picture, is made from what else there is."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        return super().__eq__(expected) or (isinstance(expected, str) and not look(expected).text)


class Tag(str):
    """The tag of a language, whatever its case."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        return isinstance(expected, str) and self.casefold() == expected.casefold()


class Name(Text):
    """The name of a person; the mail address behind it is not kept."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        if not isinstance(expected, str):
            return False
        return super().__eq__(expected) or expected.partition(" (")[0] == str(self) or f"({self})" in expected


class Markup(str):
    """Markup compares by its text and by the addresses of the web in it."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        if not isinstance(expected, str):
            return False
        own, theirs = look(self), look(expected)
        same_text = _bare(own.text) in {_bare(theirs.text), _bare(" ".join(expected.split()))}
        return not own.dangers() and same_text and set(_web(theirs.addresses)) <= set(_web(own.addresses))


class Moment:
    """A moment compares with a date as written, and with the fields of a calendar."""

    def __init__(self, at: datetime | None) -> None:
        self.at = at

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, expected: object) -> bool:
        if isinstance(expected, tuple):
            return self.at is not None and self.at.timetuple()[:6] == tuple(expected)[:6]
        return (
            isinstance(expected, str) and self.at == read_dates((RawDate("published", expected),), LATER).published_at
        )


class Fields(dict[str, Any]):
    """Fields of a feed or an entry, asked for as feedparser lets them be asked for."""

    def __init__(self, values: Mapping[str, Any], lost: Mapping[str, str], path: str = "") -> None:
        super().__init__(values)
        self._lost, self._path = lost, path

    def __getitem__(self, name: str) -> Any:
        if (reason := self._lost.get(self._path + name)) is not None:
            raise NotKept(f"{self._path}{name}: {reason}")
        return super().__getitem__(name)

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def get(self, name: str, default: Any = None) -> Any:
        if self._path + name in self._lost:
            return self[name]
        return super().get(name, default)

    def has_key(self, name: str) -> bool:
        return bool(super().get(name))

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, expected: object) -> bool:
        """Compare with several fields at once; those that are not kept have no say."""
        if not isinstance(expected, dict) or not expected:
            return not self and not expected
        kept = [name for name in expected if self._path + name not in self._lost]
        return bool(kept) and all(name in self and self[name] == expected[name] for name in kept)


def view(reading: Reading) -> dict[str, Any]:
    """Show a reading as feedparser would show it."""
    return {
        "feed": _feed(reading),
        "entries": [_entry(entry) for entry in reading.entries],
        "version": reading.profile.format,
        "bozo": reading.bozo is not None,
    }


def _entry(entry: Entry) -> Fields:
    lost, extras = NOT_KEPT_OF_ENTRIES, entry.extras
    author = Name(next(iter(entry.authors), ""))
    values: dict[str, Any] = {
        "title": Title(entry.title),
        "link": entry.url,
        "id": entry.key.guid,
        "guid": entry.key.guid,
        "published": Moment(entry.published_at),
        "published_parsed": Moment(entry.published_at),
        "issued": Moment(entry.published_at),
        "updated": Moment(entry.updated_at),
        "updated_parsed": Moment(entry.updated_at),
        "summary": _best(entry),
        "description": _best(entry),
        "rights": Text(entry.rights or ""),
        "copyright": Text(entry.rights or ""),
        "author": author,
        "authors": [Fields({"name": Name(name)}, lost, "authors.") for name in entry.authors],
        "author_detail": Fields({"name": author}, lost, "author_detail."),
        "category": next(iter(entry.categories), None),
        "tags": [Fields({"term": Text(term)}, lost, "tags.") for term in entry.categories],
        "comments": entry.comments_url,
        "license": extras.license_url,
        "language": _tag(entry.language),
        "itunes_explicit": extras.explicit,
        "image": Fields({"href": entry.image_url}, lost, "image."),
        "media_thumbnail": [Fields({"url": entry.image_url}, lost)],
        "media_license": Fields({"href": extras.license_url}, lost, "media_license."),
        "media_credit": [_person(person, lost) for person in extras.people],
        "contributors": [_person(person, lost) for person in extras.people if person.role == "contributor"],
        "where": Fields({}, lost, "where."),
        "source": Fields({"title": Text(extras.source_title or "")}, lost, "source."),
        "content": [_text(Markup(entry.content_html), entry, "content.")],
        "enclosures": [
            Fields({"href": one.url, "length": str(one.length), "type": one.media_type}, lost, "enclosures.")
            for one in entry.enclosures
        ],
    }
    if extras.place:
        latitude, longitude = extras.place
        values["where"] = {"type": "Point", "coordinates": (longitude, latitude)}
    values["title_detail"] = _text(values["title"], entry, "title_detail.")
    values["summary_detail"] = _text(values["summary"], entry, "summary_detail.")
    values["rights_detail"] = Fields({"value": values["rights"]}, lost, "rights_detail.")
    values["source"]["title_detail"] = Fields({"value": values["source"]["title"]}, lost, "source.title_detail.")
    return Fields(values, lost)


def _feed(reading: Reading) -> Fields:
    profile, lost = reading.profile, NOT_KEPT_OF_FEEDS
    title, subtitle, rights = (Text(text or "") for text in (profile.title, profile.subtitle, profile.rights))
    values: dict[str, Any] = {
        "title": title,
        "subtitle": subtitle,
        "tagline": subtitle,
        "description": subtitle,
        "rights": rights,
        "copyright": rights,
        "link": profile.site_url,
        "id": profile.feed_id,
        "guid": profile.feed_id,
        "language": _tag(profile.language),
        "icon": profile.icon_url,
        "logo": profile.icon_url,
        "image": Fields({"href": profile.icon_url}, lost, "image."),
        "ttl": str(reading.hints.ttl_minutes),
    }
    for name in ("title", "subtitle", "tagline", "copyright", "rights"):
        values[f"{name}_detail"] = Fields({"value": values[name]}, lost, f"{name}_detail.")
    return Fields(values, lost)


class _Best(Text):
    """The text of an entry: feedparser's summary is our summary, or our content where that holds it."""

    __slots__ = ("content",)
    __hash__ = str.__hash__

    def __eq__(self, expected: object) -> bool:
        return (
            super().__eq__(expected) and Markup(self.content) == expected if self.content else super().__eq__(expected)
        )


def _best(entry: Entry) -> _Best:
    best = _Best(entry.summary)
    # Where a summary stands beside a content, the content is the other one.
    best.content = entry.content_html if Text(entry.summary) == entry.content_html else ""
    return best


def _text(value: str, entry: Entry, path: str) -> Fields:
    return Fields({"value": value, "language": _tag(entry.language)}, NOT_KEPT_OF_ENTRIES, path)


def _tag(language: str | None) -> Tag | None:
    return None if language is None else Tag(language)


def _person(person: Person, lost: Mapping[str, str]) -> Fields:
    name = Name(person.name)
    values = {"name": name, "content": name, "role": person.role, "url": person.url, "href": person.url}
    return Fields(values, lost, "contributors.")


def _bare(text: str) -> str:
    """Leave out what has no width, and every space: where words part is a matter of style sheets."""
    return "".join(text.replace("\u200b", "").split())


def _web(addresses: tuple[str, ...]) -> list[str]:
    return [address.rstrip("/") for address in addresses if address.lower().startswith(("http://", "https://"))]
