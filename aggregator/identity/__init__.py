"""New, revised or unchanged: entries of a document against what is known of its source. Pure."""

from aggregator.identity.judging import Around, Judged, judge

__all__ = ["Around", "Judged", "judge"]
