"""Hosts that are hard to poll, through many days with a turned clock, beside a poller that is told all about them."""

from __future__ import annotations

import pytest

from tests.web.difficult_hosts import HOSTS, spend


@pytest.mark.prove
@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(HOSTS))
async def test_no_ban_no_dead_source_and_news_nearly_as_soon_as_an_oracle_would_have_it(name, tmp_path):
    spent = await spend(HOSTS[name], tmp_path, days=7)
    print(f"\n{name}: {spent.line()}")  # noqa: T201 - the figures are the proof
    assert spent.bans == 0
    assert spent.unwell == 0
    assert spent.ratio <= 1.25
