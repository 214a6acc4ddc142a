"""Documents to damage, and the damaged ones: each made from its number alone, so that a number is a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from aggregator.parse import Whole, cut_items
from tests.e2e.corpora import FOLDER
from tests.mutations.mutators import GENTLE, MAX_BYTES, ROUGH
from tests.mutations.odd import LABELS, TYPES

OWN = Path(__file__).parents[1] / "data" / "feeds"
_KINDS = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})
_MAX_SEED_BYTES = 16_000
_MAX_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Seed:
    """A document as somebody published it, or its beginning."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged document, with what was done to it."""

    number: int
    seed: Seed
    steps: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.number}: {self.seed.name} by {', '.join(self.steps)}"


@cache
def own_seeds() -> tuple[Seed, ...]:
    """Give the fixtures of this repository."""
    return _seeds(OWN, OWN.rglob("feed.*"))


@cache
def all_seeds() -> tuple[Seed, ...]:
    """Give the fixtures, all documents of the suites in the corpora, and all real feeds there, each several times."""
    real, suites = (_seeds(FOLDER, (FOLDER / part).rglob("*")) for part in ("feeds", "suites"))
    return own_seeds() + real * (len(suites) // max(1, len(real))) + suites


def _seeds(root: Path, paths: Iterable[Path]) -> tuple[Seed, ...]:
    return tuple(
        Seed(path.relative_to(root).as_posix(), _beginning(path.read_bytes()))
        for path in sorted(paths)
        if path.suffix in _KINDS and path.is_file()
    )


def _beginning(body: bytes) -> bytes:
    """Give the first items of a long document, so that a hundred thousand of them are read in minutes."""
    cut = cut_items(body) if len(body) > _MAX_SEED_BYTES else Whole("short")
    return (body if isinstance(cut, Whole) else cut.holding(cut.items[:_MAX_ITEMS]))[:_MAX_SEED_BYTES]


def mutant(number: int, seeds: Sequence[Seed]) -> Mutant:
    """Make one damaged document; the same number and seeds give the same one."""
    chance = Random(number)
    seed, other = chance.choice(seeds), chance.choice(seeds)
    mutators = chance.choice((GENTLE, (*GENTLE, *ROUGH), ROUGH))
    chosen = chance.choices(mutators, k=chance.choice((1, 1, 2, 4)))
    body = seed.body
    for mutate in chosen:
        body = mutate(chance, body, other.body)[:MAX_BYTES]
    return Mutant(number, seed, tuple(mutate.__name__ for mutate in chosen), _headers(chance), body)


def _headers(chance: Random) -> tuple[tuple[str, str], ...]:
    if chance.random() < 0.5:
        return (("content-type", "application/xml"),)
    media_type = chance.choice(TYPES) + chance.choice(("", f"; charset={chance.choice(LABELS)}"))
    return (("content-type", media_type), ("content-language", chance.choice(("de", "", "x" * 300))))
