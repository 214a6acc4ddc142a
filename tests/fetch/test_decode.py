from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given, strategies as st

from aggregator.fetch.decode import ACCEPT_ENCODING, BodyDecoder
from aggregator.fetch.fault import Fault
from aggregator.model.fetching import Failure

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def unpack(coding: str, packed: bytes, step: int, *, max_bytes: int = 1 << 22) -> bytes:
    decoder = BodyDecoder(coding, max_wire_bytes=1 << 22, max_bytes=max_bytes)
    for start in range(0, len(packed), step):
        decoder.feed(packed[start : start + step])
    return decoder.finish()


@given(
    body=st.binary(max_size=3000).filter(lambda body: body[:2] != b"\x1f\x8b"),
    times=st.sampled_from([1, 1, 100]),
    coding=st.sampled_from(sorted(PACKERS)),
    step=st.integers(1, 5000),
)
def test_chunks_may_be_cut_anywhere(body: bytes, times: int, coding: str, step: int) -> None:
    assert unpack(coding, PACKERS[coding](body * times), step) == body * times


@given(step=st.integers(1, 60), garbage=st.sampled_from([b"", b"\0", b"\x1f", b"\0\0\0", b"\x1fnot gzip"]))
def test_members_may_follow_each_other_and_end_in_garbage(step: int, garbage: bytes) -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two") + garbage
    assert unpack("gzip", packed, step) == b"onetwo"


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_a_second_member_must_be_whole(step: int) -> None:
    with pytest.raises(Fault, match="middle of its encoding"):
        unpack("gzip", gzip.compress(b"one") + gzip.compress(b"two")[:-3], step)


@pytest.mark.parametrize("step", [1, 2, 50])
def test_bare_deflate_is_told_from_zlib(step: int) -> None:
    assert unpack("deflate", zlib.compress(b"<rss/>", wbits=-15), step) == b"<rss/>"


@pytest.mark.parametrize("coding", ["", "identity", "br", "gzip"])
def test_gzip_that_nobody_announced_is_decoded(coding: str) -> None:
    packed = PACKERS[coding if coding in PACKERS else ""](gzip.compress(b"<rss/>"))
    assert unpack(coding, packed, 3) == b"<rss/>"


@pytest.mark.parametrize("body", [b"", b"\x1f", b"a"])
def test_a_body_shorter_than_a_magic_number_is_kept(body: bytes) -> None:
    assert unpack("", body, 1) == body


def test_the_last_coding_is_taken_off_first() -> None:
    assert unpack("gzip, br", brotli.compress(gzip.compress(b"<rss/>")), 10) == b"<rss/>"


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 98_272, 100_000, 131_072, 1_000_000])
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_output_beyond_a_piece_is_not_forgotten(coding: str, size: int) -> None:
    packed = PACKERS[coding](bytes(size))
    for step in (1, 5, len(packed)):
        assert unpack(coding, packed, step) == bytes(size)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_the_cap_is_on_what_comes_out(coding: str) -> None:
    body = bytes(100_000)
    assert unpack(coding, PACKERS[coding](body), 1000, max_bytes=100_000) == body
    with pytest.raises(Fault) as caught:
        unpack(coding, PACKERS[coding](body), 1000, max_bytes=99_999)
    assert caught.value.kind is Failure.TOO_LARGE


def test_the_cap_holds_between_two_codings() -> None:
    with pytest.raises(Fault) as caught:
        unpack("gzip, gzip", gzip.compress(gzip.compress(bytes(50_000_000))), 1000, max_bytes=10_000)
    assert caught.value.kind is Failure.TOO_LARGE


def test_a_window_beyond_eight_mebibytes_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=25)
    squeeze = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(Fault) as caught:
        unpack("zstd", squeeze.compress(b"<rss/>") + squeeze.flush(), 100)
    assert caught.value.kind is Failure.BAD_BODY


def test_pieces_of_every_decoder_are_small() -> None:
    bomb = bytes(16_000_000)
    for coding, pack in PACKERS.items():
        if coding:
            decoder = BodyDecoder(coding, max_wire_bytes=1 << 24, max_bytes=1 << 30)
            pieces = decoder._stages[0].feed(pack(bomb))
            assert max(len(piece) for piece in pieces) < 4_000_000, coding


def test_every_coding_that_is_offered_is_understood() -> None:
    for coding in ACCEPT_ENCODING.split(", "):
        assert unpack(coding, PACKERS[coding](b"<rss/>"), 100) == b"<rss/>"


def test_the_wire_is_capped_before_decoding() -> None:
    decoder = BodyDecoder("gzip", max_wire_bytes=10, max_bytes=100)
    with pytest.raises(Fault) as caught:
        decoder.feed(b"x" * 11)
    assert caught.value.kind is Failure.TOO_LARGE
