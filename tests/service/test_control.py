from __future__ import annotations

import asyncio
import json

import pytest

from aggregator.errors import ControlError, StoreBusy
from aggregator.service.control import NAME, ControlServer, ask
from aggregator.service.lock import FolderLock


@pytest.fixture
async def server(tmp_path):
    async def echo(request):
        return {"heard": request["word"]}

    async def refuse(request):
        raise StoreBusy("the store is busy; try again")

    made = ControlServer(tmp_path, {"echo": echo, "refuse": refuse})
    await made.start()
    yield made
    await made.stop()


@pytest.mark.anyio
async def test_a_command_is_answered(server, tmp_path):
    assert await ask(tmp_path, "echo", word="drone") == {"heard": "drone"}


@pytest.mark.anyio
async def test_a_refusal_comes_back_as_its_sentence(server, tmp_path):
    with pytest.raises(ControlError, match="the store is busy; try again"):
        await ask(tmp_path, "refuse")


@pytest.mark.anyio
async def test_an_unknown_command_names_the_known_ones(server, tmp_path):
    with pytest.raises(ControlError, match="known are echo, refuse"):
        await ask(tmp_path, "dance")


@pytest.mark.anyio
async def test_junk_on_the_socket_is_answered_and_survived(server, tmp_path):
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / NAME))
    writer.write(b"\xff\xfe not json\n")
    assert "error" in json.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()
    assert await ask(tmp_path, "echo", word="still") == {"heard": "still"}


@pytest.mark.anyio
async def test_no_daemon_is_no_answer(tmp_path):
    assert await ask(tmp_path, "echo") is None


@pytest.mark.anyio
async def test_a_socket_left_behind_by_a_killed_daemon_is_no_answer(tmp_path):
    server = await asyncio.start_unix_server(lambda _r, _w: None, str(tmp_path / NAME))
    server.close()
    (tmp_path / NAME).touch()
    assert await ask(tmp_path, "echo") is None


@pytest.mark.anyio
async def test_only_the_owner_may_command_and_the_folder_may_lie_deep(tmp_path):
    deep = tmp_path / ("d" * 90) / ("e" * 90)
    deep.mkdir(parents=True)

    async def nothing(request):
        return None

    server = ControlServer(deep, {"nothing": nothing})
    await server.start()
    try:
        assert (deep / NAME).stat().st_mode & 0o777 == 0o600
        assert await ask(deep, "nothing") is None
    finally:
        await server.stop()


def test_a_second_process_on_the_same_data_is_told_who_holds_it(tmp_path):
    first, second = FolderLock(tmp_path / "data"), FolderLock(tmp_path / "data")
    first.acquire()
    with pytest.raises(StoreBusy, match=r"already in use by process \d+; stop it"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
