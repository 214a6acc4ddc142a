"""The operator's pages, as markup. Everything but credentials is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.model.editing import DoneAct
from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.status import Status, StoryView, TopicStatus
from aggregator.pages.links import SERVED, Links
from aggregator.pages.render import failing_first, render
from aggregator.pages.secrecy import without_secrets

_RECENT = 40
_ACTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminFrame:
    """What every page of a session carries.

    Attributes:
        proof: That its forms are from this session.
        said: What came of the last form; empty when there is nothing to tell.
        wrong: Whether that is a refusal.
        leaves: Whether there is a session to leave.
    """

    proof: str
    said: str = ""
    wrong: bool = False
    leaves: bool = True


@dataclass(frozen=True, slots=True)
class Recent:
    """A story that a topic announced."""

    story: str
    title: str
    topic: str


def render_login(site: SiteFacts, said: str = "", links: Links = SERVED) -> str:
    """Render the question for the token."""
    return render("login.html", site, links, here="admin", said=said)


def render_admin(
    site: SiteFacts,
    frame: AdminFrame,
    status: Status,
    acts: Sequence[DoneAct],
    editions: Sequence[Edition],
) -> str:
    """Render the desk: sources, stories announced last, the journal, and what becomes of the configuration."""
    shown = without_secrets(status)
    return render(
        "admin.html",
        site,
        SERVED,
        here="admin",
        frame=frame,
        status=shown,
        private=[topic for topic in shown.topics if topic.private],
        sources=failing_first(shown.sources),
        acts=tuple(reversed(acts))[:_ACTS],
        recent=_recent(editions),
    )


def render_admin_story(
    site: SiteFacts, frame: AdminFrame, story: StoryView, topics: Sequence[TopicStatus], links: Links
) -> str:
    """Render a story with what can be done to it."""
    return render("admin_story.html", site, links, here="admin", frame=frame, story=story, topics=topics)


def _recent(editions: Sequence[Edition]) -> list[Recent]:
    found = [(entry, edition) for edition in editions for entry in edition.entries]
    found.sort(key=lambda pair: pair[0].announced_at, reverse=True)
    return [Recent(entry.story_id, entry.title, edition.title) for entry, edition in found[:_RECENT]]
