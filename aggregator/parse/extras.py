"""What only some formats and modules say of an entry: podcasts, places, licences, threads."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model.parsed import NO_EXTRAS, RawExtras, RawPerson
from aggregator.parse.lenient import Fields, dicts, fields, first_link, text
from aggregator.parse.side import NO_FACTS, EntryFacts

_KEYS = frozenset(
    {"contributors", "feedburner_origenclosurelink", "feedburner_origlink", "geo_lat", "itunes_episode"}
    | {"itunes_explicit", "itunes_season", "license", "media_credit", "media_license", "podcast_episode"}
    | {"podcast_season", "slash_comments", "thr_in-reply-to", "thr_total", "where"}
)
_AUTHOR = "author"


def read_extras(entry: Fields, facts: EntryFacts) -> RawExtras:
    """Read what an entry says beyond the common fields; most say nothing."""
    if facts is NO_FACTS and _KEYS.isdisjoint(entry) and not first_link(entry, "license"):
        return NO_EXTRAS
    reply = fields(entry, "thr_in-reply-to")
    return RawExtras(
        link=text(entry, "feedburner_origlink"),
        enclosure=text(entry, "feedburner_origenclosurelink"),
        license_url=first_link(entry, "license") or text(_license(entry), "href") or text(entry, "license"),
        comments=text(entry, "slash_comments") or text(entry, "thr_total"),
        reply_to=text(reply, "href") or text(reply, "ref"),
        place=_place(entry),
        explicit=facts.explicit or _explicit(entry),
        season=facts.season or text(entry, "itunes_season") or text(entry, "podcast_season"),
        episode=facts.episode or text(entry, "itunes_episode") or text(entry, "podcast_episode"),
        chapters_url=facts.chapters_url,
        transcripts=facts.transcripts,
        people=(*facts.people, *_people(entry)),
        direction=facts.direction,
    )


def _license(entry: Fields) -> Fields:
    return fields(entry, "media_license")


def _explicit(entry: Fields) -> str | None:
    """Give back the word; feedparser knows ``yes`` and ``clean`` only, the others are read beside it."""
    said = dict.get(entry, "itunes_explicit")
    return {True: "yes", False: "clean"}.get(said) if isinstance(said, bool) else None


def _place(entry: Fields) -> tuple[float, float] | None:
    """Give latitude and longitude of a point; lines and areas are left out."""
    where = fields(entry, "where")
    coordinates = dict.get(where, "coordinates")
    if text(where, "type") == "Point" and isinstance(coordinates, tuple):
        return _floats(reversed(coordinates))
    return _floats((text(entry, "geo_lat"), text(entry, "geo_long")))


def _floats(pair: Iterable[object]) -> tuple[float, float] | None:
    try:
        first, second = (float(str(each)) for each in pair)
    except ValueError:
        return None
    return first, second


def _people(entry: Fields) -> list[RawPerson]:
    """Name who contributed, and whom the media credit; their authors stand among the authors."""
    people = [
        *(
            RawPerson(text(each, "name") or "", "contributor", text(each, "href"))
            for each in dicts(entry, "contributors")
        ),
        *(RawPerson(text(each, "content") or "", text(each, "role")) for each in dicts(entry, "media_credit")),
    ]
    return [person for person in people if person.name and person.role != _AUTHOR]
