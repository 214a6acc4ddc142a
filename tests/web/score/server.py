"""The score on the scripted web: its sites, a list of them for each reader, and its verdict, all by address.

``/s/<reader>/<site>.xml`` is a site's feed for one reader; ``/_/score/…`` is the control.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.web.exchange import Asked, Reply, Script, document
from tests.web.score.judge import Score, judge
from tests.web.score.record import REDIRECTS, Exchange, exchange
from tests.web.score.report import as_json, as_table
from tests.web.score.sites import Site, Trouble
from tests.web.server import ScriptedWeb

AWAY = "127.202.0.1"


class ScoreServer:
    """Serves sites to readers and judges each reader by what it asked.

    Args:
        web: Running; the sites are mounted on it.
        sites: What is served.
        grace: By how much being early is forgiven.
    """

    def __init__(self, web: ScriptedWeb, sites: tuple[Site, ...], *, grace: timedelta = timedelta()) -> None:
        self._web = web
        self._sites = {f"{site.name}.xml": site for site in sites}
        self._grace = grace
        self._asked = 0
        web.mount("/s/", self._answer)
        web.mount("/_/score/", self._control)

    def urls(self, reader: str) -> tuple[str, ...]:
        """List what a reader has to subscribe to, each on its site's host."""
        return tuple(
            self._web.url(f"/s/{reader}/{name}", site.address if self._web.own_addresses else "127.0.0.1")
            for name, site in self._sites.items()
        )

    def exchanges(self) -> dict[str, list[Exchange]]:
        """Give what every reader asked."""
        by_reader: defaultdict[str, list[Exchange]] = defaultdict(list)
        for asked in self._web.log:
            found = _place(asked.path)
            if found is not None and found[2] in self._sites:
                reader, _, name = found
                by_reader[reader].append(exchange(asked, self._sites[name].behaviour.rhythm))
        return dict(by_reader)

    def score(self, reader: str) -> Score:
        """Judge one reader."""
        return judge(self.exchanges().get(reader, ()), grace=self._grace)

    def scores(self) -> dict[str, Score]:
        """Judge all readers."""
        return {reader: judge(asked, grace=self._grace) for reader, asked in sorted(self.exchanges().items())}

    # The sites

    def _answer(self, asked: Asked) -> Script:
        found = _place(asked.path)
        site = self._sites.get(found[2]) if found is not None else None
        if found is None or site is None:
            return Reply(404, (("Content-Type", "text/plain"),), b"no such site\n")
        reader, at, _ = found
        if at == "page":
            return Reply(200, (("Content-Type", "text/html"),), b"<!doctype html><title>Please sign in</title>")
        now = self._web.now()
        trouble = site.behaviour.trouble
        is_redirected = trouble is not None and trouble.status in REDIRECTS
        if trouble is not None and trouble.when(now, site) and not (at and is_redirected):
            return self._troubled(site, trouble, reader, now)
        return self._feed(site, now)

    def _feed(self, site: Site, now: datetime) -> Reply:
        behaviour, revision = site.behaviour, site.revision(now)
        headers = behaviour.headers
        if behaviour.expires is not None:
            headers = (*headers, ("Expires", format_datetime(now + behaviour.expires, usegmt=True)))
        etag: str | None = f'"{site.number}-{revision}"'
        date: datetime | None = site.changed_at(revision)
        match behaviour.validators:
            case "etag":
                date = None
            case "weak":
                etag, date = f"W/{etag}", None
            case "date":
                etag = None
            case "none":
                etag = date = None
            case "churn":
                self._asked += 1
                etag, date = f'"{site.number}-{revision}-{self._asked}"', None
            case "stuck":
                etag, date = f'"{site.number}"', None
        return document(
            site.document(revision),
            etag=etag,
            last_modified=date,
            media_type="application/rss+xml",
            headers=headers,
            wait=behaviour.wait,
        )

    def _troubled(self, site: Site, trouble: Trouble, reader: str, now: datetime) -> Script:
        if trouble.status == 0:
            return self._cut(site, now)
        headers: list[tuple[str, str]] = [("Content-Type", "text/plain")]
        if trouble.retry:
            headers.append(("Retry-After", _retry_after(trouble.retry, self._end(site, trouble, now) - now, now)))
        if trouble.to:
            path = f"/s/{reader}/{'page' if trouble.to == 'page' else 'moved'}/{site.name}.xml"
            is_away = trouble.to == "away" and self._web.own_addresses
            headers.append(("Location", self._web.url(path, AWAY) if is_away else path))
        return Reply(trouble.status, tuple(headers), f"{trouble.status}\n".encode())

    def _end(self, site: Site, trouble: Trouble, now: datetime) -> datetime:
        """Find the minute in which trouble ends."""
        end = now.replace(second=0, microsecond=0)
        while trouble.when(end, site):
            end += timedelta(minutes=1)
        return end

    def _cut(self, site: Site, now: datetime) -> Script:
        body = site.document(site.revision(now))

        async def cut(asked: Asked) -> None:
            asked.status = 200
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n\r\n"
            asked.write(head.encode() + body[: len(body) // 2])
            asked.close()

        return cut

    # The control

    def _control(self, asked: Asked) -> Script:
        reader = asked.query.get("reader", "anyone")
        match asked.path.removeprefix("/_/score/"):
            case "opml":
                return _text(_opml(self.urls(reader)))
            case "urls":
                return _text("".join(f"{url}\n" for url in self.urls(reader)))
            case "report":
                return _text(as_table(self.scores()))
            case "report.json":
                return _text(as_json(self.scores()))
        return Reply(404, (), b"score: opml?reader= urls?reader= report report.json\n")


def _place(path: str) -> tuple[str, str, str] | None:
    """Split a path into reader, ``moved``, ``page`` or nothing, and the name of the site's file."""
    match path.split("/"):
        case ["", "s", reader, name]:
            return reader, "", name
        case ["", "s", reader, ("moved" | "page") as at, name]:
            return reader, at, name
    return None


def _retry_after(form: str, left: timedelta, now: datetime) -> str:
    until = now + left
    match form:
        case "seconds":
            return f"{left.total_seconds():.0f}"
        case "imf":
            return f"{until:%a, %d %b %Y %H:%M:%S} GMT"
        case "rfc850":
            return f"{until:%A, %d-%b-%y %H:%M:%S} GMT"
        case "asctime":
            return f"{until:%a %b} {until.day:2d} {until:%H:%M:%S %Y}"
    return form


def _text(text: str) -> Reply:
    return Reply(200, (("Content-Type", "text/plain; charset=utf-8"),), text.encode())


def _opml(urls: tuple[str, ...]) -> str:
    outlines = "".join(
        f'<outline type="rss" text="Site {number}" xmlUrl="{escape(url)}"/>\n' for number, url in enumerate(urls)
    )
    return f'<?xml version="1.0"?>\n<opml version="2.0"><head/><body>\n{outlines}</body></opml>\n'
