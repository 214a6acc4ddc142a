"""Figures for Prometheus, in its text format. None is about a single source: those stand in ``/status.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from aggregator.model.metering import TOOK_SECONDS, Counts
from aggregator.model.source import SourceCondition
from aggregator.model.status import Status

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Label = tuple[str, str]


def metrics_text(status: Status | None, counts: Counts, version: str) -> str:
    """Write every figure.

    Args:
        status: How things stand; None while the store does not answer, then only what was counted is told.
        counts: What the process has counted.
        version: Of the program.

    Follows:
        The Prometheus text format 0.0.4, and its rules for names: base units, ``_total`` for what only rises.
    """
    lines = [*_counted(counts, version), *(_standing(status) if status is not None else ())]
    return "\n".join([*lines, ""])


def _counted(counts: Counts, version: str) -> Iterator[str]:
    yield from _family("build_info", "gauge", "The version that runs.", {(("version", version),): 1})
    yield from _family(
        "start_time_seconds", "gauge", "When counting began, since 1970.", {(): counts.since.timestamp()}
    )
    outcomes: dict[tuple[Label, ...], float] = {(("outcome", name),): number for name, number in counts.polls}
    yield from _family("polls_total", "counter", "Polls that ended, by outcome.", outcomes)
    yield from _took(counts)
    entries: dict[tuple[Label, ...], float] = {
        (("result", "new"),): counts.new,
        (("result", "revised"),): counts.revised,
    }
    yield from _family("entries_total", "counter", "Entries that polls brought.", entries)
    yield from _family(
        "polls_fenced_total", "counter", "Polls that were dropped: another had overtaken them.", {(): counts.fenced}
    )
    yield from _family("fetch_bytes_total", "counter", "Bytes of answers, decoded.", {(): counts.received_bytes})
    yield from _family(
        "tick_age_seconds", "gauge", "Since somebody looked for sources that are due.", {(): counts.last_looked_s}
    )


def _took(counts: Counts) -> Iterator[str]:
    name = "aggregator_poll_duration_seconds"
    yield f"# HELP {name} From asking to committing."
    yield f"# TYPE {name} histogram"
    below = 0
    for bound, number in zip((*map(str, TOOK_SECONDS), "+Inf"), counts.took, strict=True):
        below += number
        yield f'{name}_bucket{{le="{bound}"}} {below}'
    yield f"{name}_sum {_number(counts.took_seconds)}"
    yield f"{name}_count {below}"


def _standing(status: Status) -> Iterator[str]:
    found = Counter(one.state.condition for one in status.sources)
    conditions: dict[tuple[Label, ...], float] = {(("state", one.value),): found[one] for one in SourceCondition}
    yield from _family("sources", "gauge", "Sources, by state.", conditions)
    waits = [
        (status.at - one.state.next_poll_at).total_seconds()
        for one in status.sources
        if one.state.next_poll_at is not None
    ]
    yield from _family(
        "sources_due", "gauge", "Sources that wait for their turn.", {(): sum(wait >= 0 for wait in waits)}
    )
    yield from _family("lateness_seconds", "gauge", "How long the longest has waited.", {(): max([0.0, *waits])})
    held = sum(pace.hold_until is not None and pace.hold_until > status.at for pace in status.paces)
    yield from _family("hosts_held", "gauge", "Hosts that asked to be left alone.", {(): held})
    yield from _family("entries", "gauge", "Entries that are kept.", {(): status.entries})
    yield from _family("entries_waiting", "gauge", "Entries that wait to be curated.", {(): status.waiting})
    yield from _family("topics", "gauge", "Topics.", {(): len(status.topics)})
    yield from _family(
        "subscribers", "gauge", "Readers of the feeds, of late.", {(): sum(one.subscribers for one in status.topics)}
    )


def _family(name: str, kind: str, told: str, values: Mapping[tuple[Label, ...], float]) -> Iterator[str]:
    yield f"# HELP aggregator_{name} {told}"
    yield f"# TYPE aggregator_{name} {kind}"
    for labels, value in values.items():
        written = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"aggregator_{name}{'{' + written + '}' if written else ''} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    """Write a number.

    >>> _number(3.0), _number(0.25)
    ('3', '0.25')
    """
    return str(int(value)) if value == int(value) else repr(float(value))
