"""Feeds as they were really re-published: nobody is shown an article twice, or never."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.model.reading import Document, Reading
from aggregator.pipeline.read import read_document
from aggregator.text.link_keys import canonical_link
from tests.e2e.corpora import FOLDER, needs_corpora
from tests.simulate.replay import replay

NAMES = sorted(one.parent.name for one in FOLDER.glob("timelines/*/manifest.json"))
_ON_EVERYTHING = 3


def documents(name: str) -> list[tuple[datetime, bytes]]:
    """Read a timeline: when each version was published, and what it was."""
    folder = FOLDER / "timelines" / name
    versions = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["versions"]
    return [
        (datetime.strptime(one["time"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), (folder / one["file"]).read_bytes())
        for one in versions
    ]


def articles(timeline: list[tuple[datetime, bytes]]) -> dict[str, int]:
    """Number the articles by other means than ours: what ever shared a guid, a link or a headline of its own is one.

    A headline of some words is its article's own where no document has it twice.
    """
    names: list[set[str]] = []
    titles: defaultdict[str, set[str]] = defaultdict(set)
    twice: set[str] = set()
    for at, body in timeline:
        reading = read_document(
            Document(source_id="s", url="https://s.example/", source_url="", headers=(), body=body, now=at)
        )
        assert isinstance(reading, Reading)
        used = Counter(entry.title for entry in reading.entries)
        twice.update(f"title {title}" for title, times in used.items() if times > 1)
        for entry in reading.entries:
            link = {f"link {canonical_link(entry.url)}"} if entry.url else set()
            for name in link:
                titles[name].add(entry.title)
            names.append({f"guid {entry.key.guid}", f"title {entry.title}", *link})
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            name = parents[name]
        return name

    for one in names:
        own = sorted(name for name in one if len(titles[name]) < _ON_EVERYTHING and name not in twice)
        for name in own[1:]:
            parents[root(name)] = root(own[0])
    guids = {name for one in names for name in one if name.startswith("guid")}
    roots = {found: number for number, found in enumerate(sorted({root(name) for name in guids}))}
    return {name: roots[root(name)] for name in guids}


@needs_corpora
@pytest.mark.anyio
@pytest.mark.parametrize("name", NAMES)
async def test_a_real_timeline_repeats_nothing_and_loses_nothing(name, tmp_path: Path):
    timeline = documents(name)
    known = articles(timeline)
    result = await replay(tmp_path, timeline)
    stored = [known[f"guid {stored.entry.key.guid}"] for stored in result.stored]
    assert len(stored) == len(set(stored)) == len(set(known.values()))
    assert len(result.announced) == len(stored)
    assert result.again == 0


@needs_corpora
@pytest.mark.anyio
async def test_the_publisher_that_dates_everything_anew_at_every_poll_is_announced_once(tmp_path: Path):
    redating = [name for name in NAMES if _redates(documents(name))]
    assert redating
    for name in redating:
        result = await replay(tmp_path, documents(name))
        (tmp_path / "replay.db").unlink()
        assert len(result.announced) == len(result.stored)
        assert result.again == 0


def _redates(timeline: list[tuple[datetime, bytes]]) -> bool:
    """Say whether known entries have other dates in nearly every version."""
    moved = 0
    dates: dict[str, datetime | None] = {}
    for at, body in timeline:
        reading = read_document(
            Document(source_id="s", url="https://s.example/", source_url="", headers=(), body=body, now=at)
        )
        assert isinstance(reading, Reading)
        now = {entry.key.guid: entry.published_at for entry in reading.entries}
        other = sum(key in dates and dates[key] != date for key, date in now.items())
        moved += other > 0
        dates = now
    return 4 * moved > 3 * len(timeline)
