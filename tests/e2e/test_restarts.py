"""A sample of the restarts; ``make prove`` does a hundred."""

from __future__ import annotations

import pytest

from tests.e2e.restarts import kill_and_restart
from tests.web.score.sites import BEHAVIOURS


@pytest.mark.anyio
async def test_a_daemon_that_is_killed_and_started_again_asks_nobody_early(tmp_path):
    found = await kill_and_restart(tmp_path, kills=2, sources=len(BEHAVIOURS), longest=0.7, seed=1)
    assert found.kills == 2
    # Told in words: the faults themselves are too long for a report.
    assert [f"{fault.kind}, {fault.exchange.path}: {fault.detail}" for fault in (*found.early, *found.faults)] == []
    assert found.requests > len(BEHAVIOURS) / 2
