"""In which language a text is written, where nobody says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Recognised:
    """The language that a text is in, by its look.

    Attributes:
        tag: Primary subtag, as ``de``; never with a region.
        sure: How sure that is, up to 0.99, two decimals.
    """

    tag: str
    sure: float

    def __str__(self) -> str:
        return f"{self.tag}, recognised ({self.sure:.0%} sure)"


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A way to recognise the language of a text.

    Attributes:
        name: With its version and what it was told to expect: another name may recognise otherwise.
        recognise: Text to language; None where it is not clear. The same text always gives the same.
    """

    name: str
    recognise: Callable[[str], Recognised | None] = field(compare=False, repr=False)
