"""Bytes to a parsed document. Pure."""

from aggregator.parse.discovery import is_aside, read_page
from aggregator.parse.document import is_web_page, parse_feed
from aggregator.parse.feed_lists import read_feed_list
from aggregator.parse.hosts import known_feeds, lookup_address, read_lookup
from aggregator.parse.items import Cut, Whole, cut_items
from aggregator.parse.opml import read_opml

__all__ = [
    "Cut",
    "Whole",
    "cut_items",
    "is_aside",
    "is_web_page",
    "known_feeds",
    "lookup_address",
    "parse_feed",
    "read_feed_list",
    "read_lookup",
    "read_opml",
    "read_page",
]
