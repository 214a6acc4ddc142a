"""The description of what programs may ask for is what they get."""

from __future__ import annotations

import asyncio
import os
import re
import shutil

import pytest

from aggregator.service.web.server import WebServer
from tests.pages.samples import make_failing, make_revision, make_source_status, make_status, make_story, make_view
from tests.service.web.shapes import complaints
from tests.service.web.visits import Insides, Readiness, ask, build

pytestmark = pytest.mark.anyio

SCHEMATHESIS = os.environ.get("AGGREGATOR_SCHEMATHESIS") or shutil.which("schemathesis")
STORY = make_story(make_view(1, revisions=(make_revision(),), revision=1), make_view(2))
ENTRY = STORY.members[0].stored.entry.key.short


def inside() -> Insides:
    made = Insides(make_status(make_source_status(), make_failing()))
    made.hold(STORY)
    return made


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/index.json", "/index.json"),
        ("/e/{id}.json", f"/e/{ENTRY}.json"),
        ("/s/{id}.json", f"/s/{STORY.id}.json"),
        ("/sources.json", "/sources.json"),
        ("/search.json", "/search.json?q=ferry"),
        ("/status.json", "/status.json"),
        ("/livez", "/livez"),
        ("/readyz", "/readyz"),
    ],
)
async def test_every_answer_is_as_described_and_nothing_is_left_out(path: str, asked: str):
    app = build(inside=inside())
    told = (await ask(app, "/api/openapi.json")).json()
    content = told["paths"][path]["get"]["responses"]["200"]["content"]
    answer = await ask(app, asked)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert list(content) == ["application/json"]
    assert list(complaints(answer.json(), content["application/json"]["schema"], told["components"]["schemas"])) == []


async def test_every_address_that_answers_with_json_is_described():
    app = build(inside=inside())
    told = (await ask(app, "/api/openapi.json")).json()
    routes = {route.path for route in app._rest.routes}  # type: ignore[attr-defined]
    ours = {path for path in routes if path.endswith(".json") and not path.startswith("/api/")} | {"/livez", "/readyz"}
    assert ours <= set(told["paths"])
    assert (told["openapi"], told["servers"]) == ("3.1.0", [{"url": "https://feeds.example.org"}])


@pytest.mark.skipif(SCHEMATHESIS is None, reason="schemathesis is not installed; AGGREGATOR_SCHEMATHESIS may name it")
async def test_requests_that_schemathesis_makes_up_cause_no_server_error_and_no_answer_that_is_not_described(tmp_path):
    server = WebServer(build(inside=inside(), readiness=Readiness()), "127.0.0.1", 0)
    await server.start()
    try:
        run = await asyncio.create_subprocess_exec(
            str(SCHEMATHESIS),
            "run",
            f"{server.url}api/openapi.json",
            f"--url={server.url}",
            "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--max-examples=10",
            "--seed=1",
            "--no-color",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        async with asyncio.timeout(120):
            said = (await run.communicate())[0].decode()
    finally:
        await server.stop()
    assert run.returncode == 0, said
    assert re.search(r"[1-9]\d* generated, [1-9]\d* passed", said), said
