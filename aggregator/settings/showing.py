"""What ``check --show source:ID`` prints: the settings of a source, merged, each with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from aggregator.errors import AggregatorError
from aggregator.model.overrides import Overrides
from aggregator.model.source import Source, is_local
from aggregator.settings.credentials import is_secret
from aggregator.settings.known import near
from aggregator.settings.section import kebab
from aggregator.settings.units import format_duration, format_every, format_size
from aggregator.settings.values import Origin, Settings

HIDDEN = "***"
_BUILT_IN = "built-in"


def show_source(settings: Settings, source_id: str) -> tuple[str, ...]:
    """List the merged settings of a source, one a line: key, value, layer and place; secrets are hidden.

    Raises:
        AggregatorError: There is no such source.
    """
    found = next(
        (pair for pair in zip(settings.sources, settings.origins, strict=True) if pair[0].id == source_id), None
    )
    if found is None:
        hint = near(source_id, [source.id for source in settings.sources])
        raise AggregatorError(f"source:{source_id}: there is no such source" + (f"; {hint}" if hint else ""))
    source, origin = found
    rows = [(key, value, *_origin(key, source, origin)) for key, value in _values(source, origin).items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, [*widths, 0], strict=True)) for row in rows)
    return (f"source:{source.id}", *(f"  {line}".rstrip() for line in lines))


def _values(source: Source, origin: Origin) -> Mapping[str, str]:
    headers = ", ".join(f"{name}: {HIDDEN if _hides(name) else value}" for name, value in source.headers)
    return {
        "id": source.id,
        "path" if is_local(source.url) else "page" if source.page else "url": origin.url,
        "title": source.title or "-",
        "group": source.group or "-",
        "tags": ", ".join(source.tags) or "-",
        "weight": f"{source.weight:g}",
        "owner": source.owner or "-",
        "language": source.language or "-",
        "every": format_every(source.every),
        "timeout": format_duration(source.timeout),
        "max-size": format_size(source.max_bytes),
        "keep": format_duration(source.keep),
        "backfill": str(source.backfill),
        "content": source.content.value,
        **_overrides(source.overrides),
        "drop": source.drop or "-",
        "updates": source.updates.value,
        "auth": HIDDEN if source.authorization else "-",
        "headers": headers or "-",
        "proxy": _proxy(source.proxy),
        "public": "no: reaches no public topic" if source.private else "yes",
        "pace": f"{source.pace_key}, {format_duration(source.spacing)} apart",
    }


def _proxy(url: str | None) -> str:
    """Name a proxy by host and port; its address may hold credentials."""
    if url is None:
        return "as network.proxy"
    return url.rpartition("//")[2].rpartition("@")[2] or "none"


def _overrides(overrides: Overrides) -> Mapping[str, str]:
    """List what is read otherwise than documents say."""
    values = {field.name: getattr(overrides, field.name) for field in fields(overrides)}
    return {
        kebab(name): (", ".join(value) or "-") if isinstance(value, tuple) else str(value)
        for name, value in values.items()
    }


def _hides(name: str) -> bool:
    """Show only what is known to be harmless: any other header may carry a key."""
    return is_secret(name) or not name.lower().startswith(("accept", "user-agent", "referer", "cache-control"))


def _origin(key: str, source: Source, origin: Origin) -> tuple[str, str]:
    if key == "id" and not source.id_given:
        return "made from the address", origin.place
    if key in {"url", "path", "page", "group"}:
        return "the source", origin.place
    for layer in origin.layers:
        place = dict(layer.places).get(key)
        if place:
            return layer.name, place
    return _BUILT_IN, ""
