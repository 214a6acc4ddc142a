"""Kills between an announcement and its delivery, many of them."""

from __future__ import annotations

import pytest

from tests.e2e.sending import AT_FIRST, kill_and_tell

pytestmark = [pytest.mark.anyio, pytest.mark.prove]


async def test_nothing_that_was_announced_is_lost_and_every_repeat_is_known_by_its_id(tmp_path, capsys):
    told = await kill_and_tell(tmp_path, kills=100, seed=1)
    with capsys.disabled():
        print(  # noqa: T201 - what a proof is for
            f"\n{told.killed} of 100 rounds killed: {len(told.announced)} announced, {len(told.missing)} not told, "
            f"{len(told.twice)} told under two ids, {told.repeats} repeats with the id and body of the first"
        )
    assert told.killed > 30
    assert len(told.announced) == AT_FIRST + 100
    assert (told.missing, told.twice, told.changed) == (set(), set(), [])
