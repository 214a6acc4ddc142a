"""Looking closely: one source, or one entry, with all that explains it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.looking import Revision
from aggregator.model.membership import told_of
from aggregator.model.reason import Reason
from aggregator.model.status import EntryView, SourceStatus, SourceView, StoryView
from aggregator.store.sqlite.editing import reasons_of
from aggregator.store.sqlite.paces import pace_of
from aggregator.store.sqlite.polls import poll_of
from aggregator.store.sqlite.reading import STORIES
from aggregator.store.sqlite.recognition import habits_of, held_of
from aggregator.store.sqlite.rows import (
    Row,
    all_rows,
    decode,
    first_row,
    known_moment,
    known_reason,
    read_moment,
    read_reason,
    stored_of,
)
from aggregator.store.sqlite.shaping import fates_of
from aggregator.store.sqlite.source_rows import facts_by_row, source_of
from aggregator.store.sqlite.state_rows import shown_state_of
from aggregator.store.sqlite.weighing import story_facts
from aggregator.text.link_keys import link_key

_FOUND: Final = """
SELECT v.* FROM v_entries v
WHERE v.id IN (
  SELECT id FROM entries WHERE short = :wanted UNION SELECT entry_id FROM short_aliases WHERE short = :wanted
  UNION SELECT id FROM entries WHERE link_key = :link_key AND pruned_at IS NULL)
ORDER BY v.first_seen_at, v.id
"""
_MEMBERS: Final = f"""
SELECT * FROM v_entries WHERE story_id IN ({STORIES}) ORDER BY first_seen_at, id LIMIT :most
"""  # noqa: S608 - from a text of ours
_REVISIONS: Final = "SELECT * FROM entry_revisions WHERE entry_id = ? ORDER BY revision"
MOST_MEMBERS: Final = 500
_MATCHES: Final = """
SELECT m.topic, m.reason, m.lapsed FROM topic_entries m LEFT JOIN topics t USING (topic)
WHERE m.entry_id = ? AND t.retired IS NOT 1 ORDER BY m.topic
"""


def source_view(db: Database, source_id: str, now: datetime) -> SourceView | None:
    """Read one source with its polls, newest first, and its pace."""
    row = first_row(db, "SELECT * FROM sources WHERE source = ? AND active = 1", (source_id,))
    if row is None:
        return None
    polls = db.query("SELECT * FROM polls WHERE source_id = ? ORDER BY number DESC", [row["id"]])
    sharing = db.execute("SELECT source FROM sources WHERE pace = ? AND active = 1 ORDER BY source", [row["pace"]])
    return SourceView(
        at=now,
        status=SourceStatus(
            source=source_of(row),
            state=shown_state_of(row),
            entries=row["entries"],
            polls=tuple(poll_of(poll) for poll in polls),
            pace_key=row["pace"],
        ),
        pace=pace_of(db, row["pace"]),
        family=row["family"],
        sharing=tuple(name for (name,) in sharing.fetchall()),
        habits=habits_of(db.conn, row["id"]),
        held=held_of(db.conn, row["id"]),
    )


def entry_views(db: Database, wanted: str) -> tuple[EntryView, ...]:
    """Read the entries that bear a short id, or that lead to an address, the oldest first."""
    asked = {"wanted": wanted, "link_key": link_key(wanted) if "://" in wanted else None}
    return tuple(_entry_view(db, row) for row in db.query(_FOUND, asked))


def story_view(db: Database, wanted: str) -> StoryView | None:
    """Read a story with its members, the oldest first."""
    rows = all_rows(db, _MEMBERS, {"story": wanted, "most": MOST_MEMBERS})
    members = tuple(_entry_view(db, row) for row in rows)
    return StoryView(id=members[0].story, members=members) if members else None


def _entry_view(db: Database, row: Row) -> EntryView:
    matches = db.execute(_MATCHES, [row["id"]]).fetchall()
    stored = stored_of(row)
    story_id = row["story_id"]
    return EntryView(
        stored=stored,
        story=stored.story.short if stored.story else "",
        source=facts_by_row(db, {row["source_id"]})[row["source_id"]],
        reasons=(*_reasons(row), *reasons_of(db, row["id"])),
        telling=None if story_id is None else story_facts(db, [story_id])[story_id],
        topics=tuple((topic, told_of(known_reason(text), lapsed=lapsed)) for topic, text, lapsed in matches),
        fates=fates_of(db, row["id"]),
        revisions=tuple(map(_revision, all_rows(db, _REVISIONS, [row["id"]]))),
    )


def _revision(row: Row) -> Revision:
    return Revision(
        number=row["revision"],
        replaced_at=known_moment(row["replaced_at"]),
        reason=read_reason(row["reason"]),
        title=row["title"],
        url=row["url"],
        published_at=read_moment(row["published_at"]),
        updated_at=read_moment(row["updated_at"]),
        authors=tuple(decode(row["authors"])),
        summary=row["summary"],
        content_html=row["content_html"],
    )


def _reasons(row: Row) -> Iterator[Reason]:
    for column in ("date_reason", "identity_reason", "copy_reason", "story_reason"):
        reason = read_reason(row[column])
        if reason is not None:
            yield reason
