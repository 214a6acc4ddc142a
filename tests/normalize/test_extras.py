from __future__ import annotations

from typing import Any

import pytest

from aggregator.model.extras import NO_EXTRAS, Extras, Person, Transcript
from aggregator.model.parsed import ParsedEntry, RawExtras, RawPerson, RawResource
from aggregator.normalize.extras import extras_of

BASE = "https://a.example/dir/"


def read(**fields: Any) -> Extras:
    return extras_of(ParsedEntry(extras=RawExtras(**fields)), BASE)


def test_an_entry_that_says_nothing_has_the_one_empty_value():
    assert extras_of(ParsedEntry(), BASE) is NO_EXTRAS


def test_the_source_of_a_shared_entry_is_text_and_an_address():
    shared = ParsedEntry(source_title="A &lt; <b>B</b>", source_url="/feed")
    assert extras_of(shared, BASE) == Extras(source_title="A < B", source_url="https://a.example/feed")


@pytest.mark.parametrize(
    ("fields", "extras"),
    [
        ({"comments": " 12 "}, Extras(comments=12)),
        ({"comments": "many"}, NO_EXTRAS),
        ({"comments": "9" * 50}, NO_EXTRAS),
        ({"place": (53.5, 10.0)}, Extras(place=(53.5, 10.0))),
        ({"place": (91.0, 0.0)}, NO_EXTRAS),
        ({"place": (float("nan"), 0.0)}, NO_EXTRAS),
        ({"explicit": " YES "}, Extras(explicit=True)),
        ({"explicit": "clean"}, Extras(explicit=False)),
        ({"explicit": "perhaps"}, NO_EXTRAS),
        ({"season": " 2\n"}, Extras(season="2")),
        ({"reply_to": "tag:x,2026:1"}, Extras(reply_to="tag:x,2026:1")),
        ({"license_url": "javascript:x"}, NO_EXTRAS),
        ({"chapters_url": "c.json"}, Extras(chapters_url="https://a.example/dir/c.json")),
        (
            {"people": (RawPerson("jo@a.example (Jo)", " Host "), RawPerson(" "))},
            Extras(people=(Person(name="Jo", role="host"),)),
        ),
        (
            {"transcripts": (RawResource("t", "Text/VTT; x=y", "DE"), RawResource("mailto:x"))},
            Extras(transcripts=(Transcript(url="https://a.example/dir/t", media_type="text/vtt", language="de"),)),
        ),
    ],
)
def test_what_is_no_value_is_left_out(fields, extras):
    assert read(**fields) == extras


def test_no_more_than_fifty_are_kept():
    assert len(read(people=(RawPerson("Ann"),) * 60).people) == 50
