"""Why something was decided, as data: the shell stores, shows and logs it."""

from __future__ import annotations

from dataclasses import dataclass

Fact = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the way to a decision.

    Attributes:
        stage: The room that decided: ``fetch``, ``date``, ``identity``, ``story``, ``topic``, ``publish`` …
        verdict: What was decided, in a word or two: ``new``, ``joined``, ``entered``.
        rule: Name of the rule that decided, stable: ``guid``, ``link``, ``match``.
        evidence: What the rule saw, short enough for one line.
        facts: Names and values of what the rule compared, thresholds included: enough to decide again.
    """

    stage: str
    verdict: str
    rule: str
    evidence: str = ""
    facts: tuple[tuple[str, Fact], ...] = ()
