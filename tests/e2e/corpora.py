"""The real feeds of the corpora, served on loopback, and what feedparser finds in each."""

from __future__ import annotations

import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.web.exchange import document
from tests.web.server import ScriptedWeb, feed_address

FOLDER = Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent"))

needs_corpora = pytest.mark.skipif(
    not (FOLDER / "feeds").is_dir(),
    reason="AGGREGATOR_CORPORA names no folder of corpora; the real feeds are not tested",
)

TYPES = {".rss": "application/rss+xml", ".atom": "application/atom+xml", ".rdf": "application/rdf+xml"}
TYPES |= {".json": "application/feed+json", ".xml": "application/xml"}


@dataclass(frozen=True)
class Difference:
    """Where a feed is kept otherwise than by feedparser's keys, and why that is right."""

    reason: str
    no_names: tuple[str, ...] = ()
    """Keys of feedparser that name no entry."""
    instead: tuple[str, ...] = ()
    """What some of those entries are known by."""
    by_content: int = 0
    """So many entries are kept by their title and day, or their content, instead."""
    as_written: bool = False
    """The guids are no addresses; feedparser puts that of the document in front."""
    mended: bool = False
    """feedparser puts semicolons behind ampersands that are bare."""


_ONE_LINK = "several entries without a guid link to one page; feedparser's link is one key for all of them"
_FRONT_PAGE = "a link to the front page of a site shows no entry, and would take every later one for the last"
_NOTHING = "an item with no title, link, guid or text says nothing and is left out"

_AS_WRITTEN = Difference("a guid that is no address stays as it is written, wherever the feed lives", as_written=True)

DIFFERENCES = {
    "enclosures/bold.dk_bold-dk-seneste-fodboldn_ffc3f2.rss": Difference(
        "bare ampersands are no references", mended=True
    ),
    **dict.fromkeys(
        (
            "other-atom/feedbin.com_feedbin_1b07b5.atom",
            "other-atom/feedbin.com_feedbin_45f08a.atom",
            "other-atom/feedbin.com_feedbin_729f27.atom",
            "other-atom/thecretefleet.com_the-crete-fleet_1349e6.atom",
            "other-atom/us.battle.net_starcraft-ii_93e644.atom",
            "other-rss/pbs.org_nova-pbs_8b93c0.rss",
            "other-rss/yjernite.github.io_hugging-face-blog_1c0d6b.rss",
            "reddit/reddit.com_let-reddit-ocaml_15e6a0.atom",
            "reddit/reddit.com_reddit-com-search-result_e39c9e.atom",
            "reddit/reddit.com_the-rust-programming-lan_79d306.atom",
            "reddit/ud.reddit.com_newest-submissions-homel_c22b37.atom",
            "staticgen/zerokspot.com_zerokspot-com_71d236.rss",
        ),
        _AS_WRITTEN,
    ),
    "feedburner/moe.gov.sg_spotlight_967919.rss": Difference(
        "one guid, which is also the link, stands on all entries",
        ("http://www.moe.gov.sg/media/spotlight/",),
        by_content=4,
    ),
    "github/github.com_782dc0.rss": Difference(
        "one guid stands on three entries with other titles and other links",
        ("https://www.github.com/picofeed/guid/post",),
        (
            "link:https://en.wikipedia.org/wiki/Crime_and_Punishment",
            "link:https://en.wikipedia.org/wiki/War_and_Peace",
            "link:https://www.github.com/picofeed/guid/pre",
        ),
    ),
    "jsonfeed/influxdata.com_blog-8211-influxdata_335561.json": Difference(
        _FRONT_PAGE, ("link:https://example.com",), by_content=1
    ),
    "news/pcmag.com_pcmag-com-the-official-j_9d532e.rss": Difference(_NOTHING),
    "other-rss/le-cercle-psy.scienceshumaines.com_flux-rss-du-magazine-de-_d40876.rss": Difference(_NOTHING),
    "podcast/rsr.ch_la-capsule-multim-dia-la_9bb004.rss": Difference(
        _ONE_LINK, ("link:http://www.rsr.ch/capsule",), by_content=15
    ),
    "rss09x/botzilla.com_17-mai_6c63c2.rss": Difference(
        _FRONT_PAGE,
        (
            "link:http://epharma.iphpbb.com/",
            "link:http://liveteenwebcam32.maguro.harisen.jp/",
            "link:http://wass.boardsxp.com/",
            "link:http://wass.eforum.lt/",
            "link:http://wass4.to.pl",
        ),
        by_content=5,
    ),
    "rss09x/botzilla.com_histoires-naturelles_f4cc18.rss": Difference(
        f"{_ONE_LINK}; {_FRONT_PAGE}",
        ("link:http://www.lidkopingsgk.se/Userfiles/users.asp", "link:http://run-withit.tumblr.com/"),
        by_content=4,
    ),
    "rss09x/oliverweb.com_the-hotness_44736b.rss": Difference(
        _FRONT_PAGE, ("link:http://poker-rules.zindagi.us/",), by_content=1
    ),
    "rss09x/scripting.com_scripting-news_c3f9d3.rss": Difference(_FRONT_PAGE, ("link:http://bar",), by_content=1),
    "wordpress/aldaily.com_arts-letters-daily_7eea13.rss": Difference(
        f"{_ONE_LINK}; {_FRONT_PAGE}", ("link:http://www.aldaily.com",), by_content=4
    ),
    "wordpress/aldaily.com_arts-letters-daily_b7430f.rss": Difference(
        f"{_ONE_LINK}; {_FRONT_PAGE}", ("link:http://www.aldaily.com",), by_content=10
    ),
}
"""Every feed whose stored keys differ from feedparser's, by name."""


@dataclass(frozen=True)
class RealFeed:
    """One file of the corpora."""

    name: str
    path: Path
    number: int

    @property
    def source_id(self) -> str:
        return f"f{self.number:03}"

    @property
    def media_type(self) -> str:
        return TYPES.get(self.path.suffix, "application/xml")

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()

    @property
    def etag(self) -> str:
        return f'"corpus-{self.number}"'


def real_feeds() -> list[RealFeed]:
    """Every real feed, in a fixed order."""
    paths = sorted(
        path
        for path in (FOLDER / "feeds").glob("*/*")
        if ".expected." not in path.name and not path.name.endswith(".headers.txt")
    )
    return [RealFeed(path.relative_to(FOLDER / "feeds").as_posix(), path, n) for n, path in enumerate(paths)]


def put_on(web: ScriptedWeb, feeds: list[RealFeed]) -> dict[str, str]:
    """Serve the feeds with entity tags, each on a loopback address of its own; give address by source id."""
    urls = {}
    for feed in feeds:
        path = f"/c/{feed.number}{feed.path.suffix}"
        web.script(path, document(feed.body, etag=feed.etag, media_type=feed.media_type))
        urls[feed.source_id] = web.url(path, feed_address(feed.number) if web.own_addresses else "127.0.0.1")
    return urls


def configuration(folder: Path, urls: dict[str, str]) -> Path:
    """Write a configuration over these addresses."""
    config = folder / "aggregator.yaml"
    sources = "".join(f'  - {{id: {name}, url: "{url}"}}\n' for name, url in urls.items())
    config.write_text(
        "data: ./data\nnetwork: {allow-private: [127.0.0.0/8], host-spacing: 0s}\n"
        "defaults: {max-size: 20MB, timeout: 60s}\n"
        f"sources:\n{sources}topics:\n  everything: {{}}\n",
        encoding="utf-8",
    )
    return config


def expected_keys(feed: RealFeed, url: str) -> tuple[set[str], int]:
    """Give the keys that must be stored: those that feedparser finds, but for the differences named above."""
    keys, bare = _keys_by_feedparser(feed, url)
    difference = DIFFERENCES.get(feed.name)
    if difference is None:
        return keys, bare
    if difference.as_written:
        return {_as_written(key, url) for key in keys}, bare
    if difference.mended:
        return {key.replace("&utm;_", "&utm_") for key in keys}, bare
    missing = set(difference.no_names) - keys
    assert not missing, f"{feed.name}: feedparser does not find {missing}"
    return keys - set(difference.no_names) | set(difference.instead), difference.by_content


def _as_written(key: str, url: str) -> str:
    """Take back what the address of the document lent to a guid: its folder, or its host."""
    origin = "/".join(url.split("/")[:3])
    return key.removeprefix(f"{url.rpartition('/')[0]}/").removeprefix(origin)


def _keys_by_feedparser(feed: RealFeed, url: str) -> tuple[set[str], int]:
    """Give the distinct keys: ids, else links; and the number of entries that have neither, by title and date."""
    if feed.path.suffix == ".json":
        entries: list[dict[str, Any]] = [
            {"id": _text(item.get("id")), "link": item.get("url") or item.get("external_url")}
            for item in json.loads(feed.body.decode("utf-8-sig")).get("items", [])
        ]
    else:
        headers = {"content-type": feed.media_type, "content-location": url}
        tree = feedparser.parse(
            io.BytesIO(feed.body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
        entries = tree.entries
    keys, bare = set(), set()
    for entry in entries:
        # A link that a counter stands before is known by where it leads in the end.
        guid, link = (
            (entry.get("id") or "").strip(),
            (entry.get("feedburner_origlink") or entry.get("link") or "").strip(),
        )
        if guid:
            keys.add(guid)
        elif link:
            keys.add(f"link:{link}")
        else:
            bare.add((entry.get("title"), entry.get("published") or entry.get("updated"), entry.get("summary")))
    return keys, len(bare)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
