"""Bytes to a parsed document. Pure."""

from aggregator.parse.article import extract_article
from aggregator.parse.discovery import is_aside, read_page
from aggregator.parse.document import is_web_page, parse_feed
from aggregator.parse.feed_lists import read_feed_list
from aggregator.parse.hosts import known_feeds, lookup_address, read_lookup
from aggregator.parse.items import Cut, Whole, cut_items
from aggregator.parse.limits import MAX_ENTRIES
from aggregator.parse.opml import read_opml
from aggregator.parse.robots import ALLOWS_ALL, ALLOWS_NOTHING, Robots, read_robots

__all__ = [
    "ALLOWS_ALL",
    "ALLOWS_NOTHING",
    "MAX_ENTRIES",
    "Cut",
    "Robots",
    "Whole",
    "cut_items",
    "extract_article",
    "is_aside",
    "is_web_page",
    "known_feeds",
    "lookup_address",
    "parse_feed",
    "read_feed_list",
    "read_lookup",
    "read_opml",
    "read_page",
    "read_robots",
]
