"""Rounds of polls in one process, and what happens on the web before each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.request import urlopen


@dataclass(frozen=True, slots=True)
class Rounds:
    """How often everything is polled; the last time counts.

    Attributes:
        tick: Address to ask before each round, for feeds to change; empty when none do.
    """

    count: int
    tick: str = ""

    @classmethod
    def read(cls, arguments: Sequence[str]) -> Rounds:
        """Read the arguments of a program: a number and, maybe, an address."""
        return cls(int(arguments[0]), *arguments[1:])

    def arguments(self) -> list[str]:
        """Write them."""
        return [str(self.count), *filter(None, [self.tick])]

    def begin(self) -> None:
        """Let feeds change, where they are to."""
        if self.tick:
            urlopen(self.tick, timeout=60).close()  # noqa: S310 - our own server
