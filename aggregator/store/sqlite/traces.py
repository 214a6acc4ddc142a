"""Migration 0027: what is left of headline and text of an entry that was pruned, packed into a hundred bytes."""

from __future__ import annotations

import struct
from typing import Final

from aggregator.model.verdict import Trace

# Empty for what was pruned before; then nothing but keys is known of it.
TRACES: Final = "ALTER TABLE entries ADD COLUMN trace BLOB"

_HEAD: Final = struct.Struct("<BII")


def pack_trace(trace: Trace) -> bytes:
    """Write a trace: how many words, the two digests, those of the words, those of the runs."""
    digests = (*sorted(trace.words), *trace.runs)
    head = _HEAD.pack(len(trace.words), trace.numbers, trace.text)
    return head + struct.pack(f"<{len(digests)}I", *digests)


def read_trace(packed: bytes | None) -> Trace | None:
    """Read a trace, if there is one."""
    if packed is None:
        return None
    words, numbers, text = _HEAD.unpack_from(packed)
    digests = struct.unpack(f"<{(len(packed) - _HEAD.size) // 4}I", packed[_HEAD.size :])
    return Trace(words=frozenset(digests[:words]), numbers=numbers, text=text, runs=digests[words:])
