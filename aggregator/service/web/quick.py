"""uvicorn's protocol, with a short way for what is ready to be sent.

To a request that asks for prepared bytes nothing can happen that would need a task, a cycle of messages, or checks of
headers that are our own and always the same. All that is not the plainest kind of request takes uvicorn's way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from aggregator.service.web.documents import Answer

_METHODS: Final = {b"GET": "GET", b"HEAD": "HEAD"}
_PECULIAR: Final = frozenset({b"connection", b"content-length", b"expect", b"transfer-encoding", b"upgrade"})
_PLAIN: Final = frozenset({b"close", b"keep-alive"})
"""What a header about the connection may say without being peculiar."""

Ready = Callable[[Scope], Answer | None]


class QuickProtocol(HttpToolsProtocol):
    """Answers at once what the application has ready, where it can say so by a method ``ready``.

    The bytes sent are those that uvicorn would send, and so are the limits: a visitor who does not read what it asked
    for is given nothing more.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ready: Ready | None = getattr(self.app, "ready", None)
        self._answer: Answer | None = None

    def on_headers_complete(self) -> None:
        """Look for an answer; without one uvicorn begins its cycle."""
        self._answer = self._find()
        if self._answer is None:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Send the answer that was found."""
        answer, self._answer = self._answer, None
        if answer is None:
            super().on_message_complete()
            return
        head = [STATUS_LINE[answer.status]]
        for headers in (self.server_state.default_headers, answer.headers):
            for name, value in headers:
                head += (name, b": ", value, b"\r\n")
        keep_alive = self.parser.should_keep_alive()
        head.append(b"\r\n" if keep_alive else b"connection: close\r\n\r\n")
        self.transport.writelines((b"".join(head), answer.body) if answer.body else (b"".join(head),))
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _find(self) -> Answer | None:
        ready, url, parser = self._ready, self.url, self.parser
        method = _METHODS.get(parser.get_method())
        if ready is None or method is None or parser.get_http_version() != "1.1" or self._is_busy():
            return None
        path, _, query = url.partition(b"?")
        if not path.startswith(b"/") or b"%" in path or b"#" in url or not url.isascii():
            return None
        for name, value in self.headers:
            if name in _PECULIAR and not (name == b"connection" and value.lower() in _PLAIN):
                return None
        return ready({**self.scope, "method": method, "path": path.decode("ascii"), "query_string": query})

    def _is_busy(self) -> bool:
        """Say whether an answer is on its way, or waits because the visitor does not read."""
        last: RequestResponseCycle | None = getattr(self, "cycle", None)
        under_way = last is not None and not last.response_complete
        return under_way or self.flow.write_paused or self.transport.is_closing()
