"""Whether the daemon is alive and ready, for load balancers and supervisors."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus

from starlette.requests import Request

from aggregator.service.web.documents import Document, passing_document

_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be well; ``detail`` is public and holds no secret."""

    ok: bool
    detail: str = ""


Checks = Callable[[], Awaitable[Mapping[str, Check]]]


class Health:
    """Answer ``/livez`` and ``/readyz``."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    async def livez(self, _: Request) -> Document:
        """Say that the loop turns: that is what answering takes."""
        return passing_document(b'{"ok": true}\n', _JSON)

    async def readyz(self, _: Request) -> Document:
        """Say how every check went; 503 when one failed."""
        checks = await self._checks()
        ok = all(check.ok for check in checks.values())
        answer = {"ok": ok, "checks": {name: asdict(check) for name, check in checks.items()}}
        status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
        return passing_document(json.dumps(answer).encode() + b"\n", _JSON, status=status)
