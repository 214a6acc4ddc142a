"""What keeps a story waiting, gate by gate: predicates on the facts that a reason keeps, so that they decide again.

A gate is asked only where its facts are given: what a topic does not want is not written down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.model.reason import Fact, Reason
from aggregator.model.shape import Fate

Facts = Mapping[str, Fact]

ALL_GATES_PASSED = "shape"


@dataclass(frozen=True, slots=True)
class Gate:
    """One reason to wait, to be left out, or to be told at once.

    Attributes:
        rule: Its name in reasons.
        needs: The fact without which it is not asked.
        closes: Whether it decides.
        says: The evidence, in words.
    """

    rule: str
    fate: Fate
    needs: str
    closes: Callable[[Facts], bool]
    says: Callable[[Facts], str]


def number(facts: Facts, name: str) -> float:
    """Give a fact that is a number.

    Raises:
        KeyError: There is none of this name.
        TypeError: It is none.
    """
    value = facts[name]
    if isinstance(value, int | float):
        return value
    raise TypeError(f"{name}: {value!r} is no number")


def score(facts: Facts) -> float:
    """Say what a story is worth: the weight of who speaks, more with each outlet, half after each half-life.

    >>> score({"weight": 2.0, "outlets": 4, "age_s": 86_400, "half_life_s": 86_400})
    3.0
    """
    from_outlets = 1 + math.log2(max(1.0, number(facts, "outlets")))
    recency = 0.5 ** (number(facts, "age_s") / number(facts, "half_life_s"))
    return float(round(number(facts, "weight") * from_outlets * recency, 6))


def decide(facts: Facts) -> tuple[Fate, str]:
    """Give the fate of a story, and the rule that decided."""
    gate = next((one for one in GATES if one.needs in facts and one.closes(facts)), None)
    return (Fate.ANNOUNCED, _last_gate(facts)) if gate is None else (gate.fate, gate.rule)


def reason_of(facts: Facts) -> Reason:
    """Decide, and tell it."""
    fate, rule = decide(facts)
    gate = next((one for one in GATES if (one.rule, one.fate) == (rule, fate)), None)
    said = [gate.says(facts)] if gate else []
    if fate is not Fate.CUT and "score" in facts:
        said.append(_worth(facts))
    return Reason("publish", fate.value, rule, "; ".join(said), tuple(facts.items()))


def _last_gate(facts: Facts) -> str:
    """Name the gate that let a story through last: the scarcest good that was given to it."""
    passed = [gate.rule for gate in GATES if gate.needs in facts and gate.fate is Fate.WAITS]
    return passed[-1] if passed else ALL_GATES_PASSED


def _worth(facts: Facts) -> str:
    age, half_life = (_span(number(facts, name)) for name in ("age_s", "half_life_s"))
    weight, outlets = facts["weight"], facts["outlets"]
    return f"score {number(facts, 'score'):.3g} = weight {weight:g} * (1 + log2 {outlets}) * 0.5^({age} / {half_life})"


def _span(seconds: float) -> str:
    hours = seconds / 3_600
    return f"{hours:.3g} h" if hours >= 1 else f"{seconds / 60:.3g} min"


def _clock(seconds: Fact) -> str:
    at = datetime.fromtimestamp(0, UTC) + timedelta(seconds=float(seconds or 0))
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _budget_closed(facts: Facts) -> bool:
    now, free_at = number(facts, "now_s"), number(facts, "free_at_s")
    return number(facts, "told") >= number(facts, "most") or free_at > now or number(facts, "told_in_slot") > 0


def _budget_says(facts: Facts) -> str:
    return f"budget: {facts['told']} of {facts['most']} told within {_span(number(facts, 'period_s'))}"


def _digest_closed(facts: Facts) -> bool:
    at = number(facts, "digest_at_s")
    return not (number(facts, "digested_s") < at and number(facts, "seen_s") <= at)


GATES: tuple[Gate, ...] = (
    Gate("hide", Fate.CUT, "hidden", lambda it: bool(it["hidden"]), lambda it: f"hidden: {it['hidden']}"),
    Gate("private", Fate.CUT, "open", lambda it: not it["open"], lambda _: "it is told by private sources only"),
    Gate("match", Fate.CUT, "matched", lambda it: not it["matched"], lambda _: "nothing new in it matches"),
    Gate("pin", Fate.ANNOUNCED, "pinned", lambda it: bool(it["pinned"]), lambda it: f"pinned: {it['pinned']}"),
    Gate("unless-in", Fate.CUT, "told_in", lambda it: bool(it["told_in"]), lambda it: f"it is in {it['told_in']}"),
    Gate(
        "patience",
        Fate.CUT,
        "patience_s",
        lambda it: number(it, "age_s") >= number(it, "patience_s"),
        lambda it: f"nothing new for {_span(number(it, 'age_s'))}; stories wait for {_span(number(it, 'patience_s'))}",
    ),
    Gate(
        "unless-in", Fate.WAITS, "waits_in", lambda it: bool(it["waits_in"]), lambda it: f"it waits in {it['waits_in']}"
    ),
    Gate(
        "settle",
        Fate.WAITS,
        "settle_s",
        lambda it: number(it, "known_s") < number(it, "settle_s"),
        lambda it: f"known for {_span(number(it, 'known_s'))} of {_span(number(it, 'settle_s'))}",
    ),
    Gate(
        "min-outlets",
        Fate.WAITS,
        "min_outlets",
        lambda it: number(it, "outlets") < number(it, "min_outlets"),
        lambda it: f"{it['outlets']} of {it['min_outlets']} outlets",
    ),
    Gate(
        "least-score",
        Fate.WAITS,
        "least_score",
        lambda it: number(it, "score") < number(it, "least_score"),
        lambda it: f"below {it['least_score']:g}",
    ),
    Gate(
        "quiet",
        Fate.WAITS,
        "quiet_since_s",
        lambda it: number(it, "quiet_since_s") > number(it, "quiet_ended_s"),
        lambda it: f"quiet until {_clock(it['quiet_until_s'])}",
    ),
    Gate(
        "digest",
        Fate.WAITS,
        "digest_at_s",
        _digest_closed,
        lambda it: f"the next digest: {_clock(it['digest_next_s'])}",
    ),
    Gate(
        "per-source",
        Fate.WAITS,
        "source_most",
        lambda it: number(it, "source_told") >= number(it, "source_most"),
        lambda it: f"{it['source']}: {it['source_told']} of {it['source_most']} told",
    ),
    Gate(
        "digest-full",
        Fate.WAITS,
        "digest_most",
        lambda it: number(it, "digest_told") >= number(it, "digest_most"),
        lambda it: f"the digest holds {it['digest_most']} better ones",
    ),
    Gate("budget", Fate.WAITS, "most", _budget_closed, _budget_says),
)
"""In the order in which they are asked."""
