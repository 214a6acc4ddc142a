"""A stored month, random changes of its configuration, and whether what was planned is what then happens."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from aggregator.bootstrap import make_plan, read_settings
from aggregator.model.entry import EntryKey
from aggregator.model.membership import Membership
from aggregator.model.planned import Change, Fate, Mark, Planned, PlannedEntry, PlannedTopic, Proposed
from aggregator.model.source import Source
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

DAY = timedelta(days=1)
ENTRIES = 200
WORDS = ("ferry", "malta", "budget", "parliament", "storm", "drone", "harbour", "strike", "election", "river", "bridge")
GROUPS, TAGS = ("papers", "wires", "blogs"), ("world", "local", "sea")
SLUGS = ("world", "ships", "politics", "weather", "each", "sea", "fresh")
LONG = timedelta(days=400)


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
    """

    changes: int = 0
    effective: int = 0
    topics: int = 0
    beyond: int = 0
    marks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, (*Mark, *Fate, *Change)), 0))

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in self.marks.items())
        return (
            f"{self.changes} changes, {self.effective} with an effect, {self.topics} topics compared, "
            f"{self.beyond} beyond the bound; {counts}"
        )


class Month:
    """A store that was fed for a month under a configuration, and the service on it."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.folder = folder
        self.chance = chance
        self.clock = FakeClock()
        self.tally = Tally()
        path = folder / "aggregator.yaml"
        path.write_text("sources: []\ntopics: {all: {}}\n", encoding="utf-8")
        self._blank = make_plan(read_settings(path, {}))

    async def live(self) -> None:
        """Let a month of entries come in, most of them of stories that several sources tell."""
        await self._open("a.db")
        for number in range(ENTRIES):
            self.clock.turn(30 * DAY / ENTRIES)
            source = self.chance.choice(self.sources)
            words = self.chance.sample(WORDS, 3) if number % 3 else self.chance.choices(WORDS[:4], k=4)
            now = self.clock.now()
            entry = make_entry(
                f"{number}",
                source=source.id,
                title=f"{' '.join(words).capitalize()} {number // 4}",
                summary=" ".join(self.chance.choices(WORDS, k=5)),
                content_html="",
                language=self.chance.choice(["en", "de"]),
                published_at=now,
                updated_at=now,
            )
            await bring(self.store, new(entry), at=now, source_id=source.id)
            if number % 10 == 0:
                await self.engine.settle()
        await self.engine.settle()
        await self.store.close()

    async def _open(self, name: str) -> None:
        self.sources = [make_source(f"s{n}", group=GROUPS[n % 3], tags=(TAGS[n % 2],)) for n in range(6)]
        self.topics = [
            Topic(slug="world", title="World"),
            Topic(slug="ships", title="Ships", match="ferry OR harbour"),
            Topic(slug="politics", title="Politics", match="budget parliament", selectors=("papers", "tag:world")),
            Topic(slug="each", title="Each", match="storm", mode=TopicMode.ENTRIES),
        ]
        self.store = SqliteStore.open(self.folder / name, site_authority="t.example")
        self.house = house_on(self.store, clock=self.clock)
        self.engine = Engine(self.house, self._plan(), Shelf())
        await self.engine.start()

    async def begin_anew(self) -> None:
        """Go back to the end of the month."""
        if (self.folder / "b.db").exists():
            await self.store.close()
            for one in self.folder.glob("b.db*"):
                one.unlink()
        shutil.copy(self.folder / "a.db", self.folder / "b.db")
        await self._open("b.db")

    def _plan(self) -> Plan:
        return replace(self._blank, sources=tuple(self.sources), topics=tuple(self.topics))

    async def change(self) -> None:
        """Change something at random, plan it, do it, and hold what happened against the plan."""
        for _ in range(self.chance.choice([1, 1, 2])):
            self.chance.choice(self._ways())()
        self.clock.turn(timedelta(minutes=1))
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
        self._replace(mode=self.chance.choice(list(TopicMode)))

    def _retroactive(self) -> None:
        self._replace(retroactive=self.chance.choice(list(Retroactive)), match=self._query())

    def _title(self) -> None:
        self._replace(title=self.chance.choice(WORDS), limit=self.chance.choice([5, 60]))

    def _replace(self, **changes: object) -> None:
        number = self._pick()
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
        """Let topics that draw from one that is gone draw from what took its place, or from nothing of it."""
        for number, topic in enumerate(self.topics):
            kept = tuple(instead if name == slug else name for name in topic.selectors if instead or name != slug)
            self.topics[number] = replace(topic, selectors=tuple(name for name in kept if name))

    def _retag(self) -> None:
        number = self.chance.randrange(len(self.sources))
        self.sources[number] = self._retagged(self.sources[number])

    def _retagged(self, source: Source) -> Source:
        return replace(source, group=self.chance.choice(GROUPS), tags=tuple(self.chance.sample(TAGS, 1)))


async def play(folder: Path, seed: int, changes: int, *, walk: int = 8) -> Tally:
    """Plan and do so many changes; after ``walk`` of them it begins anew from the end of the month."""
    month = Month(folder, Random(seed))
    await month.live()
    for number in range(changes):
        if number % walk == 0:
            await month.begin_anew()
        await month.change()
    await month.store.close()
    return month.tally
