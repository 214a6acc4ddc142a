"""Every port has a real part and a fake."""

from __future__ import annotations

import inspect
from typing import Protocol

from aggregator.pipeline import ports
from tests.fakes.parts import PARTS


def test_every_port_has_a_real_part_and_a_fake():
    declared = [one for one in vars(ports).values() if isinstance(one, type) and Protocol in one.__bases__]
    assert ports.PollStore in declared
    for port in declared:
        parts = {
            part.__module__.partition(".")[0]
            for whole, parts in PARTS.items()
            for part in parts
            if port in whole.__mro__
        }
        assert parts == {"aggregator", "tests"}, port


def test_a_fake_is_asked_as_the_port_says():
    for port, parts in PARTS.items():
        for name, method in inspect.getmembers(port, inspect.isfunction):
            if name.startswith("_"):
                continue
            for part in parts:
                assert _shape(getattr(part, name)) == _shape(method), (part, name)


def _shape(method: object) -> list[tuple[object, object]]:
    return [(one.kind, one.default) for one in inspect.signature(method).parameters.values()]  # type: ignore[arg-type]
