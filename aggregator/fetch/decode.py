"""Bodies off the wire, decoded under a cap.

A few hundred bytes can unfold to gigabytes. Every decoder here hands out its result in pieces of bounded size, so
that the cap is checked before the memory is spent; a coding without such a decoder is neither offered nor accepted.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # comes without types; `_Brotli` alone uses it
import zstandard

from aggregator.fetch.fault import Fault
from aggregator.model.fetching import Failure

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_PIECE = 65_536
# A Zstandard block of a few bytes unfolds to 128 KiB; this many bytes of input stay below 3 MiB of output.
_ZSTD_SLICE = 64
_ZSTD_WINDOW = 8 << 20
_MAX_CODINGS = 2
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_OR_ZLIB = 47
_RAW_DEFLATE = -15
_ZLIB_METHOD = 8


class Decoder(Protocol):
    """One content coding, taken off piece by piece."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Decode what has come, in pieces of bounded size."""
        ...

    def complete(self) -> bool:
        """Say whether the coded stream has come to its end."""
        ...


class _Zlib:
    """gzip and zlib, told apart by their header; several gzip members in a row; garbage after them is ignored."""

    def __init__(self, window_bits: int = _GZIP_OR_ZLIB) -> None:
        self._inflate = zlib.decompressobj(window_bits)
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while chunk:
            if self._inflate.eof:
                chunk = self._next_member(chunk)
                continue
            piece = self._inflate.decompress(chunk, _PIECE)
            # What is left stands in the first after the end of the stream, in the second before it.
            chunk = self._inflate.unused_data or self._inflate.unconsumed_tail
            if piece:
                yield piece
        while not self._inflate.eof and (piece := self._inflate.decompress(b"", _PIECE)):
            yield piece

    def complete(self) -> bool:
        return self._inflate.eof

    def _next_member(self, chunk: bytes) -> bytes:
        """Open the next gzip member where one follows; give back what it has to read."""
        self._rest += chunk[: len(_GZIP_MAGIC)] if len(self._rest) < len(_GZIP_MAGIC) else b""
        if self._rest[:2] != _GZIP_MAGIC:
            return b""
        # The first byte of the magic number may have come with the chunk before this one.
        chunk = self._rest + chunk[len(_GZIP_MAGIC) :]
        self._inflate, self._rest = zlib.decompressobj(_GZIP_OR_ZLIB), b""
        return chunk


class _Deflate:
    """``deflate``: a zlib stream as the standard says, or the bare one that many servers send.

    Follows:
        RFC 9110, 8.4.1.2 with its note.
    """

    def __init__(self) -> None:
        self._head = b""
        self._inner: _Zlib | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self._inner is None:
            self._head += chunk
            if len(self._head) < len(_GZIP_MAGIC):
                return
            chunk, self._head = self._head, b""
            wrapped = chunk[0] & 0x0F == _ZLIB_METHOD and int.from_bytes(chunk[:2], "big") % 31 == 0
            self._inner = _Zlib(_GZIP_OR_ZLIB if wrapped or chunk[:2] == _GZIP_MAGIC else _RAW_DEFLATE)
        yield from self._inner.feed(chunk)

    def complete(self) -> bool:
        return self._inner is not None and self._inner.complete()


class _Brotli:
    """``br`` (RFC 7932)."""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        while not self._inner.is_finished():
            piece = self._inner.process(chunk, output_buffer_limit=_PIECE)
            chunk = b""
            if piece:
                yield piece
            elif self._inner.can_accept_more_data():
                return

    def complete(self) -> bool:
        return bool(self._inner.is_finished())


class _Zstd:
    """``zstd`` with the window that RFC 9659 asks of the web."""

    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        view = memoryview(chunk)
        for start in range(0, len(view), _ZSTD_SLICE):
            if self._inner.eof:
                return
            piece = self._inner.decompress(view[start : start + _ZSTD_SLICE])
            if piece:
                yield piece

    def complete(self) -> bool:
        return self._inner.eof


class _Unannounced:
    """No coding was named; a body that is gzip all the same is decoded, for no feed begins with its magic number."""

    def __init__(self) -> None:
        self._head: bytes | None = b""
        self._inner: _Zlib | None = None

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        if self._head is not None:
            chunk = self._head + chunk
            if len(chunk) < len(_GZIP_MAGIC):
                self._head = chunk
                return
            self._head = None
            if chunk[:2] == _GZIP_MAGIC:
                self._inner = _Zlib()
        if self._inner is None:
            yield chunk
        else:
            yield from self._inner.feed(chunk)

    def complete(self) -> bool:
        return self._inner is None or self._inner.complete()

    def rest(self) -> bytes:
        """Give what was held back of a body shorter than a magic number."""
        return self._head or b""


_DECODERS: dict[str, Callable[[], Decoder]] = {
    "gzip": _Zlib,
    "x-gzip": _Zlib,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
_ERRORS = (zlib.error, brotli.error, zstandard.ZstdError)


class BodyDecoder:
    """Collects one body.

    Args:
        content_encoding: The header's value; empty when there is none.
        max_wire_bytes: Cap on what comes in.
        max_bytes: Cap on what any one decoder gives out.

    Raises:
        Fault: ``BAD_BODY`` for a coding that is unknown, or for more than two of them.
    """

    def __init__(self, content_encoding: str, *, max_wire_bytes: int, max_bytes: int) -> None:
        codings = [name for name in map(str.strip, content_encoding.lower().split(",")) if name not in ("", "identity")]
        if len(codings) > _MAX_CODINGS:
            raise Fault(Failure.BAD_BODY, f"the body is encoded {len(codings)} times; at most {_MAX_CODINGS} are read")
        unknown = next((name for name in codings if name not in _DECODERS), None)
        if unknown is not None:
            raise Fault(Failure.BAD_BODY, f"the body is encoded as {unknown[:40]!r}, which was not asked for")
        # The coding that was applied last is taken off first (RFC 9110, 8.4).
        self._stages: list[Decoder] = [_DECODERS[name]() for name in reversed(codings)]
        self._last = _Unannounced() if len(codings) < _MAX_CODINGS else None
        self._stages += [self._last] if self._last else []
        self._given = [0] * len(self._stages)
        self._max_wire_bytes = max_wire_bytes
        self._max_bytes = max_bytes
        self._pieces: list[bytes] = []
        self.wire_bytes = 0

    def feed(self, chunk: bytes) -> None:
        """Take one chunk off the wire.

        Raises:
            Fault: ``TOO_LARGE`` beyond a cap, ``BAD_BODY`` when it cannot be decoded.
        """
        self.wire_bytes += len(chunk)
        if self.wire_bytes > self._max_wire_bytes:
            raise Fault(Failure.TOO_LARGE, f"the body is larger than {self._max_wire_bytes} bytes; see max-size")
        try:
            self._pieces.extend(self._through(0, chunk))
        except _ERRORS as error:
            raise Fault(Failure.BAD_BODY, f"the body cannot be decoded: {error}") from error

    def finish(self) -> bytes:
        """Give the whole body, decoded.

        Raises:
            Fault: ``BAD_BODY`` when the encoded stream ended too early.
        """
        if self.wire_bytes and not all(stage.complete() for stage in self._stages):
            raise Fault(Failure.BAD_BODY, "the body ends in the middle of its encoding")
        if self._last:
            self._pieces.append(self._last.rest())
        return b"".join(self._pieces)

    def _through(self, stage: int, chunk: bytes) -> Iterator[bytes]:
        for piece in self._stages[stage].feed(chunk):
            self._given[stage] += len(piece)
            if self._given[stage] > self._max_bytes:
                raise Fault(Failure.TOO_LARGE, f"the body unfolds to more than {self._max_bytes} bytes; see max-size")
            if stage + 1 == len(self._stages):
                yield piece
            else:
                yield from self._through(stage + 1, piece)
