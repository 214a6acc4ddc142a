"""Migration 0011: what is learned of a source's way of naming its entries, and entries that wait."""

from __future__ import annotations

from typing import Final

# `held_until`: nobody sees the entry before. `bumped_at`: an edit was to be seen from outside.
IDENTITY: Final = """
CREATE TABLE habits (
  source_id INTEGER PRIMARY KEY REFERENCES sources (id),
  habits TEXT NOT NULL
) STRICT;
ALTER TABLE entries ADD COLUMN held_until TEXT;
ALTER TABLE entries ADD COLUMN bumped_at TEXT;
CREATE INDEX entries_held ON entries (held_until) WHERE held_until IS NOT NULL;
CREATE INDEX ledger_url ON ledger (url) WHERE url IS NOT NULL;
"""
