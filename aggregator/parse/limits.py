"""How much of a document is read."""

from __future__ import annotations

MAX_ENTRIES = 2_000
