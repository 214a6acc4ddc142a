"""Extras and overrides as columns, and databases from before there were any."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from aggregator.model.extras import NO_EXTRAS, Extras, Person, Transcript
from aggregator.model.overrides import NO_OVERRIDES, DateSource, FutureDates, Identity, Ignored, Overrides, TextType
from aggregator.store.sqlite.rows import extras_text, read_extras
from aggregator.store.sqlite.schema import MIGRATIONS
from aggregator.store.sqlite.source_rows import settings_text, source_of
from tests.builders import make_source

ALL = Extras(
    source_title="O",
    source_url="https://o.example/",
    license_url="https://l.example/",
    comments=0,
    reply_to="urn:x",
    place=(1.5, -2.0),
    explicit=False,
    season="2",
    episode="7",
    chapters_url="https://c.example/",
    transcripts=(Transcript(url="https://t.example/", media_type="text/vtt", language="de"),),
    people=(Person(name="Ann", role="host", url="https://a.example/"), Person(name="Bob")),
)


@pytest.mark.parametrize("extras", [NO_EXTRAS, ALL, Extras(explicit=True), Extras(people=(Person(name="Ann"),))])
def test_extras_come_back_as_they_were_written(extras):
    assert read_extras(extras_text(extras)) == extras


def test_an_entry_without_extras_costs_two_characters():
    assert extras_text(NO_EXTRAS) == extras_text(Extras()) == "{}"


OVERRIDES = Overrides(
    identity=Identity.LINK,
    dates=DateSource.SEEN,
    future_dates=FutureDates.NOW,
    title_type=TextType.HTML,
    name_type=TextType.TEXT,
    content_type=TextType.TEXT,
    base="https://b.example/",
    strip_title=(" | B",),
    ignore=(Ignored.GUID, Ignored.UPDATED),
)


@pytest.mark.parametrize("overrides", [NO_OVERRIDES, OVERRIDES, Overrides(base="feed")])
def test_overrides_come_back_as_they_were_written(overrides):
    source = make_source(overrides=overrides, drop="title:/x/")
    row = {"source": source.id, "url": source.url, "id_given": 1, "pace_key": source.pace_key}
    assert source_of(row | {"settings": settings_text(source)}) == source


def test_a_database_from_before_there_were_extras_has_none():
    db = Database(memory=True)
    MIGRATIONS.apply(db, stop_before="0006-extras")
    assert "extras" not in db["entries"].columns_dict
    MIGRATIONS.apply(db)
    assert next(column for column in db["entries"].columns if column.name == "extras").default_value == "'{}'"
