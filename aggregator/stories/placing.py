"""Place arrivals: a copy of what is known, a part of an open story, or a story of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from aggregator.model.entry import EntryKey, StoredEntry
from aggregator.model.reason import Reason
from aggregator.model.story import (
    MOST_COMPARED,
    MOST_HOLDERS,
    Arrival,
    CurateBatch,
    Curated,
    Granularity,
    Neighbour,
    Placement,
    Recent,
    StoryMerge,
    Traces,
    worth_comparing,
)
from aggregator.stories.copies import Copied, Headlines, Text, find_original
from aggregator.stories.links import SHARED_BY_ALL, Page, Seen
from aggregator.stories.memory import Clustered, Facts, StoryMemory, age_facts, ago, is_current, recent

_MOST_WARM: Final = 100


def read_texts(arrivals: Sequence[Arrival]) -> dict[EntryKey, Text]:
    """Read the texts of what is to be placed and young enough to be compared."""
    texts: dict[EntryKey, Text] = {}
    for arrival in arrivals:
        stored = arrival.stored
        if stored.story is None and is_current(stored, arrival.source):
            entry, source = stored.entry, arrival.source
            text = texts[entry.key] = Text(
                key=entry.key,
                story=entry.key,
                root=entry.key,
                at=stored.first_seen_at,
                owner=source.owner or source.id,
                language=_language(entry.language or source.language),
                title=entry.title,
                outlet=source.title,
                markup=entry.content_html,
                plain=entry.summary,
            )
            text.read()
    return texts


def traces(arrivals: Sequence[Arrival], texts: dict[EntryKey, Text], memory: StoryMemory) -> tuple[Traces, ...]:
    """Say what is to be looked up before the arrivals are placed."""
    found = []
    for arrival in arrivals:
        entry = arrival.stored.entry
        text = texts.get(entry.key)
        found.append(
            Traces(
                key=entry.key,
                link_key=entry.link_key if memory.policy.same_link else None,
                headline=text.headline if text else None,
                prints=text.prints if text else (),
            )
        )
    return tuple(found)


def place(batch: CurateBatch, texts: dict[EntryKey, Text], memory: StoryMemory) -> Curated:
    """Give every arrival that has no story one.

    An entry with the link, the headline or the text of an earlier one shares its story; of what is left each joins
    the open story that it is most like. Only what came earlier counts, so that a batch cut in two at any place gives
    the same stories as the whole. An entry that has a story keeps it, whatever was edited.
    """
    memory.begin()
    placing = _Placing(batch, texts, memory)
    for arrival in batch.arrivals:
        placing.place(arrival)
    return placing.result()


class _Placing:
    """One batch on its way."""

    def __init__(self, batch: CurateBatch, texts: dict[EntryKey, Text], memory: StoryMemory) -> None:
        self._memory = memory
        self._own = texts
        self._texts: dict[EntryKey, Text] = {}
        self._warm: dict[EntryKey, Text] = {}
        self._pages: defaultdict[int, Page] = defaultdict(Page)
        self._holders: defaultdict[int, list[EntryKey]] = defaultdict(list)
        self._headlines = Headlines(batch.headlines)
        self._done: set[EntryKey] = set()
        self._placements: list[Placement] = []
        self._merges: list[StoryMerge] = []
        self._recent: list[Recent] = []
        for neighbour in batch.neighbours:
            self._meet(neighbour)
        for neighbour in _placed(batch.arrivals):
            if neighbour.key not in self._done:
                self._meet(neighbour)
        for fingerprint, key in batch.holders:
            self._holders[fingerprint].append(key)

    def place(self, arrival: Arrival) -> None:
        """Give one arrival its story."""
        stored = arrival.stored
        key, link_key = stored.entry.key, stored.entry.link_key
        if stored.story is not None or key in self._done:
            return
        self._done.add(key)
        page = self._pages[link_key] if link_key is not None and self._memory.policy.same_link else None
        own = Seen(stored.first_seen_at, key, key, stored.entry.title, key)
        older = page.repeated_by(own) if page else None
        text = self._own.get(key)
        if older is not None:
            placement = self._by_link(arrival, older, page.facts(own) if page else ())
        else:
            placement = self._by_text(arrival, text) if text else _history(stored)
            if page is not None and page.seen and placement.copy_reason is None:
                placement = replace(placement, copy_reason=_shared_link(page.facts(own)))
        self._placements.append(placement)
        root = placement.duplicate_of or key
        if page is not None:
            page.add(Seen(own.first_seen_at, key, placement.story, own.title, root))
        if text is not None:
            self._remember(text, placement, root)

    def result(self) -> Curated:
        """Give what was decided."""
        return Curated(
            placements=tuple(self._placements),
            merges=tuple(self._merges),
            recent=tuple(self._recent),
            headlines=self._headlines.noted(),
            counts=self._memory.news(),
        )

    def _by_link(self, arrival: Arrival, older: Seen, link: Facts) -> Placement:
        key, at = arrival.stored.entry.key, arrival.stored.first_seen_at
        evidence = f"same link as {older.key.source}, {ago(older.first_seen_at, at)}"
        facts = (
            *link,
            ("same_source", older.root.source == key.source),
            ("partner_source", older.key.source),
            ("partner_guid", older.key.guid),
        )
        text = self._own.get(key)
        if text is not None:
            self._recent.append(recent(arrival.stored, _folded(older.story), text.language, text.prints))
        return Placement(
            key=key,
            story=self._memory.current(older.story),
            # Two entries of one source stand beside each other.
            duplicate_of=older.root if older.root.source != key.source else None,
            reason=Reason("story", "joined", "link", evidence, facts),
        )

    def _by_text(self, arrival: Arrival, text: Text) -> Placement:
        near = self._near(text)
        copied = find_original(text, near, self._headlines, self._memory.policy)
        self._cool((text, *near))
        if copied is not None and copied.original is not None:
            return self._folded_into(arrival, text, copied, copied.original)
        clustered = self._cluster(arrival, text)
        self._merges.extend(clustered.merges)
        self._recent.append(recent(arrival.stored, clustered, text.language, text.prints))
        return Placement(
            key=text.key,
            story=clustered.story,
            reason=clustered.reason,
            copy_reason=copied.reason if copied else None,
        )

    def _folded_into(self, arrival: Arrival, text: Text, copied: Copied, original: Text) -> Placement:
        story = self._memory.current(original.story)
        self._recent.append(recent(arrival.stored, _folded(story), text.language, text.prints))
        facts = (("partner_source", original.key.source), ("partner_guid", original.key.guid))
        evidence = f"a copy has the story of what it repeats, {original.key.source}"
        reason = Reason("story", "joined", "copy", evidence, facts)
        return Placement(
            key=text.key, story=story, duplicate_of=original.root, reason=reason, copy_reason=copied.reason
        )

    def _cluster(self, arrival: Arrival, text: Text) -> Clustered:
        stored = arrival.stored
        if self._memory.policy.granularity is Granularity.OFF:
            reason = Reason("story", "new", "off", "stories are switched off; only copies are joined")
            return Clustered(story=text.key, reason=reason)
        return self._memory.cluster(stored, text.language, text.words, text.first_words)

    def _near(self, text: Text) -> list[Text]:
        """Find the texts that share most fingerprints, and those under the same headline."""
        hits: Counter[EntryKey] = Counter()
        telling = 0
        for fingerprint in text.prints:
            holders = self._holders.get(fingerprint, ())
            if len(holders) < MOST_HOLDERS:
                telling += 1
                hits.update(holders)
        known = self._texts
        found = sorted(
            (-count, key)
            for key, count in hits.items()
            if key in known and worth_comparing(count, telling, known[key].printed)
        )
        keys = dict.fromkeys(key for _, key in found[:MOST_COMPARED])
        if text.headline is not None:
            keys |= dict.fromkeys(self._headlines.under(text.headline))
        return [known[key] for key in keys if key in known]

    def _cool(self, compared: Iterable[Text]) -> None:
        """Let go of the words of what was compared longest ago, so that a batch takes little memory."""
        for one in compared:
            self._warm.pop(one.key, None)
            self._warm[one.key] = one
        while len(self._warm) > _MOST_WARM:
            self._warm.pop(next(iter(self._warm))).forget()

    def _remember(self, text: Text, placement: Placement, root: EntryKey) -> None:
        text.story, text.root = placement.story, root
        self._texts[text.key] = text
        for fingerprint in text.prints:
            self._holders[fingerprint].append(text.key)
        if text.headline is not None:
            self._headlines.note(text.headline, text.key, text.at)

    def _meet(self, neighbour: Neighbour) -> None:
        """Take note of an entry that has its place."""
        self._done.add(neighbour.key)
        if neighbour.link_key is not None and self._memory.policy.same_link:
            self._pages[neighbour.link_key].add(_seen(neighbour))
        self._texts[neighbour.key] = text = _text(neighbour)
        text.headline = self._headlines.of(neighbour.key)


def _placed(arrivals: Iterable[Arrival]) -> Iterable[Neighbour]:
    for arrival in arrivals:
        stored = arrival.stored
        if stored.story is not None and stored.entry.link_key is not None:
            yield Neighbour(
                key=stored.entry.key,
                link_key=stored.entry.link_key,
                story=stored.story,
                first_seen_at=stored.first_seen_at,
                title=stored.entry.title,
                root=stored.duplicate_of,
                owner=arrival.source.owner,
                language=stored.entry.language or arrival.source.language,
                summary=stored.entry.summary,
                content_html=stored.entry.content_html,
            )


def _seen(neighbour: Neighbour) -> Seen:
    root = neighbour.root or neighbour.key
    return Seen(neighbour.first_seen_at, neighbour.key, neighbour.story, neighbour.title, root)


def _text(neighbour: Neighbour) -> Text:
    return Text(
        key=neighbour.key,
        story=neighbour.story,
        root=neighbour.root or neighbour.key,
        at=neighbour.first_seen_at,
        owner=neighbour.owner or neighbour.key.source,
        language=_language(neighbour.language),
        title=neighbour.title,
        outlet="",
        markup=neighbour.content_html,
        plain=neighbour.summary,
        printed=neighbour.prints,
    )


def _history(stored: StoredEntry) -> Placement:
    key, facts = stored.entry.key, age_facts(stored)
    reason = Reason("story", "new", "old", "too old on arrival to be compared with what others write now", facts)
    return Placement(key=key, story=key, reason=reason)


def _shared_link(facts: Facts) -> Reason:
    titles = dict(facts)["titles"]
    if isinstance(titles, int) and titles >= SHARED_BY_ALL:
        evidence = f"one source puts {titles} titles on this link: it tells no entries apart"
    else:
        evidence = "one source puts two titles on this link, and no earlier entry has this one"
    return Reason("copy", "no copy", "shared-link", evidence, facts)


def _folded(story: EntryKey) -> Clustered:
    return Clustered(story=story, reason=Reason("story", "joined", "copy"))


def _language(tag: str | None) -> str:
    return (tag or "").partition("-")[0].lower()
