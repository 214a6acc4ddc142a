"""New, revised or unchanged: entries of a document against what is known of its source. Pure."""

from aggregator.identity.around import Around, Judged
from aggregator.identity.judging import judge

__all__ = ["Around", "Judged", "judge"]
