"""The examples of a topic: what it has to let in and keep out."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.model.topic import Trial
from aggregator.settings.findings import Loc
from aggregator.settings.shapes import ExamplesSection
from aggregator.settings.tree import Tree


def read_trials(section: ExamplesSection | None, tree: Tree, loc: Loc) -> Iterator[Trial]:
    """Read the examples, each with its place."""
    if section is None:
        return
    for key, texts in (("in", section.in_), ("out", section.out)):
        for number, text in enumerate(texts or ()):
            if text is not None:
                spot = tree.spot((*loc, key, number))
                path = f"{key}.{number}"
                yield Trial(text, wanted=key == "in", at=(spot.file.shown, spot.line, spot.column), path=path)
