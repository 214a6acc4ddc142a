"""Thirty kills over all real feeds."""

from __future__ import annotations

import pytest

from tests.e2e.corpora import needs_corpora, real_feeds
from tests.e2e.kills import kill_and_look


@needs_corpora
@pytest.mark.prove
@pytest.mark.anyio
async def test_thirty_kills_lose_nothing_double_nothing_and_ask_nobody_early(tmp_path):
    found = await kill_and_look(real_feeds(), tmp_path, kills=30, seed=20261124, longest=14)
    print(  # noqa: T201 - the figures are the proof
        f"\nkills {found.kills}, {found.before_the_end} before the end; entity tags that came back {found.returned}; "
        f"missing {len(found.missing)}, doubled {len(found.doubled)}, early {len(found.early)}, "
        f"damaged {len(found.damaged)}"
    )
    assert (found.missing, found.doubled, found.early, found.damaged) == ([], [], [], [])
    assert found.before_the_end >= 10
