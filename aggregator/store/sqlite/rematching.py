"""Running changed rules over what is kept, the latest entries first, slice by slice; where it stopped is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from aggregator.model.story import Arrival, CurateBatch, Curated
from aggregator.model.topic import Retroactive, Topic
from aggregator.store.sqlite.curation import rows_by_key
from aggregator.store.sqlite.matches import Entering, row_of, write_matches
from aggregator.store.sqlite.rows import Row, first_row, moment, stored_of
from aggregator.store.sqlite.source_rows import facts_by_row
from aggregator.store.sqlite.topic_rows import topic_row
from aggregator.store.sqlite.weighing import note_due, stories_of

_SLICE: Final = """
SELECT * FROM v_entries WHERE id < :below AND id >= :least AND story_id IS NOT NULL ORDER BY id DESC LIMIT :limit
"""
_BEGIN: Final = """
UPDATE topics SET rule_digest = NULL, matching = :matching, matching_how = :how, matching_from = :below,
matching_below = :below WHERE topic = :topic
"""
_DONE: Final = """
UPDATE topics SET rule_digest = ?, matching = NULL, matching_how = NULL, matching_from = NULL, matching_below = NULL
WHERE topic = ?
"""


def rematch(
    db: Database,
    topics: Sequence[Topic],
    limit: int,
    decide: Callable[[CurateBatch], Curated],
    since: datetime | None,
) -> bool:
    """Match one slice of what is kept and curated anew; with the last slice the rules are stored.

    Returns:
        Whether there is more to do.
    """
    jobs = {topic.slug: _job(db, topic) for topic in topics}
    below = max((job["matching_below"] for job in jobs.values()), default=0)
    found = list(db.query(_SLICE, {"below": below, "least": _least(db, since), "limit": limit}))
    reached = found[-1]["id"] if len(found) == limit else 0
    # Topics that began later are further up; those that were here before are met on the way.
    taking_part = {slug: Entering(job["matching_how"]) for slug, job in jobs.items() if job["matching_below"] > reached}
    if found:
        _match(db, found, taking_part, decide)
    for slug in taking_part:
        db.execute("UPDATE topics SET matching_below = ? WHERE topic = ?", [reached, slug])
    if not reached:
        db.conn.executemany(_DONE, [(topic.rule_digest, topic.slug) for topic in topics])
    return bool(reached)


def _job(db: Database, topic: Topic) -> Row:
    """Find out how far a topic is; begin where its rule is another one than that which was being run."""
    row = topic_row(db, topic.slug)
    if row["matching"] != topic.rule_digest:
        (latest,) = db.execute("SELECT ifnull(max(id), 0) FROM entries").fetchone()
        job = {"topic": topic.slug, "matching": topic.rule_digest, "how": _entering(db, topic), "below": latest + 1}
        db.execute(_BEGIN, job)
        row = topic_row(db, topic.slug)
    return row


def _entering(db: Database, topic: Topic) -> Entering:
    """Say how what is old enters: a topic that has announced nothing yet has no reader to be flooded."""
    if topic.retroactive is Retroactive.NONE:
        return Entering.NONE
    told = first_row(db, "SELECT 1 FROM announcements WHERE topic = ? LIMIT 1", [topic.slug])
    return Entering.LOUD if told is None else Entering.SILENT


def _least(db: Database, since: datetime | None) -> int:
    if since is None:
        return 0
    asked = "SELECT min(id) FROM entries WHERE first_seen_at >= ? AND pruned_at IS NULL"
    (least,) = db.execute(asked, [moment(since)]).fetchone()
    return 2**62 if least is None else int(least)


def _match(
    db: Database, found: Sequence[Row], topics: Mapping[str, Entering], decide: Callable[[CurateBatch], Curated]
) -> None:
    facts = facts_by_row(db, {row["source_id"] for row in found})
    arrivals = tuple(
        Arrival(number=number, stored=stored_of(row), source=facts[row["source_id"]], revised=True)
        for number, row in enumerate(found, 1)
    )
    rows = rows_by_key(found)
    decided = decide(CurateBatch(arrivals=arrivals, stories=stories_of(db, found)))
    judged = {row_of(db, key, rows) for key in decided.judged}
    matches = [match for match in decided.matches if match.topic in topics]
    write_matches(db, judged, matches, rows, only=topics)
    note_due(db, decided.due, rows)
