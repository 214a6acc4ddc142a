"""Paces of hosts: what was learned of them, and which sources are asked under which key."""

from __future__ import annotations

from typing import Final

# `pace_key` is what the settings say, `pace` what is in force; a row of `hosts` stands for what is known of one.
PACES: Final = """
CREATE TABLE hosts_new (
  pace_key TEXT PRIMARY KEY,
  merged INTEGER NOT NULL DEFAULT 0,
  paced INTEGER NOT NULL DEFAULT 0,
  hold_until TEXT,
  next_at TEXT,
  spacing_s REAL,
  changed_at TEXT,
  learned TEXT NOT NULL DEFAULT '{}'
) STRICT, WITHOUT ROWID;
INSERT INTO hosts_new (pace_key, hold_until) SELECT pace_key, hold_until FROM hosts;
DROP TABLE hosts;
ALTER TABLE hosts_new RENAME TO hosts;
CREATE INDEX hosts_paced ON hosts (next_at) WHERE paced = 1;

ALTER TABLE sources ADD COLUMN pace TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN family TEXT NOT NULL DEFAULT '';
UPDATE sources SET pace = pace_key, family = pace_key;
CREATE INDEX sources_pace ON sources (pace);
CREATE INDEX sources_family ON sources (family);
"""
