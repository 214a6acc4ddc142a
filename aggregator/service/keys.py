"""A secret of this installation, kept beside the database and not in it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from aggregator.errors import AggregatorError

LENGTH = 32


def installation_key(path: Path) -> bytes:
    """Read the key in a file; make it where there is none, for the owner's eyes only.

    Raises:
        AggregatorError: The file cannot be read or written, or holds something else.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        raise AggregatorError(f"{path}: cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        key = path.read_bytes()
    except OSError as error:
        raise AggregatorError(f"{path}: cannot be read: {error.strerror}") from error
    if len(key) != LENGTH:
        raise AggregatorError(f"{path}: is damaged; remove it, and hubs are asked anew")
    return key
