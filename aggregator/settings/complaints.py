"""Hold a file against its shape; every complaint gets its place, and the rest is read all the same."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from pydantic import ValidationError

from aggregator.settings.findings import Findings, Loc
from aggregator.settings.kinds import kind_of
from aggregator.settings.known import unknown_key, unknown_value
from aggregator.settings.section import Section
from aggregator.settings.tree import Tree
from aggregator.settings.units import Unfit

Shape = TypeVar("Shape", bound=Section)

_EXPECTED = {
    "list_type": ("a list", "write [one, two], or each on a line of its own behind a dash"),
    "dict_type": ("a mapping", "write 'key: value' lines"),
    "model_type": ("a mapping", "write 'key: value' lines"),
}
# Each round takes out what was wrong; what stood inside of it is gone with it.
_ROUNDS = 5


def read_shape(tree: Tree, shape: type[Shape], findings: Findings) -> Shape:
    """Validate a file; what is wrong is noted and taken out of the tree, so that everything else can be checked."""
    for _ in range(_ROUNDS):
        try:
            return shape.model_validate(tree.root)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                loc = _loc(detail["loc"], tree)
                _complain(loc, detail, (tree, shape, findings))
                tree.remove(loc)
    return shape()


def _loc(loc: Loc, tree: Tree) -> Loc:
    """Undo what the shape did to the data before it was checked."""
    if loc[:2] == ("sources", "") and isinstance(tree.root.get("sources"), list):
        loc = ("sources", *loc[2:])
    return loc[:-1] if loc[-1] == "[key]" else loc


def _complain(loc: Loc, detail: Any, around: tuple[Tree, type[Section], Findings]) -> None:
    tree, shape, findings = around
    spot, value = tree.spot(loc), detail["input"]
    if detail["loc"][-1] == "[key]":
        spot = tree.key_spot(loc)
    reason = detail.get("ctx", {}).get("error")
    if detail["type"] == "extra_forbidden":
        spot = tree.key_spot(loc)
        what, hint = unknown_key(loc, shape)
    elif isinstance(reason, Unfit):
        what, hint = reason.what, reason.hint
    elif detail["type"] == "enum":
        what, hint = unknown_value(str(value), re.findall(r"'([^']*)'", detail["ctx"]["expected"]))
    elif detail["type"] in _EXPECTED:
        wanted, hint = _EXPECTED[detail["type"]]
        what = f"expected {wanted}, but this is {kind_of(value)}"
    else:
        what, hint = str(detail["msg"]), ""
    findings.error(spot, loc, what, hint)
