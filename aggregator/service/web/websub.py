"""The callbacks that hubs verify and push to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

from starlette.requests import ClientDisconnect, Request

from aggregator.errors import StoreError
from aggregator.service.web.documents import Document, passing_document

_PLAIN = "text/plain; charset=utf-8"


class Hubs(Protocol):
    """What answers hubs."""

    async def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """Give the text that answers a verification; None for 404."""
        ...

    async def receive(self, token: str, headers: Sequence[tuple[str, str]], body: AsyncIterator[bytes]) -> int:
        """Receive a body; give the status of the answer."""
        ...


class Callback:
    """Answer ``/websub/TOKEN``."""

    def __init__(self, hubs: Hubs) -> None:
        self._hubs = hubs

    async def visit(self, request: Request) -> Document:
        """Answer a verification or a push; a callback that does not exist and one that is not meant look the same."""
        token = request.path_params["token"]
        try:
            if request.method == "POST":
                return await self._receive(request, token)
            challenge = await self._hubs.verify(token, request.query_params) if request.method == "GET" else None
        except StoreError:
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
        if challenge is None:
            return _answer(HTTPStatus.NOT_FOUND)
        return _answer(HTTPStatus.OK, challenge)

    async def _receive(self, request: Request, token: str) -> Document:
        try:
            status = await self._hubs.receive(token, request.headers.items(), request.stream())
        except ClientDisconnect:
            return _answer(HTTPStatus.BAD_REQUEST)
        return _answer(status)


def _answer(status: int, text: str = "") -> Document:
    retry = [(b"retry-after", b"60")] if status == HTTPStatus.SERVICE_UNAVAILABLE else []
    return passing_document(text.encode("utf-8", "replace"), _PLAIN, status=status, extra=retry)
