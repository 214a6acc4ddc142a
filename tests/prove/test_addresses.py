"""Every form of an address that is not public, on every way in, by every transport: none is dialled."""

from __future__ import annotations

import pytest

from tests.fetch.test_addresses import WAYS, canary


@pytest.mark.prove
def test_no_way_in_leads_to_what_is_not_public():
    found = canary("lean", "aiohttp", "stock")
    print(f"\n{found['forms']} forms, {found['unguarded']} reach the canary without the guard")  # noqa: T201 - figures
    for transport in ("lean", "aiohttp", "stock"):
        tried, hit = found[transport]["tried"], found[transport]["hit"]
        for way in sorted(WAYS):
            print(f"{transport:8} {way:20} {tried[way]:4} tried, {len(hit[way])} connections")  # noqa: T201 - figures
        assert hit == {way: [] for way in WAYS}
