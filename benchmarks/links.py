"""How many addresses of one page share a key, and how many of different pages do, beside simple methods."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.text.link_keys import canonical_link
from benchmarks.corpora import NOTICE
from benchmarks.results import Result

OWN = Path(__file__).parents[1] / "tests" / "data" / "links" / "pairs.tsv"

Pair = tuple[str, str, bool]
_TRACKING = re.compile(r"[?&]utm_[^&#]*")


def measure(corpora: Path) -> list[Result]:
    """Measure on the project's own pairs, judged before the code was read, and on those of the collections."""
    sets = {"own": _own_pairs()}
    folder = corpora / "suites" / "url"
    if folder.is_dir():
        lines = (folder / "url_pairs.jsonl").read_text(encoding="utf-8").splitlines()
        sets["corpus"] = [(pair["a"], pair["b"], pair["same"]) for pair in map(json.loads, lines)]
    else:
        print(f"links: of the project's own pairs only; {NOTICE}")
    return [result for name, pairs in sets.items() for result in _results(name, pairs)]


def _own_pairs() -> list[Pair]:
    lines = OWN.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(one, other, verdict == "same") for verdict, one, other, *_ in rows]


def _results(name: str, pairs: Sequence[Pair]) -> list[Result]:
    found, wrong = _found(pairs, canonical_link)
    results = []
    for suffix, beside, simple in (("", "no utm_, no scheme", _without_tracking), (".path", "the path", _path_alone)):
        simply_found, simply_wrong = _found(pairs, simple)
        results += [
            Result(f"links.found.{name}{suffix}", found, "%", beside, simply_found),
            Result(f"links.wrong.{name}{suffix}", wrong, "pairs", beside, simply_wrong),
        ]
    return results


def _found(pairs: Sequence[Pair], key: Callable[[str], str]) -> tuple[float, int]:
    """Give the share of the same pages that share a key, in percent, and how many different pages do."""
    same = [key(one) == key(other) for one, other, is_same in pairs if is_same]
    return 100 * sum(same) / len(same), sum(key(one) == key(other) for one, other, is_same in pairs if not is_same)


def _path_alone(url: str) -> str:
    return urlsplit(url).path.strip("/").lower()


def _without_tracking(url: str) -> str:
    return _TRACKING.sub("", url).partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")
