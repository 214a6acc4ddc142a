"""What is planned is what then happens, on a thousand changes."""

from __future__ import annotations

import pytest

from tests.pipeline.changing import play


@pytest.mark.prove
@pytest.mark.anyio
async def test_a_thousand_changes_do_what_was_planned(tmp_path):
    tally = await play(tmp_path, seed=20261125, changes=1_000)
    print(f"\nplanned changes: {tally}")  # noqa: T201 - the figures are the proof
    assert tally.effective * 2 >= tally.changes
    assert all(tally.marks.values())
    waits = {"settle", "min-outlets", "least-score", "quiet", "digest", "per-source", "budget", "unless-in"}
    assert {f"{rule} (waits)" for rule in waits} | {"unless-in (cut)", "patience (cut)"} <= tally.gates.keys()
