"""What every test may use."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutine tests on asyncio, which is what the daemon runs on."""
    return "asyncio"
