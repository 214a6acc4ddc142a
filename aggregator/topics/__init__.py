"""Topics: the query language, and which topics an entry belongs to, with the reasons. Pure."""

from aggregator.topics.dropping import without_dropped
from aggregator.topics.membership import TopicSet
from aggregator.topics.query import Query, QueryWarning, parse_query

__all__ = ["Query", "QueryWarning", "TopicSet", "parse_query", "without_dropped"]
