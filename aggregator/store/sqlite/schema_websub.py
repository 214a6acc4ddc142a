"""Migration 0004: hubs and subscriptions to them."""

from __future__ import annotations

from typing import Final

# `push`: what is remembered of the source's hub. A subscription that has ended stays a while: its callback answers 410.
WEBSUB: Final = """
ALTER TABLE sources ADD COLUMN push TEXT;
CREATE INDEX sources_push ON sources (id) WHERE push IS NOT NULL;
ALTER TABLE polls ADD COLUMN via TEXT NOT NULL DEFAULT 'poll';

CREATE TABLE subscriptions (
  token_hash TEXT PRIMARY KEY,
  nonce TEXT NOT NULL,
  source_id INTEGER NOT NULL REFERENCES sources (id),
  hub_url TEXT NOT NULL,
  topic_url TEXT NOT NULL,
  callback_base TEXT NOT NULL,
  signed INTEGER NOT NULL,
  stage TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  lease_until TEXT,
  lease_s REAL NOT NULL,
  detail TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_source ON subscriptions (source_id, changed_at);
"""
