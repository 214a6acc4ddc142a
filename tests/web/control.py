"""The control of the scripted web, below ``/_/``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

from tests.web.exchange import Asked, Reply

if TYPE_CHECKING:
    from tests.web.server import ScriptedWeb


def control(web: ScriptedWeb, asked: Asked) -> Reply:
    """Carry out a command."""
    command = _COMMANDS.get(asked.path.removeprefix("/_/"))
    if command is None:
        return Reply(404, (), f"commands: {' '.join(sorted(_COMMANDS))}\n".encode())
    answer = command(web, asked)
    text = answer if isinstance(answer, str) else json.dumps(answer) + "\n"
    return Reply(200, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())


def _tick(web: ScriptedWeb, asked: Asked) -> object:
    return {"generation": web.tick()}


def _stats(web: ScriptedWeb, asked: Asked) -> object:
    known = {name: web.counts[name] for name in ("requests", "200", "304", "connections", "bytes")}
    others = web.counts["requests"] - web.counts["200"] - web.counts["304"]
    return known | {"others": others, "generation": web.generation, "statuses": dict(web.counts)}


def _reset(web: ScriptedWeb, asked: Asked) -> object:
    web.reset()
    return {"reset": True}


def _warm(web: ScriptedWeb, asked: Asked) -> object:
    size = sum(len(web.document(feed).body) for feed in range(web.recipe.feeds))
    return {"feeds": web.recipe.feeds, "bytes": size, "items": web.recipe.feeds * web.recipe.items}


def _wanted(web: ScriptedWeb, asked: Asked) -> list[str]:
    count = int(asked.query.get("n", web.recipe.feeds))
    return [web.feed_url(feed, hosts=asked.query.get("hosts", "1") == "1") for feed in range(count)]


def _urls(web: ScriptedWeb, asked: Asked) -> object:
    return "".join(f"{url}\n" for url in _wanted(web, asked))


def _opml(web: ScriptedWeb, asked: Asked) -> object:
    lines = [
        f'<outline type="rss" text="Feed {n}" xmlUrl="{escape(url)}"/>\n' for n, url in enumerate(_wanted(web, asked))
    ]
    return f'<?xml version="1.0"?>\n<opml version="2.0"><head/><body>\n{"".join(lines)}</body></opml>\n'


def _log(web: ScriptedWeb, asked: Asked) -> object:
    since = int(asked.query.get("since", 0))
    return "".join(f"{row.row()}\n" for row in web.log if row.number > since)


def _clock(web: ScriptedWeb, asked: Asked) -> object:
    web.turn(timedelta(seconds=float(asked.query.get("turn", 0))))
    return {"now": web.now().isoformat()}


def _quit(web: ScriptedWeb, asked: Asked) -> object:
    web.stopped.set()
    return {"quit": True}


_COMMANDS: dict[str, Callable[[ScriptedWeb, Asked], object]] = {
    "tick": _tick,
    "stats": _stats,
    "reset": _reset,
    "warm": _warm,
    "urls": _urls,
    "opml": _opml,
    "log": _log,
    "clock": _clock,
    "quit": _quit,
}
