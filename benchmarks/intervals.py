"""Adaptive intervals against a fixed hour: the dates of real feeds replayed through the functions that decide.

Each feed's publications are played in a circle from a point that a seed chooses, fourteen days to learn and
twenty-eight that count; what is polled, and when, is decided by ``conclude`` as in the daemon. The figures are those
of a reader that has subscribed to all of the feeds: all polls, and the delay of the mean entry.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.model.entry import CandidateKey, Entry, EntryKey, KeyKind
from aggregator.model.fetching import Fetched, NotModified
from aggregator.model.parsed import ScheduleHints
from aggregator.model.reading import Document, Reading
from aggregator.model.source import AUTO, Every, FeedProfile, Source, SourceState
from aggregator.pipeline.read import read_document
from aggregator.schedule import conclude
from benchmarks.results import Result

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = (14, 28)
"""To learn, and that count."""
FEWEST = 4
"""Entries with a date that a feed must have to be replayed."""

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
_TYPES = {".json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class Policy:
    """A way of polling: what the settings say, and what the server states by ``max-age``."""

    name: str
    every: Every
    max_age: int | None = None


FIXED = Policy("fixed 1 h", Every(shortest=_HOUR, longest=_HOUR, adaptive=False))
DEFAULT = Policy("auto, floor 1 h", AUTO)
ALLOWED = Policy("auto, server allows 15 min", AUTO, 900)
CURVE = (
    FIXED,
    ALLOWED,
    Policy("30m..1d", Every(shortest=30 * _MINUTE)),
    DEFAULT,
    Policy("2h..1d", Every(shortest=2 * _HOUR)),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy costs and gives over all feeds.

    Attributes:
        polls: A day and feed.
        hits: Share of the polls that brought something.
        delay, median, late: Minutes from publication to the poll that brings it: mean, median, 95th percentile.
    """

    policy: Policy
    polls: float
    hits: float
    delay: float
    median: float
    late: float


def dates_of(path: Path) -> list[datetime]:
    """Read when the entries of a feed were published, the oldest first."""
    outcome = read_document(
        Document(
            source_id="f",
            url="https://feed.example/",
            source_url="https://feed.example/",
            headers=(("content-type", _TYPES.get(path.suffix, "application/xml")),),
            body=path.read_bytes(),
            now=datetime(2027, 1, 1, tzinfo=UTC),
        )
    )
    if not isinstance(outcome, Reading):
        return []
    return sorted(
        entry.published_at for entry in outcome.entries if entry.published_at and entry.published_at > _OLDEST
    )


def timelines(folder: Path, *, one_of: int = 1) -> list[list[timedelta]]:
    """Give each feed's publications as moments after the first, and at the end where the circle closes."""
    paths = sorted(
        path
        for path in (folder / "feeds").glob("*/*")
        if ".expected." not in path.name and not path.name.endswith(".headers.txt")
    )
    found = [dates for dates in map(dates_of, paths[::one_of]) if len(dates) >= FEWEST]
    moments = [[at - dates[0] for at in dates] for dates in found]
    # The gap that closes the circle is the mean one.
    return [[*one, one[-1] + one[-1] / (len(one) - 1)] for one in moments if one[-1] > timedelta()]


def publications(timeline: Sequence[timedelta], seed: int, days: tuple[int, int] = DAYS) -> list[datetime]:
    """Play a feed in a circle: the times of its publications, some before ``START``, for a first document."""
    *moments, circle = timeline
    offset = circle * random.Random(seed).random()
    end = timedelta(days=sum(days))
    times: list[datetime] = []
    turn = -2
    while circle * turn - offset <= end:
        times += [START + circle * turn - offset + at for at in moments]
        turn += 1
    first = bisect_right(times, START)
    return [at for at in times[max(first - len(moments), 0) :] if at <= START + end]


def play(
    policy: Policy, times: Sequence[datetime], source_id: str, days: tuple[int, int] = DAYS
) -> tuple[list[float], int, int]:
    """Poll one feed through the whole time; give delays in minutes, polls and hits of the days that count."""
    source = Source(id=source_id, url="https://feed.example/", every=policy.every)
    headers = (("cache-control", f"max-age={policy.max_age}"),) if policy.max_age is not None else ()
    state, now, seen = SourceState(source_id=source_id), START, 0
    scored, end = START + timedelta(days=days[0]), START + timedelta(days=sum(days))
    delays: list[float] = []
    polls = hits = 0
    while now < end:
        until = bisect_right(times, now)
        fresh = times[seen:until]
        if now >= scored:
            polls += 1
            hits += bool(fresh)
            delays += [(now - at) / _MINUTE for at in fresh if at >= scored]
        state = _answered(source, state, now, fresh if seen or fresh else (), headers)
        seen = until
        assert state.next_poll_at is not None
        now = state.next_poll_at
    return delays, polls, hits


def _answered(
    source: Source, state: SourceState, now: datetime, fresh: Sequence[datetime], headers: tuple[tuple[str, str], ...]
) -> SourceState:
    if state.documents and not fresh:
        return conclude(source, state, NotModified(url=source.url, headers=headers), now).state
    reading = Reading(profile=FeedProfile(), hints=ScheduleHints(), entries=tuple(map(_entry, fresh)))
    answer = Fetched(url=source.url, status=200, headers=headers, body=b"", wire_bytes=1, digest=f"{now}")
    return conclude(source, state, answer, now, reading=reading, new=len(fresh), known=state.documents).state


def _entry(at: datetime) -> Entry:
    return Entry(key=EntryKey("f", "e"), keys=(CandidateKey(KeyKind.GUID, 1),), title="e", published_at=at)


def compare(
    feeds: Sequence[Sequence[timedelta]],
    policies: Iterable[Policy] = CURVE,
    *,
    seed: int = 1,
    days: tuple[int, int] = DAYS,
) -> list[Outcome]:
    """Play every policy over the same publications."""
    played = [publications(feed, seed * 1000 + number, days) for number, feed in enumerate(feeds)]
    return [_outcome(policy, played, days) for policy in policies]


def _outcome(policy: Policy, played: Sequence[Sequence[datetime]], days: tuple[int, int]) -> Outcome:
    delays: list[float] = []
    polls = hits = 0
    for number, times in enumerate(played):
        waited, asked, brought = play(policy, times, f"f{number}", days)
        delays += waited
        polls += asked
        hits += brought
    delays.sort()
    return Outcome(
        policy=policy,
        polls=polls / len(played) / days[1],
        hits=hits / polls,
        delay=sum(delays) / len(delays),
        median=delays[len(delays) // 2],
        late=delays[len(delays) * 95 // 100],
    )


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write the curve as a table, each policy beside the fixed hour."""
    fixed = next(one for one in outcomes if one.policy == FIXED)
    yield "| policy | polls a day | with news | mean delay | median | 95 % | polls beside fixed | delay beside fixed |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in outcomes:
        yield (
            f"| {one.policy.name} | {one.polls:.1f} | {one.hits:.0%} | {one.delay:.0f} min | {one.median:.0f} min "
            f"| {one.late:.0f} min | {one.polls / fixed.polls:.0%} | {one.delay / fixed.delay:.0%} |"
        )


def measure(folder: Path) -> list[Result]:
    """Replay every feed of the corpora; print the curve, give the figures of the two that people run."""
    if not (folder / "feeds").is_dir():
        print("\nintervals: AGGREGATOR_CORPORA names no folder of real feeds; nothing was replayed")
        return []
    outcomes = compare(timelines(folder))
    print("\n".join(("", *table(outcomes))))
    by_policy = {one.policy: one for one in outcomes}
    fixed = by_policy[FIXED]
    results = []
    for name, policy in (("floor15", ALLOWED), ("floor60", DEFAULT)):
        one = by_policy[policy]
        results.append(Result(f"interval.polls.{name}", one.polls, "a day", "fixed 1 h", fixed.polls))
        results.append(Result(f"interval.delay.{name}", one.delay, "min", "fixed 1 h", fixed.delay))
    return results
