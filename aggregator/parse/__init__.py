"""Bytes to a parsed document. Pure."""

from aggregator.parse.discovery import offered_feeds
from aggregator.parse.document import parse_feed
from aggregator.parse.items import Cut, Whole, cut_items
from aggregator.parse.opml import read_opml

__all__ = ["Cut", "Whole", "cut_items", "offered_feeds", "parse_feed", "read_opml"]
