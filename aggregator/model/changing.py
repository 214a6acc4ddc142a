"""Changed copies of values with many fields, quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["changed"]

Value = TypeVar("Value")

if TYPE_CHECKING:
    # For the checker it is the same, and so it knows the fields.
    from dataclasses import replace as changed
else:

    def changed(value: Value, /, **changes: Any) -> Value:
        """Give a copy with some fields changed, as ``dataclasses.replace`` does at ten times the price.

        The value is a frozen dataclass without slots whose fields stand as they were given: nothing is computed when
        it is made.

        Raises:
            TypeError: There is no such field.
        """
        copy = object.__new__(type(value))
        fields = copy.__dict__
        fields.update(value.__dict__)
        fields.update(changes)
        if len(fields) != len(value.__dict__):
            unknown = ", ".join(sorted(fields.keys() - value.__dict__.keys()))
            raise TypeError(f"{type(value).__name__} has no {unknown}")
        return copy
