"""Politeness of this project and of other readers, judged by the same server: ``python -m benchmarks.politeness``.

Every program is run as its users run it: newsboat, rss2email and `reader` once an hour, as by cron, under libfaketime;
this project as the daemon that it is, on a turned clock, over the same sites and the same days. A program that is not
there is left out, with a notice. A minute of being early is forgiven, for cron is not exact.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.e2e.turned import scored
from tests.web.score import SCORE_START
from tests.web.score.report import as_table

HOUR = timedelta(hours=1)
GRACE = timedelta(minutes=1)

_READER = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for url in open(sys.argv[2]).read().split():
    reader.add_feed(url, exist_ok=True)
reader.update_feeds()
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another reader.

    Attributes:
        once: Commands that subscribe it.
        hourly: The command that cron would run.
    """

    name: str
    version: str
    hourly: tuple[str, ...]
    once: tuple[tuple[str, ...], ...] = ()


def newsboat(folder: Path, urls: list[str]) -> Peer | None:
    """Put newsboat's files into a folder."""
    if not (program := shutil.which("newsboat")):
        return None
    (folder / "urls").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    (folder / "config").touch()
    own = ("-u", str(folder / "urls"), "-c", str(folder / "cache.db"), "-C", str(folder / "config"))
    return Peer("newsboat", _debian("newsboat"), (program, *own, "-x", "reload"))


def rss2email(folder: Path, urls: list[str]) -> Peer | None:
    """Put rss2email's files into a folder; its mail goes into a maildir."""
    if not (program := shutil.which("r2e")):
        return None
    base = (program, "-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json"))
    mail = f"[DEFAULT]\nto = me@example.org\nemail-protocol = maildir\nmaildir-path = {folder / 'mail'}\n"
    (folder / "r2e.cfg").write_text(mail, encoding="utf-8")
    for part in ("cur", "new", "tmp"):
        (folder / "mail" / "INBOX" / part).mkdir(parents=True)
    added = tuple((*base, "add", f"site{number}", url) for number, url in enumerate(urls))
    return Peer("rss2email", _debian("rss2email"), (*base, "run"), added)


def reader(folder: Path, urls: list[str]) -> Peer | None:
    """Put the files of the PyPI package ``reader`` into a folder."""
    if find_spec("reader") is None:
        return None
    from importlib.metadata import version  # noqa: PLC0415 - as the package

    (folder / "urls").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    command = (sys.executable, "-c", _READER, str(folder / "reader.db"), str(folder / "urls"))
    return Peer("reader", version("reader"), command)


def _debian(package: str) -> str:
    asked = ("dpkg-query", "-W", "-f", "${Version}", package)
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout or "?"


PEERS = {"newsboat": newsboat, "rss2email": rss2email, "reader": reader}


def ask(base: str, path: str, **query: object) -> str:
    """Ask the score server's control."""
    with urlopen(f"{base}/_/{path}?{urlencode(query)}") as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


@contextlib.contextmanager
def score_server(sources: int) -> Iterator[str]:
    """Run the score server as a process; give its address."""
    command = [sys.executable, "-m", "tests.web", "--score", str(sources), "--at", SCORE_START.isoformat()]
    command += ["--grace", str(GRACE.total_seconds()), "--life", "86400"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def run_hours(base: str, peers: list[Peer], hours: int, progress: Path) -> None:
    """Run every peer once an hour, all at the server's time; keep the table so far in a file."""
    for hour in range(hours):
        for peer in peers:
            now = _turn_to(base, SCORE_START + hour * HOUR)
            for command in (*(peer.once if hour == 0 else ()), peer.hourly):
                said = _at(now, command)
            if hour == 0 and peer.name not in json.loads(ask(base, "score/report.json")):
                raise SystemExit(f"{peer.name} asked for nothing: {said}")
        if hour % 24 == 23:
            progress.write_text(ask(base, "score/report"), encoding="utf-8")
            print(f"{(hour + 1) // 24} days", flush=True)


def _turn_to(base: str, moment: datetime) -> datetime:
    """Turn the server's clock forward to a moment, unless it is later already."""
    now = datetime.fromisoformat(json.loads(ask(base, "clock"))["now"])
    by = max((moment - now).total_seconds(), 0.0)
    return datetime.fromisoformat(json.loads(ask(base, "clock", turn=by))["now"])


def _at(now: datetime, command: tuple[str, ...]) -> str:
    """Run a command to its end at another time; give what it complained about."""
    done = subprocess.run(
        ("faketime", "-f", f"@{now:%Y-%m-%d %H:%M:%S}", *command),
        env=os.environ | {"TZ": "UTC", "HOME": tempfile.gettempdir()},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return done.stderr[-2000:]


def main() -> None:
    """Judge all and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.politeness", description=__doc__)
    parser.add_argument("--sources", type=int, default=44)
    parser.add_argument("--days", type=int, default=14)
    progress = Path(tempfile.gettempdir()) / "politeness.txt"
    parser.add_argument("--progress", type=Path, default=progress, help="where the table so far is kept")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("faketime") is None:
            print("faketime is not installed: no other reader can be judged")
        else:
            print(_judge_peers(Path(folder), chosen), flush=True)
        place = Path(folder) / "ours"
        place.mkdir()
        ours = asyncio.run(scored(place, sources=chosen.sources, span=timedelta(days=chosen.days)))
        print(as_table({"aggregator": ours}))


def _judge_peers(folder: Path, chosen: argparse.Namespace) -> str:
    with score_server(chosen.sources) as base:
        run_hours(base, list(_installed(folder, base)), chosen.days * 24, chosen.progress)
        return ask(base, "score/report")


def _installed(folder: Path, base: str) -> Iterator[Peer]:
    for name, prepare in PEERS.items():
        place = folder / name
        place.mkdir()
        peer = prepare(place, ask(base, "score/urls", reader=name).split())
        print(f"{name} {peer.version}" if peer else f"{name} is not installed: left out", flush=True)
        if peer is not None:
            yield peer


if __name__ == "__main__":
    main()
