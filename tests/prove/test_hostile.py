"""Documents that attack time, memory or the network: each is over soon, and nobody else notices."""

from __future__ import annotations

import pytest

from tests.mutations.hostile import DOCUMENTS, bombs, on_the_wire
from tests.mutations.hosting import host

MODES = ("drip", "endless", "hang", "cut", "reset", "loop")
MOST_SECONDS = 5.0
MOST_OF_A_WORKER = 1024
MOST_OF_THE_SERVICE = 64


@pytest.mark.prove
@pytest.mark.anyio
async def test_hostile_documents_are_over_soon_and_harm_nobody(tmp_path):
    hosted, asked = await host(
        tmp_path, lambda port: bombs(port) | {name: on_the_wire(name) for name in DOCUMENTS}, MODES
    )
    for one in sorted(hosted, key=lambda one: one.seconds, reverse=True):
        print(one)  # noqa: T201 - the figures are the proof
    hostile = hosted[1:-1]
    print(  # noqa: T201 - likewise
        f"{len(hostile)} hostile documents: at most {max(one.seconds for one in hostile):.1f} s, "
        f"worker {max(one.worker for one in hostile):.0f} MiB, service +{max(one.service for one in hostile):.0f} MiB"
    )
    assert len(hostile) >= 30
    assert [hosted[0].outcome, hosted[-1].outcome] == ["new", "new"]
    assert [str(one) for one in hostile if one.seconds > MOST_SECONDS] == []
    assert [str(one) for one in hostile if one.worker > MOST_OF_A_WORKER] == []
    assert [str(one) for one in hostile if one.service > MOST_OF_THE_SERVICE] == []
    assert [str(one) for one in hostile if not one.detail and one.outcome not in {"new", "unchanged"}] == []
    assert "/never" not in asked
