"""Style, script and icon, as they lie in the package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def assets() -> Mapping[str, bytes]:
    """Give the static files by name, such as ``style.css``."""
    folder = files("aggregator.pages") / "static"
    return MappingProxyType({item.name: item.read_bytes() for item in folder.iterdir() if item.is_file()})


@cache
def templates_version() -> str:
    """Give a short digest of what pages are made with: templates, style and script."""
    folder = files("aggregator.pages") / "templates"
    parts = sorted((item.name, item.read_bytes()) for item in folder.iterdir() if item.is_file())
    return hashlib.blake2b(repr((parts, sorted(assets().items()))).encode(), digest_size=8).hexdigest()


@cache
def asset_version(name: str) -> str:
    """Give a short digest of a static file, so that its address changes with its content."""
    return hashlib.blake2b(assets()[name], digest_size=4).hexdigest()
