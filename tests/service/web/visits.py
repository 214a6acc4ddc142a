"""A shelf with topics on it, and visitors."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from aggregator import bootstrap
from aggregator.model.editing import DoneAct
from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.looking import Activity
from aggregator.model.metering import Counts
from aggregator.model.searching import Found
from aggregator.model.status import EntryView, Status, StoryView
from aggregator.model.topic import FeedFormat
from aggregator.service.reloading import Proposal
from aggregator.service.web.app import Behind, make_app
from aggregator.service.web.health import Check
from aggregator.service.web.shelf import Shelf
from tests.builders import NOON
from tests.pages.samples import SITE, make_activity, make_edition, make_plan, make_source_status, make_status

TYPES = {
    FeedFormat.ATOM: "application/atom+xml; charset=utf-8",
    FeedFormat.RSS: "application/rss+xml; charset=utf-8",
    FeedFormat.JSON: "application/feed+json; charset=utf-8",
}


def make_rendition(name: str = "harbour.atom", body: bytes = b"", **changes: Any) -> Rendition:
    body = body or f"<feed>{name}</feed>".encode() * 50
    ending = name.rpartition(".")[2]
    values: dict[str, Any] = {
        "name": name,
        "media_type": TYPES[FeedFormat(ending)] if ending in set(FeedFormat) else "text/x-opml; charset=utf-8",
        "body": body,
        "gzipped": gzip.compress(body, mtime=0),
        "etag": f'"{name.replace(".", "-")}-1"',
        "changed_at": NOON.replace(microsecond=700_000),
    }
    return Rendition(**(values | changes))


def fill(shelf: Shelf, edition: Edition | None = None) -> None:
    edition = edition or make_edition()
    shelf.put(edition, [make_rendition(f"{edition.slug}.{one.value}") for one in edition.output.formats])


def filled_shelf() -> Shelf:
    shelf = Shelf()
    shelf.forward({"docks": "harbour"}, frozenset({"whales"}))
    fill(shelf)
    shelf.put_document(make_rendition("topics.opml", b"<opml>topics</opml>"))
    shelf.put_document(make_rendition("sources.opml", b"<opml>sources</opml>"))
    return shelf


class Insides:
    """Stands for the store: answers, or fails as it is told to.

    Attributes:
        answer: The status, or why there is none.
        failing: Why nothing else can be told; None while all is well.
        members: Entries by short id, and stories by theirs.
        asked: How often the status was asked for.
    """

    def __init__(self, answer: Status | Exception | None = None) -> None:
        self.answer: Status | Exception = answer or make_status(make_source_status())
        self.failing: Exception | None = None
        self.entries: dict[str, EntryView] = {}
        self.stories: dict[str, StoryView] = {}
        self.lately = make_activity()
        self.asked = 0
        self.sought: list[tuple[str, str]] = []
        self.found = Found(hits=(), before=None, looked_at=0, waiting=0)

    def hold(self, story: StoryView) -> None:
        """Let a story and its entries be found."""
        self.stories[story.id] = story
        self.entries |= {one.stored.entry.key.short: one for one in story.members}

    async def status(self) -> Status:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def counts(self) -> Counts:
        return Counts(since=NOON, polls=(("new", 2), ("timeout", 1)), took=(1, 2) + (0,) * 8, took_seconds=0.25, new=7)

    async def entry_views(self, wanted: str) -> tuple[EntryView, ...]:
        self._fail()
        return (self.entries[wanted],) if wanted in self.entries else ()

    async def story_view(self, wanted: str) -> StoryView | None:
        self._fail()
        return self.stories.get(wanted)

    async def search(self, text: str, before: str) -> Found:
        self._fail()
        self.sought.append((text, before))
        return self.found

    async def activity(self) -> Activity:
        self._fail()
        return self.lately

    def _fail(self) -> None:
        if self.failing is not None:
            raise self.failing


class FakeOperator(Insides):
    """Stands for the daemon: shows what is inside, and notes what it is told to do.

    Attributes:
        told: Commands with what they took.
        answers: What comes of them, by name; an exception is a refusal.
        proposed: What a reload would do.
    """

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {"poll": {"failed": []}, "reload": "+1 -0 sources"}
        self.journal: tuple[DoneAct, ...] = ()
        self.proposed: Proposal | None = None

    def proposal(self) -> Proposal | None:
        return self.proposed

    async def acts(self) -> tuple[DoneAct, ...]:
        self._fail()
        return self.journal

    async def carry_out(self, command: str, request: Mapping[str, Any]) -> Any:
        self.told.append((command, dict(request)))
        answer = self.answers.get(command, {"number": 7, "act": "merge"})
        if isinstance(answer, Exception):
            raise answer
        return answer


def make_proposal(folder: Path) -> Proposal:
    """Look at what a reload would do, where a folder may hold its configuration."""
    (folder / "proposed.yaml").write_text("topics: {all: {}}", encoding="utf-8")
    new = bootstrap.make_plan(bootstrap.read_settings(folder / "proposed.yaml", {}))
    return Proposal(number=7, at=0.0, new=new, planned=make_plan(), said="+1 -0 sources")


class Readiness:
    """Stands for the daemon's checks."""

    def __init__(self) -> None:
        self.checks: Mapping[str, Check] = {"database": Check(ok=True, detail="answers")}

    async def __call__(self) -> Mapping[str, Check]:
        return self.checks


def build(
    shelf: Shelf | None = None,
    *,
    site: SiteFacts = SITE,
    inside: Insides | None = None,
    readiness: Readiness | None = None,
    **more: Any,
) -> ASGIApp:
    behind = Behind(inside=inside or Insides(), checks=readiness or Readiness(), **more)
    return make_app(shelf or filled_shelf(), site, behind)


async def ask(app: ASGIApp, path: str, *, method: str = "GET", **headers: str) -> httpx.Response:
    """Send one request with exactly these headers; ``_`` in a name stands for ``-``."""
    named = {"accept-encoding": ""} | {name.replace("_", "-"): value for name, value in headers.items()}
    sent = [(name.encode("ascii"), value.encode("latin-1")) for name, value in named.items()]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://visitor.example") as client:
        return await client.request(method, path, headers=sent)


def http_date(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")
