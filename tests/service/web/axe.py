"""Rules of accessibility, as axe-core checks them in a browser; skipped where it is not at hand."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.service.web.devtools import Tab

AXE = Path(os.environ.get("AGGREGATOR_AXE", "/nonexistent"))

needs_axe = pytest.mark.skipif(
    not AXE.is_file(), reason="AGGREGATOR_AXE names no axe.min.js; accessibility is not checked by axe-core"
)


@cache
def _script() -> str:
    return AXE.read_text(encoding="utf-8")


async def violations(tab: Tab) -> list[dict[str, Any]]:
    """List what is serious or worse on the page that is shown, with the elements that it is about."""
    if not await tab.evaluate("'axe' in window"):
        await tab.evaluate(_script())
    found = await tab.evaluate("axe.run({resultTypes: ['violations']}).then(found => JSON.stringify(found.violations))")
    return [
        {"rule": one["id"], "impact": one["impact"], "elements": [node["html"] for node in one["nodes"]]}
        for one in json.loads(found)
        if one["impact"] in {"serious", "critical"}
    ]
