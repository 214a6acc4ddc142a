from __future__ import annotations

import pytest

from aggregator.model.parsed import ParsedEntry, RawEnclosure
from aggregator.normalize.media import enclosures, lead_image

BASE = "https://a.example/"


def entry(*raw: RawEnclosure, images: tuple[str, ...] = ()) -> ParsedEntry:
    return ParsedEntry(enclosures=raw, images=images)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("3723", 3723),
        ("01:02:03", 3723),
        ("62:03", 3723),
        ("61.5", 61),
        ("1:02:03.250", 3723),
        ("0", None),
        ("1h", None),
        ("", None),
        (None, None),
        ("-5", None),
        ("9" * 50, None),
    ],
)
def test_a_duration_is_in_seconds(written, seconds):
    (medium,) = enclosures(entry(RawEnclosure(url="https://a.example/m", duration=written)), BASE)
    assert medium.duration_seconds == seconds


@pytest.mark.parametrize(
    ("written", "length"),
    [("123", 123), (" 5 ", 5), ("0", None), ("-1", None), ("1.5 MB", None), ("²", None), ("9" * 40, None)],
)
def test_a_length_is_a_number_of_bytes_or_unknown(written, length):
    (medium,) = enclosures(entry(RawEnclosure(url="m.mp3", length=written)), BASE)
    assert (medium.url, medium.length) == ("https://a.example/m.mp3", length)


@pytest.mark.parametrize(
    ("written", "media_type"),
    [
        ("Audio/MPEG; x=y", "audio/mpeg"),
        ("mp3", "application/octet-stream"),
        (None, "application/octet-stream"),
        ('a/b"><', "application/octet-stream"),
    ],
)
def test_a_media_type_is_one_or_that_of_plain_bytes(written, media_type):
    (medium,) = enclosures(entry(RawEnclosure(url="https://a.example/m", media_type=written)), BASE)
    assert medium.media_type == media_type


def test_media_that_cannot_be_asked_for_are_dropped_and_each_is_kept_once():
    raw = [RawEnclosure(url=url) for url in ("ftp://a.example/x", "/m", "https://a.example/m", "file:///etc/passwd")]
    assert [medium.url for medium in enclosures(entry(*raw), BASE)] == ["https://a.example/m"]


def test_no_more_than_fifty_media_are_kept():
    assert len(enclosures(entry(*(RawEnclosure(url=f"/{number}") for number in range(99))), BASE)) == 50


def test_the_lead_image_is_the_one_given_then_one_attached_then_one_in_the_content():
    picture = RawEnclosure(url="/attached.png", media_type="image/png")
    given = entry(picture, images=("data:x", "/given.png"))
    assert lead_image(given, enclosures(given, BASE), BASE, "in-content") == "https://a.example/given.png"
    attached = entry(RawEnclosure(url="/a.mp3", media_type="audio/mpeg"), picture)
    assert lead_image(attached, enclosures(attached, BASE), BASE, "in-content") == "https://a.example/attached.png"
    assert lead_image(entry(), (), BASE, "in-content") == "in-content"
    assert lead_image(entry(), (), BASE, None) is None
