"""No spelling of an address that is not public is ever dialled, whichever way it comes in."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WAYS = {"direct", "redirect", "hub redirect", "turning DNS", "OPML", "hub", "proxy", "turning DNS, proxy"}


def canary(*transports: str) -> dict[str, Any]:
    """Try everything in a network of its own; skip where the system does not give us one."""
    alone = ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    try:
        possible = subprocess.run([*alone, "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    except FileNotFoundError:
        possible = None
    if possible is None or possible.returncode:
        pytest.skip("this system gives no network namespace (unshare, ip): that nothing is dialled was not tried")
    command = [*alone, sys.executable, "-m", "tests.fetch.canary", *transports]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_form_of_an_address_that_is_not_public_is_dialled_on_any_way():
    found = canary("lean")
    assert found["forms"] >= 100
    assert found["unguarded"] >= 60  # without the guard so many reach the canary, so it would see them
    assert found["public"]
    assert set(found["lean"]["tried"]) == WAYS
    assert min(found["lean"]["tried"].values()) >= 60
    assert found["lean"]["hit"] == {way: [] for way in WAYS}


def test_nothing_but_the_guarded_transports_can_dial():
    """Every connection to somewhere else is opened in three files, and all of them ask the guard."""
    dialling = {"open_connection", "create_connection", "urlopen", "AsyncClient", "Client", "HTTPConnection", "connect"}
    found = set()
    for path in (ROOT / "aggregator").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in dialling | {"connect_tcp", "ClientSession", "AsyncHTTPTransport"}:
                    found.add((path.relative_to(ROOT / "aggregator").as_posix(), name))
    assert found == {
        ("fetch/fallbacks.py", "connect_tcp"),
        ("fetch/fallbacks.py", "ClientSession"),
        ("fetch/fallbacks.py", "AsyncHTTPTransport"),
        ("fetch/lean.py", "create_connection"),
        ("fetch/proxy.py", "connect_tcp"),
        ("store/sqlite/copies.py", "connect"),
        ("store/sqlite/opening.py", "connect"),
    }
