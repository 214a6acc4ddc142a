"""What it costs to serve a feed, beside plain Starlette and nginx with the same bytes; and to render a topic again."""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.model.edition import Edition, Rendition
from aggregator.publish import Painter, compose, render
from aggregator.service.clock import SystemClock
from aggregator.service.web.audience import Turnstile
from aggregator.service.web.documents import SAFETY
from aggregator.service.web.front import Front
from aggregator.service.web.server import WebServer
from aggregator.service.web.shelf import Shelf
from benchmarks.results import Result
from benchmarks.web import ROOT
from tests.builders import NOON
from tests.publish.views import SITE, make_candidate, make_member, make_view

CONNECTIONS = 32
REQUESTS = 24_000
ROUNDS = 3
SIZE = (60, 2_400)
"""Entries of the topic that is served, and characters of each."""
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_NGINX_CONF = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 1000000; etag on; gzip_static on; sendfile on; tcp_nopush on;
  open_file_cache max=16;
  types {{ application/atom+xml atom; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}; add_header Cache-Control "public, max-age=300"; }}
}}
"""
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def edition_of(entries: int, chars: int) -> Edition:
    """Make up a topic; its texts compress about as news do."""
    chance = random.Random(11)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(2_000)]
    weights = [1 / (rank + 8) for rank in range(len(words))]

    def say(count: int) -> str:
        return " ".join(chance.choices(words, weights, k=count))

    members = (
        make_member(
            f"https://news.example/{number}",
            source=f"s{number % 9}",
            title=say(8).capitalize(),
            summary=say(45),
            content_html="".join(f"<p>{say(40)}</p>" for _ in range(chars // 240)),
            published_at=NOON - timedelta(minutes=number),
        )
        for number in range(entries)
    )
    return compose(make_view(*map(make_candidate, members), limit=entries), NOON, SITE).edition


def measure() -> list[Result]:
    """Measure serving, then rendering."""
    return [*_serving(), *_rendering()]


def _serving() -> list[Result]:
    best: dict[str, dict[str, float]] = {"ours": {}, "starlette": {}} | ({"nginx": {}} if NGINX else {})
    for _ in range(ROUNDS):
        for kind, rates in best.items():
            for name, rate in _serve(kind).items():
                rates[name] = max(rate, rates.get(name, 0.0))
    grown = best["ours"].pop("grown")
    results = [
        Result(f"serve.{status}", best["ours"][status], "req/cpu s", "plain Starlette", best["starlette"][status])
        for status in ("200", "304")
    ]
    if NGINX is None:
        print("nginx is not installed (Debian: nginx-light); its static figure is left out", file=sys.stderr)
    results += [
        Result(f"serve.{status}.nginx", best["ours"][status], "req/cpu s", "nginx, a file", best["nginx"][status])
        for status in ("200", "304")
        if NGINX
    ]
    return [*results, Result("serve.grown", grown, "MiB")]


def _serve(kind: str) -> dict[str, float]:
    """Ask one server for whole documents and for 304s; say how many it answers in a second of its own CPU time."""
    with _nginx() if kind == "nginx" else _python(kind) as (server, port):
        # The clock of a process ticks a hundred times a second: who is quicker has to do more.
        requests = REQUESTS * 4 if kind == "nginx" else REQUESTS
        etag = _load(port, "", CONNECTIONS)
        before = _memory(server.pid)
        rates = {}
        for status, condition in (("200", ""), ("304", f"If-None-Match: {etag}\r\n")):
            started = _cpu(server.pid)
            _load(port, condition, requests)
            rates[status] = requests / (_cpu(server.pid) - started)
        return rates | {"grown": (_memory(server.pid) - before) / 2**20}


Running = tuple[subprocess.Popen[str], int]


@contextmanager
def _python(kind: str) -> Iterator[Running]:
    """Run one of our two servers; give it with its port."""
    command = [sys.executable, "-m", "benchmarks.serving", kind]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with _ended(server):
        assert server.stdout is not None
        yield server, int(server.stdout.readline())


@contextmanager
def _nginx() -> Iterator[Running]:
    """Run nginx on a folder with the document, compressed beforehand; one process, as ours is, and no log."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
        asked.close()
        document = next(one for one in _documents() if one.name == "world.atom")
        (Path(folder) / document.name).write_bytes(document.body)
        (Path(folder) / f"{document.name}.gz").write_bytes(document.gzipped)
        (Path(folder) / "nginx.conf").write_text(_NGINX_CONF.format(folder=folder, port=port), encoding="utf-8")
        command = [str(NGINX), "-p", folder, "-e", "stderr", "-c", f"{folder}/nginx.conf"]
        server = subprocess.Popen(command, text=True)
        with _ended(server):
            _wait_for(port, server)
            yield server, port


@contextmanager
def _ended(server: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    """Wait until a server listens."""
    for _ in range(100):
        assert server.poll() is None, "nginx does not start"
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")


def _load(port: int, condition: str, requests: int) -> str:
    """Let so many visitors ask at once, again and again, each once it has its answer; give the tag.

    Plain sockets: the visitors have to be quicker than the server, or it waits for them between two requests.
    """
    request = f"GET /world.atom HTTP/1.1\r\nHost: a\r\nUser-Agent: bench/1\r\nAccept-Encoding: gzip\r\n{condition}\r\n"
    visitors = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    size, etag = 0, ""
    for _ in range(requests // CONNECTIONS):
        for visitor in visitors:
            visitor.sendall(request.encode())
        for visitor in visitors:
            answer = b""
            while len(answer) < size or not size:
                answer += visitor.recv(1 << 20)
                if not size and b"\r\n\r\n" in answer:
                    size, etag = _measured(answer)
    for visitor in visitors:
        visitor.close()
    assert answer.startswith(b"HTTP/1.1 304" if condition else b"HTTP/1.1 200"), answer[:100]
    return etag


def _measured(answer: bytes) -> tuple[int, str]:
    """Say how long an answer is, and its tag."""
    head = answer.partition(b"\r\n\r\n")[0]
    lines = (line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
    fields = {name.lower(): value for name, value in lines}
    return len(head) + 4 + int(fields.get("content-length", "0")), fields["etag"]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def _rendering() -> list[Result]:
    """Render a topic of 100 entries again, of which one was edited."""
    edition = edition_of(100, 1_000)
    edited = replace(edition, entries=(replace(edition.entries[0], title="Edited"), *edition.entries[1:]))
    painter = Painter()
    painter.write(edition, SITE)
    versions = [edition, edited]

    def again() -> None:
        versions.reverse()
        painter.write(versions[0], SITE)

    bodies = painter.write(edition, SITE).values()
    anew = _ms(lambda: Painter().write(edition, SITE))
    return [
        Result("render.100", _ms(again), "ms", "all written anew", anew),
        Result("render.100.gzip", _ms(lambda: [gzip.compress(body, 6) for body in bodies]), "ms"),
        Result("render.100.bytes", sum(map(len, bodies)) / 3 / 1000, "KB a format"),
    ]


def _ms(work: Callable[[], object], times: int = 15) -> float:
    spent = []
    for _ in range(times):
        started = time.process_time()
        work()
        spent.append((time.process_time() - started) * 1000)
    return min(spent)


def _documents() -> tuple[Rendition, ...]:
    return render(edition_of(*SIZE), SITE)


def _plain(documents: tuple[Rendition, ...]) -> Starlette:
    """Serve the same bytes with the same headers as one would with Starlette alone."""
    by_name = {one.name: one for one in documents}

    async def feed(request: Request) -> Response:
        document = by_name[request.path_params["name"]]
        packed = "gzip" in request.headers.get("accept-encoding", "")
        etag = f'{document.etag[:-1]}-gzip"' if packed else document.etag
        headers = {
            "etag": etag,
            "last-modified": document.changed_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "cache-control": "public, max-age=300, stale-while-revalidate=600, stale-if-error=86400",
            "vary": "Accept-Encoding, Sec-Fetch-Dest",
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
            "x-robots-tag": "noindex",
            "content-security-policy": dict(SAFETY)[b"content-security-policy"].decode(),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }
        if etag in request.headers.get("if-none-match", ""):
            repeated = ("etag", "last-modified", "cache-control", "vary", "access-control-allow-origin")
            return Response(status_code=304, headers={name: headers[name] for name in repeated})
        if packed:
            headers["content-encoding"] = "gzip"
        return Response(document.gzipped if packed else document.body, headers=headers, media_type=document.media_type)

    return Starlette(routes=[Route("/{name}", feed)])


async def _serve_ours() -> None:
    edition, shelf = edition_of(*SIZE), Shelf()
    shelf.put(edition, render(edition, SITE))

    async def nothing(*_: object) -> None:
        raise AssertionError("only feeds are asked for")

    server = WebServer(Front(shelf, SITE, nothing, turnstile=Turnstile(SystemClock())), "127.0.0.1", 0)
    await server.start()
    print(server.port, flush=True)
    await asyncio.Event().wait()


async def _serve_starlette() -> None:
    options = {"log_config": None, "access_log": False, "server_header": False, "proxy_headers": False}
    config = uvicorn.Config(_plain(_documents()), port=0, lifespan="off", **options)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await server.main_loop()


if __name__ == "__main__":
    uvloop.run(_serve_ours() if sys.argv[1] == "ours" else _serve_starlette())
