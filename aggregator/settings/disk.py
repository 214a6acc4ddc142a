"""Questions to the disk that have an answer in every case: what cannot be looked at is not there."""

from __future__ import annotations

from pathlib import Path


def is_file(path: Path) -> bool:
    """Say whether there is a file, also when a folder above it is closed or the name is no name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Say whether there is a folder."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def identity(path: Path) -> Path:
    """Follow every link, so that two names of one file are equal; a circle of links stays as it is."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return path
