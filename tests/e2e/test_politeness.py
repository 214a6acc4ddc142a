"""A sample of the politeness proof: a few hours of every behaviour; ``make prove`` does two weeks of 200 sources."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.e2e.turned import scored
from tests.web.score.report import as_table
from tests.web.score.sites import BEHAVIOURS


@pytest.mark.anyio
async def test_hours_of_polling_every_kind_of_site_are_without_fault(tmp_path):
    score = await scored(tmp_path, sources=len(BEHAVIOURS), span=timedelta(hours=6))
    assert score.faults == (), as_table({"aggregator": score})
    assert score.sources == len(BEHAVIOURS)
    assert score.unconditional == 1
    assert score.requests > 2 * score.sources
    assert score.not_modified > 0
