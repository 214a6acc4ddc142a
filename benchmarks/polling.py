"""First poll, all-304 poll and 10 %-changed poll, beside the PyPI package ``reader`` in the same run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import Result
from benchmarks.web import ROOT, Web, scripted_web

PHASES = ("first", "304", "changed10")

CONFIG = """\
site: {title: Benchmark}
data: ./data
network: {allow-private: [127.0.0.0/8]}
sources:
%s
topics:
  everything: {}
  some: {match: "river OR harbour OR title:market"}
"""


def measure(sizes: tuple[int, ...], repeats: int) -> list[Result]:
    """Measure polling at each size, ``repeats`` times, and give the medians."""
    results = []
    for feeds in sizes:
        runs: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for _ in range(repeats):
            with scripted_web(feeds) as web, tempfile.TemporaryDirectory() as folder:
                for (who, phase), figures in _one_run(web, Path(folder)):
                    runs.setdefault((who, phase), []).append(figures)
        results += _results(feeds, runs)
    return results


def _one_run(web: Web, folder: Path) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    urls = folder / "urls.txt"
    urls.write_text(web.ask("urls"), encoding="utf-8")
    config = folder / "aggregator.yaml"
    sources = "".join(f'  - "{url}"\n' for url in urls.read_text(encoding="utf-8").split())
    config.write_text(CONFIG % sources, encoding="utf-8")
    ours = [sys.executable, "-m", "benchmarks.ours", str(config)]
    peer = [sys.executable, "-m", "benchmarks.peer_reader", str(folder / "reader.db"), str(urls)]
    figures = []
    for phase in PHASES:
        if phase == "changed10":
            web.ask("tick")
        for who, command in (("ours", ours), ("reader", peer)):
            web.ask("reset")
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            found |= {f"served_{name}": value for name, value in web.stats().items() if name in {"200", "304"}}
            _say(who, phase, found)
            figures.append(((who, phase), found))
    shutil.rmtree(folder / "data", ignore_errors=True)
    return figures


def _say(who: str, phase: str, found: dict[str, Any]) -> None:
    print(
        f"  {phase:>9} {who:<7} {found['feeds'] / found['wall']:8.0f} feeds/s"
        f"  cpu {found['cpu'] * 1000 / found['feeds']:6.2f} ms"
        f"  peak {found['peak_mib']:5.0f} MiB  200s {found['served_200']:5} 304s {found['served_304']:5}"
        f"  entries {found['entries']:6}  failed {found['failed']}",
        flush=True,
    )


def _results(feeds: int, runs: dict[tuple[str, str], list[dict[str, Any]]]) -> list[Result]:
    def middle(who: str, phase: str, name: str, scale: float = 1.0) -> float:
        return median(run[name] * scale for run in runs[who, phase])

    def rate(who: str, phase: str) -> float:
        return feeds / middle(who, phase, "wall")

    beside = f"reader {runs['reader', 'first'][0]['version']}"
    results = [
        Result(f"poll.{phase}.{feeds}", rate("ours", phase), "feeds/s", beside, rate("reader", phase))
        for phase in PHASES
    ]
    for phase, name in (("first", "poll.cpu"), ("304", "poll.cpu304"), ("changed10", "poll.cpu10")):
        cost = 1000 / feeds
        results.append(
            Result(
                f"{name}.{feeds}",
                middle("ours", phase, "cpu", cost),
                "ms/feed",
                beside,
                middle("reader", phase, "cpu", cost),
            )
        )
    peak = Result(
        f"memory.peak.{feeds}",
        max(middle("ours", phase, "peak_mib") for phase in PHASES),
        "MiB",
        beside,
        max(middle("reader", phase, "peak_mib") for phase in PHASES),
    )
    return [*results, peak]
