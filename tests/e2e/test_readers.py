"""Round trips: what real readers make of our feeds is what was published, field by field."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator.model.edition import Edition, EditionEntry
from aggregator.publish import Painter
from aggregator.service.web.shelf import Shelf
from tests.e2e import readers
from tests.publish.editions import edition_of
from tests.publish.views import SITE
from tests.simulate.mutations import Mutation
from tests.simulate.subscribers import truth_of
from tests.simulate.world import World

# Without dates that no program but ours can count.
EDITIONS = ("story", "by-author", "by-title")
FORMATS = {
    readers.by_feedparser: ("atom", "rss"),
    readers.by_newsboat: ("atom", "rss"),
    readers.by_sfeed: ("atom", "rss"),
    readers.by_rss2email: ("atom", "rss"),
    readers.by_reader: ("atom", "rss", "json"),
    readers.by_rss_parser: ("atom", "rss"),
    readers.by_feedsmith: ("atom", "rss", "json"),
}


def truth(entry: EditionEntry) -> dict[str, Any]:
    """Give all that a reader may show of an entry, by the names that the readers' views use."""
    first, last = next(iter(entry.enclosures), None), next(reversed(entry.enclosures), None)
    extras = entry.extras
    return {
        "id": entry.id,
        "title": entry.title,
        "url": entry.url or "",
        "published": entry.published_at,
        "updated": entry.updated_at,
        "authors": list(entry.authors),
        "author": ", ".join(entry.authors),
        "first author": entry.authors[0],
        "last author": entry.authors[-1],
        "content": entry.content_html,
        "summary": entry.summary,
        "tags": [*entry.categories, *entry.source.tags],
        "enclosures": [(one.url, one.media_type, str(one.length or "")) for one in entry.enclosures],
        "last enclosure": (last.url, last.media_type) if last else None,
        "first address": first.url if first else "",
        "also": [(one.url, f"{one.source_title}: {one.title}") for one in entry.also],
        "source": entry.source.title,
        "comments": entry.comments_url,
        "language": entry.language if entry.language != "en" else None,
        "image": entry.image_url,
        "episode": (
            int(extras.season) if extras.season else None,
            int(extras.episode) if extras.episode else None,
            extras.explicit,
        ),
        "place": extras.place,
    }


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize(
    ("read", "ending"),
    [
        pytest.param(read, ending, id=f"{read.__name__.removeprefix('by_')}-{ending}")
        for read, endings in FORMATS.items()
        for ending in endings
    ],
)
def test_what_a_reader_shows_is_what_was_published(read: Any, ending: str, name: str, tmp_path: Path) -> None:
    edition = edition_of(name)
    shelf = Shelf()
    shelf.put(edition, Painter().render(edition, SITE))
    with readers.served(shelf) as base:
        told = read(f"{base}/{edition.slug}.{ending}", tmp_path)
    assert told
    by_id = {one["id"]: one for one in told}
    assert len(by_id) == len(told)
    assert by_id.keys() == {entry.id for entry in edition.entries}
    for entry in edition.entries:
        shown = {field: value for field, value in by_id[entry.id].items() if value is not None}
        expected = truth(entry)
        assert shown == {field: expected[field] for field in shown}


class Watching:
    """The simulated web's topic, read by a real reader that keeps what it was shown.

    Attributes:
        truths: The article behind each id that was ever published.
        shown: What the reader has in the end.
    """

    def __init__(self, base: str, shelf: Shelf, process: readers.ReaderProcess) -> None:
        self._base = base
        self._shelf = shelf
        self._process = process
        self._painter = Painter()
        self.truths: dict[str, int | None] = {}
        self.shown: readers.Told = []

    def begin_anew(self) -> None:
        self._painter = Painter()

    async def publish(self, edition: Edition) -> None:
        self.truths |= {entry.id: truth_of(entry.categories) for entry in edition.entries}
        self._shelf.put(edition, self._painter.render(edition, SITE))
        self.shown = await asyncio.to_thread(self._process.look, f"{self._base}/all.atom")


def read_for(folder: Path, days: float) -> Watching:
    """Let the package ``reader`` poll for so many days, every four hours."""
    process = readers.ReaderProcess(folder)
    shelf = Shelf()
    try:
        with readers.served(shelf) as base:
            kinds = [frozenset({one}) for one in (Mutation.NEW_GUIDS, Mutation.SITE_MOVES, Mutation.CRASHES)]
            world = World(folder, kinds, 3)
            world.readership = watching = Watching(base, shelf, process)
            asyncio.run(world.run(days))
            return watching
    finally:
        process.close()


def check(watching: Watching) -> int:
    articles = [watching.truths[one["id"]] for one in watching.shown]
    assert len(articles) == len(set(articles)), "an article is shown twice"
    assert {one["id"] for one in watching.shown} == watching.truths.keys(), "nothing was missed"
    return len(articles)


def test_a_reader_that_polls_for_days_shows_every_article_once(tmp_path: Path) -> None:
    assert check(read_for(tmp_path, 4)) > 10


@pytest.mark.prove
def test_a_reader_that_polls_for_a_month_shows_every_article_once(tmp_path: Path) -> None:
    shown = check(read_for(tmp_path, 30))
    print(f"\n30 days, 180 polls, {shown} articles, none twice")  # noqa: T201 - the figure is the proof
    assert shown > 100


def test_a_difference_would_be_seen(tmp_path: Path) -> None:
    edition = edition_of("story")
    changed = replace(edition, entries=(replace(edition.entries[0], title="Other"), *edition.entries[1:]))
    shelf = Shelf()
    shelf.put(changed, Painter().render(changed, SITE))
    with readers.served(shelf) as base:
        told = readers.by_feedparser(f"{base}/world.rss", tmp_path)
    assert told[0]["title"] != truth(edition.entries[0])["title"]
