"""What was measured, as a table and as a file."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Result:
    """One figure, with what stood beside it in the same run."""

    name: str
    value: float
    unit: str
    beside: str | None = None
    beside_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Say how many times the other figure this one is."""
        return self.value / self.beside_value if self.beside_value else None


def show(results: Sequence[Result]) -> None:
    """Print one table."""
    print(f"\n{'name':<24}{'value':>12} {'unit':<10}{'beside':<16}{'its value':>12}{'ratio':>8}")
    for one in results:
        other = f"{one.beside_value:>12.2f}" if one.beside_value is not None else " " * 12
        ratio = f"{one.ratio:>8.2f}" if one.ratio is not None else ""
        print(f"{one.name:<24}{one.value:>12.2f} {one.unit:<10}{one.beside or '':<16}{other}{ratio}")


def write(results: Sequence[Result]) -> None:
    """Write ``benchmarks/results.json``."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    document = {
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "results": [
            {
                "name": one.name,
                "value": round(one.value, 3),
                "unit": one.unit,
                "beside": one.beside,
                "beside_value": None if one.beside_value is None else round(one.beside_value, 3),
                "ratio": None if one.ratio is None else round(one.ratio, 3),
            }
            for one in results
        ],
    }
    FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
