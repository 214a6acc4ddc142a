"""Local documents: ``file://`` addresses, read as if a very near server had answered."""

from __future__ import annotations

import asyncio
import os
import stat
from datetime import timedelta
from time import perf_counter
from urllib.parse import unquote, urlsplit

from aggregator.fetch.fault import Fault
from aggregator.model.fetching import Failure, Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified
from aggregator.model.source import Validators
from aggregator.text.digests import digest128

# A named pipe is opened without waiting for its writer, so that it can be looked at and refused.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class FileFetcher:
    """Reads ``file://`` addresses, off the event loop; the entity tag is made of modification time and size."""

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """Read one file; whatever is wrong with it comes back as ``FetchFailed``."""
        began = perf_counter()
        try:
            async with asyncio.timeout(request.timeout.total_seconds()):
                return await asyncio.to_thread(_read, request, began)
        except TimeoutError:
            fault = Fault(Failure.TIMEOUT, f"{request.url} could not be read in {request.timeout.total_seconds():g} s")
        except Fault as caught:
            fault = caught
        return FetchFailed(kind=fault.kind, detail=fault.detail, url=request.url, elapsed=_since(began))


def _read(request: FetchRequest, began: float) -> Fetched | NotModified:
    path = _path(request.url)
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise Fault(Failure.UNREACHABLE, f"{path} cannot be read: {_reason(error)}") from error
    # Both caps hold: what is on the disk has not been encoded.
    cap = min(request.max_wire_bytes, request.max_bytes)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise Fault(Failure.UNREACHABLE, f"{path} is no ordinary file")
        etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
        validators = Validators(etag=etag)
        headers = (("etag", etag),)
        if _known(request) == etag:
            return NotModified(url=request.url, headers=headers, validators=validators, elapsed=_since(began))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            body = file.read(cap + 1)
    except OSError as error:
        raise Fault(Failure.UNREACHABLE, f"{path} cannot be read: {_reason(error)}") from error
    finally:
        os.close(descriptor)
    if len(body) > cap:
        raise Fault(Failure.TOO_LARGE, f"{path} is larger than {cap} bytes; see max-size")
    return Fetched(
        url=request.url,
        status=200,
        headers=headers,
        body=body,
        wire_bytes=len(body),
        digest=digest128(body),
        validators=validators,
        elapsed=_since(began),
    )


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Fault(Failure.UNREACHABLE, f"{url} is no address of a file") from error
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path:
        raise Fault(Failure.UNREACHABLE, f"{url} is no address of a local file; write file:///path/to/feed.xml")
    return unquote(parts.path, errors="surrogateescape")


def _known(request: FetchRequest) -> str | None:
    return next((value for name, value in request.headers if name.lower() == "if-none-match"), None)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _since(began: float) -> timedelta:
    return timedelta(seconds=perf_counter() - began)
