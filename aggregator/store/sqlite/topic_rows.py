"""What is remembered of topics: their frozen feed ids, and the rules that their matches were found with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from aggregator.model.topic import Topic
from aggregator.store.sqlite.marks import bring_pins
from aggregator.store.sqlite.rows import Row, encode, first_row


def stale_topics(db: Database, topics: Sequence[Topic]) -> tuple[str, ...]:
    """Name the topics whose matches were found with another rule.

    A topic that is not named has retired: it takes no part in what is curated from now on, so its rule is
    forgotten, and everything is matched anew should it return. A topic that took a new slug and kept the old one
    as an alias goes on as the same feed.
    """
    slugs = encode([topic.slug for topic in topics])
    for topic in topics:
        _adopt(db, topic, slugs)
    db.execute(
        "UPDATE topics SET rule_digest = NULL, retired = 1 "
        "WHERE retired = 0 AND topic NOT IN (SELECT value FROM json_each(?))",
        [slugs],
    )
    db.execute("UPDATE topics SET retired = 0 WHERE retired = 1 AND topic IN (SELECT value FROM json_each(?))", [slugs])
    rules: dict[str, str | None] = dict(db.execute("SELECT topic, rule_digest FROM topics").fetchall())
    return tuple(topic.slug for topic in topics if rules.get(topic.slug) != topic.rule_digest)


def authority(db: Database) -> str:
    """Say who mints ids, ``NAME,YEAR``; frozen when the database was made."""
    (text,) = db.execute("SELECT value FROM meta WHERE key = 'authority'").fetchone()
    return str(text)


def topic_row(db: Database, slug: str) -> Row:
    """Read the row of a topic; with the first look its feed id is made, once and for all."""
    db.execute(
        "INSERT OR IGNORE INTO topics (topic, feed_id) VALUES (?, ?)", [slug, f"tag:{authority(db)}:topic/{slug}"]
    )
    row = first_row(db, "SELECT * FROM topics WHERE topic = ?", [slug])
    return row or {}


def _adopt(db: Database, topic: Topic, slugs: str) -> None:
    if first_row(db, "SELECT 1 FROM topics WHERE topic = ?", [topic.slug]) is not None:
        return
    former = first_row(
        db,
        "SELECT t.topic FROM json_each(?) alias JOIN topics t ON t.topic = alias.value "
        "WHERE t.topic NOT IN (SELECT value FROM json_each(?)) ORDER BY alias.key LIMIT 1",
        [encode(topic.aliases), slugs],
    )
    if former is None:
        return
    for table in (
        *("topics", "topic_entries", "announcements", "archives", "tokens", "mailings", "acts"),
        *("shaped", "digests"),
    ):
        db.execute(f"UPDATE OR REPLACE {table} SET topic = ? WHERE topic = ?", [topic.slug, former["topic"]])  # noqa: S608 - names from the line above
    # What was pinned under the new slug before there was such a topic holds in it.
    bring_pins(db, topic.slug)
