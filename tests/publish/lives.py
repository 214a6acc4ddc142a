"""A topic that lives through days: stories come and grow, and it is composed when something came or its time is up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from aggregator.model.edition import Candidate, Composed, EditionEntry, TopicView
from aggregator.model.entry import EntryKey
from aggregator.model.shape import Decision, Digest, Rhythm, Shape, Telling
from aggregator.publish import compose
from tests.builders import NOON, make_topic
from tests.publish.views import AUTHORITY, SITE, make_candidate, make_member

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class News:
    """An outlet tells a story; the weight is that of the outlet."""

    at: datetime
    story: int
    outlet: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """One composing: what was to be decided about, and what came of it."""

    at: datetime
    view: TopicView
    composed: Composed


@dataclass(slots=True)
class Life:
    """What a store would keep of one topic."""

    shape: Shape
    topic: dict[str, Any] = field(default_factory=dict)
    stories: dict[int, Candidate] = field(default_factory=dict)
    tellings: list[Telling] = field(default_factory=list)
    rhythm: Rhythm = field(default_factory=Rhythm)
    digests: list[Digest] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    due_at: datetime | None = None
    digested: set[EntryKey] = field(default_factory=set)

    def live(self, news: Sequence[News], until: datetime) -> None:
        """Let news come; compose when they come, and when the topic said that it is due."""
        left = sorted(news, key=lambda one: (one.at, one.story, one.outlet))
        while True:
            times = [*(one.at for one in left[:1]), *([self.due_at] if self.due_at else [])]
            now = min(times, default=until)
            if now >= until:
                return
            while left and left[0].at <= now:
                self._tell(left.pop(0))
            self.look(now)

    def look(self, now: datetime) -> Composed:
        """Compose, and keep what came of it."""
        view = self.view()
        composed = compose(view, now, SITE)
        self.looks.append(Look(now, view, composed))
        rows = {row.subject: row for row in composed.new_rows}
        for number, one in self.stories.items():
            if one.subject in composed.announced:
                told = replace(one, announced_at=now, ledger=one.ledger or rows[one.subject])
                self.stories[number] = told
                speaks = {it.stored.entry.key: it.source.id for it in one.members}
                self.tellings.append(Telling(now.replace(microsecond=0), speaks[told.ledger.lead]))  # type: ignore[union-attr]
        self.rhythm, self.due_at = composed.rhythm, composed.due_at
        self.digested.update(composed.digested)
        if composed.digest is not None:
            self.digests.append(composed.digest)
        return composed

    def view(self) -> TopicView:
        return TopicView(
            topic=make_topic(shape=self.shape, limit=1000, **self.topic),
            feed_id=f"tag:{AUTHORITY}:topic/world",
            authority=AUTHORITY,
            candidates=tuple(one for one in self.stories.values() if one.subject not in self.digested),
            recent=tuple(self.tellings),
            rhythm=self.rhythm,
            digests=tuple(reversed(self.digests)),
        )

    def announced(self) -> list[tuple[datetime, EntryKey]]:
        """List what was announced, in order."""
        return [(look.at, subject) for look in self.looks for subject in look.composed.announced]

    def decisions(self) -> list[Decision]:
        return [one for look in self.looks for one in look.composed.decisions]

    def waiting(self) -> list[Candidate]:
        return [one for one in self.stories.values() if one.announced_at is None]

    def entries(self) -> tuple[EditionEntry, ...]:
        return self.looks[-1].composed.edition.entries

    def _tell(self, news: News) -> None:
        member = make_member(
            f"{news.story}-{news.outlet}",
            source=news.outlet,
            of_weight=news.weight,
            first_seen_at=news.at,
            published_at=news.at,
        )
        known = self.stories.get(news.story)
        if known is None:
            self.stories[news.story] = make_candidate(member)
        elif all(one.source.id != news.outlet for one in known.members):
            self.stories[news.story] = replace(known, members=(*known.members, member))


OUTLETS = ("ap", "bbc", "cnn", "dpa", "efe")


@st.composite
def weeks(draw: st.DrawFn, *, start: datetime = NOON, hours: int = 48, most: int = 25) -> list[News]:
    """Make some days of news, in bursts and alone."""
    found: list[News] = []
    for story in range(draw(st.integers(1, most))):
        at = start + draw(st.integers(0, hours * 4)) * 15 * MINUTE + timedelta(seconds=draw(st.sampled_from([0, 0, 7])))
        for outlet in draw(st.lists(st.sampled_from(OUTLETS), min_size=1, max_size=3, unique=True)):
            weight = {"ap": 2.0, "efe": 0.5}.get(outlet, 1.0)
            found.append(News(at, story, outlet, weight))
            at += draw(st.sampled_from([0, 1, 5, 30, 400])) * MINUTE
    return found
