"""What a source weighs in a topic."""

from __future__ import annotations

from aggregator.model.entry import SourceFacts
from aggregator.model.shape import Shape


def weight_in(shape: Shape, source: SourceFacts) -> float:
    """Give the weight of a source: what the topic says of itself, of its tags or of its group, else its own.

    Of several tags the heaviest counts.
    """
    said = dict(shape.weights)
    if source.id in said:
        return said[source.id]
    tagged = [said[name] for tag in source.tags if (name := f"tag:{tag}") in said]
    if tagged:
        return max(tagged)
    return said.get(source.group, source.weight) if source.group else source.weight
