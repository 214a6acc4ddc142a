"""Forms of the operator's pages: read within bounds, and turned into what the commands take."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import Request

from aggregator.errors import ControlError
from aggregator.model.editing import ActKind, Scope
from aggregator.service.operator import WHO

MOST_BYTES: Final = 64 * 1024
MOST_FIELDS: Final = 500

Fields = Mapping[str, Sequence[str]]


async def read_form(request: Request) -> Fields:
    """Read what was sent.

    Raises:
        ControlError: It is no form of ours, or too long for one.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise ControlError("expected a form (application/x-www-form-urlencoded)")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise ControlError(f"the form is longer than {MOST_BYTES} bytes")
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ControlError("the form cannot be read") from None


def field(fields: Fields, name: str) -> str:
    """Give the first value of a field, without the space around it; empty when it was not sent."""
    return next(iter(fields.get(name, ())), "").strip()


def command_of(name: str, fields: Fields) -> tuple[str, dict[str, Any]]:
    """Turn a form into a command and what it takes.

    Args:
        name: Of the form: the last part of its address.
        fields: As sent.

    Raises:
        ControlError: There is no such form.
    """
    if name in _EDITS:
        return "edit", _edit(ActKind(name), fields)
    make = _FORMS.get(name)
    if make is None:
        raise ControlError(f"{name}: there is no such form")
    return make(fields)


_EDITS: Final = frozenset(kind.value for kind in ActKind)


def _edit(kind: ActKind, fields: Fields) -> dict[str, Any]:
    number, scope = field(fields, "number"), field(fields, "scope")
    if number and not (number.isascii() and number.isdecimal() and len(number) < len(str(2**63))):
        raise ControlError(f"{number}: is no number of an act")
    if scope and scope not in set(Scope):
        raise ControlError(f"{scope}: expected one of {', '.join(Scope)}")
    named = [word for value in fields.get("named", ()) for word in value.split()]
    return {
        "kind": kind.value,
        "named": named,
        "number": int(number) if number else None,
        "who": WHO,
        "why": field(fields, "why"),
        "topic": field(fields, "topic") or None,
        "scope": scope or Scope.STORY.value,
    }


def _poll(fields: Fields) -> tuple[str, dict[str, Any]]:
    sources = [word for value in fields.get("source", ()) for word in value.split()]
    return "poll", {"all": bool(field(fields, "all")), "sources": sources}


def _pause(fields: Fields) -> tuple[str, dict[str, Any]]:
    return "pause", {"source": field(fields, "source")}


def _resume(fields: Fields) -> tuple[str, dict[str, Any]]:
    return "resume", {"source": field(fields, "source")}


def _token(fields: Fields) -> tuple[str, dict[str, Any]]:
    return "token", {"topic": field(fields, "topic")}


def _revoke(fields: Fields) -> tuple[str, dict[str, Any]]:
    return "revoke", {"topic": field(fields, "topic")}


def _reload(fields: Fields) -> tuple[str, dict[str, Any]]:
    number = field(fields, "plan")
    if number and not (number.isascii() and number.isdecimal() and len(number) < len(str(2**63))):
        raise ControlError(f"{number}: is no number of a plan")
    return "reload", {"accept": bool(field(fields, "accept"))} | ({"plan": int(number)} if number else {})


def _plan(_: Fields) -> tuple[str, dict[str, Any]]:
    return "propose", {}


_FORMS: Mapping[str, Callable[[Fields], tuple[str, dict[str, Any]]]] = MappingProxyType(
    {
        "poll": _poll,
        "pause": _pause,
        "resume": _resume,
        "plan": _plan,
        "reload": _reload,
        "token": _token,
        "revoke": _revoke,
    }
)


def back_to(wanted: str) -> str:
    """Choose the page to show next: the plan, a story, or the desk; nothing else is ever led to."""
    if wanted == "plan":
        return "/plan"
    return f"/s/{wanted}" if wanted.isascii() and wanted.isalnum() else ""


def told(form: str, done: Any) -> str:
    """Say what was done."""
    if form == "plan":
        return "Looked at." if done else "It is being looked at; load this page again in a moment."
    if done is None:
        return "It is under way; /status will tell how it ended."
    if form == "poll":
        failed = done.get("failed") or ()
        return f"Polled; these failed: {', '.join(failed)}" if failed else "Polled."
    if isinstance(done, str):
        return done
    if "number" in done:
        return f"Act {done['number']}, {done['act']}, is undone." if form == "undo" else f"Done: act {done['number']}."
    return json.dumps(done, ensure_ascii=False)
