"""Put a static site into a folder, one whole file at a time."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aggregator.errors import PublishError

MANIFEST = ".aggregator-site.json"
_TEMPORARY = ".aggregator-part"


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """What became of the files: names below the folder, sorted."""

    written: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def files_of(folder: Path) -> frozenset[str]:
    """Name the files of ours that are there.

    Raises:
        PublishError: Our list of files cannot be read.
    """
    return frozenset(name for name in _read_manifest(folder) if _is_plain(folder / PurePosixPath(name)))


def write_site(
    folder: Path, files: Mapping[str, bytes], keeps: Callable[[str], bool] = lambda _name: False
) -> WrittenSite:
    """Bring a folder to hold exactly these files of ours.

    Each file is replaced as a whole, so a web server that reads at the same time sees the old or the new one. A file
    that is as it should be is not touched. Files of ours that are no longer wanted go; which ones are ours stands in
    a manifest, written before the first of them, so that a crash leaves nothing behind for ever. Files of others stay.

    Args:
        folder: Made when it is missing.
        files: Content by name; a name is a relative path with ``/`` between its parts.
        keeps: Says of a file of ours that is not wanted whether it stays all the same.

    Raises:
        PublishError: A name leads out of the folder, a file of somebody else is in the way, or the disk refuses.
    """
    for name in files:
        _check(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _read_manifest(folder)
        changed = tuple(name for name in sorted(files) if not _holds(_place(folder, name), files[name]))
        for name in changed:
            if name not in known and _is_file_or_link(_place(folder, name)):
                raise PublishError(f"{folder / name}: not a file of ours; move it away, or choose another folder")
        stale = tuple(sorted(name for name in known - files.keys() if not keeps(name)))
        _write_manifest(folder, known, known | files.keys())
        # First what goes: a folder may take the place of a file, and the other way round.
        for name in stale:
            _remove(_place(folder, name), folder)
        for name in changed:
            _replace(_place(folder, name), files[name])
        _write_manifest(folder, known | files.keys(), (known | files.keys()) - set(stale))
    except OSError as error:
        where = error.filename2 or error.filename or folder
        raise PublishError(f"{where}: {error.strerror or error}; {_advice(error)}") from error
    unchanged = (known | files.keys()) - {*changed, *stale}
    return WrittenSite(written=changed, unchanged=tuple(sorted(unchanged)), removed=stale)


def _advice(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "let the aggregator write there, or choose another folder"
    if isinstance(error, (NotADirectoryError, FileExistsError, IsADirectoryError)):
        return "a file and a folder of the same name are in each other's way; move one, or choose another folder"
    return "check that the disk is there, has room and can be written to"


def _check(name: str) -> None:
    """Refuse a name that could lead out of the folder or hide from the manifest."""
    parts = name.split("/")
    odd = any(part in {"", ".", ".."} or part.endswith(_TEMPORARY) for part in parts)
    if odd or not name.isprintable() or "\\" in name or ":" in parts[0] or name == MANIFEST:
        raise PublishError(f"{name!r}: not a name for a file of the site; use a relative path without '..'")


def _place(folder: Path, name: str) -> Path:
    """Say where a file lies; no link on the way may lead out of the folder."""
    path = folder / PurePosixPath(name)
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise PublishError(f"{path}: a link on the way leads out of {folder}; remove it, or choose another folder")
    return path


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _holds(path: Path, content: bytes) -> bool:
    """Say whether a plain file with this content is there."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == len(content) and path.read_bytes() == content


def _is_file_or_link(path: Path) -> bool:
    """Say whether something is there that replacing would destroy; a folder it would not."""
    return path.is_symlink() or (path.exists() and not path.is_dir())


def _replace(path: Path, content: bytes) -> None:
    """Write beside the place, make sure that it is on the disk, then take the place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}{_TEMPORARY}")
    # What a crash left behind, or somebody laid out as a link.
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a renaming last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path, folder: Path) -> None:
    """Remove a file, and the folders above it that are empty now; what changed its kind in a crash is gone already."""
    with suppress(FileNotFoundError, NotADirectoryError):
        if not path.is_dir() or path.is_symlink():
            path.unlink()
    for parent in path.parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()


def _read_manifest(folder: Path) -> set[str]:
    path = folder / MANIFEST
    try:
        names = json.loads(path.read_bytes())["files"]
        known = {name for name in names if isinstance(name, str)}
    except FileNotFoundError:
        return set()
    except (ValueError, KeyError, TypeError) as error:
        raise PublishError(
            f"{path}: cannot be read as our list of files; empty the folder, or choose another"
        ) from error
    for name in known:
        _check(name)
    return known


def _write_manifest(folder: Path, before: Iterable[str], names: Iterable[str]) -> None:
    if set(before) != set(names):
        content = json.dumps({"files": sorted(names)}, ensure_ascii=False, indent=0) + "\n"
        _replace(folder / MANIFEST, content.encode())
