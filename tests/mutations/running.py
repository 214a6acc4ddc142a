"""Damage and judge documents by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import process_time

from tests.mutations.grammar import each_example
from tests.mutations.judging import Headers, document_of, faults_of, read_seed
from tests.mutations.seeds import Seed, all_seeds, mutant, own_seeds

_SHOWN_SLOW = 5


@dataclass(slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        faults: Number and name of each document that failed, and how.
        slowest: Seconds of CPU time and number of the slowest documents, judging included.
    """

    count: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.count += other.count
        self.faults += other.faults
        self.slowest = sorted((*self.slowest, *other.slowest), reverse=True)[:_SHOWN_SLOW]


def judge_numbers(numbers: Iterable[int], seeds: Sequence[Seed]) -> Outcome:
    """Judge the damaged documents of these numbers."""
    outcome = Outcome()
    for number in numbers:
        one = mutant(number, seeds)
        started = process_time()
        faults = faults_of(document_of(one.body, one.headers), read_seed(one.seed.body, one.headers), number)
        took = process_time() - started
        outcome.add(Outcome(1, [f"{one}: {fault}" for fault in faults], [(took, str(one))]))
    return outcome


def judge_examples(number: int, count: int) -> Outcome:
    """Judge so many documents that were made up."""
    outcome = Outcome()

    def judge(body: bytes, headers: Headers) -> None:
        started = process_time()
        faults = faults_of(document_of(body, headers), None, number)
        name = f"example {outcome.count} of {number}"
        took = process_time() - started
        outcome.add(Outcome(1, [f"{name}: {fault}: {body!r}" for fault in faults], [(took, name)]))

    each_example(number, count, judge)
    return outcome


def judge_range(start: int, stop: int) -> Outcome:
    """Judge a range of numbers, on all seeds that are there; for a process of its own."""
    return judge_numbers(range(start, stop), all_seeds() or own_seeds())
