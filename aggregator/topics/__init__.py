"""Topics: the query language, and which topics an entry belongs to, with the reasons. Pure."""

from aggregator.topics.anchors import is_costly
from aggregator.topics.dropping import without_dropped
from aggregator.topics.learning import MOST_BACKGROUND, asked_of, learn
from aggregator.topics.likeness import LearnedTaste
from aggregator.topics.liking import likes_in, senses_of
from aggregator.topics.membership import TopicSet
from aggregator.topics.query import Query, QueryWarning, parse_query
from aggregator.topics.searching import sought, words_of
from aggregator.topics.speaking import languages_of
from aggregator.topics.wording import in_words

__all__ = [
    "MOST_BACKGROUND",
    "LearnedTaste",
    "Query",
    "QueryWarning",
    "TopicSet",
    "asked_of",
    "in_words",
    "is_costly",
    "languages_of",
    "learn",
    "likes_in",
    "parse_query",
    "senses_of",
    "sought",
    "without_dropped",
    "words_of",
]
