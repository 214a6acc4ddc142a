"""Collections of entries that people put under subjects, each in two halves; no byte of them is part of this project.

The first half is looked at, the second is reported. Which half an entry is in follows from a digest of its title, or of
its story where stories are known.
"""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import xml.etree.ElementTree as ET  # the files are local, and no document of them is served
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.text.visible import visible_text

SUMMARY_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Labelled:
    """An entry and the subject that it is under.

    Attributes:
        together: What has to be in one half with it: its title, or its story.
    """

    title: str
    text: str
    subject: str
    together: str
    url: str = ""

    @property
    def summary(self) -> str:
        """Give the beginning of the text, as normalising does."""
        return self.text[:SUMMARY_CHARACTERS].rpartition(" ")[0] if len(self.text) > SUMMARY_CHARACTERS else self.text

    @property
    def is_first(self) -> bool:
        """Say whether it is in the half that is looked at."""
        return hashlib.blake2b(self.together.encode(), digest_size=8).digest()[0] % 2 == 0


def bbc(folder: Path) -> list[Labelled]:
    """Read articles under five subjects."""
    with (folder / "news" / "bbc-topics.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Labelled(row["title"], row["text"], row["topic"], row["title"]) for row in rows]


def ag_news(folder: Path) -> list[Labelled]:
    """Read headlines and summaries under four subjects."""
    names = {"1": "world", "2": "sport", "3": "business", "4": "tech"}
    with (folder / "news" / "ag-news-test-sample.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines) if row[0] in names]
    return [Labelled(_plain(title), _plain(text), names[subject], title) for subject, title, text in rows]


def uci(folder: Path) -> list[Labelled]:
    """Read headlines of 52 stories under four subjects."""
    names = {"b": "business", "t": "tech", "e": "entertainment", "m": "health"}
    with (folder / "news" / "uci-news-aggregator-stories.csv").open(encoding="utf-8", newline="") as lines:
        return [Labelled(row["TITLE"], "", names[row["CATEGORY"]], row["STORY"]) for row in csv.DictReader(lines)]


def tgcontest(folder: Path, language: str) -> list[Labelled]:
    """Read articles that people put under subjects: ``en`` or ``ru``."""
    name = {"en": "categories-en_cat_honey.tsv", "ru": "categories-ru_cat_training.tsv"}[language]
    with (folder / "news" / "tgcontest" / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Labelled(row["INPUT:title"], row["INPUT:text"], row["GOLDEN:res"], row["INPUT:title"]) for row in rows]


_SECTIONS = {
    "sport": {"sport", "sports", "football", "cricket"},
    "business": {"business", "economy", "markets", "real-estate"},
    "tech": {"technology", "tech", "sci-tech"},
    "entertainment": {"entertainment", "movies", "music", "film", "culture", "bollywood"},
    "politics": {"politics", "elections"},
}
_OTHER = {"world", "india", "us-news", "australia-news", "uk-news", "asia", "singapore", "regional", "defence", "city"}


def week(folder: Path) -> list[Labelled]:
    """Read a week of 22 outlets: what stands in a section of its outlet, by the address, is under that subject."""
    seen: set[str] = set()
    found = []
    with (folder / "news" / "multi-outlet-2026-W30.ndjson").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            title = visible_text(row["title"])
            parts = urlsplit(html.unescape(row["link"])).path.strip("/").split("/")[:-1]
            subject = next((name for name, words in _SECTIONS.items() if words & set(parts[:2])), "")
            if not subject and parts and parts[0] in _OTHER:
                subject = "other"
            if subject and title not in seen:
                seen.add(title)
                text = visible_text(visible_text(row["description"] or ""))
                found.append(Labelled(title, text, subject, title, row["link"]))
    return found


_OF_SITES = {"ollama.com": "AI", "deepmind.google": "AI", "macworld.com": "Apple", "macrumors.com": "Apple"}
_OF_SITES |= {"al-monitor.com": "Middle East", "lxer.com": "Linux & OSS"}


def kagi_sites(folder: Path) -> list[Labelled]:
    """Read entries of sites that Kagi News draws on; some write on one of its topics only, the others are the rest."""
    topics = json.loads((folder / "opml" / "kite_feeds.public.json").read_text(encoding="utf-8"))
    listed = {_host(url) for topic in topics.values() for url in topic["feeds"]}
    seen: set[str] = set()
    found = []
    for path in sorted((folder / "feeds").rglob("*")):
        host = path.name.partition("_")[0].removeprefix("www.").lower()
        if host not in listed or path.suffix not in {".rss", ".atom", ".rdf"} or host in {"github.com", "medium.com"}:
            continue
        for title, text in _items(path):
            if title and title not in seen:
                seen.add(title)
                found.append(Labelled(title, text, _OF_SITES.get(host, "other"), title))
    return found


def kagi_filters(folder: Path) -> dict[str, list[str]]:
    """Read the plain keywords of Kagi's filter lists, in English, by their names."""
    document = json.loads((folder / "opml" / "kite_contentFilters.json").read_text(encoding="utf-8"))
    return {one["id"]: one["keywords"]["en"] for one in document["filters"]}


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _items(path: Path) -> Iterator[tuple[str, str]]:
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - local files, read by nobody else
    except ET.ParseError:
        return
    for item in root.iter():
        if item.tag.rpartition("}")[2] in {"item", "entry"}:
            said = {child.tag.rpartition("}")[2]: child.text or "" for child in item}
            text = said.get("description") or said.get("summary") or said.get("encoded") or said.get("content") or ""
            yield visible_text(said.get("title", "")), visible_text(text)


def _plain(text: str) -> str:
    """Take out what is left of markup: ``#39;`` for an apostrophe, backslashes."""
    return html.unescape(re.sub(r"(?<!&)#(\d+);", r"&#\1;", text).replace("\\", " ")).replace("&lt;", "<")
