"""Two weeks of 200 sources on a turned clock, judged as publishers judge."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import pytest

from tests.e2e.restarts import kill_and_restart
from tests.e2e.turned import scored
from tests.web.score.report import as_table

# Forty thousand commits to a disk take longer than all the rest.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own is made in it


@pytest.mark.prove
@pytest.mark.anyio
async def test_two_weeks_of_two_hundred_sources_are_without_fault():
    started = perf_counter()
    with TemporaryDirectory(dir=MEMORY) as folder:
        score = await scored(Path(folder), sources=200, span=timedelta(days=14))
    table = as_table({"aggregator": score})
    print(f"\n{table}excused {score.excused}; {perf_counter() - started:.0f} s")  # noqa: T201 - the figures are the proof
    assert score.faults == (), table
    assert score.sources == 200
    assert score.unconditional == 1


@pytest.mark.prove
@pytest.mark.anyio
async def test_a_hundred_kills_and_restarts_ask_nobody_early(tmp_path):
    found = await kill_and_restart(tmp_path, kills=100, sources=100, longest=6.0, seed=20261125)
    print(  # noqa: T201 - the figures are the proof
        f"\nkills {found.kills}; requests {found.requests} over {found.span}; sources asked in several lives "
        f"{found.asked_again}; early {len(found.early)}, other faults {len(found.faults)}; answers that died with the "
        f"process {found.lost}, what follows from them {len(found.follow)}"
    )
    for fault in found.faults[:10]:
        print(fault.kind, fault.exchange.line(), fault.detail)  # noqa: T201 - likewise
    assert (found.early, found.faults) == ((), ())
    assert found.kills == 100
    assert found.asked_again > 50
