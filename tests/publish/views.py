"""Views to compose from: a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.model.edition import Candidate, Composed, Member, SiteFacts, TopicView
from aggregator.model.entry import Entry
from aggregator.model.reason import Reason
from tests.builders import NOON, make_facts, make_stored, make_topic

SITE = SiteFacts(
    title="My river",
    base_url="https://feeds.example.org",
    language="en",
    contact="mailto:me@example.org",
    generator="aggregator 0.0",
)
MATCHED = Reason("topic", "entered", "match", "“harbour” in the title")
AUTHORITY = "feeds.example.org,2026"


def make_member(guid: str = "1", *, source: str = "lwn", **changes: Any) -> Member:
    """Make a member that matched; fields of the source are prefixed ``of_``."""
    facts = {name.removeprefix("of_"): changes.pop(name) for name in list(changes) if name.startswith("of_")}
    reason = changes.pop("reason", MATCHED)
    of_entry = {name: changes.pop(name) for name in list(changes) if name in Entry.__dataclass_fields__}
    stored = make_stored(guid, source=source, **changes)
    stored = replace(stored, entry=replace(stored.entry, **of_entry))
    return Member(
        stored=stored,
        source=make_facts(source, **facts),
        text_length=len(stored.entry.content_html),
        reason=reason,
    )


def make_candidate(*members: Member, **changes: Any) -> Candidate:
    values: dict[str, Any] = {"subject": members[0].stored.entry.key, "members": members}
    return Candidate(**(values | changes))


def make_view(*candidates: Candidate, **changes: Any) -> TopicView:
    own = {name: changes.pop(name) for name in list(changes) if name in TopicView.__dataclass_fields__}
    values: dict[str, Any] = {
        "topic": make_topic(**changes),
        "feed_id": f"tag:{AUTHORITY}:topic/world",
        "authority": AUTHORITY,
        "candidates": candidates,
    }
    return TopicView(**(values | own))


def after(view: TopicView, composed: Composed, now: datetime = NOON) -> TopicView:
    """Give the view that the store would give once ``composed`` is committed."""
    rows = {row.subject: row for row in composed.new_rows}
    candidates = [
        replace(
            one,
            ledger=one.ledger or rows.get(one.subject),
            announced_at=now if one.subject in composed.announced else one.announced_at,
        )
        for one in view.candidates
    ]
    known = [one for one in candidates if one.announced_at is not None and one.ledger is not None]
    known.sort(key=lambda one: one.ledger.atom_id if one.ledger else "")
    known.sort(key=lambda one: (one.announced_at or now, one.ledger.published_at if one.ledger else now), reverse=True)
    waiting = [one for one in candidates if one.announced_at is None]
    return replace(
        view,
        candidates=(*waiting, *known[: view.topic.limit]),
        last_digest=composed.edition.digest,
        last_changed_at=composed.edition.changed_at,
        older_at=next((one.announced_at for one in known[view.topic.limit :]), view.older_at),
    )
