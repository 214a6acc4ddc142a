"""The static site: every page and feed as a file, fit for any file host."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from aggregator.model.editing import DoneAct
from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.looking import Activity
from aggregator.model.status import Status, StoryView
from aggregator.pages.assets import assets
from aggregator.pages.cards import card_of
from aggregator.pages.json_pages import entry_page_json, full_status_json, index_json, sources_json, story_json
from aggregator.pages.links import ASSETS, FILES
from aggregator.pages.openness import open_entry, open_story
from aggregator.pages.render import (
    render_entry,
    render_error,
    render_index,
    render_sources,
    render_status,
    render_story,
    render_topic,
)
from aggregator.pipeline.ports import ReadStore
from aggregator.service.hosting import forwarding, hosting_files
from aggregator.service.site_months import Before, Months, MonthsSeen, facts_of, look_at_months
from aggregator.service.web.shelf import Shelf

logger = logging.getLogger(__name__)

Shown = TypeVar("Shown")

DOCUMENTS = ("topics.opml", "sources.opml", "ops.atom")
LOOK = ".aggregator-look"
"""Says of what the pages of months were made, for the next build."""
_FOLDERS = ("e/", "s/")
_BELOW = replace(FILES, root="../")


@dataclass(slots=True)
class Site:
    """The files of a site by name, and those that could not be made.

    Attributes:
        failed: Names of pages; what is there of them stays.
        lost: Slugs of topics that have no edition; all that is there of them stays.
        settled: Names of files that are there and never change again, so that they are not even read.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    lost: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()

    def keeps(self, name: str) -> bool:
        """Say whether a file that is not made now stays as it is.

        Which entries a topic without an edition would show is not known, so all of them stay.
        """
        slug = name.partition(".")[0].partition("/")[0]
        kept = name in self.failed or name in self.settled or slug in self.lost
        return kept or (bool(self.lost) and name.startswith(_FOLDERS))

    def page(self, name: str, make: Callable[[], str]) -> None:
        """Make a page; a bug in one spoils no other."""
        self.file(name, lambda: make().encode("utf-8", "replace"))

    def value(self, name: str, make: Callable[[], dict[str, Any]]) -> None:
        """Make a JSON document."""
        self.file(name, lambda: (json.dumps(make(), ensure_ascii=False) + "\n").encode("utf-8", "replace"))

    def closely(
        self,
        name: str,
        find: Callable[[], Shown | None],
        page: Callable[[Shown], str],
        value: Callable[[Shown], dict[str, Any]],
    ) -> None:
        """Make the page of an entry or a story, and its JSON; what nobody may see has none."""
        try:
            shown = find()
        except Exception:
            logger.exception("%s cannot be made; what is there of it stays", name)
            self.failed |= {f"{name}.html", f"{name}.json"}
            return
        if shown is not None:
            self.page(f"{name}.html", lambda: page(shown))
            self.value(f"{name}.json", lambda: value(shown))

    def file(self, name: str, make: Callable[[], bytes]) -> None:
        """Make a file."""
        try:
            self.files[name] = make()
        except Exception:
            logger.exception("%s cannot be made; what is there of it stays", name)
            self.failed.add(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the store shows of a moment."""

    status: Status
    activity: Activity
    stories: tuple[StoryView, ...] = ()
    months: MonthsSeen = field(default_factory=MonthsSeen)


class SiteStore(ReadStore, Protocol):
    """What the static site is made of."""

    async def acts(self) -> tuple[DoneAct, ...]:
        """Read what editors did."""
        ...


async def look(  # noqa: PLR0913 - the parts of a site
    site: SiteFacts, store: SiteStore, shelf: Shelf, *, months: Months, status: Status, before: Before
) -> Seen:
    """Read what the pages are made of, as of the last poll: without another one every page stays to the byte.

    Args:
        site: Names and public address.
        store: Shows entries, stories and what happened.
        shelf: The editions.
        months: The archives.
        status: As it is now.
        before: What the last build left.

    Raises:
        StoreError: Something could not be read.
    """
    at = max((poll.at for source in status.sources for poll in source.polls), default=status.at)
    ids = dict.fromkeys(entry.story_id for edition in shelf.editions() for entry in edition.entries)
    stories = [await store.story_view(story_id) for story_id in ids if story_id]
    facts = facts_of(at, site, status, await store.acts())
    return Seen(
        status=replace(status, at=at),
        activity=await store.activity(at),
        stories=tuple(story for story in stories if story is not None),
        months=await look_at_months(shelf.editions(), months, before, facts),
    )


def make_site(site: SiteFacts, shelf: Shelf, seen: Seen, public: Iterable[str]) -> Site:
    """Make every file; equal content gives equal bytes.

    Args:
        site: Names and public address.
        shelf: Editions, feeds and lists.
        seen: What the store shows.
        public: Slugs of all topics that everybody may see.
    """
    lost = set(public) - {edition.slug for edition in shelf.editions()}
    lost |= {alias for alias, slug in shelf.aliases.items() if slug in lost}
    made = Site(lost=frozenset(lost), settled=frozenset(seen.months.settled))
    _add_frame(made, site, shelf, seen)
    for edition in shelf.editions():
        made.page(f"{edition.slug}.html", partial(render_topic, site, edition, FILES))
    _add_closely(made, site, shelf, seen.stories)
    _add_documents(made, shelf)
    _add_months(made, site, seen)
    made.files[LOOK] = seen.months.look.encode()
    _add_forwards(made, shelf)
    for name, content in assets().items():
        made.files[f"{ASSETS}/{name}"] = content
    made.files |= hosting_files(urlsplit(site.base_url).path)
    return made


def _add_frame(made: Site, site: SiteFacts, shelf: Shelf, seen: Seen) -> None:
    daily = dict(seen.activity.days)
    cards = [card_of(edition, daily.get(edition.slug, ())) for edition in shelf.editions()]
    # A host shows this page at whatever address was wrong, so its links begin at the root.
    rooted = replace(FILES, root=urlsplit(site.base_url).path.rstrip("/") + "/")
    made.page("index.html", lambda: render_index(site, cards, FILES))
    made.page("sources.html", lambda: render_sources(site, seen.status, FILES))
    made.page("status.html", lambda: render_status(site, seen.status, FILES, activity=seen.activity))
    made.page("404.html", lambda: render_error(site, 404, "There is nothing at this address.", rooted))
    made.value("index.json", lambda: index_json(site, cards))
    made.value("sources.json", lambda: sources_json(seen.status))
    made.value("status.json", lambda: full_status_json(seen.status, seen.activity))


def _add_closely(made: Site, site: SiteFacts, shelf: Shelf, stories: Iterable[StoryView]) -> None:
    """Add the stories that topics show, and all of their entries."""
    topics = {edition.slug: edition.title for edition in shelf.editions()}
    leads = {entry.story_id: entry.short_id for edition in shelf.editions() for entry in edition.entries}
    for story in stories:
        lead = leads.get(story.id, "")
        made.closely(
            f"s/{story.id}",
            partial(open_story, story, topics, lead),
            lambda shown: render_story(site, shown, _BELOW),
            story_json,
        )
        for view in story.members:
            made.closely(
                f"e/{view.stored.entry.key.short}",
                partial(open_entry, view, story, topics),
                lambda shown: render_entry(site, shown, _BELOW),
                entry_page_json,
            )


def _add_months(made: Site, site: SiteFacts, seen: Seen) -> None:
    """Add what has no room in the feeds; pages of entries are there for what topics show, no further."""
    closer = frozenset(name.removesuffix(".html") for name in made.files if name.startswith(_FOLDERS))
    for month in seen.months.pages:
        name = f"{month.slug}/{month.month}.html"
        # A page that is not made again cannot follow what topics show.
        links = replace(_BELOW, closer=frozenset() if name in seen.months.steady else closer)
        made.page(name, partial(render_topic, site, month, links))
    made.files |= {document.name: document.body for document in seen.months.documents}


def _add_documents(made: Site, shelf: Shelf) -> None:
    names = [name for edition in shelf.editions() for name in _feeds(edition)]
    for name in (*names, *DOCUMENTS):
        document = shelf.rendition(name)
        if document is not None:
            made.files[name] = document.body


def _add_forwards(made: Site, shelf: Shelf) -> None:
    """Let addresses without an ending lead to the pages, and old slugs to the topics that took their place."""
    for name in ("sources", "status", *(edition.slug for edition in shelf.editions())):
        made.files[f"{name}/index.html"] = forwarding(f"../{name}.html")
    for alias, slug in shelf.aliases.items():
        edition = shelf.edition(slug)
        if edition is None:
            continue
        made.files[f"{alias}.html"] = forwarding(f"{slug}.html")
        made.files[f"{alias}/index.html"] = forwarding(f"../{slug}.html")
        for name in _feeds(edition):
            document = shelf.rendition(name)
            if document is not None:
                # A file cannot redirect a reader; the feed itself says where it lives.
                made.files[alias + name.removeprefix(slug)] = document.body


def _feeds(edition: Edition) -> list[str]:
    return [f"{edition.slug}.{one.value}" for one in edition.output.formats] + [f"{edition.slug}.md"]
