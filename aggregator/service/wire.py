"""Values on their way between processes.

What pickle does with a frozen dataclass with slots goes through a loop of the dataclass module that asks for the names
of the fields each time, and a document holds a hundred such values. Here the descriptors of the slots set them.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any


def dumps(value: object) -> bytes:
    """Write a value for ``loads``."""
    out = io.BytesIO()
    _Pickler(out, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return out.getvalue()


def loads(written: bytes) -> Any:
    """Read what another process of ours wrote with ``dumps``; never anything that comes from outside."""
    return pickle.loads(written)  # noqa: S301 - see above


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: object) -> Any:
        kind: Any = type(obj)
        if "__dataclass_fields__" in kind.__dict__ and "__slots__" in kind.__dict__:
            return _build, (kind, *[getattr(obj, name) for name in _names(kind)])
        return NotImplemented


def _build(kind: Any, *values: object) -> object:
    built: object = object.__new__(kind)
    for put, value in zip(_setters(kind), values, strict=True):
        put(built, value)
    return built


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _setters(kind: Any) -> tuple[Callable[[object, object], None], ...]:
    return tuple(getattr(kind, name).__set__ for name in _names(kind))
