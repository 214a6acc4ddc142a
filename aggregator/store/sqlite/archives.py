"""What topics keep beside their entries: months that are over, as they were written, and who may read private feeds."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.edition import Composed, Edition, Rendition, TopicView
from aggregator.model.month import MonthPart, full_parts, span_of
from aggregator.model.topic import Topic
from aggregator.store.sqlite.candidates import find_announced, read_whole
from aggregator.store.sqlite.marks import marks_on
from aggregator.store.sqlite.rows import encode, first_row, known_moment, moment, read_moment
from aggregator.store.sqlite.shaping import digests
from aggregator.store.sqlite.topic_rows import authority

ARCHIVES: Final = """
CREATE TABLE archives (
  topic TEXT NOT NULL,
  month TEXT NOT NULL,
  media_type TEXT NOT NULL,
  gzipped BLOB NOT NULL,
  etag TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  PRIMARY KEY (topic, month)
) STRICT;

CREATE TABLE tokens (
  hash TEXT PRIMARY KEY,
  topic TEXT NOT NULL,
  made_at TEXT NOT NULL,
  revoked_at TEXT
) STRICT, WITHOUT ROWID;

ALTER TABLE topics ADD COLUMN access TEXT NOT NULL DEFAULT 'public';
"""

_MOST_DIGESTS: Final = 1_000
"""More than a month has hours."""

# All that a month announced, also what is no longer kept: pruning moves no part.
_TOLD: Final = """
SELECT a.subject_id, a.announced_at, ifnull(a.told_as, a.subject_id) FROM announcements a
JOIN ledger l ON l.subject_id = ifnull(a.told_as, a.subject_id)
WHERE a.topic = :topic AND a.announced_at >= :since AND a.announced_at < :until AND a.digest IS NULL
ORDER BY a.announced_at DESC, l.published_at DESC, l.atom_id
"""
_MONTHS: Final = """
SELECT substr(a.announced_at, 1, 7) AS month, count(*) FILTER (WHERE a.digest IS NULL AND EXISTS (
  SELECT 1 FROM ledger l WHERE l.subject_id = ifnull(a.told_as, a.subject_id)))
FROM announcements a WHERE a.topic = ? GROUP BY 1 ORDER BY 1 DESC
"""
_OPEN: Final = """
SELECT DISTINCT a.topic, substr(a.announced_at, 1, 7) AS month FROM announcements a
WHERE a.topic IN (SELECT value FROM json_each(:topics)) AND a.announced_at < :before
  AND NOT EXISTS (SELECT 1 FROM archives k WHERE k.topic = a.topic AND k.month = substr(a.announced_at, 1, 7))
ORDER BY a.topic, month
"""


def month_edition(
    db: Database, topic: Topic, part: MonthPart, now: datetime, compose: Callable[[TopicView], Composed]
) -> Edition | None:
    """Compose a part of what a topic announced in a month, of ``topic.limit`` items; what is hidden is not in it."""
    state = first_row(db, "SELECT feed_id FROM topics WHERE topic = ?", [topic.slug])
    # No day has the number 99, and every moment of the month stands before it.
    told = db.execute(_TOLD, {"topic": topic.slug, "since": part.month, "until": f"{part.month}-99"}).fetchall()
    cut = part.cut(len(told), topic.limit)
    made = digests(db, replace(topic, limit=_MOST_DIGESTS), part.month)
    if state is None or cut is None or not (told or made):
        return None
    found = find_announced(db, topic, told[cut])
    span = span_of([known_moment(at) for _, at, _ in told], cut)
    made = tuple(one for one in made if span.holds(one.made_at))
    (before,) = db.execute(
        "SELECT max(announced_at) FROM announcements WHERE topic = ? AND announced_at < ?", [topic.slug, part.month]
    ).fetchone()
    view = TopicView(
        topic=replace(topic, limit=len(found.candidates) + len(made)),
        feed_id=state["feed_id"],
        authority=authority(db),
        candidates=found.candidates,
        older_at=read_moment(before),
        marks=marks_on(db, topic.slug, now),
        digests=made,
    )
    leads = compose(view).leads
    edition = compose(replace(view, candidates=read_whole(db, found, leads))).edition
    return part.put_on(edition, full_parts(len(told), topic.limit), gone=len(told[cut]) - len(found.candidates))


def open_months(db: Database, topics: Sequence[Topic], before: str) -> tuple[tuple[str, str], ...]:
    """Name the months before one in which a topic announced something, and that are not kept."""
    wanted = {"topics": encode([topic.slug for topic in topics]), "before": before}
    return tuple((topic, month) for topic, month in db.execute(_OPEN, wanted).fetchall())


def told_months(db: Database, topic: str) -> tuple[tuple[str, int], ...]:
    """Name the months in which a topic announced something, the newest first, with how many items of their own."""
    return tuple(db.execute(_MONTHS, [topic]).fetchall())


def kept_months(db: Database, topic: str) -> tuple[str, ...]:
    """Name the months of a topic that are kept, and their parts."""
    rows = db.execute("SELECT month FROM archives WHERE topic = ? ORDER BY month", [topic])
    return tuple(month for (month,) in rows.fetchall())


def archive(db: Database, topic: str, month: str) -> Rendition | None:
    """Read a month that is kept, or a part of one."""
    row = first_row(db, "SELECT * FROM archives WHERE topic = ? AND month = ?", [topic, month])
    if row is None:
        return None
    return Rendition(
        name=f"{topic}/{month}.atom",
        media_type=row["media_type"],
        body=gzip.decompress(row["gzipped"]),
        gzipped=row["gzipped"],
        etag=row["etag"],
        changed_at=known_moment(row["changed_at"]),
    )


def keep_archive(db: Database, topic: str, month: str, document: Rendition) -> None:
    """Keep a month for good, unless it is kept already."""
    db.execute(
        "INSERT OR IGNORE INTO archives (topic, month, media_type, gzipped, etag, changed_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [topic, month, document.media_type, document.gzipped, document.etag, moment(document.changed_at)],
    )


def add_token(db: Database, topic: str, token_hash: str, now: datetime) -> None:
    """Let who has a token read a topic."""
    db.execute("INSERT INTO tokens (hash, topic, made_at) VALUES (?, ?, ?)", [token_hash, topic, moment(now)])


def revoke_tokens(db: Database, topic: str, now: datetime) -> int:
    """Let no token of a topic hold any longer; say how many did."""
    cursor = db.execute("UPDATE tokens SET revoked_at = ? WHERE topic = ? AND revoked_at IS NULL", [moment(now), topic])
    return cursor.rowcount


def tokens(db: Database) -> dict[str, str]:
    """Give the topics by the hashes of the tokens that hold."""
    return dict(db.execute("SELECT hash, topic FROM tokens WHERE revoked_at IS NULL").fetchall())
