"""Migrations 0018 and 0028: what became of what waits in topics, digests, and when a topic has to be looked at."""

from __future__ import annotations

from typing import Final

# `shaped` is about subjects as `announcements` is: the last decision about each. What was cut is not looked at again
# before `again_at`, or before its row goes, since something of it changed. `digest` in `announcements`: told in it.
SHAPE: Final = (
    """
CREATE TABLE shaped (
  topic TEXT NOT NULL,
  subject_id INTEGER NOT NULL REFERENCES entries (id),
  fate TEXT NOT NULL,
  at TEXT NOT NULL,
  again_at TEXT,
  score REAL,
  reason TEXT NOT NULL,
  PRIMARY KEY (topic, subject_id)
) STRICT, WITHOUT ROWID
""",
    "CREATE INDEX shaped_subject ON shaped (subject_id)",
    """
CREATE TABLE digests (
  topic TEXT NOT NULL,
  at TEXT NOT NULL,
  made_at TEXT NOT NULL,
  atom_id TEXT NOT NULL,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  content_html TEXT NOT NULL,
  stories INTEGER NOT NULL,
  PRIMARY KEY (topic, at)
) STRICT, WITHOUT ROWID
""",
    "ALTER TABLE announcements ADD COLUMN digest TEXT",
    "ALTER TABLE topics ADD COLUMN shape TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE topics ADD COLUMN spent_until TEXT",
    "ALTER TABLE topics ADD COLUMN digested_at TEXT",
    "ALTER TABLE topics ADD COLUMN due_at TEXT",
)
# Far more was told or left out than waits.
QUEUES: Final = "CREATE INDEX shaped_waits ON shaped (topic) WHERE fate = 'waits'"
