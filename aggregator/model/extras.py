"""What only some entries have: podcasts, places, licences, threads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who took part; ``role`` in the words of the publisher, lower case."""

    name: str
    role: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A text of what is said; ``url`` is http or https."""

    url: str
    media_type: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """Clean; what a publisher left out is None or empty.

    Attributes:
        source_title, source_url: Where the publisher took the entry from (``atom:source``, RSS ``source``).
        license_url: http or https.
        comments: How many there are.
        reply_to: The address or id of what the entry answers.
        place: Latitude and longitude, degrees.
        season, episode: As written, for some count in words.
    """

    source_title: str | None = None
    source_url: str | None = None
    license_url: str | None = None
    comments: int | None = None
    reply_to: str | None = None
    place: tuple[float, float] | None = None
    explicit: bool | None = None
    season: str | None = None
    episode: str | None = None
    chapters_url: str | None = None
    transcripts: tuple[Transcript, ...] = ()
    people: tuple[Person, ...] = ()


NO_EXTRAS = Extras()
