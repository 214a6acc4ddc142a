"""Migration 0023: incidents."""

from __future__ import annotations

from typing import Final

INCIDENTS: Final = """
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  noticed_at TEXT NOT NULL,
  seen_at TEXT NOT NULL,
  opened_at TEXT,
  calm_at TEXT,
  closed_at TEXT,
  facts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX incidents_going ON incidents (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX incidents_opened ON incidents (opened_at) WHERE opened_at IS NOT NULL;
"""
