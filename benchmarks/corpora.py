"""Collections that the benchmarks of stories and texts read; no byte of them is part of this project."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from aggregator.text.visible import visible_text

NOTICE = "set AGGREGATOR_CORPORA to a folder with news/ to measure this; skipped"


@dataclass(frozen=True, slots=True)
class Headline:
    """One line of a stream of news, with the story that it is known to belong to (empty when unknown)."""

    at: datetime
    title: str
    story: str = ""
    outlet: str = ""
    summary: str = ""
    url: str = ""


def news_folder(corpora: Path) -> Path | None:
    """Find the collections; None when they are not there."""
    folder = corpora / "news"
    return folder if folder.is_dir() else None


def uci(folder: Path, seed: int = 1) -> list[Headline]:
    """Read the headlines of 52 stories, in a new order: the one in the file gives the stories away.

    They were collected story by story; up to 18 hours are added to each, in the order of the file.
    """
    with (folder / "uci-news-aggregator-stories.csv").open(encoding="utf-8", newline="") as lines:
        rows = sorted(csv.DictReader(lines), key=lambda row: int(row["TIMESTAMP"]))
    chance = random.Random(seed)
    moved = [(int(row["TIMESTAMP"]) / 1000 + chance.uniform(0, 18 * 3600), row) for row in rows]
    moved.sort(key=lambda pair: pair[0])
    return [
        Headline(datetime.fromtimestamp(at, UTC), row["TITLE"], row["STORY"], row["PUBLISHER"]) for at, row in moved
    ]


def og2021(folder: Path, name: str) -> list[Headline]:
    """Read titles with human-checked clusters of events."""
    with (folder / "og2021" / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = [
        Headline(datetime.fromisoformat(row["time"]).replace(tzinfo=UTC), row["title"], row["cluster"]) for row in rows
    ]
    return sorted(found, key=lambda one: one.at)


def real_week(folder: Path) -> list[Headline]:
    """Read a week of 22 outlets, each link when it was first collected, as visible text."""
    seen: set[str] = set()
    found = []
    for row in _json_lines(folder / "multi-outlet-2026-W30.ndjson"):
        if row["link"] in seen:
            continue
        seen.add(row["link"])
        # Some descriptions are markup that was escaped twice.
        summary = visible_text(visible_text(row["description"] or ""))
        at = datetime.fromisoformat(row["collectedAt"])
        found.append(Headline(at, visible_text(row["title"]), "", row["source"], summary, unescape(row["link"])))
    return sorted(found, key=lambda one: one.at)


def articles(folder: Path) -> list[tuple[str, str]]:
    """Read titles and texts of distinct articles."""
    return [(row["title"], row["text"]) for row in _json_lines(folder / "bbc-topics.jsonl")]


def judged_pairs(folder: Path, name: str) -> list[tuple[bool, tuple[str, str], tuple[str, str]]]:
    """Read pairs of articles and whether people found them to tell one story."""
    with (folder / "tgcontest" / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        (
            row["GOLDEN:quality"] == "OK",
            (row["INPUT:first_title"], row["INPUT:first_text"]),
            (row["INPUT:second_title"], row["INPUT:second_text"]),
        )
        for row in rows
        if row["GOLDEN:quality"] in {"OK", "BAD"}
    ]


def scored_headlines(folder: Path) -> list[tuple[float, str, str]]:
    """Read pairs of headlines with their likeness from 0 to 5."""
    with (folder / "sts-headline-pairs.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(float(row["score0-5"]), row["headline1"], row["headline2"]) for row in rows]


def halves(rows: list[Headline], seed: int = 7) -> tuple[list[Headline], list[Headline]]:
    """Part the stories, each whole, into two halves."""
    stories = sorted({row.story for row in rows})
    random.Random(seed).shuffle(stories)
    first = set(stories[: len(stories) // 2])
    return [row for row in rows if row.story in first], [row for row in rows if row.story not in first]


def hours(count: float) -> timedelta:
    """Write a duration."""
    return timedelta(hours=count)


def _json_lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
