"""What topics learned from examples, and the sample that examples are held against."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database

from aggregator.model.liking import CrossCheck, Example, Learned
from aggregator.store.sqlite.rows import decode, encode

SCHEMA: Final = """
CREATE TABLE tastes (
  topic TEXT PRIMARY KEY,
  asked TEXT NOT NULL,
  background TEXT NOT NULL,
  meaning TEXT NOT NULL,
  model TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
# Short ids are digests: in their order, entries lie as if shuffled, and the same ones come first every time.
_SAMPLE: Final = """
SELECT e.title, e.summary FROM entries e INDEXED BY entries_short JOIN sources s ON s.id = e.source_id
WHERE e.pruned_at IS NULL AND e.held_until IS NULL AND e.duplicate_of IS NULL AND NOT s.settings ->> '$.private'
ORDER BY e.short LIMIT ?
"""


def background(db: Database, limit: int) -> tuple[Example, ...]:
    """Read a sample of what is kept."""
    return tuple(Example(title=title, text=summary) for title, summary in db.execute(_SAMPLE, [limit]))


def tastes(db: Database) -> tuple[Learned, ...]:
    """Read all that was learned."""
    return tuple(
        _read(*row) for row in db.execute("SELECT topic, asked, background, meaning, model FROM tastes ORDER BY topic")
    )


def keep_taste(db: Database, learned: Learned) -> None:
    """Write what a topic learned, over what it had learned before."""
    check = learned.check
    model = {
        "examples": [[one.title, one.text, one.name] for one in learned.examples],
        "hidden": [[one.title, one.text, one.name] for one in learned.hidden],
        "terms": learned.terms,
        "rarest": learned.rarest,
        "scales": learned.scales,
        "direction": learned.direction,
        "marks": learned.marks,
        "check": [check.examples, check.found, check.background, check.taken],
    }
    db.execute(
        "INSERT OR REPLACE INTO tastes (topic, asked, background, meaning, model) VALUES (?, ?, ?, ?, ?)",
        [learned.topic, learned.asked, learned.background, learned.meaning, encode(model)],
    )


def _read(topic: str, asked: str, sample: str, meaning: str, text: str) -> Learned:
    model = decode(text)
    examples, found, held_against, taken = model["check"]
    middle, line, top = model["marks"]
    by_words, by_meaning = model["scales"]
    return Learned(
        topic=topic,
        asked=asked,
        background=sample,
        meaning=meaning,
        examples=_examples(model["examples"]),
        terms=tuple((term, rarity, weight) for term, rarity, weight in model["terms"]),
        rarest=model["rarest"],
        scales=(by_words, by_meaning),
        direction=tuple(model["direction"]),
        marks=(middle, line, top),
        check=CrossCheck(examples=examples, found=found, background=held_against, taken=taken),
        hidden=_examples(model["hidden"]),
    )


def _examples(rows: Iterable[tuple[str, str, str]]) -> tuple[Example, ...]:
    return tuple(Example(title=title, text=text, name=name) for title, text, name in rows)
