"""Real feed readers, run against our own server, and what each of them made of a feed.

Programs and packages that are not installed are skipped with a notice. ``AGGREGATOR_READERS`` names a folder with
``venv`` (the Python package ``reader``) and ``node_modules`` (``rss-parser``, ``feedsmith``).
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest

from aggregator.service.web.front import Front
from aggregator.service.web.server import WebServer
from aggregator.service.web.shelf import Shelf
from tests.e2e.daemons import free_port, get
from tests.publish.views import SITE

READERS = Path(os.environ.get("AGGREGATOR_READERS", "/nonexistent"))
Told = list[dict[str, Any]]

_READER = """
import sys, json, warnings
warnings.simplefilter("ignore")
from reader import make_reader
feeds = make_reader(sys.argv[1])
for line in sys.stdin:
    feeds.add_feed(line.strip(), exist_ok=True)
    feeds.update_feed(line.strip())
    print(json.dumps([{
        "id": one.id, "title": one.title, "url": one.link, "author": one.author, "summary": one.summary,
        "published": one.published.isoformat(), "updated": one.updated and one.updated.isoformat(),
        "content": one.content[0].value if one.content else None,
        "enclosures": [[it.href, it.type, it.length] for it in one.enclosures],
    } for one in feeds.get_entries()]), flush=True)
"""
_NODE = """
const {createRequire} = require("module");
const load = createRequire(process.argv[1] + "/");
let text = "";
process.stdin.on("data", (part) => text += part).on("end", async () => {
  const found = process.argv[2] === "feedsmith" ? load("feedsmith").parseFeed(text).feed
    : await new (load("rss-parser"))().parseString(text);
  console.log(JSON.stringify(found));
});
"""


@contextmanager
def served(shelf: Shelf) -> Iterator[str]:
    """Serve what is on a shelf by the real server, on loopback; give its address."""
    port = free_port()
    server = WebServer(Front(shelf, SITE, _nothing), "127.0.0.1", port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(30)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _nothing(*_: object) -> None:
    raise AssertionError("only feeds are asked for")


def by_feedparser(url: str, _: Path) -> Told:
    parsed = feedparser.parse(get(url)[2], sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    is_atom = parsed.version == "atom10"
    return [
        {
            "id": one.id,
            "title": one.title,
            # Without a link it gives the id.
            "url": one.get("link", "") if one.get("link") != one.id else "",
            "published": _moment(one.published_parsed),
            "updated": _moment(one.updated_parsed),
            "content": one.content[0].value if "content" in one else "",
            "tags": [tag.term for tag in one.get("tags", ())],
            "enclosures": [
                (it.href, it.type, it.get("length", "")) for it in one.get("links", ()) if it.rel == "enclosure"
            ]
            if is_atom
            else None,
            "authors": [it.name for it in one.authors] if is_atom else None,
        }
        for one in parsed.entries
    ]


def _moment(parsed: Any) -> datetime:
    return datetime(*parsed[:6], tzinfo=UTC)


def by_newsboat(url: str, folder: Path) -> Told:
    need("newsboat")
    (folder / "urls").write_text(f"{url}\n", encoding="utf-8")
    (folder / "config").write_text("", encoding="utf-8")
    command = ["newsboat", "-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config", "-x", "reload"]
    run(*command, home=folder)
    with closing(sqlite3.connect(folder / "cache.db")) as database:
        rows = database.execute(
            "SELECT guid, title, url, pubDate, author, content, enclosure_url, enclosure_type FROM rss_item"
        ).fetchall()
    return [
        {
            "id": guid,
            "title": title,
            "url": link,
            "published": datetime.fromtimestamp(at, UTC),
            # Of several authors in RSS it keeps the last, and of several media, too.
            "author" if url.endswith(".atom") else "last author": author,
            "content": content,
            "last enclosure": (address, kind) if address else None,
        }
        for guid, title, link, at, author, content, address, kind in rows
    ]


def by_sfeed(url: str, folder: Path) -> Told:
    need("sfeed")
    lines = run("sfeed", home=folder, text=get(url)[2].decode()).splitlines()
    told = []
    for line in lines:
        at, title, link, content, kind, guid, author, enclosure, tags = line.split("\t")[:9]
        assert kind == "html" or not content
        told.append(
            {
                "id": guid,
                "title": title,
                "url": link,
                "published": datetime.fromtimestamp(int(at), UTC),
                "first author": author,
                "content": content.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\"),
                "first address": enclosure,
                "tags": tags.split("|") if tags else [],
            }
        )
    return told


def by_rss2email(url: str, folder: Path) -> Told:
    need("r2e")
    command = ("r2e", "-c", folder / "r2e.cfg", "-d", folder / "r2e.json")
    run(*command, "new", "you@localhost", home=folder)
    run(*command, "add", "feed", url, home=folder)
    run(*command, "run", "--no-send", home=folder)
    (feed,) = json.loads((folder / "r2e.json").read_text(encoding="utf-8"))["feeds"]
    return [{"id": guid} for guid in feed["seen"]]


class ReaderProcess:
    """The package ``reader``, kept running: each look is one update of its own database."""

    def __init__(self, folder: Path) -> None:
        python = READERS / "venv" / "bin" / "python"
        if not python.exists():
            pytest.skip("AGGREGATOR_READERS names no folder with the package reader in venv")
        command = [python, "-c", _READER, folder / "reader.db"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def look(self, url: str) -> Told:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{url}\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        for one in told:
            one["published"] = datetime.fromisoformat(one["published"])
            # Where they are the same it says one of them only.
            one["updated"] = datetime.fromisoformat(one["updated"]) if one["updated"] else one["published"]
            # Without a link it shows the id.
            one["url"] = one["url"] if one["url"] != one["id"] else ""
        return list(told)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def by_reader(url: str, folder: Path) -> Told:
    process = ReaderProcess(folder)
    try:
        told = process.look(url)
    finally:
        process.close()
    wanted = ("id", "title", "url", "published", "updated")
    return [{name: one[name] for name in wanted} for one in told]


def by_rss_parser(url: str, folder: Path) -> Told:
    items = _node("rss-parser", url, folder)["items"]
    atom = url.endswith(".atom")
    return [
        {
            "id": one["id" if atom else "guid"],
            "title": one["title"],
            "url": one.get("link", ""),
            "published": datetime.fromisoformat(one["isoDate"]),
            "first author": one["author" if atom else "creator"],
            # Of an empty element it makes one of its own.
            "content": one.get("content" if atom else "content:encoded", "").replace('<div type="html"/>', ""),
            "tags": None if atom else one.get("categories", []),
        }
        for one in items
    ]


def by_feedsmith(url: str, folder: Path) -> Told:
    feed = _node("feedsmith", url, folder)
    ending = url.rpartition(".")[2]
    return [_FEEDSMITH[ending](one) for one in feed.get("entries") or feed.get("items") or []]


def _smith_atom(one: dict[str, Any]) -> dict[str, Any]:
    links = one.get("links", ())
    return {
        "id": one["id"],
        "title": one["title"]["value"],
        "url": next((link["href"] for link in links if link["rel"] == "alternate"), ""),
        "published": datetime.fromisoformat(one["published"]),
        "updated": datetime.fromisoformat(one["updated"]),
        "authors": [author["name"] for author in one["authors"]],
        "summary": one.get("summary", {}).get("value", ""),
        "tags": [tag["term"] for tag in one.get("categories", ())],
        "enclosures": [
            (link["href"], link["type"], str(link.get("length", ""))) for link in links if link["rel"] == "enclosure"
        ],
        "also": [(link["href"], link["title"]) for link in links if link["rel"] == "related"],
        "source": one["source"]["title"]["value"],
        "comments": next((link["href"] for link in links if link["rel"] == "replies"), None),
        "language": one.get("xml", {}).get("lang"),
        **_smith_extensions(one),
    }


def _smith_rss(one: dict[str, Any]) -> dict[str, Any]:
    published = datetime.strptime(one["pubDate"], "%a, %d %b %Y %H:%M:%S %z")
    modified = one.get("dcterms", {}).get("modified", [None])[0]
    links = one.get("atom", {}).get("links", ())
    return {
        "id": one["guid"]["value"],
        "title": one["title"],
        "url": one.get("link", ""),
        "published": published,
        "updated": datetime.fromisoformat(modified) if modified else published,
        "authors": one["dc"]["creators"],
        "tags": [tag["name"] for tag in one.get("categories", ())],
        "also": [(link["href"], link["title"]) for link in links if link["rel"] == "related"],
        "source": one["source"]["title"] if "source" in one else None,
        "comments": one.get("comments"),
        "language": one["dc"].get("languages", [None])[0],
        **_smith_extensions(one),
    }


def _smith_json(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": one["id"],
        "title": one["title"],
        "url": one.get("url", ""),
        "published": datetime.fromisoformat(one["date_published"]),
        "updated": datetime.fromisoformat(one["date_modified"]),
        "authors": [author["name"] for author in one["authors"]],
        "content": one.get("content_html", ""),
        "summary": one.get("summary", ""),
        "tags": one.get("tags", []),
        "image": one.get("image"),
        "enclosures": [
            (it["url"], it["mime_type"], str(it.get("size_in_bytes", ""))) for it in one.get("attachments", ())
        ],
    }


def _smith_extensions(one: dict[str, Any]) -> dict[str, Any]:
    itunes, media = one.get("itunes", {}), one.get("media", {})
    return {
        "image": next((it["url"] for it in media.get("thumbnails", ())), None),
        "episode": (itunes.get("season"), itunes.get("episode"), itunes.get("explicit")),
        "place": tuple(one["georss"]["point"].values()) if "georss" in one else None,
    }


_FEEDSMITH: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "atom": _smith_atom,
    "rss": _smith_rss,
    "json": _smith_json,
}


def _node(package: str, url: str, folder: Path) -> Any:
    need("node")
    if not (READERS / "node_modules" / package).is_dir():
        pytest.skip(f"AGGREGATOR_READERS names no folder with the package {package} in node_modules")
    return json.loads(run("node", "-e", _NODE, str(READERS), package, home=folder, text=get(url)[2].decode()))


def need(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def run(*command: object, home: Path, text: str | None = None) -> str:
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, input=text, env=environment, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
