"""Where a source is: an address, or a path that becomes one."""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.settings.addresses import looks_like_host, parse_address
from aggregator.settings.disk import is_file, is_folder
from aggregator.settings.findings import Findings, Loc, Spot
from aggregator.settings.known import ADDRESS_WORDS, near
from aggregator.settings.shapes import SourceSection
from aggregator.settings.tree import Tree
from aggregator.settings.units import Unfit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s?#]*@")
_SECRET_PARAMETER = re.compile(r"(?i)([?&][\w-]*(?:token|secret|password|passwd|key|sig|auth)=)[^&#]+")
_FEED_ENDINGS = (".xml", ".atom", ".rss", ".rdf", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlace:
    """Where a source is.

    Attributes:
        url: Without credentials.
        host: Empty for a local file.
        named_path: What of the path a name may be made of: nothing that came from a variable.
        shown: The address with variables by their names and without credentials.
    """

    spot: Spot
    url: str
    host: str
    port: int
    identity: str
    named_path: str
    shown: str
    authorization: str | None = None
    page: bool = False


def find_place(section: SourceSection, tree: Tree, loc: Loc, findings: Findings) -> SourcePlace | None:
    """Read where a source is; None when it cannot be told, which is then noted."""
    said = [key for key in ("url", "path", "page") if getattr(section, key) is not None]
    if len(said) > 1:
        what, hint = f"both {said[0]} and {said[1]}", "a source is at one place: remove one of them"
        findings.error(tree.key_spot((*loc, said[1])), (*loc, said[1]), what, hint)
        return None
    if not said:
        if not _was_meant(tree, loc):
            findings.error(tree.spot(loc), loc, "missing required key 'url'", "or path: for a local file")
        return None
    (key,) = said
    text: str = getattr(section, key)
    spot = tree.spot((*loc, key))
    base = tree.file.path.parent
    bare = (*loc, key) not in tree.places
    if key == "path" or (bare and _is_path(text, base)):
        return _local(text, base, spot, (findings, loc))
    try:
        address = parse_address(text)
    except Unfit as unfit:
        at = loc if bare else (*loc, key)
        findings.error(spot, at, unfit.what, unfit.hint)
        return None
    shown = spot.scalar.expansion.shown() if spot.scalar else text
    return SourcePlace(
        spot=spot,
        url=address.url,
        host=address.host,
        port=address.port,
        identity=address.identity,
        named_path=_path_of(_VARIABLE.sub("", shown)),
        shown=_SECRET_PARAMETER.sub(r"\1***", _CREDENTIALS.sub("", shown)),
        authorization=address.authorization,
        page=key == "page",
    )


def _was_meant(tree: Tree, loc: Loc) -> bool:
    """Say whether the address is among the keys that were already complained about."""
    keys = (str(key[-1]) for key in tree.damaged if key[:-1] == loc)
    return any(key in ADDRESS_WORDS or near(key, ("url", "path")) for key in keys)


def _path_of(text: str) -> str:
    try:
        return urlsplit(_CREDENTIALS.sub("", text)).path
    except ValueError:
        return ""


def _is_path(text: str, base: Path) -> bool:
    """Tell a path from an address that lacks its scheme: ``feeds/a.xml`` from ``example.org/a.xml``."""
    if text.startswith(("./", "../", "/", "~/")) and not text.startswith("//"):
        return True
    if _SCHEME.match(text) or "@" in text:
        return False
    if looks_like_host(text.partition("/")[0]):
        return is_file(base / text)
    return "/" in text.strip("/") or text.lower().endswith(_FEED_ENDINGS) or is_file(base / text)


def _local(text: str, base: Path, spot: Spot, around: tuple[Findings, Loc]) -> SourcePlace | None:
    findings, loc = around
    if _SCHEME.match(text) and "://" in text:
        findings.error(spot, (*loc, "path"), "expected a path, but this is an address", "write url: instead")
        return None
    path = Path(os.path.normpath(base / Path(text).expanduser()))
    if not is_file(path):
        what = "this is a folder" if is_folder(path) else "there is no such file"
        findings.warning(spot, loc, what, f"looked for {path}")
    url = path.absolute().as_uri()
    shown = spot.scalar.expansion.shown() if spot.scalar else text
    named = _VARIABLE.sub("", shown) if shown != text else str(path)
    return SourcePlace(spot=spot, url=url, host="", port=0, identity=url, named_path=named, shown=shown)
