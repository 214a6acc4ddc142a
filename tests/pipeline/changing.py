"""A stored month, random changes of its configuration, and whether what was planned is what then happens."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from random import Random

from aggregator.bootstrap import make_plan, read_settings
from aggregator.model.entry import EntryKey
from aggregator.model.membership import Membership
from aggregator.model.planned import Change, Fate, Mark, Planned, PlannedEntry, PlannedTopic, Proposed
from aggregator.model.shape import NO_SHAPE, Quiet, Rate, Shape
from aggregator.model.source import Source
from aggregator.model.timetable import Timetable
from aggregator.model.topic import Retroactive, Topic, TopicMode
from aggregator.pipeline.plan import Question, plan
from aggregator.service.engine import Engine
from aggregator.service.house import Plan
from aggregator.service.reloading import too_much
from aggregator.service.web.shelf import Shelf
from aggregator.store.sqlite import SqliteStore
from tests.builders import make_entry, make_source
from tests.contract.steps import bring, new
from tests.fakes.clock import FakeClock
from tests.service.houses import house_on

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENTRIES = 200
WORDS = ("ferry", "malta", "budget", "parliament", "storm", "drone", "harbour", "strike", "election", "river", "bridge")
GROUPS, TAGS = ("papers", "wires", "blogs"), ("world", "local", "sea")
SLUGS = ("world", "ships", "politics", "weather", "each", "sea", "fresh")
LONG = timedelta(days=400)
_KEPT_BACK = "SELECT fate, reason FROM shaped WHERE fate <> 'announced'"
_TOLD_AND_WAITING = "SELECT * FROM shaped JOIN announcements USING (topic, subject_id) WHERE fate = 'waits'"


Members = dict[EntryKey, Membership]


@dataclass(frozen=True, slots=True)
class Seen:
    """What every topic has, and how much each that there ever was has announced."""

    members: dict[str, Members]
    announced: dict[str, int]


@dataclass(slots=True)
class Tally:
    """How many changes there were, of which kind, and how many changed a result.

    Attributes:
        beyond: Changes of topics that a reload refuses.
        gates: What kept subjects waiting or left them out when all was done, by the rule.
    """

    changes: int = 0
    effective: int = 0
    topics: int = 0
    beyond: int = 0
    marks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, (*Mark, *Fate, *Change)), 0))
    gates: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in (*self.marks.items(), *sorted(self.gates.items())))
        return (
            f"{self.changes} changes, {self.effective} with an effect, {self.topics} topics compared, "
            f"{self.beyond} beyond the bound; {counts}"
        )


class Month:
    """A store that is fed for a month under a configuration, the last days of it while that changes."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.folder = folder
        self.chance = chance
        self.clock = FakeClock()
        self.tally = Tally()
        path = folder / "aggregator.yaml"
        path.write_text("sources: []\ntopics: {all: {}}\n", encoding="utf-8")
        self._blank = make_plan(read_settings(path, {}))

    async def live(self) -> None:
        """Let three weeks of entries come in, most of them of stories that several sources tell."""
        await self._open("a.db")
        for number in range(ENTRIES):
            self.clock.turn(21 * DAY / ENTRIES)
            await self._arrive(number)
            if number % 10 == 0:
                await self.engine.settle()
        await self.engine.settle()
        await self.store.close()
        self._lived_until = self.clock.now()

    async def _arrive(self, number: int) -> None:
        """Let an entry come in; the language of some is not declared."""
        source = self.chance.choice(self.sources)
        words = self.chance.sample(WORDS, 3) if number % 3 else self.chance.choices(WORDS[:4], k=4)
        now = self.clock.now()
        entry = make_entry(
            f"{number}",
            source=source.id,
            title=f"{' '.join(words).capitalize()} {number // 4}",
            summary=" ".join(self.chance.choices(WORDS, k=5)),
            content_html="",
            language=self.chance.choice(["en", "de", None]),
            published_at=now,
            updated_at=now,
        )
        await bring(self.store, new(entry), at=now, source_id=source.id)

    async def _open(self, name: str) -> None:
        self.sources = [make_source(f"s{n}", group=GROUPS[n % 3], tags=(TAGS[n % 2],)) for n in range(6)]
        self.topics = [
            Topic(slug="world", title="World"),
            Topic(slug="ships", title="Ships", match="ferry OR harbour"),
            Topic(slug="politics", title="Politics", match="budget parliament", selectors=("papers", "tag:world")),
            Topic(slug="few", title="Few", match="storm OR strike", shape=Shape(budget=Rate(3, DAY), settle=HOUR)),
            Topic(slug="rest", title="Rest", shape=Shape(unless_in=("few",), min_outlets=2)),
            Topic(slug="each", title="Each", match="storm", mode=TopicMode.ENTRIES),
        ]
        self.store = SqliteStore.open(self.folder / name, site_authority="t.example")
        self.house = house_on(self.store, clock=self.clock)
        self.engine = Engine(self.house, self._plan(), Shelf())
        await self.engine.start()

    async def begin_anew(self) -> None:
        """Go back to before the first change."""
        if (self.folder / "b.db").exists():
            await self.store.close()
            for one in self.folder.glob("b.db*"):
                one.unlink()
        shutil.copy(self.folder / "a.db", self.folder / "b.db")
        self.clock = FakeClock(self._lived_until)
        await self._open("b.db")
        self._number = ENTRIES

    async def _let_time_pass(self) -> None:
        """Let minutes or hours go by, news come, and what only time kept back be announced."""
        self.clock.turn(self.chance.choice([timedelta(minutes=1), timedelta(minutes=40), 9 * HOUR, DAY]))
        for _ in range(self.chance.choice([0, 2, 5])):
            await self._arrive(self._number)
            self._number += 1
        await self.engine.settle()
        await self.engine.settler.bring_up()

    def _plan(self) -> Plan:
        return replace(self._blank, sources=tuple(self.sources), topics=tuple(self.topics))

    async def change(self) -> None:
        """Change something at random, plan it, do it, and hold what happened against the plan."""
        await self._let_time_pass()
        for _ in range(self.chance.choice([1, 1, 2])):
            self.chance.choice(self._ways())()
        since = self.chance.choice([5 * DAY, LONG, LONG])
        proposed = Proposed(sources=tuple(self.sources), topics=tuple(self.topics), site=self._blank.site)
        planned = await plan(self.store, proposed, self.clock, Question(since=since, shown=1))
        before = await self._seen(since)
        old, following = self.engine.plan, self._plan()
        old = replace(old, settings=replace(old.settings, topics=old.topics, sources=old.sources))
        following = replace(following, settings=replace(following.settings, topics=following.topics))
        refused = await too_much(self.house, old, following) if since is LONG else ""
        await self.engine.change(following)
        await self.engine.settler.rematch_all()
        self._compare(planned, before, await self._seen(since), refused)
        self.tally.gates.update(self._gates())

    def _gates(self) -> list[str]:
        """List by which rule each subject is kept back that is; what was announced is told to wait for nothing."""
        with closing(sqlite3.connect(self.folder / "b.db")) as db:
            assert not db.execute(_TOLD_AND_WAITING).fetchall()
            return [f"{json.loads(reason)['rule']} ({fate})" for fate, reason in db.execute(_KEPT_BACK)]

    async def _seen(self, since: timedelta) -> Seen:
        """Look at what every topic that there is has."""
        records = await self.store.topic_records()
        seen = Seen({one.slug: {} for one in records if not one.retired}, {one.slug: one.announced for one in records})
        for member in await self.store.members(seen.members, self.clock.now() - since):
            seen.members[member.topic][member.key] = member
        return seen

    def _compare(self, planned: Planned, before: Seen, after: Seen, refused: str) -> None:
        told_of = {one.slug for one in planned.topics} | {one.was for one in planned.topics}
        for slug in after.members.keys() - told_of:
            assert after.members[slug] == before.members[slug], f"{slug}: was not to change"
        for one in planned.topics:
            self._compare_topic(one, before.members.get(one.was or "", {}), after.members.get(one.slug, {}))
            if planned.since is LONG and one.change is not Change.REMOVED:
                told = after.announced.get(one.slug, 0) - before.announced.get(one.was or one.slug, 0)
                assert one.announced == told, one.slug
                for entry in one.entries:
                    self._compare_fate(one, entry, after.members[one.slug])
        beyond = planned.beyond(0.5)
        assert bool(refused) == (planned.since is LONG and bool(beyond))
        for one in beyond if refused else ():
            assert f"topic {one.slug} " in refused
        self.tally.changes += 1
        self.tally.topics += len(planned.topics)
        self.tally.beyond += len(beyond)
        self.tally.effective += any(
            one.announced or any(entry.mark is not Mark.STAYS for entry in one.entries) for one in planned.topics
        )

    def _compare_topic(self, one: PlannedTopic, before: Members, after: Members) -> None:
        """Hold the entries that go each way against those that did."""
        had = {key for key, member in before.items() if not member.lapsed}
        has = {key for key, member in after.items() if not member.lapsed}
        passed_over = {entry.key for entry in one.entries if entry.fate is Fate.NOT_TAKEN}
        said = {mark: {entry.key for entry in one.entries if entry.mark is mark} - passed_over for mark in Mark}
        expected = {Mark.ENTERS: has - had, Mark.STAYS: has & had, Mark.LEAVES: had - has - passed_over}
        assert said == expected, one.slug
        assert (one.before, one.after) == (len(had), len(has | passed_over))
        for entry in one.entries:
            self.tally.marks[str(entry.mark)] += 1
            self.tally.marks[str(entry.fate)] += 1
        self.tally.marks[str(one.change)] += 1

    def _compare_fate(self, one: PlannedTopic, entry: PlannedEntry, after: Members) -> None:
        """Hold what readers were to notice against what they did."""
        member = after.get(entry.key)
        if entry.fate is Fate.NOT_TAKEN:
            assert member is None or member.lapsed
        elif entry.mark is Mark.LEAVES:
            assert (entry.fate is Fate.KEPT) == (member is not None and member.lapsed), one.slug
        else:
            assert member is not None
            assert entry.fate.value == member.told.value, (one.slug, entry)

    def _ways(self) -> list[Callable[[], None]]:
        return [
            self._match,
            self._match,
            self._match,
            self._from,
            self._mode,
            self._retroactive,
            self._add,
            self._remove,
            self._rename,
            self._retag,
            self._title,
            self._languages,
            *(self._shape,) * 3,
        ]

    def _pick(self) -> int:
        return self.chance.randrange(len(self.topics))

    def _query(self) -> str | None:
        one, other, third = self.chance.sample(WORDS, 3)
        return self.chance.choice(
            [
                None,
                one,
                f"{one} OR {other}",
                f"{one} {other}",
                f"{one} NOT {other}",
                f"title:{one} OR ({other} {third})",
                f"{one[:3]}*",
                f'"{one} {other}" OR {third}',
                f"lang:de {one}",
                f"outlets>={self.chance.randrange(2, 4)} {one}",
                f"age<{self.chance.randrange(5, 25)}d {one}",
                f"source:s{self.chance.randrange(7)} OR tag:{self.chance.choice(TAGS)} {one}",
            ]
        )

    def _match(self) -> None:
        self._replace(match=self._query())

    def _from(self) -> None:
        number = self._pick()
        # Only topics that come before may be drawn from, so that there is never a circle.
        names = [*GROUPS, "s1", "s2", "tag:world", "tag:sea", *(topic.slug for topic in self.topics[:number])]
        chosen = tuple(self.chance.sample(names, self.chance.randrange(3)))
        self.topics[number] = replace(self.topics[number], selectors=chosen)

    def _mode(self) -> None:
        number, mode = self._pick(), self.chance.choice(list(TopicMode))
        self._put(number, mode=mode, shape=_fitting(self.topics[number].shape, mode))

    def _languages(self) -> None:
        self._replace(languages=tuple(self.chance.sample(["de", "en", "fr"], self.chance.randrange(3))))

    def _shape(self) -> None:
        """Give a topic one more limit, another one, or none at all."""
        number = self._pick()
        topic, before = self.topics[number], self.topics[:number]
        keys: dict[str, Callable[[], object]] = {
            "budget": lambda: self.chance.choice([None, Rate(1, HOUR), Rate(3, DAY), Rate(8, DAY), Rate(10, 7 * DAY)]),
            "per_source": lambda: self.chance.choice([None, Rate(1, DAY), Rate(2, DAY)]),
            "min_outlets": lambda: self.chance.randrange(1, 4),
            "settle": lambda: self.chance.choice([timedelta(), HOUR, 12 * HOUR]),
            "quiet": lambda: self.chance.choice([None, Quiet(time(22), time(7)), Quiet(time(1), time(23))]),
            "digest": lambda: self.chance.choice([None, Timetable(at=time(7)), Timetable(at=time(18, 30))]),
            # Only topics that come before, so that there is never a circle.
            "unless_in": lambda: tuple(one.slug for one in self.chance.sample(before, min(len(before), 1))),
            "weights": lambda: (("papers", self.chance.choice([0.5, 3.0])), ("tag:sea", 2.0)),
            "half_life": lambda: self.chance.choice([6 * HOUR, DAY]),
            "least_score": lambda: self.chance.choice([0.0, 0.2, 1.5]),
        }
        names = self.chance.sample(sorted(keys), self.chance.choice([1, 1, 2, 3]))
        shape = replace(topic.shape, **{name: keys[name]() for name in names})  # type: ignore[arg-type]
        self._put(number, shape=_fitting(self.chance.choice([shape] * 5 + [NO_SHAPE]), topic.mode))

    def _retroactive(self) -> None:
        self._replace(retroactive=self.chance.choice(list(Retroactive)), match=self._query())

    def _title(self) -> None:
        self._replace(title=self.chance.choice(WORDS), limit=self.chance.choice([5, 60]))

    def _replace(self, **changes: object) -> None:
        self._put(self._pick(), **changes)

    def _put(self, number: int, **changes: object) -> None:
        self.topics[number] = replace(self.topics[number], **changes)  # type: ignore[arg-type]

    def _free(self) -> list[str]:
        return [slug for slug in SLUGS if slug not in {topic.slug for topic in self.topics}]

    def _add(self) -> None:
        if free := self._free():
            slug = self.chance.choice(free)
            self.topics.append(Topic(slug=slug, title=slug, match=self._query()))

    def _remove(self) -> None:
        if len(self.topics) > 2:
            self._forget(self.topics.pop(self._pick()).slug, None)

    def _rename(self) -> None:
        if free := self._free():
            number, slug = self._pick(), self.chance.choice(free)
            former = self.topics[number].slug
            self.topics[number] = replace(self.topics[number], slug=slug, aliases=(former,))
            self._forget(former, slug)

    def _forget(self, slug: str, instead: str | None) -> None:
        """Let topics that draw from one that is gone, or wait for it, do so from what took its place, if anything."""

        def kept(names: tuple[str, ...]) -> tuple[str, ...]:
            renamed = (instead if name == slug else name for name in names)
            return tuple(name for name in renamed if name)

        for number, topic in enumerate(self.topics):
            shape = replace(topic.shape, unless_in=kept(topic.shape.unless_in))
            self._put(number, selectors=kept(topic.selectors), shape=shape)

    def _retag(self) -> None:
        number = self.chance.randrange(len(self.sources))
        self.sources[number] = self._retagged(self.sources[number])

    def _retagged(self, source: Source) -> Source:
        return replace(source, group=self.chance.choice(GROUPS), tags=tuple(self.chance.sample(TAGS, 1)))


def _fitting(shape: Shape, mode: TopicMode) -> Shape:
    """Ask for no more outlets than an entry has."""
    return replace(shape, min_outlets=1) if mode is TopicMode.ENTRIES else shape


async def play(folder: Path, seed: int, changes: int, *, walk: int = 8) -> Tally:
    """Plan and do so many changes; after ``walk`` of them it begins anew."""
    month = Month(folder, Random(seed))
    await month.live()
    for number in range(changes):
        if number % walk == 0:
            await month.begin_anew()
        await month.change()
    await month.store.close()
    return month.tally
