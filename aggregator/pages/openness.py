"""What of entries and stories anybody may see: nothing of private sources, no topic that is not public."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from aggregator.model.reason import Reason
from aggregator.model.status import EntryView, StoryView
from aggregator.pages.secrecy import clean_addresses, shown_url
from aggregator.pages.timeline import lead_of

# What these stages tell may quote another entry of the story.
_QUOTING = frozenset({"story", "copy"})
# Who edits, and what they say to each other, is theirs.
_EDITOR = "editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStory:
    """A story as anybody may see it, with the titles of the topics that it is in, by slug, and who speaks for it."""

    story: StoryView
    topics: Mapping[str, str]
    lead: EntryView


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEntry:
    """An entry as anybody may see it, with the titles of the topics that it is in, and the others of its story."""

    view: EntryView
    topics: Mapping[str, str]
    others: tuple[EntryView, ...] = ()


def open_story(story: StoryView, topics: Mapping[str, str], lead: str = "") -> OpenStory | None:
    """Give a story as anybody may see it; None when nothing of it is left.

    Where a private source takes part, what joined the others is told without what was compared: it may quote it.

    Args:
        story: As the store shows it.
        topics: Titles of the public topics by slug; others are not named.
        lead: Short id of the entry that speaks for it in one of them; empty when it is in none.
    """
    shown = tuple(one for one in story.members if not one.source.private)
    if not shown:
        return None
    quoting = len(shown) < len(story.members)
    members = tuple(_opened(one, topics, quoting=quoting) for one in shown)
    slugs = dict.fromkeys(slug for one in members for slug, _ in one.topics)
    opened = replace(story, members=members)
    return OpenStory(story=opened, topics={slug: topics[slug] for slug in slugs}, lead=lead_of(opened, lead))


def open_entry(view: EntryView, story: StoryView | None, topics: Mapping[str, str]) -> OpenEntry | None:
    """Give an entry as anybody may see it; None when it is from a private source.

    Args:
        view: As the store shows it.
        story: The whole story that it is in, as the store shows it; None when it was not curated.
        topics: Titles of the public topics by slug; others are not named.
    """
    if view.source.private:
        return None
    members = story.members if story is not None else ()
    opened = _opened(view, topics, quoting=any(one.source.private for one in members))
    whole = open_story(story, topics) if story is not None else None
    others = tuple(
        one for one in (whole.story.members if whole else ()) if one.stored.entry.key != view.stored.entry.key
    )
    return OpenEntry(view=opened, topics={slug: topics[slug] for slug, _ in opened.topics}, others=others)


def _opened(view: EntryView, topics: Collection[str], *, quoting: bool) -> EntryView:
    stored = view.stored
    source = replace(view.source, url="" if view.source.url.startswith("file:") else shown_url(view.source.url))
    return replace(
        view,
        source=source,
        stored=replace(
            stored,
            topics=tuple(slug for slug in stored.topics if slug in topics),
            duplicate_of=None if quoting else stored.duplicate_of,
        ),
        reasons=tuple(_reason(one, quoting=quoting) for one in view.reasons),
        topics=tuple((slug, _reason(one, quoting=False)) for slug, one in view.topics if slug in topics),
        revisions=tuple(
            replace(one, reason=one.reason and _reason(one.reason, quoting=False)) for one in view.revisions
        ),
    )


def _reason(reason: Reason, *, quoting: bool) -> Reason:
    if reason.stage == _EDITOR or (quoting and reason.stage in _QUOTING):
        return replace(reason, evidence="", facts=())
    return replace(reason, evidence=clean_addresses(reason.evidence))
