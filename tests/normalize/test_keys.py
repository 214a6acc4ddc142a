from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aggregator.model.entry import CandidateKey, EntryKey, KeyKind
from aggregator.model.parsed import ParsedEntry, RawText
from aggregator.normalize.keys import Ladder, identify
from aggregator.text.digests import digest64
from tests.builders import NOON

URL = "https://a.example/x"


def keys(*, url: str | None = URL, day_of: Any = NOON, **fields: Any) -> tuple[EntryKey, tuple[CandidateKey, ...]]:
    entry = ParsedEntry(**({"title": RawText("A  Títle")} | fields))
    return identify(entry, Ladder(source_id="src", url=url, day_of=day_of, fingerprint="f00d"))


def test_an_entry_is_named_by_its_guid_and_known_by_all_that_it_has():
    key, candidates = keys(guid="g", title=RawText("A headline of words"))
    assert key == EntryKey("src", "g")
    assert [candidate.kind for candidate in candidates] == [KeyKind.GUID, KeyKind.LINK, KeyKind.TITLE_DAY]
    assert candidates[0] == CandidateKey(KeyKind.GUID, digest64("guid", "g"))


def test_a_short_headline_is_no_key_beside_others():
    assert [candidate.kind for candidate in keys(guid="g")[1]] == [KeyKind.GUID, KeyKind.LINK]


@pytest.mark.parametrize(
    "variant",
    ["http://a.example/1", "https://b.example/1", "https://www.a.example/1?utm_source=rss", "HTTP://c.example/1"],
)
def test_a_guid_that_is_an_address_is_known_without_scheme_and_host(variant):
    def other(guid: str) -> set[CandidateKey]:
        return {candidate for candidate in keys(guid=guid)[1] if candidate.kind is KeyKind.GUID_ALT}

    assert other(variant) == other("https://a.example/1") != other("https://a.example/2")
    assert not other("https://a.example/")


def test_without_a_guid_the_link_is_the_key():
    key, candidates = keys()
    assert key == EntryKey("src", "link:https://a.example/x")
    assert [candidate.kind for candidate in candidates] == [KeyKind.LINK]


@pytest.mark.parametrize(
    "variant", ["http://a.example/x", "https://www.a.example/x/", "https://a.example/x?utm_source=rss"]
)
def test_variants_of_a_link_are_one_key(variant):
    assert keys(url=variant)[1] == keys()[1]


def test_fragments_are_different_keys():
    assert keys(url=f"{URL}#1")[1] != keys(url=f"{URL}#2")[1] != keys()[1]


def test_without_a_link_title_and_day_are_the_key():
    key, candidates = keys(url=None)
    assert key == EntryKey("src", "day:a title|2026-11-23")
    assert [candidate.kind for candidate in candidates] == [KeyKind.TITLE_DAY, KeyKind.TITLE_DAY]
    later = keys(url=None, day_of=NOON + timedelta(hours=2))[1]
    assert [one == other for one, other in zip(candidates, later, strict=True)] == [True, False]
    assert keys(url=None, title=RawText("a &lt;b&gt;TITLE&lt;/b&gt;", "text/html")) != keys(url=None)
    assert keys(url=None, title=RawText("<b>a</b> TITLE", "text/html")) == keys(url=None)


@pytest.mark.parametrize("lacking", [{"title": None}, {"day_of": None}])
def test_without_title_or_day_the_content_is_the_key(lacking):
    assert keys(url=None, **lacking)[0] == EntryKey("src", "digest:f00d")


def test_a_guid_of_megabytes_is_a_digest_and_still_its_own():
    one, two = keys(guid="x" * 3_000_000)[0], keys(guid="x" * 3_000_001)[0]
    assert one != two
    assert len(one.guid) < 100


def test_a_guid_holds_no_characters_that_a_document_may_not():
    assert keys(guid="a\x00\ud800b")[0].guid == "ab"
    assert keys(guid="\x00")[0].guid == "link:https://a.example/x"
