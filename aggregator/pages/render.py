"""Render values to HTML; the one home of Jinja2.

Every foreign string is escaped. Lists show summaries, which are text; the markup of an entry is shown on its own page
only, written anew by ``prose``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.looking import Activity
from aggregator.model.pace import Pace
from aggregator.model.shape import Queue
from aggregator.model.source import SourceCondition
from aggregator.model.status import SourceStatus, Status
from aggregator.model.topic import FeedFormat
from aggregator.model.verdict import PollRecord
from aggregator.pages.assets import asset_version
from aggregator.pages.cards import TopicCard
from aggregator.pages.charts import charts_of_day, charts_of_month, spark_of
from aggregator.pages.json_shapes import instant
from aggregator.pages.links import SERVED, Links
from aggregator.pages.openness import OpenEntry, OpenStory
from aggregator.pages.prose import prose
from aggregator.pages.queues import next_of, queues_line
from aggregator.pages.secrecy import for_everyone
from aggregator.pages.timeline import events_of, outlets_of
from aggregator.pages.versions import changes_of
from aggregator.pages.words import also_line, count, day, language_tag, moment, month_name, size, span, web_url

_LISTED = 20
_NAMES = {FeedFormat.ATOM: "Atom", FeedFormat.RSS: "RSS", FeedFormat.JSON: "JSON Feed"}
_TYPES = {
    FeedFormat.ATOM: "application/atom+xml",
    FeedFormat.RSS: "application/rss+xml",
    FeedFormat.JSON: "application/feed+json",
}


def render_index(site: SiteFacts, topics: Sequence[TopicCard], links: Links = SERVED) -> str:
    """Render the list of topics."""
    return render("index.html", site, links, here="index", topics=topics)


def render_topic(
    site: SiteFacts,
    edition: Edition,
    links: Links = SERVED,
    *,
    shown_for: FeedFormat | None = None,
    queues: Sequence[Queue] = (),
) -> str:
    """Render a topic's stories, in the order of the edition: newest first.

    Args:
        site: Where we publish.
        edition: The topic now.
        links: Where our own pages lie.
        shown_for: The feed at whose address a browser gets this page instead; None on the topic's own page.
        queues: What waits in it.
    """
    return render("topic.html", site, links, here="", topic=edition, shown_for=shown_for, queues=queues)


def render_sources(site: SiteFacts, status: Status, links: Links = SERVED, *, notice: str = "") -> str:
    """Render the health of every source, failing ones first; private ones without address and error text."""
    shown = for_everyone(status)
    sources = failing_first(shown.sources)
    return render("sources.html", site, links, here="sources", status=shown, sources=sources, notice=notice)


def render_status(
    site: SiteFacts,
    status: Status,
    links: Links = SERVED,
    *,
    notice: str = "",
    activity: Activity | None = None,
) -> str:
    """Render counts, what fails, what happened lately, the last polls, and the next ones with their reasons."""
    shown = for_everyone(status)
    failing = [one for one in failing_first(shown.sources) if one.state.condition is not SourceCondition.OK]
    return render(
        "status.html",
        site,
        links,
        here="status",
        status=shown,
        failing=failing,
        polls=_last_polls(shown.sources),
        coming=_coming(shown.sources),
        paces=[pace for pace in shown.paces if _bears_on(pace, status)],
        notice=notice,
        activity=activity,
        charts=charts_of_day(activity) if activity is not None else (),
        month=charts_of_month(activity) if activity is not None else (),
    )


def render_entry(site: SiteFacts, shown: OpenEntry, links: Links, *, pictures: bool = False) -> str:
    """Render an entry with its text, its reasons and its versions.

    Args:
        site: Where we publish.
        shown: The entry as anybody may see it.
        links: From below ``e/``.
        pictures: Whether pictures are loaded, or linked to.
    """
    entry = shown.view.stored.entry
    return render(
        "entry.html",
        site,
        links,
        here="",
        view=shown.view,
        entry=entry,
        text=Markup(prose(entry.content_html, pictures=pictures)),  # noqa: S704 - written by us, element by element
        changes=changes_of(shown.view),
        others=shown.others,
        topics=shown.topics,
        pictures=pictures,
    )


def render_story(site: SiteFacts, shown: OpenStory, links: Links) -> str:
    """Render a story: who told it first, who else, and how it changed.

    Args:
        site: Where we publish.
        shown: The story as anybody may see it.
        links: From below ``s/``.
    """
    story = shown.story
    return render(
        "story.html",
        site,
        links,
        here="",
        story=story,
        lead=shown.lead,
        events=events_of(story),
        outlets=outlets_of(story),
        topics=shown.topics,
    )


def render_error(site: SiteFacts, code: int, message: str, links: Links = SERVED) -> str:
    """Render what went wrong; ``message`` may quote the visitor, it is escaped."""
    return render("error.html", site, links, here="", code=code, message=message)


def source_title(one: SourceStatus) -> str:
    """Name a source as its settings do, else as its document does, else by its id."""
    return one.source.title or one.state.profile.title or one.source.id


def failing_first(sources: Sequence[SourceStatus]) -> list[SourceStatus]:
    """Put what is not well at the top."""
    return sorted(sources, key=lambda one: one.state.condition is SourceCondition.OK)


def _last_polls(sources: Sequence[SourceStatus]) -> list[tuple[SourceStatus, PollRecord]]:
    polls = [(one, poll) for one in sources for poll in one.polls]
    return sorted(polls, key=lambda pair: pair[1].at, reverse=True)[:_LISTED]


def _coming(sources: Sequence[SourceStatus]) -> list[SourceStatus]:
    waiting = [(one.state.next_poll_at, one) for one in sources if one.state.next_poll_at is not None]
    return [one for _, one in sorted(waiting, key=lambda pair: pair[0])[:_LISTED]]


def _bears_on(pace: Pace, status: Status) -> bool:
    return pace.paced or (pace.hold_until is not None and pace.hold_until > status.at)


def render(template: str, site: SiteFacts, links: Links, **values: Any) -> str:
    """Render a template with values of ours; ``here`` names the place in the navigation."""
    return _environment().get_template(template).render(site=site, links=links, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("aggregator.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        also_line=also_line,
        count=count,
        day=day,
        instant=instant,
        language_tag=language_tag,
        moment=moment,
        month_name=month_name,
        next_of=next_of,
        queues_line=queues_line,
        size=size,
        span=span,
        web_url=web_url,
    )
    environment.globals.update(
        asset_version=asset_version,
        format_name=_NAMES.get,
        media_type=_TYPES.get,
        source_title=source_title,
        spark_of=spark_of,
    )
    return environment
