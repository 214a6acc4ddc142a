from __future__ import annotations

import io
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import InputSource

import feedparser

from aggregator.parse import parse_feed, sax_driver


class Pieces(ContentHandler):
    """Keeps every piece of text that it is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def characters(self, content: str) -> None:
        self.seen.append(content)


def test_text_comes_in_one_piece():
    pieces = Pieces()
    parser = sax_driver.create_parser()
    parser.setContentHandler(pieces)
    source = InputSource()
    source.setByteStream(io.BytesIO(b"<a>one\ntwo &amp; three\n</a>"))
    parser.parse(source)
    assert pieces.seen == ["one\ntwo & three\n"]


def test_feedparser_asks_our_driver_first():
    parse_feed(b"<rss version='2.0'><channel/></rss>", url="https://a.example/", headers={})
    assert feedparser.api.PREFERRED_XML_PARSERS[0] == sax_driver.__name__
