"""What a source takes from itself, its group and the defaults, and where each of it was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.settings.files import Part
from aggregator.settings.findings import Findings, Loc, Spot
from aggregator.settings.section import kebab
from aggregator.settings.shapes import DefaultsSection, GroupSection
from aggregator.settings.tree import Tree
from aggregator.settings.values import Layer


@dataclass(frozen=True, slots=True)
class Settled:
    """One layer: its values by the names of their fields, and where they stand."""

    values: Mapping[str, Any]
    layer: Layer
    tree: Tree | None
    loc: Loc

    def spot(self, name: str) -> Spot | None:
        """Find the place of a value."""
        return self.tree.spot((*self.loc, kebab(name))) if self.tree else None


def settle(name: str, section: DefaultsSection, tree: Tree, loc: Loc) -> Settled:
    """Take what a section says."""
    values = {key: getattr(section, key) for key in section.model_fields_set}
    values = {key: value for key, value in values.items() if value is not None}
    places = tuple((kebab(key), str(tree.key_spot((*loc, kebab(key))))) for key in sorted(values))
    return Settled(values, Layer(name=name, places=places), tree, loc)


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of one source, the strongest first."""

    chain: Sequence[Settled]

    def get(self, name: str, built_in: Any = None) -> Any:
        """Give the strongest value, or what is built in."""
        return next((settled.values[name] for settled in self.chain if name in settled.values), built_in)

    def saying(self, name: str) -> Settled | None:
        """Find the layer that a value comes from; None when it is built in."""
        return next((settled for settled in self.chain if name in settled.values), None)


class Groups:
    """Every group that is defined, above the defaults."""

    def __init__(self, parts: Sequence[Part], defaults: DefaultsSection, findings: Findings) -> None:
        main = parts[0].tree
        self._defaults = settle("defaults", defaults, main, ("defaults",))
        self._groups: dict[str, Settled] = {}
        self.spots: dict[str, tuple[Spot, Loc]] = {}
        for part in parts:
            for name, section in (part.shape.groups or {}).items():
                loc = ("groups", name)
                spot = part.tree.key_spot(loc)
                if name in self.spots:
                    findings.error(spot, loc, "this group is defined twice", f"the first is at {self.spots[name][0]}")
                    continue
                self.spots[name] = (spot, loc)
                self._groups[name] = settle(f"groups.{name}", section or GroupSection(), part.tree, loc)

    def layers(self, own: Settled, group: str) -> Layers:
        """Put a source above its group and the defaults."""
        above = (self._groups[group],) if group in self._groups else ()
        return Layers((own, *above, self._defaults))
