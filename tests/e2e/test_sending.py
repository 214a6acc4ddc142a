"""The real command tells others: once where nothing goes wrong, and at least once where everything does."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.e2e.daemons import AGGREGATOR
from tests.e2e.sending import AT_FIRST, CONFIG, grow, kill_and_tell, work
from tests.web.receivers import ScriptedHook

pytestmark = pytest.mark.anyio


async def test_a_round_of_work_tells_a_hook_what_is_new_and_nothing_twice(tmp_path):
    async with ScriptedHook() as hook:
        (tmp_path / "aggregator.yaml").write_text(CONFIG.replace("HOOK", hook.url), encoding="utf-8")
        for entries in (2, 2, 3):
            grow(tmp_path, entries)
            await work(tmp_path)
        told = [[int(item["title"].split()[0]) for item in json.loads(post.body)["items"]] for post in hook.posts]
        assert [sorted(numbers) for numbers in told] == [[0, 1], [2]]
        hook.status = 503
        hook.text = f"I cannot take {hook.url}"
        grow(tmp_path, 4)
        await work(tmp_path)
    shown = subprocess.run(  # noqa: ASYNC221 - nothing else is under way
        [str(AGGREGATOR), "-c", str(tmp_path / "aggregator.yaml"), "--json", "status"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (target,) = json.loads(shown)["outbox"]
    assert (target["waiting"], target["sent"], target["dead"]) == (1, 2, 0)
    assert "503" in target["error"]
    assert "s3cr3t" not in shown


async def test_what_was_announced_is_told_however_often_the_process_is_killed(tmp_path):
    told = await kill_and_tell(tmp_path, kills=3, seed=7)
    assert told.killed >= 1
    assert len(told.announced) == AT_FIRST + 3
    assert (told.missing, told.twice, told.changed) == (set(), set(), [])
