"""What a plan says, as JSON and in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from aggregator.model.planned import Change, Fate, Mark, Planned, PlannedEntry, PlannedTopic
from aggregator.pages.json_shapes import instant
from aggregator.pages.words import count

_DAY = timedelta(days=1)
_WORTH_SAYING = 0.1
_MOST_SAID = 3
_LEAST_DIFFERENCE = 0.05
_FATES = {
    Mark.ENTERS: (Fate.ANNOUNCED, Fate.WAITING, Fate.SILENT, Fate.NOT_TAKEN),
    Mark.LEAVES: (Fate.KEPT, Fate.GONE),
}


def plan_json(planned: Planned, bound: float, samples: int) -> dict[str, Any]:
    """Shape a plan; of each topic so many samples of what enters and of what leaves."""
    return {
        "at": instant(planned.at),
        "days": planned.since / _DAY,
        "bound": bound,
        "beyond": [one.slug for one in planned.beyond(bound)],
        "unchanged": planned.unchanged,
        "topics": [topic_json(one, samples) for one in planned.topics],
    }


def topic_json(one: PlannedTopic, samples: int) -> dict[str, Any]:
    """Shape what would become of one topic."""
    return {
        "slug": one.slug,
        "change": one.change.value,
        "was": one.was,
        "entries": {"before": one.before, "after": one.after},
        "items_a_day": {"before": round(one.per_day_before, 2), "after": round(one.per_day_after, 2)},
        "moved": None if one.moved is None else round(one.moved, 4),
        "announced": one.announced,
        "enters": _way(one, Mark.ENTERS, samples),
        "leaves": _way(one, Mark.LEAVES, samples),
        "stays": one.count(Mark.STAYS),
        "shared": [
            {"topic": other.topic, "entries": other.entries, "share": round(other.share, 4)} for other in one.shared
        ],
    }


def entry_json(one: PlannedEntry) -> dict[str, Any]:
    """Shape one entry of a plan."""
    return {
        "mark": one.mark.value,
        "fate": one.fate.value,
        "id": one.key.short,
        "source": one.key.source,
        "title": one.title,
        "first_seen_at": instant(one.first_seen_at),
        "rule": one.reason.rule,
        "evidence": one.reason.evidence,
    }


def _way(one: PlannedTopic, mark: Mark, samples: int) -> dict[str, Any]:
    return {
        "count": one.count(mark),
        **{fate.value.replace(" ", "_"): one.count(mark, fate) for fate in _FATES[mark]},
        "samples": [entry_json(entry) for entry in _first(one, mark, samples)],
    }


def plan_lines(planned: Planned, bound: float, samples: int) -> Iterator[str]:
    """Tell what would become of everything, in lines."""
    for one in planned.topics:
        yield from topic_lines(one, planned.since, samples)
        yield from _perhaps_renamed(one, planned)
    changing = count(len(planned.topics), "topic changes", "topics change")
    yield f"{changing}, {planned.unchanged:,} unchanged; nothing has been done"
    for one in planned.beyond(bound):
        yield (
            f"a reload refuses this: {one.slug} changes by {one.moved:.0%}, "
            f"more than policies.reload-bound ({bound:.0%}); `aggregator reload --accept` takes it"
        )


def _perhaps_renamed(gone: PlannedTopic, planned: Planned) -> Iterator[str]:
    """Ask whether a topic that goes is the new one that holds all that it had."""
    if gone.change is not Change.REMOVED or not gone.entries:
        return
    had = {entry.key for entry in gone.entries}
    for one in planned.topics:
        if one.change is Change.NEW and had <= {entry.key for entry in one.entries}:
            yield f"  is it {one.slug} now? With `aliases: [{gone.slug}]` there its readers go on, nothing comes twice"


def topic_lines(one: PlannedTopic, days: timedelta, samples: int) -> Iterator[str]:
    """Tell what would become of one topic, in lines."""
    was = f" (was {one.was})" if one.change is Change.RENAMED else ""
    moved = "" if one.moved is None else f"; {one.moved:.0%} of what it had changes"
    yield f"{one.slug}{was}  {one.change}: {volume(one, days)}{moved}"
    yield from _ways(one)
    for mark in (Mark.ENTERS, Mark.LEAVES):
        yield from (f"  {line}" for line in map(entry_line, _first(one, mark, samples)))
    said = [other for other in one.shared if other.share >= _WORTH_SAYING][:_MOST_SAID]
    if said:
        yield "  shares " + ", ".join(f"{other.share:.0%} with {other.topic}" for other in said)


def volume(one: PlannedTopic, days: timedelta) -> str:
    """Tell how much a topic takes, before and after.

    >>> one = dict(slug="a", change=Change.CHANGED, was="a", before=9, after=12, per_day_before=0.3, per_day_after=0.4)
    >>> volume(PlannedTopic(**one), timedelta(days=30))
    '9 → 12 entries in 30 days, 0.3 → 0.4 items a day'
    """
    within = f"in {count(round(days / _DAY), 'day', 'days')}"
    if one.change is Change.NEW:
        return f"{count(one.after, 'entry', 'entries')} {within}, {one.per_day_after:.1f} items a day"
    if one.before == one.after and abs(one.per_day_before - one.per_day_after) < _LEAST_DIFFERENCE:
        return f"{count(one.after, 'entry', 'entries')} {within} as before, {one.per_day_after:.1f} items a day"
    entries = f"{one.before:,} → {count(one.after, 'entry', 'entries')} {within}"
    return f"{entries}, {one.per_day_before:.1f} → {one.per_day_after:.1f} items a day"


def entry_line(one: PlannedEntry) -> str:
    """Tell what becomes of an entry, in a line."""
    told = "" if one.mark is Mark.STAYS else f"  ({one.fate})"
    why = f"  [{one.reason.rule}] {one.reason.evidence}".rstrip() if one.reason.rule else ""
    return f"{one.mark} {one.key.short}  {one.first_seen_at:%Y-%m-%d}  {one.key.source}  {one.title}{told}{why}"


def _ways(one: PlannedTopic) -> Iterator[str]:
    entering, leaving = one.count(Mark.ENTERS), one.count(Mark.LEAVES)
    if entering:
        silent, passed = one.count(Mark.ENTERS, Fate.SILENT), one.count(Mark.ENTERS, Fate.NOT_TAKEN)
        parts = [
            *([f"{silent:,} silently"] if silent else []),
            *([f"{passed:,} are old and not taken"] if passed else []),
        ]
        yield f"  + {count(entering, 'entry enters', 'entries enter')}" + (f": {', '.join(parts)}" if parts else "")
    if leaving:
        kept = one.count(Mark.LEAVES, Fate.KEPT)
        stay = f"; {count(kept, 'stays', 'stay')} in the feed that has it" if kept else ""
        yield f"  - {count(leaving, 'entry leaves', 'entries leave')}{stay}"
    if one.announced:
        yield f"  ! {count(one.announced, 'item', 'items')} would be announced at once"


def _first(one: PlannedTopic, mark: Mark, samples: int) -> list[PlannedEntry]:
    return [entry for entry in one.entries if entry.mark is mark][:samples]
