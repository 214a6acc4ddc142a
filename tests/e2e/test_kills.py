"""A sample of the kills; ``make prove`` does all of them."""

from __future__ import annotations

import pytest

from tests.e2e.corpora import needs_corpora, real_feeds
from tests.e2e.kills import kill_and_look


@needs_corpora
@pytest.mark.corpora
@pytest.mark.anyio
async def test_a_killed_poll_loses_nothing_doubles_nothing_and_asks_nobody_early(tmp_path):
    found = await kill_and_look(real_feeds()[:120], tmp_path, kills=3, seed=7, longest=2.5)
    assert (found.missing, found.doubled, found.early, found.damaged) == ([], [], [], [])
    assert found.kills == 3
    assert found.returned > 0
