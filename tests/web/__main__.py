"""Run the scripted web as a process: ``python -m tests.web --port 8765 --feeds 5000``.

With ``--score 50`` it judges readers, too: let one read ``/_/score/opml?reader=NAME`` and look at ``/_/score/report``.

Prints its address once it listens; ends after ``--life`` seconds, on ``/_/quit`` and on SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import signal
import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from tests.web.feeds import Recipe
from tests.web.modes import MODES
from tests.web.score import ScoreServer
from tests.web.score.sites import sites
from tests.web.server import ScriptedWeb


def main() -> None:
    """Serve until the end."""
    # A million log rows make cyclic collection slow, and they hold no cycles.
    gc.disable()
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(_serve(_arguments()))


async def _serve(chosen: argparse.Namespace) -> None:
    recipe = Recipe(
        base=chosen.base,
        feeds=chosen.feeds,
        items=chosen.items,
        new=chosen.new,
        changed=chosen.changed,
        dup=chosen.dup,
        seed=chosen.seed,
    )
    web = ScriptedWeb(
        recipe,
        latency=chosen.latency_ms / 1000,
        shares=chosen.share,
        folder=chosen.folder,
        port=chosen.port,
        tls=_tls(chosen.tls) if chosen.tls else None,
    )
    if chosen.at is not None:
        web.turn(chosen.at - web.now())
    async with web:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, web.stopped.set)
        if chosen.score:
            ScoreServer(web, sites(chosen.score, start=web.now()), grace=chosen.grace)
        sys.stdout.write(f"{web.url('')}\n")
        sys.stdout.flush()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(web.stopped.wait(), chosen.life)
        # The reply to `quit` is still on its way.
        await asyncio.sleep(0.05)


def _tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _arguments() -> argparse.Namespace:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    parser = argparse.ArgumentParser(prog="python -m tests.web", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--items", type=int, default=30, help="entries a feed")
    parser.add_argument("--new", type=int, default=1, help="entries that a change brings")
    parser.add_argument("--changed", type=float, default=0.1, help="share of feeds that a tick changes")
    parser.add_argument("--dup", type=float, default=0.0, help="share of entries that retell a common text")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--share", type=_shares, default={}, metavar="MODE=PART,…", help=f"modes: {' '.join(MODES)}")
    parser.add_argument("--score", type=int, default=0, metavar="SITES", help="judge readers of so many sites, too")
    parser.add_argument("--grace", type=_seconds, default=timedelta(), metavar="SECONDS", help="forgive being early by")
    parser.add_argument("--at", type=_moment, help="set the server's clock; default: the machine's")
    parser.add_argument("--folder", type=Path, help="serve its files, too")
    parser.add_argument(
        "--tls", type=Path, metavar="PEM", help="speak https, with the key and certificates of this file"
    )
    parser.add_argument("--base", type=_moment, default=midnight, help="entries end shortly before it; default: today")
    parser.add_argument("--life", type=float, default=3600.0, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _shares(text: str) -> dict[str, float]:
    pairs = (part.split("=") for part in text.split(","))
    shares = {mode: float(share) for mode, share in pairs}
    if unknown := set(shares) - set(MODES):
        raise argparse.ArgumentTypeError(f"no such mode: {', '.join(sorted(unknown))}")
    return shares


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
