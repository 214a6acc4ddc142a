"""The page of a plan: every entry that a topic would gain or lose, a hundred at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from aggregator.model.edition import SiteFacts
from aggregator.model.planned import Change, Fate, Mark, Planned, PlannedEntry, PlannedTopic
from aggregator.model.reason import Reason
from aggregator.pages.admin import AdminFrame
from aggregator.pages.links import Links
from aggregator.pages.plan_shapes import entry_json, plan_json, topic_json, volume
from aggregator.pages.render import render

PER_PAGE: Final = 100
WAYS: Final = {"": (Mark.ENTERS, Mark.LEAVES), "enters": (Mark.ENTERS,), "leaves": (Mark.LEAVES,)}
_FATES: Final = {
    Fate.ANNOUNCED: "announced to readers",
    Fate.WAITING: "waits to be announced",
    Fate.SILENT: "silently",
    Fate.NOT_TAKEN: "old, and not taken",
    Fate.KEPT: "stays in the feed that has it",
    Fate.GONE: "gone",
}
_UNTOLD: Final = Reason("", "", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What there is to look at.

    Attributes:
        number: By which the plan can be accepted.
        said: How the configuration differs, in a line.
        bound: A topic that changes by a larger share is refused unless accepted.
        reasons: Of so many entries that leave a topic it is known where its rule stops them.
    """

    number: int
    said: str
    planned: Planned
    bound: float
    reasons: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where in it somebody looks: a topic by its slug, one of ``WAYS``, and a page from 1."""

    topic: str = ""
    way: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A page of what moves in a topic, the latest first."""

    topic: PlannedTopic
    way: str
    entries: tuple[PlannedEntry, ...]
    page: int
    pages: int


def place_of(topic: str, way: str, page: str) -> Place:
    """Read where somebody wants to look; what makes no sense is the beginning.

    >>> place_of("iraq", "leaves", "2"), place_of("iraq", "up", "-3")
    (Place(topic='iraq', way='leaves', page=2), Place(topic='iraq', way='', page=1))
    """
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < len("1000000") else 1
    return Place(topic, way if way in WAYS else "", max(1, number))


def part_of(look: Look, place: Place) -> Part | None:
    """Find the page; None when no such topic changes. Behind the last page is the last."""
    topic = next((one for one in look.planned.topics if one.slug == place.topic), None)
    if topic is None:
        return None
    leaving = [one.key for one in topic.entries if one.mark is Mark.LEAVES]
    told = {*leaving} if topic.change is Change.REMOVED else {*leaving[: look.reasons]}
    moving = [one for one in topic.entries if one.mark in WAYS[place.way]]
    pages = max(1, -(-len(moving) // PER_PAGE))
    page = min(place.page, pages)
    shown = moving[(page - 1) * PER_PAGE : page * PER_PAGE]
    entries = (
        replace(one, reason=_UNTOLD) if one.mark is Mark.LEAVES and one.key not in told else one for one in shown
    )
    return Part(topic=topic, way=place.way, entries=tuple(entries), page=page, pages=pages)


def render_plan(site: SiteFacts, frame: AdminFrame, look: Look | None, place: Place, links: Links) -> str:
    """Render a plan, or how to get one."""
    return render(
        "admin_plan.html",
        site,
        links,
        here="admin",
        frame=frame,
        look=look,
        part=part_of(look, place) if look is not None else None,
        place=place,
        marks=Mark,
        fates=_FATES,
        beyond={one.slug for one in look.planned.beyond(look.bound)} if look is not None else set(),
        volume=volume,
    )


def plan_page_json(look: Look, place: Place) -> dict[str, Any]:
    """Shape a plan, or a page of what moves in one of its topics."""
    head = {"plan": look.number, "said": look.said}
    if not place.topic:
        return head | plan_json(look.planned, look.bound, 0)
    part = part_of(look, place)
    if part is None:
        return head | {"topic": None, "entries": [], "page": 1, "pages": 1}
    return head | {
        "topic": topic_json(part.topic, 0),
        "entries": [entry_json(one) for one in part.entries],
        "page": part.page,
        "pages": part.pages,
    }
