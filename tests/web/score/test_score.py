from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.e2e.daemons import get
from tests.fakes.clock import FakeClock
from tests.web import ScriptedWeb
from tests.web.score import Kind, Score, ScoreServer
from tests.web.score.readers import PLANTED, Reader, Script, polite
from tests.web.score.report import as_json, as_table
from tests.web.score.sites import BEHAVIOURS, SCORE_START, Site, sites
from tests.web.score.verdicts import MEANINGS

pytestmark = pytest.mark.anyio


class Field:
    """A score server on a clock of its own, with each behaviour once and every site on one host."""

    def __init__(self, web: ScriptedWeb, clock: FakeClock) -> None:
        self.web = web
        self.clock = clock
        self.server = ScoreServer(web, sites(len(BEHAVIOURS), shared_hosts=0))

    async def read(self, name: str, site: str, script: Script) -> Score:
        """Let one reader loose on the site of a behaviour."""
        urls = {one: self.web.url(f"/s/{name}/{one}-{number}.xml") for number, one in enumerate(BEHAVIOURS)}
        await script(Reader(urls, site, self.clock))
        return self.server.score(name)


@pytest.fixture
async def field() -> AsyncIterator[Field]:
    clock = FakeClock(SCORE_START)
    async with ScriptedWeb(now=clock.now) as web:
        yield Field(web, clock)


@pytest.mark.parametrize("name", PLANTED)
async def test_a_reader_with_one_fault_is_caught_with_exactly_that_fault(field: Field, name: str):
    site, kind, script = PLANTED[name]
    score = await field.read(name, site, script)
    assert set(score.counts) == {kind}
    assert f"/s/{name}/" in score.faults[0].exchange.line()
    assert score.faults[0].detail


def test_every_kind_of_fault_is_committed_by_a_planted_reader_and_explained():
    assert {kind for _, kind, _ in PLANTED.values()} == set(Kind) == set(MEANINGS)


@pytest.mark.parametrize(
    "site", ["plain", "etag", "weak", "date", "bare", "churn", "stuck", "found", "moved-308", "portal"]
)
async def test_a_polite_reader_has_no_fault(field: Field, site: str):
    score = await field.read("polite", site, polite)
    assert score.faults == ()
    assert score.unconditional <= 1


async def test_a_permanent_redirect_may_be_kept_even_if_the_document_never_changed_since(field: Field):
    silent = Site(0, "moved-0", BEHAVIOURS["moved"], timedelta(days=900), "127.0.0.1")
    server = ScoreServer(field.web, (silent,))
    reader = Reader({"moved": field.web.url("/s/moving/moved-0.xml")}, "moved", field.clock)
    statuses = [await reader.poll()]
    reader.wait(hours=50)
    statuses.append(await reader.poll())
    reader.wait(hours=2)
    statuses.append(await reader.ask(field.web.url("/s/moving/moved/moved-0.xml")))
    assert statuses == [200, 304, 304]
    assert server.score("moving").faults == ()


async def test_the_first_whole_document_is_free_and_those_of_servers_without_validators_too(field: Field):
    assert (await field.read("one", "plain", polite)).unconditional == 1
    assert (await field.read("two", "bare", polite)).unconditional == 0


async def test_a_server_that_allows_a_quarter_of_an_hour_may_be_asked_so_often(field: Field):
    async def quickly(reader: Reader) -> None:
        for _ in range(4):
            await reader.ask()
            reader.wait(seconds=901)

    assert (await field.read("quick", "max-age-15-min", quickly)).faults == ()
    assert set((await field.read("quicker", "plain", quickly)).counts) == {Kind.SPACING}
    assert set((await field.read("too-quick", "max-age-30-min", quickly)).counts) == {Kind.EARLY}


async def test_a_whole_document_after_a_week_of_nothing_but_304_is_excused_once(field: Field):
    async def doubting(reader: Reader) -> None:
        for _ in range(170):
            await reader.ask()
            reader.wait(hours=1.01)
        await reader.ask(bare=True)
        reader.wait(hours=25)
        await reader.ask(bare=True)

    score = await field.read("doubting", "stuck", doubting)
    assert score.excused == 1
    assert score.counts == {Kind.UNCONDITIONAL: 1}


async def test_grace_forgives_what_cron_does(field: Field):
    generous = ScoreServer(field.web, sites(len(BEHAVIOURS), shared_hosts=0), grace=timedelta(minutes=2))
    await field.read("cron", "plain", PLANTED["59-minutes"][2])
    assert generous.score("cron").faults == ()


async def test_readers_are_judged_apart_and_shown_side_by_side(field: Field):
    await field.read("good", "plain", polite)
    await field.read("bad", "plain", PLANTED["breaks-caches"][2])
    table = as_table(field.server.scores())
    assert "query" in table
    assert "bad: query: added a query to the address\n  2026-11-" in table
    told = json.loads(as_json(field.server.scores()))
    assert told["good"]["faults"] == {}
    assert told["bad"]["faults"] == {"query": 1}
    assert told["bad"]["evidence"][0]["request"].endswith("planted.example/about)")


def test_it_runs_as_a_process_and_judges_whoever_comes():
    command = [sys.executable, "-m", "tests.web", "--feeds", "1", "--score", "3", "--at", "2026-12-01", "--life", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        urls = get(f"{base}/_/score/urls?reader=me")[2].decode().split()
        outlines = get(f"{base}/_/score/opml?reader=me")[2].count(b"<outline")
        get(urls[0], {"User-Agent": "curl/7.88"})
        told = json.loads(get(f"{base}/_/score/report.json")[2])
        table = get(f"{base}/_/score/report")[2].decode()
        get(f"{base}/_/quit")
        assert process.wait(timeout=5) == 0
    assert (len(urls), outlines) == (3, 3)
    assert told["me"]["faults"] == {"agent": 1}
    assert "2026-12-01 00:00:0" in table
