"""Decide about everything that waits in a topic: what is announced now, what waits for what, and what is left out.

Pure: the same view at the same moment gives the same decisions. Nothing that was announced is taken back. Whatever
waits is in the next view again; what is left out is asked again when it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.model.edition import TopicView
from aggregator.model.entry import EntryKey
from aggregator.model.reason import Fact
from aggregator.model.shape import Decision, Fate, Rhythm, Telling
from aggregator.publish.gates import decide, reason_of
from aggregator.publish.hands import Hands
from aggregator.publish.tokens import SLOT, Bucket, in_slot, room_at, slot_of, within
from aggregator.publish.waiting import Waiting, calendar, epoch, seconds, waiting
from aggregator.text.timetables import last_moment, next_moment

MOST_IN_DIGEST = 100


@dataclass(frozen=True, slots=True)
class Shaped:
    """What became of all that waits.

    Attributes:
        released: Subjects that are announced now, as items of their own.
        digested: Subjects that are announced now, as one digest, the best first.
        decisions: One for each subject, but for those that are announced since nothing keeps them.
        due_at: When time alone may change one of them, or what marks do.
    """

    released: frozenset[EntryKey]
    digested: tuple[EntryKey, ...]
    decisions: tuple[Decision, ...]
    rhythm: Rhythm
    due_at: datetime | None


def shape(view: TopicView, hands: Hands, now: datetime) -> Shaped:
    """Decide about every candidate that this topic has not announced.

    Args:
        view: All that may be known.
        hands: The editor's marks of the view.
        now: To the second.
    """
    return _Look(view, now).over(
        waiting(one, view.topic, hands, now) for one in view.candidates if one.announced_at is None
    )


class _Look:
    """One look at all that waits: what is given to one is gone for the next."""

    def __init__(self, view: TopicView, now: datetime) -> None:
        self._view, self._now, self._shape = view, now, view.topic.shape
        self._tellings = list(view.recent)
        paced = self._shape.budget if self._shape.digest is None else None
        self._bucket = Bucket(paced, view.rhythm.spent_until) if paced else None
        self._in_slot = in_slot(self._times(), now)
        self._calendar = calendar(self._shape, view.rhythm, now)
        self._released: set[EntryKey] = set()
        self._digested: list[EntryKey] = []
        self._decisions: list[Decision] = []

    def over(self, subjects: Iterable[Waiting]) -> Shaped:
        """Decide about all of them: first what none competes for, then the best first."""
        rivals: list[Waiting] = []
        for one in subjects:
            facts = one.facts | self._calendar if "score" in one.facts else one.facts
            if "score" in one.facts and decide(facts)[0] is Fate.ANNOUNCED:
                rivals.append(one)
            else:
                self._settle(one, facts)
        rivals.sort(key=lambda one: (-one.worth, one.known_at, one.subject))
        for one in rivals:
            scarce = self._scarce(one)
            # Of a part only is seen what others are worth by whoever sees all of it.
            if not (scarce and self._view.partial):
                self._settle(one, one.facts | self._calendar | scarce)
        return self._sum()

    def _scarce(self, one: Waiting) -> dict[str, Fact]:
        """Gather what is left, at this turn, of that for which subjects compete."""
        topic, now = self._shape, self._now
        facts: dict[str, Fact] = {}
        if topic.per_source and one.lead is not None:
            source = one.lead.source.id
            told = within(topic.per_source, self._times(source), now)
            facts |= {"source": source, "source_told": len(told), "source_most": topic.per_source.count}
        if topic.digest is not None:
            most = topic.budget.count if topic.budget else MOST_IN_DIGEST
            facts |= {"digest_told": len(self._digested), "digest_most": most}
        elif self._bucket:
            rate = self._bucket.rate
            told = within(rate, self._times(), now)
            facts |= {"told": len(told), "most": rate.count, "period_s": seconds(rate.period)}
            facts |= {"free_at_s": epoch(self._bucket.free_at(now)), "now_s": epoch(now), "told_in_slot": self._in_slot}
        return facts

    def _times(self, source: str | None = None) -> list[datetime]:
        return [telling.at for telling in self._tellings if source in {None, telling.source}]

    def _settle(self, one: Waiting, facts: Mapping[str, Fact]) -> None:
        """Write down what becomes of a subject."""
        reason = reason_of(facts)
        fate = Fate(reason.verdict)
        if fate is Fate.ANNOUNCED:
            self._announce(one, pinned=reason.rule == "pin")
            if reason.rule == "shape":
                return
        self._decisions.append(
            Decision(
                subject=one.subject,
                fate=fate,
                reason=reason,
                again_at=None if fate is Fate.ANNOUNCED else self._again_at(one, reason.rule),
                score=one.worth if "score" in facts else None,
            )
        )

    def _announce(self, one: Waiting, *, pinned: bool) -> None:
        if self._shape.digest is not None and not pinned:
            self._digested.append(one.subject)
        else:
            self._released.add(one.subject)
        if one.lead is not None:
            self._tellings.append(Telling(self._now, one.lead.source.id))
        if self._bucket:
            self._bucket = self._bucket.take(self._now)

    def _again_at(self, one: Waiting, rule: str) -> datetime | None:
        """Say when time alone may let a subject through the gate that it waits at."""
        topic, now = self._shape, self._now
        if rule == "hide":
            return one.hidden_until
        if rule == "settle":
            return one.known_at + topic.settle
        if rule == "quiet":
            return _moment(self._calendar["quiet_until_s"])
        if topic.digest is not None and rule in {"digest", "per-source", "digest-full"}:
            return next_moment(topic.digest, now)
        if rule == "per-source" and topic.per_source and one.lead is not None:
            return room_at(topic.per_source, within(topic.per_source, self._times(one.lead.source.id), now), now)
        if rule == "budget" and self._bucket:
            room = room_at(self._bucket.rate, within(self._bucket.rate, self._times(), now), now)
            taken = in_slot(self._times(), now)
            return max(room, self._bucket.free_at(now), slot_of(now) + SLOT if taken else now)
        return None

    def _sum(self) -> Shaped:
        rhythm, times = self._view.rhythm, [one.again_at for one in self._decisions if one.again_at is not None]
        times += [mark.until for mark in self._view.marks if mark.until is not None]
        digested_at = rhythm.digested_at
        if self._shape.digest is not None:
            times.append(next_moment(self._shape.digest, self._now))
            quiet = {name: value for name, value in self._calendar.items() if name.startswith("quiet")}
            if digested_at is None or decide(quiet)[0] is not Fate.WAITS:
                digested_at = last_moment(self._shape.digest, self._now)
        return Shaped(
            released=frozenset(self._released),
            digested=tuple(self._digested),
            decisions=tuple(sorted(self._decisions, key=lambda one: one.subject)),
            rhythm=Rhythm(
                spent_until=self._bucket.spent_until if self._bucket else rhythm.spent_until, digested_at=digested_at
            ),
            due_at=min((at for at in times if at > self._now), default=None),
        )


def _moment(seconds_: Fact) -> datetime:
    return datetime.fromtimestamp(float(seconds_ or 0), UTC)
