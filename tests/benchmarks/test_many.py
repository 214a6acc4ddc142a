"""The simulation of many sources goes through the real parts: it must keep up with them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import many


@pytest.mark.anyio
async def test_every_source_that_falls_due_is_polled_once_and_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "STRETCH", timedelta(seconds=20))
    monkeypatch.setattr(many, "CYCLE", timedelta(minutes=20))
    figures = await many.simulate(600, tmp_path)
    assert 9 <= figures["polls"] <= 30
    assert figures["late_most_s"] < 60
