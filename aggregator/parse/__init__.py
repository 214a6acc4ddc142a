"""Bytes to a parsed document. Pure."""

from aggregator.parse.discovery import offered_feeds
from aggregator.parse.document import parse_feed
from aggregator.parse.opml import read_opml

__all__ = ["offered_feeds", "parse_feed", "read_opml"]
