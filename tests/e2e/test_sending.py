"""The real command tells others: once where nothing goes wrong, and at least once where everything does."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

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
    shown = (await said(tmp_path / "aggregator.yaml", "--json", "status")).decode()
    (target,) = json.loads(shown)["outbox"]
    assert (target["waiting"], target["sent"], target["dead"]) == (1, 2, 0)
    assert "503" in target["error"]
    assert "s3cr3t" not in shown


async def test_what_was_announced_is_told_however_often_the_process_is_killed(tmp_path):
    told = await kill_and_tell(tmp_path, kills=3, seed=7)
    assert told.killed >= 1
    assert len(told.announced) == AT_FIRST + 3
    assert (told.missing, told.twice, told.changed) == (set(), set(), [])


async def test_no_secret_of_hooks_and_mail_is_in_the_database_the_log_the_site_or_the_status(tmp_path):
    async with ScriptedHook(status=500) as hook:
        hook.text = f"no: {hook.url} canary-secret"
        config = CONFIG.replace("HOOK", hook.url).replace("a long secret", "canary-secret")
        mail = "mail: {server: 'smtp://canary-user:canary-password@127.0.0.1:1', from: r@r.example}\n"
        letter = "{mail: canary-box@a.example, at: daily at 00:00}"
        path = tmp_path / "aggregator.yaml"
        path.write_text(mail + config.replace("name: chat}", f"name: chat}}, {letter}"), encoding="utf-8")
        grow(tmp_path, 2)
        log = await said(path, "-v", "run", "--once", "--out", str(tmp_path / "out"))
        assert len(hook.posts) == 1
        shown = await said(path, "status")
    written = {"log": log, "status": shown}
    written |= {str(one): one.read_bytes() for one in tmp_path.rglob("*") if one.is_file() and one != path}
    assert b"hook world chat" in shown
    assert b"answered 500" in log
    for name, content in written.items():
        assert b"canary" not in content, name
        assert b"s3cr3t" not in content, name


async def said(config: Path, *arguments: str) -> bytes:
    """Run a command and give all that it says."""
    process = await asyncio.create_subprocess_exec(
        str(AGGREGATOR), "-c", str(config), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output
