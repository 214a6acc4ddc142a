"""First poll, all-304 poll and 10 %-changed poll, beside the PyPI package ``reader`` in the same run.

The all-304 poll stands beside a bare loop of aiohttp, too, over http and over https. But for the first
poll everything is polled twice in one process, and the second time counts for everybody: a daemon polls the same
addresses all day.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import Result
from benchmarks.rounds import Rounds
from benchmarks.web import ROOT, Web, make_certificate, scripted_web

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


def measure_tls(feeds: int, repeats: int) -> list[Result]:
    """Measure the all-304 poll over https, a handshake a poll, and give the medians."""
    runs: dict[str, list[float]] = {}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            certificate = make_certificate(feeds, folder)
            with scripted_web(feeds, "--items", "2", "--tls", str(certificate)) as web:
                config, urls = _files(web, folder)
                for who, command in (
                    ("first", [sys.executable, "-m", "benchmarks.ours", str(config), "1"]),
                    ("ours", [sys.executable, "-m", "benchmarks.ours", str(config), "2"]),
                    ("aiohttp", [sys.executable, "-m", "benchmarks.bare", str(urls)]),
                ):
                    found = _run(web, who, "tls 304", command)
                    runs.setdefault(who, []).append(found["cpu"] * 1000 / feeds)
                    runs.setdefault(f"{who} rate", []).append(feeds / found["wall"])
    middle = {who: median(values) for who, values in runs.items()}
    beside = f"aiohttp {version('aiohttp')}"
    return [
        Result(f"poll.tls304.{feeds}", middle["ours rate"], "feeds/s", beside, middle["aiohttp rate"]),
        Result(f"poll.cputls304.{feeds}", middle["ours"], "ms/feed", beside, middle["aiohttp"]),
    ]


def _files(web: Web, folder: Path) -> tuple[Path, Path]:
    """Write the configuration and the list of addresses."""
    urls = folder / "urls.txt"
    urls.write_text(web.ask("urls"), encoding="utf-8")
    config = folder / "aggregator.yaml"
    sources = "".join(f'  - "{url}"\n' for url in urls.read_text(encoding="utf-8").split())
    config.write_text(CONFIG % sources, encoding="utf-8")
    return config, urls


def _run(web: Web, who: str, phase: str, command: list[str]) -> dict[str, Any]:
    web.ask("reset")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=web.environment)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found |= {f"served_{name}": value for name, value in web.stats().items() if name in {"200", "304"}}
    _say(who, phase, found)
    return found


def _one_run(web: Web, folder: Path) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    config, urls = _files(web, folder)
    bare = [sys.executable, "-m", "benchmarks.bare", str(urls)]
    figures = []
    for phase in PHASES:
        rounds = Rounds(1 if phase == "first" else 2, f"{web.url}/_/tick" if phase == "changed10" else "").arguments()
        ours = [sys.executable, "-m", "benchmarks.ours", str(config), *rounds]
        peer = [sys.executable, "-m", "benchmarks.peer_reader", str(folder / "reader.db"), str(urls), *rounds]
        for who, command in (("ours", ours), ("reader", peer), ("aiohttp", bare)):
            if phase == "304" or who != "aiohttp":
                figures.append(((who, phase), _run(web, who, phase, command)))
    shutil.rmtree(folder / "data", ignore_errors=True)
    return figures


def _say(who: str, phase: str, found: dict[str, Any]) -> None:
    print(
        f"  {phase:>9} {who:<7} {found['feeds'] / found['wall']:8.0f} feeds/s"
        f"  settled {found['feeds'] / found.get('settled', found['wall']):6.0f}"
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
    settled = feeds / middle("ours", "first", "settled")
    results.append(Result(f"poll.first-settled.{feeds}", settled, "feeds/s", beside, rate("reader", "first")))
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
    bare = f"aiohttp {runs['aiohttp', '304'][0]['version']}"
    results += [
        Result(f"poll.bare304.{feeds}", rate("ours", "304"), "feeds/s", bare, rate("aiohttp", "304")),
        Result(
            f"poll.cpubare304.{feeds}",
            middle("ours", "304", "cpu", 1000 / feeds),
            "ms/feed",
            bare,
            middle("aiohttp", "304", "cpu", 1000 / feeds),
        ),
    ]
    peak = Result(
        f"memory.peak.{feeds}",
        max(middle("ours", phase, "peak_mib") for phase in PHASES),
        "MiB",
        beside,
        max(middle("reader", phase, "peak_mib") for phase in PHASES),
    )
    return [*results, peak]
