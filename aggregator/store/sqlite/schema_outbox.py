"""Migration 0022: the outbox."""

from __future__ import annotations

from typing import Final

# `made` orders what was written down within one moment. Addresses and secrets are in the settings alone.
OUTBOX: Final = """
CREATE TABLE outbox (
  made INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  way TEXT NOT NULL,
  topic TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  content TEXT NOT NULL,
  merges INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_waiting ON outbox (way, topic, target, made) WHERE state = 'waiting';

CREATE TABLE mailings (
  topic TEXT NOT NULL,
  name TEXT NOT NULL,
  told_at TEXT NOT NULL,
  PRIMARY KEY (topic, name)
) STRICT, WITHOUT ROWID;
"""
