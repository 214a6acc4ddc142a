"""The operator's pages: what the command line does, by forms and by programs with the token."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.routing import Route

from aggregator.errors import AggregatorError, ControlError, StoreError
from aggregator.model.edition import SiteFacts
from aggregator.pages.admin import AdminFrame, render_admin, render_admin_story, render_login
from aggregator.pages.links import SERVED, Links, links_at
from aggregator.pages.planning import Look, Place, place_of, plan_page_json, render_plan
from aggregator.pages.render import render_error
from aggregator.pages.words import count
from aggregator.service.operator import Operator
from aggregator.service.reloading import MOST_REASONS
from aggregator.service.web.answers import HTML, JSON, encoded, json_body, unavailable
from aggregator.service.web.documents import Document, Header, passing_document
from aggregator.service.web.forms import Fields, back_to, command_of, field, read_form, told
from aggregator.service.web.gate import COOKIE, SESSION_SECONDS, Gate, Session, Visit, proves
from aggregator.service.web.shelf import Shelf

_log = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 8.0
"""A poll may take longer than a visitor waits; it goes on."""
_OF_PRIVATE: Final = frozenset({"token", "revoke"})
_BEARER: Final = "bearer "
_NOT_LOOKED: Final = "nobody has looked at what a reload would do; POST to /admin/plan does"
_OWN: Final[Header] = (b"referrer-policy", b"same-origin")
"""Under ``no-referrer`` browsers do not say where a form was: they send ``Origin: null``."""


class Admin:
    """Answer ``/admin`` and what lies below.

    Args:
        gate: Says who may come in.
        shelf: Shows what is announced now.
        site: Names and public address.
        operator: Carries out what is wanted.
    """

    def __init__(self, gate: Gate, shelf: Shelf, site: SiteFacts, operator: Operator) -> None:
        self._gate = gate
        self._shelf = shelf
        self._site = site
        self._operator = operator
        self._path = urlsplit(site.base_url).path.rstrip("/") + "/admin"
        self._secure = "; Secure" if site.base_url.startswith("https://") else ""
        self._under_way: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[Route]:
        """List the addresses."""
        return [
            Route("/admin", self.desk),
            Route("/admin/login", self.login, methods=["POST"]),
            Route("/admin/logout", self.logout, methods=["POST"]),
            Route("/admin/s/{name}", self.story),
            Route("/admin/plan", self.plan),
            Route("/admin/plan.json", self.plan_json),
            Route("/admin/{form}", self.act, methods=["POST"]),
        ]

    async def desk(self, request: Request) -> Document:
        """Show what can be done; ask for the token first."""
        visit = _visit(request)
        if refusal := self._gate.refusal(visit):
            return self._refused(visit, refusal, SERVED)
        session, cookie = self._session(visit)
        if session is None:
            return self._closed("")
        try:
            return await self._desk(request, session, cookie)
        except StoreError:
            return unavailable(self._site, HTML)

    async def _desk(self, request: Request, session: Session, cookie: tuple[Header, ...]) -> Document:
        status, acts = await self._operator.status(), await self._operator.acts()
        wanted = request.query_params.get("find", "").strip()
        if wanted:
            views = await self._operator.entry_views(wanted)
            story = views[0].story if views and views[0].story else wanted
            if await self._operator.story_view(story):
                return self._see_other(f"/s/{story}")
            session.said, session.wrong = f"Nothing is kept that bears or leads to {wanted[:200]}.", True
        page = await asyncio.to_thread(
            render_admin, self._site, self._frame(session), status, acts, self._shelf.editions()
        )
        return passing_document(encoded(page), extra=(_OWN, *cookie))

    async def story(self, request: Request) -> Document:
        """Show a story with what can be done to it."""
        visit, links = _visit(request), links_at(2)
        if refusal := self._gate.refusal(visit):
            return self._refused(visit, refusal, links)
        session, cookie = self._session(visit)
        if session is None:
            return self._see_other("")
        try:
            story = await self._operator.story_view(request.path_params["name"])
            status = await self._operator.status()
        except StoreError:
            return unavailable(self._site, HTML, links)
        if story is None:
            return self._error(HTTPStatus.NOT_FOUND, "There is no such story", links)
        page = render_admin_story(self._site, self._frame(session), story, status.topics, links)
        return passing_document(encoded(page), extra=(_OWN, *cookie))

    async def plan(self, request: Request) -> Document:
        """Show what a reload would do: every entry that a topic would gain or lose."""
        visit, links = _visit(request), links_at(1)
        if refusal := self._gate.refusal(visit):
            return self._refused(visit, refusal, links)
        session, cookie = self._session(visit)
        if session is None:
            return self._see_other("")
        look, place, frame = self._look(), _place(request), self._frame(session)
        page = await asyncio.to_thread(render_plan, self._site, frame, look, place, links)
        return passing_document(encoded(page), extra=(_OWN, *cookie))

    async def plan_json(self, request: Request) -> Document:
        """Tell programs what a reload would do, as it was looked at last."""
        visit = _visit(request)
        if refusal := self._gate.refusal(visit):
            return self._refused(visit, refusal, links_at(1))
        if _by_token(visit) and (turned_away := self._turned_away(visit)):
            return turned_away
        if not _by_token(visit) and self._session(visit)[0] is None:
            return self._closed("", links_at(1))
        look = self._look()
        if look is None:
            return passing_document(json_body({"error": _NOT_LOOKED}), JSON, status=HTTPStatus.NOT_FOUND)
        body = await asyncio.to_thread(lambda: json_body(plan_page_json(look, _place(request))))
        return passing_document(body, JSON, extra=(_OWN,))

    def _look(self) -> Look | None:
        found = self._operator.proposal()
        if found is None:
            return None
        bound = found.new.settings.reload_bound
        return Look(number=found.number, said=found.said, planned=found.planned, bound=bound, reasons=MOST_REASONS)

    async def login(self, request: Request) -> Document:
        """Let who has the token in."""
        visit = _visit(request)
        if refusal := self._gate.refusal(visit):
            return self._refused(visit, refusal, links_at(1))
        if wait := self._gate.wait(visit):
            return self._hold(wait)
        try:
            fields = await read_form(request)
        except ControlError as error:
            return self._error(HTTPStatus.BAD_REQUEST, str(error), links_at(1))
        if not self._gate.opens(visit, field(fields, "token")):
            _log.warning("admin: a wrong token from %s", visit.peer)
            return self._closed("That is not the token.", links_at(1))
        _log.info("admin: somebody with the token came in from %s", visit.peer)
        word, _ = self._gate.enter()
        return self._see_other("", self._cookie(word))

    async def logout(self, request: Request) -> Document:
        """End a session."""
        visit = _visit(request)
        session = self._gate.session(visit)
        fields = await self._fields(request)
        if self._gate.refusal(visit) or session is None or not proves(session, field(fields, "proof")):
            return self._refused(visit, "The form is not from a page of this session", links_at(1))
        self._gate.leave(visit)
        return self._see_other("", self._cookie("", lasting=0))

    async def act(self, request: Request) -> Document:
        """Carry out a form, or the same asked for by a program with the token."""
        visit, links = _visit(request), links_at(1)
        if refusal := self._gate.refusal(visit):
            return self._refused(visit, refusal, links)
        by_token = _by_token(visit)
        if by_token and (turned_away := self._turned_away(visit)):
            return turned_away
        fields = await self._fields(request)
        session = None if by_token else self._gate.session(visit)
        if not by_token and (session is None or not proves(session, field(fields, "proof"))):
            return self._refused(visit, "The form is not from a page of this session; load it again", links)
        return await self._do(request.path_params["form"], fields, session)

    def _turned_away(self, visit: Visit) -> Document | None:
        """Answer a program whose token is not the one, or that has to wait; None lets it in."""
        if wait := self._gate.wait(visit):
            return self._hold(wait)
        if self._gate.opens(visit, visit.header("authorization")[len(_BEARER) :].strip()):
            return None
        _log.warning("admin: a wrong token from %s", visit.peer)
        return passing_document(json_body({"error": "that is not the token"}), JSON, status=HTTPStatus.UNAUTHORIZED)

    async def _do(self, form: str, fields: Fields, session: Session | None) -> Document:
        try:
            command, wanted = command_of(form, fields)
            if form in _OF_PRIVATE:
                await self._check_private(str(wanted["topic"]))
            _log.info("admin: %s", form)
            done = await self._carry_out(command, wanted)
        except AggregatorError as error:
            if session is None:
                return passing_document(json_body({"error": str(error)}), JSON, status=HTTPStatus.CONFLICT)
            session.said, session.wrong = str(error), True
        else:
            if session is None:
                return passing_document(json_body({"done": done}), JSON)
            session.said, session.wrong = self._told(form, field(fields, "topic"), done), False
        return self._see_other(back_to(field(fields, "back")))

    async def _check_private(self, slug: str) -> None:
        """Let tokens be made and revoked for private topics only."""
        if slug not in {topic.slug for topic in (await self._operator.status()).topics if topic.private}:
            raise ControlError(f"{slug or 'topic'}: is no topic with `access: token`")

    def _told(self, form: str, topic: str, done: Any) -> str:
        """Say what was done."""
        if form == "token" and done is not None:
            return f"The address is told this once: {self._site.base_url}/f/{done}/{topic}.atom"
        if form == "revoke" and done is not None:
            return f"{topic}: {count(done, 'address holds', 'addresses hold')} no longer."
        return told(form, done)

    async def _carry_out(self, command: str, wanted: Mapping[str, Any]) -> Any:
        """Do it; what takes long goes on after the visitor was told so."""
        task = asyncio.create_task(self._operator.carry_out(command, wanted))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if done:
            return task.result()
        task.add_done_callback(_log_late)
        return None

    async def _fields(self, request: Request) -> Fields:
        try:
            return await read_form(request)
        except ControlError:
            return {}

    def _session(self, visit: Visit) -> tuple[Session | None, tuple[Header, ...]]:
        """Find the session; where no token is asked for, whoever may stand at the gate has one."""
        session = self._gate.session(visit)
        if session is not None or self._gate.asks:
            return session, ()
        word, session = self._gate.enter()
        return session, self._cookie(word)

    def _cookie(self, word: str, *, lasting: int = int(SESSION_SECONDS)) -> tuple[Header, ...]:
        value = f"{COOKIE}={word}; Path={self._path}; Max-Age={lasting}; HttpOnly; SameSite=Strict{self._secure}"
        return ((b"set-cookie", value.encode("ascii")),)

    def _frame(self, session: Session) -> AdminFrame:
        frame = AdminFrame(proof=session.proof, said=session.said, wrong=session.wrong, leaves=self._gate.asks)
        session.said = ""
        return frame

    def _closed(self, said: str, links: Links = SERVED) -> Document:
        challenge = (_OWN, (b"www-authenticate", b'Bearer realm="admin"'))
        page = render_login(self._site, said, links)
        return passing_document(encoded(page), status=HTTPStatus.UNAUTHORIZED, extra=challenge)

    def _hold(self, wait: float) -> Document:
        extra = ((b"retry-after", str(int(wait) + 1).encode("ascii")),)
        page = render_error(
            self._site, HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong tokens; wait a little", links_at(1)
        )
        return passing_document(encoded(page), HTML, status=HTTPStatus.TOO_MANY_REQUESTS, extra=extra)

    def _refused(self, visit: Visit, why: str, links: Links) -> Document:
        _log.warning("admin: turned away from %s: %s", visit.peer, why)
        return self._error(HTTPStatus.FORBIDDEN, why, links)

    def _error(self, code: int, why: str, links: Links) -> Document:
        return passing_document(encoded(render_error(self._site, code, why, links)), status=code)

    def _see_other(self, below: str, cookie: tuple[Header, ...] = ()) -> Document:
        location: Header = (b"location", (self._path + below).encode("ascii", "ignore"))
        return passing_document(b"", status=HTTPStatus.SEE_OTHER, extra=(location, *cookie))


def _visit(request: Request) -> Visit:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in request.headers.items():
        headers[name] = (*headers.get(name, ()), value)
    peer = request.client.host if request.client else ""
    return Visit(peer=peer, headers=headers, posting=request.method == "POST")


def _place(request: Request) -> Place:
    asked = request.query_params
    return place_of(asked.get("topic", ""), asked.get("way", ""), asked.get("page", ""))


def _by_token(visit: Visit) -> bool:
    return visit.header("authorization")[: len(_BEARER)].lower() == _BEARER


def _log_late(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("admin: what was under way failed: %s", error)
