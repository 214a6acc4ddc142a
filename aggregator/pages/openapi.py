"""What programs may ask for, described as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from aggregator.model.edition import SiteFacts
from aggregator.model.source import SourceCondition

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_SHORT_ID = "^[a-z2-7]{12}$"
_ANYTHING: Schema = {"type": "object"}


def openapi(site: SiteFacts, version: str) -> dict[str, Any]:
    """Describe every address that answers with JSON.

    Args:
        site: Names and public address.
        version: Of the program.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": site.title, "version": version, "description": "What the pages show, for programs."},
        "servers": [{"url": site.base_url}],
        "paths": {
            "/index.json": _get("All topics", "Index"),
            "/{topic}.json": _get("A topic as JSON Feed 1.1", None, _parameter("topic", "^[a-z0-9][a-z0-9-]{0,63}$")),
            "/e/{id}.json": _get("An entry, its reasons and versions", "EntryPage", _parameter("id", _SHORT_ID)),
            "/s/{id}.json": _get("A story, who told it when", "Story", _parameter("id", _SHORT_ID)),
            "/sources.json": _get("Health of every source", "Sources"),
            "/status.json": _get("How everything is, and what happened lately", "Status"),
            "/search.json": _get(
                "What a query finds",
                "Search",
                {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": 1000}},
                {"name": "before", "in": "query", "schema": {"type": "string"}},
            ),
            "/livez": _get("Whether the process answers", "Alive"),
            "/readyz": _get("Whether it can do its work", "Ready"),
        },
        "components": {"schemas": _SCHEMAS},
    }


def _get(summary: str, schema: str | None, *parameters: Schema) -> Schema:
    media = "application/json" if schema else "application/feed+json"
    shape = _ref(schema) if schema else _ANYTHING
    ill = schema == "Ready"
    return {
        "get": {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {
                "200": {"description": "There it is", "content": {media: {"schema": shape}}},
                "301": {"description": "It has another address"},
                "304": {"description": "You have it already"},
                "400": {"description": "It cannot be read", "content": {media: {"schema": _ANYTHING}}},
                "404": {"description": "There is no such thing"},
                "410": {"description": "It was taken away"},
                "503": {
                    "description": "A check failed" if ill else "The database does not answer; what was had last",
                    "content": {media: {"schema": shape if ill else _ANYTHING}},
                },
            },
        }
    }


def _parameter(name: str, pattern: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": pattern}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**fields: Schema) -> Schema:
    """Describe an object that has all of these fields; more may come."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_MAYBE_TEXT, _MAYBE_COUNT, _MAYBE_MOMENT = _maybe(_TEXT), _maybe(_COUNT), _maybe(_MOMENT)
_REASON = {"stage": _TEXT, "verdict": _TEXT, "rule": _TEXT, "evidence": _TEXT}
_ENTRY: dict[str, Schema] = {
    "id": _TEXT,
    "source": _TEXT,
    "guid": _TEXT,
    "url": _MAYBE_TEXT,
    "title": _TEXT,
    "authors": _TEXTS,
    "published_at": _MAYBE_MOMENT,
    "updated_at": _MAYBE_MOMENT,
    "first_seen_at": _MOMENT,
    "language": _MAYBE_TEXT,
    "story": _MAYBE_TEXT,
    "duplicate_of": _MAYBE_TEXT,
    "revision": _COUNT,
    "topics": _TEXTS,
    "extras": _ANYTHING,
}
_VERSION = _object(
    number=_COUNT,
    replaced_at=_MOMENT,
    title=_TEXT,
    url=_MAYBE_TEXT,
    published_at=_MAYBE_MOMENT,
    updated_at=_MAYBE_MOMENT,
    authors=_TEXTS,
    summary=_TEXT,
    content_html=_TEXT,
)
_ENCLOSURE = _object(url=_TEXT, type=_TEXT, length=_MAYBE_COUNT, duration_s=_MAYBE_COUNT, title=_MAYBE_TEXT)
_POLL = _object(
    at=_MOMENT,
    outcome=_TEXT,
    status=_MAYBE_COUNT,
    new=_COUNT,
    revised=_COUNT,
    duplicates=_COUNT,
    via=_TEXT,
    bytes=_COUNT,
    ms=_COUNT,
)
_HOST = _object(
    key=_TEXT,
    shared=_FLAG,
    spacing_s=_maybe({"type": "number"}),
    hold_until=_MAYBE_MOMENT,
    failing_since=_MAYBE_MOMENT,
    why=_TEXT,
    since=_MAYBE_MOMENT,
)
_STRETCHES = _list(
    _object(
        at=_MOMENT,
        polls={"type": "object", "additionalProperties": _COUNT},
        entries=_COUNT,
        delay_s=_MAYBE_COUNT,
        bytes=_COUNT,
    )
)
_SCHEMAS: dict[str, Schema] = {
    "Index": _object(
        title=_TEXT,
        topics=_list(
            _object(
                slug=_TEXT,
                title=_TEXT,
                description=_TEXT,
                language=_MAYBE_TEXT,
                url=_TEXT,
                feeds={"type": "object", "additionalProperties": _TEXT},
                entries=_COUNT,
                last_entry_at=_MAYBE_MOMENT,
                daily=_list(_COUNT),
            )
        ),
    ),
    "Entry": _object(**_ENTRY),
    "EntryPage": _object(
        **_ENTRY,
        source_title=_TEXT,
        source_url=_MAYBE_TEXT,
        summary=_TEXT,
        content_html=_TEXT,
        categories=_TEXTS,
        enclosures=_list(_ENCLOSURE),
        reasons=_list(_ref("Reason")),
        matches=_list(_object(topic=_TEXT, **_REASON)),
        versions=_list(_VERSION),
    ),
    "Reason": _object(**_REASON),
    "Story": _object(
        id=_TEXT,
        title=_TEXT,
        lead=_TEXT,
        topics=_TEXTS,
        outlets=_list(_object(title=_TEXT, url=_MAYBE_TEXT, entries=_COUNT, first_at=_MOMENT)),
        entries=_list(_object(**_ENTRY, source_title=_TEXT, summary=_TEXT)),
        events=_list(
            _object(
                at=_MOMENT,
                entry=_TEXT,
                event={"enum": ["came", "edited"]},
                title=_TEXT,
                before=_MAYBE_TEXT,
                why=_maybe(_ref("Reason")),
            )
        ),
    ),
    "Source": _object(
        id=_TEXT,
        url=_MAYBE_TEXT,
        state={"enum": [one.value for one in SourceCondition]},
        entries=_COUNT,
        interval_s=_COUNT,
        next_poll_at=_MAYBE_MOMENT,
        next_poll_why=_TEXT,
        pace=_MAYBE_TEXT,
        last_poll=_maybe(_POLL),
        error=_MAYBE_TEXT,
        push=_maybe(_ANYTHING),
    ),
    "Sources": _object(at=_MOMENT, sources=_list(_ref("Source"))),
    "Status": _object(
        sources=_list(_ref("Source")),
        topics=_list(
            _object(
                slug=_TEXT,
                entries=_COUNT,
                stories=_COUNT,
                updated_at=_MAYBE_MOMENT,
                subscribers=_COUNT,
                waiting=_object(
                    count=_COUNT, next_at=_MAYBE_MOMENT, by={"type": "object", "additionalProperties": _COUNT}
                ),
                matched={"type": "number"},
            )
        ),
        hosts=_list(_HOST),
        outbox=_list(_ANYTHING),
        activity=_maybe(
            _object(
                at=_MOMENT,
                counted_since=_MAYBE_MOMENT,
                hours=_STRETCHES,
                days=_STRETCHES,
                announced={"type": "object", "additionalProperties": _list(_COUNT)},
            )
        ),
    ),
    "Search": _object(
        query=_TEXT,
        said=_TEXT,
        warnings=_list(_object(what=_TEXT, column=_COUNT, hint=_TEXT)),
        hits=_list(_object(**_ENTRY, found=_TEXT, at=_MAYBE_TEXT)),
        before=_MAYBE_TEXT,
    ),
    "Alive": _object(ok=_FLAG),
    "Ready": _object(ok=_FLAG, checks={"type": "object", "additionalProperties": _object(ok=_FLAG, detail=_TEXT)}),
}
