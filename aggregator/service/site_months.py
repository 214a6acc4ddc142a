"""Months of topics on the static site: each is made when it has to be, for a site may have hundreds of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Protocol

from aggregator.model.editing import DoneAct
from aggregator.model.edition import Edition, Rendition, SiteFacts
from aggregator.model.month import MonthPart
from aggregator.model.status import Status
from aggregator.pages.assets import templates_version
from aggregator.service.archives import Archive


@dataclass(frozen=True, slots=True)
class Before:
    """What the last build left.

    Attributes:
        there: Names of our files that are in their place.
        look: What its pages of months depended on, as ``MonthsSeen`` has it; empty when that is not known.
    """

    there: frozenset[str] = frozenset()
    look: str = ""


@dataclass(slots=True)
class MonthsSeen:
    """Months of topics, and parts of them.

    Attributes:
        pages: To be shown, without the texts.
        documents: Those that feeds lead back to, and all that were ever written down; but not the settled.
        steady: Names of pages that are not made again while they are in their place, and the look is the same.
        settled: Names of files that are in their place and stay as they are, so that they are not even read.
        look: A digest of what the pages depend on beside what was announced.
    """

    pages: list[Edition] = field(default_factory=list)
    steady: set[str] = field(default_factory=set)
    documents: list[Rendition] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    look: str = ""


class Months(Protocol):
    """Finds what topics announced in a month."""

    async def find(self, slug: str, name: str) -> Archive | None:
        """Find a month of a topic, or a part of one; None where nothing was announced."""
        ...

    async def edition(self, slug: str, name: str) -> Edition | None:
        """Give it as it may be shown today."""
        ...

    async def kept(self, slug: str) -> tuple[str, ...]:
        """Name what is over and written down."""
        ...

    async def chain(self, slug: str, newest: str | None) -> tuple[MonthPart, ...]:
        """Name the months up to one, and their parts, as they lead from one to the next, the newest first."""
        ...


def facts_of(at: datetime, site: SiteFacts, status: Status, acts: Sequence[DoneAct]) -> tuple[object, ...]:
    """Give what pages of months depend on beside what was announced in them.

    What publishers change, and what is pruned, is shown the next day; what editors and the operator do, at once.
    """
    return (
        f"{at:%Y-%m-%d}",
        asdict(site),
        templates_version(),
        [(one.source.id, one.source.title, one.source.private) for one in status.sources],
        [(act.number, act.undone_at is None) for act in acts],
    )


async def look_at_months(
    editions: Sequence[Edition], months: Months, before: Before, facts: tuple[object, ...]
) -> MonthsSeen:
    """Read what has to be made of months, and pass over what is in its place.

    Args:
        editions: Of all topics.
        months: The archives.
        before: What the last build left.
        facts: As ``facts_of`` gives them.

    Raises:
        StoreError: Something could not be read.
    """
    over = {edition.slug: frozenset(await months.kept(edition.slug)) for edition in editions}
    told = json.dumps([facts, [(slug, sorted(kept)) for slug, kept in over.items()]])
    seen = MonthsSeen(look=hashlib.blake2b(told.encode("ascii"), digest_size=16).hexdigest())
    there = before.there if seen.look == before.look else frozenset[str]()
    for edition in editions:
        chain = await months.chain(edition.slug, edition.older)
        kept = over[edition.slug]
        # Nothing more is ever announced in a part that is full, or whose month is over.
        steady = kept.union(part.name for part in chain if part.number is not None)
        seen.steady.update(f"{edition.slug}/{name}.html" for name in steady)
        for part in chain:
            await _look_at_page(seen, months, f"{edition.slug}/{part.name}", there)
        for name in dict.fromkeys([*(part.name for part in chain), *sorted(kept)]):
            document = f"{edition.slug}/{name}.atom"
            if document in (before.there if name in kept else there) and name in steady:
                seen.settled.add(document)
            elif archive := await months.find(edition.slug, name):
                seen.documents.append(archive.document)
    return seen


async def _look_at_page(seen: MonthsSeen, months: Months, path: str, there: Container[str]) -> None:
    page = f"{path}.html"
    if page in there and page in seen.steady:
        seen.settled.add(page)
    elif month := await months.edition(*path.split("/")):
        seen.pages.append(replace(month, entries=tuple(replace(one, content_html="") for one in month.entries)))
