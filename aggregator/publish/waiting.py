"""A subject that its topic has not announced, and what is known of it by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.model.edition import Candidate, Member
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Fact
from aggregator.model.shape import Rhythm, Shape
from aggregator.model.timetable import Timetable
from aggregator.model.topic import Topic
from aggregator.publish.gates import score
from aggregator.publish.hands import Hands
from aggregator.publish.lead import choose_lead, may_be_announced, open_members
from aggregator.publish.weights import weight_in
from aggregator.text.timetables import last_moment, next_moment

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(duration: timedelta) -> int:
    """Give the whole seconds of a duration."""
    return int(duration.total_seconds())


def epoch(at: datetime) -> int:
    """Give a moment in whole seconds, as facts have it."""
    return seconds(at - _EPOCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A subject that its topic has not announced.

    Attributes:
        lead: Who would speak; None where nothing may be seen of it.
        known_at: When the first that is new in it was seen.
        news_at: When the last was.
        facts: What is known of it by itself, in the names of the gates.
        hidden_until: When the first of the hidings that keep it ends.
    """

    candidate: Candidate
    lead: Member | None
    known_at: datetime
    news_at: datetime
    facts: dict[str, Fact]
    hidden_until: datetime | None = None

    @property
    def subject(self) -> EntryKey:
        """Name it."""
        return self.candidate.subject

    @property
    def worth(self) -> float:
        """Give its score; 0 where the topic asks for none."""
        value = self.facts.get("score")
        return value if isinstance(value, float) else 0.0


def waiting(candidate: Candidate, topic: Topic, hands: Hands, now: datetime) -> Waiting:
    """Gather what is known of a subject by itself."""
    shape, opened = topic.shape, open_members(candidate, topic.access)
    shown = hands.seen(candidate, opened)
    fresh = [member for member in shown or candidate.members if not member.stored.backfilled]
    times = [member.stored.first_seen_at for member in fresh or candidate.members]
    lead = choose_lead(shown, candidate, shape) if shown else None
    known_at, news_at = min(times), max(times)
    facts = _by_hand(opened, shown, hands)
    if lead is not None and not shape.plain and facts["matched"] and not facts["pinned"]:
        facts |= _worth(shape, shown, lead, now - news_at)
        facts |= _limits(shape, candidate, now - known_at)
        if shape.digest is not None:
            facts["seen_s"] = epoch(news_at)
    ends = [mark.until for member in opened if (mark := hands.hides(member)) and mark.until is not None]
    return Waiting(
        candidate=candidate,
        lead=lead,
        known_at=known_at,
        news_at=news_at,
        facts=facts,
        hidden_until=min(ends, default=None),
    )


def calendar(shape: Shape, rhythm: Rhythm, now: datetime) -> dict[str, Fact]:
    """Gather what the clock says: quiet hours, and the digest that is due or comes next."""
    facts: dict[str, Fact] = {}
    if shape.quiet is not None:
        start, end = (Timetable(at=at, zone=shape.quiet.zone) for at in (shape.quiet.start, shape.quiet.end))
        facts["quiet_since_s"] = epoch(last_moment(start, now))
        facts["quiet_ended_s"] = epoch(last_moment(end, now))
        facts["quiet_until_s"] = epoch(next_moment(end, now))
    if shape.digest is not None:
        at = last_moment(shape.digest, now)
        facts["digest_at_s"] = epoch(at)
        # A topic that is new makes its first digest at the next time, not of what came before it was there.
        facts["digested_s"] = epoch(rhythm.digested_at or at)
        facts["digest_next_s"] = epoch(next_moment(shape.digest, now))
    return facts


def _by_hand(opened: Sequence[Member], shown: Sequence[Member], hands: Hands) -> dict[str, Fact]:
    if not opened:
        return {"open": 0}
    if not shown:
        mark = next((found for member in opened if (found := hands.hides(member))), None)
        return {"hidden": mark.signature if mark else ""}
    matched, pin = may_be_announced(shown, hands), hands.pins(shown)
    return {"matched": matched, "pinned": pin.signature if matched and pin is not None else ""}


def _worth(shape: Shape, shown: Sequence[Member], lead: Member, age: timedelta) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "weight": weight_in(shape, lead.source),
        "outlets": len({member.source.owner for member in shown if member.stored.duplicate_of is None}) or 1,
        "age_s": max(0, seconds(age)),
        "half_life_s": seconds(shape.half_life),
        "patience_s": seconds(shape.patience),
    }
    return facts | {"score": score(facts)}


def _limits(shape: Shape, candidate: Candidate, known_for: timedelta) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    if shape.unless_in:
        facts["told_in"] = ", ".join(slug for slug, told in candidate.elsewhere if told)
        facts["waits_in"] = ", ".join(slug for slug, told in candidate.elsewhere if not told)
    if shape.settle:
        facts |= {"known_s": max(0, seconds(known_for)), "settle_s": seconds(shape.settle)}
    if shape.min_outlets > 1:
        facts["min_outlets"] = shape.min_outlets
    if shape.least_score > 0:
        facts["least_score"] = shape.least_score
    return facts
