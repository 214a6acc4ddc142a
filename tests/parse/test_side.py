from __future__ import annotations

import pytest

from aggregator.parse.side import SideFacts, raw_guids, read_side


def test_documents_without_a_marker_are_not_read_again():
    assert read_side(b"<rss><hour>1</hour><day>Sunday</day></rss>") == SideFacts()


def test_every_hour_and_day_is_kept_once_and_in_range():
    body = b"<rss><skipHours><hour>23</hour><hour> 5 </hour><hour>05</hour><hour>24</hour><hour>25</hour>"
    body += b"<hour>-1</hour></skipHours>"
    body += b"<skipDays><day>Friday</day><day>FRIDAY</day><day></day></skipDays></rss>"
    assert read_side(body) == SideFacts(skip_hours=(0, 5, 23), skip_days=("friday",))


@pytest.mark.parametrize("namespace", ["http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss"])
def test_captions_are_those_of_media_rss_under_either_name(namespace):
    body = f'<rss xmlns:media="{namespace}"><media:description> a &amp; b </media:description></rss>'.encode()
    assert read_side(body).captions == {"a & b"}


@pytest.mark.parametrize("body", [b"skipHours", b"<skipHours", b"\x00skipDays\xff"])
def test_what_is_beyond_repair_gives_nothing(body):
    assert read_side(body) == SideFacts()


def test_guids_are_as_written():
    assert raw_guids(b"<rss><item><guid>foo</guid></item><item><guid> /bar </guid></item></rss>") == {"foo", "/bar"}
    assert raw_guids(b"") == frozenset()
