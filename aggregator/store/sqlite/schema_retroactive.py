"""Migration 0016: how far a changed rule has been run over what is kept, and what stays although no rule lets it in."""

from __future__ import annotations

from typing import Final

# `matching`: digest of the rule that is being run, from the latest entry down to the first; `below`: where it goes on.
RETROACTIVE: Final = """
ALTER TABLE topics ADD COLUMN matching TEXT;
ALTER TABLE topics ADD COLUMN matching_how TEXT;
ALTER TABLE topics ADD COLUMN matching_from INTEGER;
ALTER TABLE topics ADD COLUMN matching_below INTEGER;
ALTER TABLE topic_entries ADD COLUMN lapsed INTEGER NOT NULL DEFAULT 0;
"""
