"""Attacks on sanitizers, those of the corpora, carried in every field of an entry."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from aggregator.model.entry import Entry
from aggregator.model.reading import Document, Reading
from aggregator.pipeline.read import read_document
from aggregator.text.characters import clean_text
from tests.builders import NOON
from tests.e2e.corpora import FOLDER

SUITE = FOLDER / "suites" / "sanitizer"
URL = "https://hostile.example/feed.xml"

_ATOM = """<entry><id>{number}</id><title type="html">{text}</title><link href="{text}"/><updated>{text}</updated>
<author><name>{text}</name><uri>{text}</uri></author><category term="{text}"/><rights type="html">{text}</rights>
<summary type="html">{text}</summary><content type="html">{text}</content>
<link rel="enclosure" href="{text}" type="{text}"/><link rel="replies" href="{text}"/></entry>"""
_RSS = """<item><guid isPermaLink="false">{number}</guid><title>{text}</title><link>{text}</link><author>{text}</author>
<description>{text}</description><content:encoded>{text}</content:encoded><comments>{text}</comments>
<enclosure url="{text}" type="{text}" length="{text}"/><media:thumbnail url="{text}"/>
<media:credit>{text}</media:credit>
<media:content url="{text}" medium="video"/><feedburner:origLink>{text}</feedburner:origLink>
<podcast:person href="{text}" role="{text}">{text}</podcast:person><podcast:transcript url="{text}" type="{text}"/>
<source url="{text}">{text}</source></item>"""
_ATOM_FEED = '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{}</feed>'
_RSS_FEED = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:media="http://search.yahoo.com/mrss/" xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    ' xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>T</title>{}</channel></rss>'
)
_FEEDS = ((_ATOM_FEED, _ATOM), (_RSS_FEED, _RSS))


def vectors() -> list[str]:
    """Give every vector once."""
    found: dict[str, None] = {}
    for name in ("dompurify-expect", "html5lib-sanitizer", "owasp-xss-filter-evasion", "payloadbox-xss"):
        for one in json.loads((SUITE / f"{name}.json").read_text(encoding="utf-8")):
            found[_payload(one)] = None
    for path in sorted((SUITE / "bleach").glob("*.test")):
        found[path.read_text(encoding="utf-8").partition("\n--\n")[0]] = None
    return list(found)


def carried(texts: list[str]) -> list[Entry]:
    """Read feeds of both formats that carry each text in every field."""
    entries: list[Entry] = []
    for feed, item in _FEEDS:
        # What XML cannot hold would stop at its parser already.
        items = (item.format(number=number, text=escape(clean_text(text))) for number, text in enumerate(texts))
        body = feed.format("".join(items)).encode()
        reading = read_document(Document(source_id="s", url=URL, source_url=URL, headers=(), body=body, now=NOON))
        assert isinstance(reading, Reading)
        assert (len(reading.entries), reading.truncated) == (len(texts), 0)
        entries += reading.entries
    return entries


def _payload(one: Any) -> str:
    if isinstance(one, str):
        return one
    return str(next(one[name] for name in ("payload", "input", "vector") if name in one))
