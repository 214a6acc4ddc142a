"""The one exception of this room; it never leaves it."""

from __future__ import annotations

from aggregator.model.fetching import Failure


class Fault(Exception):  # noqa: N818 - carries an expected failure up to the one place that turns it into a value
    """A fetch came to nothing, for a reason that belongs to an ordinary day."""

    def __init__(self, kind: Failure, detail: str) -> None:
        self.kind = kind
        self.detail = detail
        super().__init__(detail)
