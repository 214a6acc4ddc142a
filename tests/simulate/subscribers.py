"""Three subscribers, and what each of them sees twice or never."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from aggregator.model.edition import Edition, EditionEntry

_TRUTH = "truth-"


def truth_of(categories: Collection[str]) -> int | None:
    """Give the number of the article that an entry is."""
    return next((int(one.removeprefix(_TRUTH)) for one in categories if one.startswith(_TRUTH)), None)


def _by_link(entry: EditionEntry) -> str:
    """Know an item by its link; one without a link can be known by nothing but its id."""
    return entry.url or entry.id


KEYS: Mapping[str, Callable[[EditionEntry], str]] = {
    "by id": lambda entry: entry.id,
    "by link": _by_link,
    "by id and updated": lambda entry: f"{entry.id} {entry.updated_at.isoformat()}",
}


@dataclass(slots=True)
class Subscriber:
    """Shows every item whose key it has not seen before.

    A repeat is an article that is shown again under another key; a loss is one that never is.

    Attributes:
        shown: How often each article was shown.
        bumps: Articles whose edits are meant to be seen: showing them again is no repeat.
    """

    key: Callable[[EditionEntry], str]
    shown: Counter[int] = field(default_factory=Counter)
    bumps: set[int] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def read(self, edition: Edition) -> None:
        """Read a feed."""
        for entry in edition.entries:
            key, truth = self.key(entry), truth_of(entry.categories)
            if key not in self._seen and truth is not None:
                self._seen.add(key)
                self.shown[truth] += 1

    def repeats(self) -> frozenset[int]:
        """Name the articles that were shown more than once."""
        return frozenset(truth for truth, times in self.shown.items() if times > 1)

    def losses(self, due: Collection[int]) -> frozenset[int]:
        """Name those of the articles that were never shown."""
        return frozenset(truth for truth in due if not self.shown[truth])
