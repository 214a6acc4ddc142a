"""The scripted web as a process beside the benchmark."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import trustme

from tests.web.loopback import feed_address

ROOT = Path(__file__).parents[1]
AUTHORITY = "authority.pem"


@dataclass(frozen=True, slots=True)
class Web:
    """A running scripted web.

    Attributes:
        environment: For processes that are to poll it: with the authority that signed its certificate, if it has one.
    """

    url: str
    tls: ssl.SSLContext | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def ask(self, command: str) -> str:
        """Send a command and give the answer."""
        with urlopen(f"{self.url}/_/{command}", timeout=300, context=self.tls) as answer:  # noqa: S310 - our own server
            return str(answer.read().decode())

    def stats(self) -> dict[str, Any]:
        """Give the counters since the last reset."""
        counted: dict[str, Any] = json.loads(self.ask("stats"))
        return counted


@contextmanager
def scripted_web(feeds: int, *options: str, life: int = 3000) -> Iterator[Web]:
    """Serve generated feeds of about 60 KB, each on a loopback address of its own, all built beforehand."""
    command = [sys.executable, "-m", "tests.web", "--feeds", str(feeds), "--dup", "0.05", "--life", str(life), *options]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        web = Web(server.stdout.readline().strip())
        if web.url.startswith("https:"):
            web = _trusting(web, Path(options[options.index("--tls") + 1]).with_name(AUTHORITY))
        web.ask("warm")
        yield web
    finally:
        server.terminate()
        server.wait()


def make_certificate(feeds: int, folder: Path) -> Path:
    """Make an authority, and a certificate for the addresses of so many feeds; give the file for the server."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    issued = authority.issue_cert("127.0.0.1", *map(feed_address, range(feeds)))
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return folder / "server.pem"


def _trusting(web: Web, authority: Path) -> Web:
    trusted = {"SSL_CERT_FILE": str(authority), "REQUESTS_CA_BUNDLE": str(authority)}
    return Web(web.url, ssl.create_default_context(cafile=str(authority)), os.environ | trusted)
