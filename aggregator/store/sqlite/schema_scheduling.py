"""Migration 0002: what politeness remembers of a source between two polls."""

from __future__ import annotations

from typing import Final

SCHEDULING: Final = """
ALTER TABLE sources ADD COLUMN hints TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sources ADD COLUMN redirect_since TEXT;
ALTER TABLE sources ADD COLUMN redirect_kin TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN moved_to TEXT;
ALTER TABLE sources ADD COLUMN moves TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sources ADD COLUMN validators_url TEXT;
ALTER TABLE sources ADD COLUMN read_by INTEGER NOT NULL DEFAULT 1;
ALTER TABLE sources ADD COLUMN max_age_s INTEGER;
ALTER TABLE sources ADD COLUMN rate_entries REAL NOT NULL DEFAULT 1;
ALTER TABLE sources ADD COLUMN rate_days REAL NOT NULL DEFAULT 4;
ALTER TABLE sources ADD COLUMN rate_at TEXT;
ALTER TABLE sources ADD COLUMN body_at TEXT;
ALTER TABLE sources ADD COLUMN body_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN not_modified INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN full_fetch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN untrusted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN partial_bodies INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN deltas_refused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN gone_at TEXT;
ALTER TABLE polls ADD COLUMN came TEXT NOT NULL DEFAULT '';
CREATE INDEX sources_moved ON sources (moved_to) WHERE moved_to IS NOT NULL;
"""
