"""What is written for another process is read there as it was."""

from __future__ import annotations

from dataclasses import replace

from aggregator.model.entry import Enclosure
from aggregator.model.extras import Extras, Person
from aggregator.model.reading import Unreadable
from aggregator.service.wire import dumps, loads
from tests.builders import NOON, make_entry


def test_an_entry_with_all_that_hangs_on_it_arrives():
    entry = replace(
        make_entry("1", published_at=NOON),
        enclosures=(Enclosure(url="https://a.example/1.mp3", length=5),),
        extras=Extras(people=(Person(name="Ada"),), place=(1.5, -2.0)),
    )
    (read,) = loads(dumps((entry,)))
    assert read == entry
    assert hash(read) == hash(entry)


def test_what_is_one_value_stays_one():
    entry = make_entry("1")
    first, second = loads(dumps([entry, entry]))
    assert first is second


def test_classes_and_plain_values_pass_as_always():
    value = {"kind": Unreadable, "at": NOON, "text": "\udc80"}
    assert loads(dumps(value)) == value
