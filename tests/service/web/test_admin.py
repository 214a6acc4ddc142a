"""The operator's pages: who comes in, what forms do, and what is told."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from starlette.types import ASGIApp

from aggregator.errors import ControlError, StoreError
from aggregator.model.editing import ActKind, DoneAct
from aggregator.model.source import SourceCondition
from aggregator.model.status import TopicStatus
from aggregator.service.reloading import Proposal
from aggregator.service.web import admin as admin_room
from aggregator.service.web.app import Behind, make_app
from aggregator.service.web.gate import COOKIE, Gate
from tests.builders import NOON, make_facts
from tests.pages.samples import SITE, make_source_status, make_status, make_story, make_view
from tests.pages.test_render import Page
from tests.service.web.visits import FakeOperator, Insides, Readiness, filled_shelf, make_proposal

pytestmark = pytest.mark.anyio

TOKEN = "c4n4ry-token"  # noqa: S105 - what the tests try
STORY = make_story(make_view(1), make_view(2, source=make_facts("letters", title="Letters", private=True)))


class Browser:
    """Somebody at the door: keeps a cookie, and sends forms as a browser does."""

    def __init__(self, operator: FakeOperator | None = None, token: str = TOKEN, peer: str = "127.0.0.1") -> None:
        self.operator = operator or FakeOperator()
        self.operator.hold(STORY)
        gate = Gate(token, SITE.base_url, "127.0.0.1", lambda: 0.0)
        behind = Behind(inside=Insides(), checks=Readiness(), operator=self.operator, gate=gate)
        self.app: ASGIApp = make_app(filled_shelf(), SITE, behind)
        self.peer = peer
        self.cookie = ""
        self.proof = ""

    async def ask(self, path: str, method: str = "GET", body: str = "", **headers: str) -> httpx.Response:
        named = {"host": "127.0.0.1:8080"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            named["cookie"] = self.cookie
        if method == "POST":
            named.setdefault("content-type", "application/x-www-form-urlencoded")
        transport = httpx.ASGITransport(self.app, client=(self.peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            answer = await client.request(method, path, headers=named, content=body)
        for cookie in answer.headers.get_list("set-cookie"):
            self.cookie = cookie.partition(";")[0]
        found = re.search(r'name="proof" value="([^"]+)"', answer.text)
        self.proof = found[1] if found else self.proof
        return answer

    async def send(self, path: str, fields: list[tuple[str, str]] | None = None, **headers: str) -> httpx.Response:
        body = urlencode([("proof", self.proof), *(fields or [])])
        return await self.ask(path, "POST", body, origin="http://127.0.0.1:8080", **headers)

    async def come_in(self) -> httpx.Response:
        await self.send("/admin/login", [("token", TOKEN)])
        return await self.ask("/admin")


async def test_the_token_is_asked_for_and_lets_in():
    browser = Browser(peer="8.8.8.8")
    asked = await browser.ask("/admin")
    assert (asked.status_code, asked.headers["www-authenticate"]) == (401, 'Bearer realm="admin"')
    assert "courier" not in asked.text
    assert (await browser.ask("/admin/s/x")).headers["location"] == "/admin"
    wrong = await browser.send("/admin/login", [("token", "wrong")])
    assert (wrong.status_code, "That is not the token." in wrong.text, browser.cookie) == (401, True, "")
    right = await browser.send("/admin/login", [("token", TOKEN)])
    assert (right.status_code, right.headers["location"]) == (303, "/admin")
    told = right.headers["set-cookie"]
    assert told.startswith(f"{COOKIE}=")
    assert "; Path=/admin; Max-Age=43200; HttpOnly; SameSite=Strict; Secure" in told
    page = await browser.ask("/admin")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "courier" in page.text


async def test_wrong_tokens_are_slowed_down():
    browser = Browser()
    statuses = [(await browser.send("/admin/login", [("token", f"wrong {n}")])).status_code for n in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    held = await browser.send("/admin/login", [("token", TOKEN)])
    assert (held.status_code, held.headers["retry-after"]) == (429, "2")
    program = await browser.ask("/admin/poll", "POST", authorization=f"Bearer {TOKEN}")
    assert program.status_code == 429


async def test_without_a_token_who_sits_at_the_computer_is_in():
    browser = Browser(token="")
    assert (await browser.ask("/admin")).status_code == 200
    assert (await browser.send("/admin/poll")).status_code == 303
    for refused in (Browser(token="", peer="192.168.1.5"),):
        assert (await refused.ask("/admin")).status_code == 403
    assert (await Browser(token="").ask("/admin", host="evil.example")).status_code == 403
    assert (await Browser(token="").ask("/admin", x_forwarded_for="127.0.0.1")).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"x_forwarded_host": "evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
    ],
)
async def test_a_form_with_everything_right_but_its_origin_is_refused(headers: dict[str, str]):
    browser = Browser()
    await browser.come_in()
    body = urlencode([("proof", browser.proof)])
    for path in ("/admin/poll", "/admin/reload", "/admin/login"):
        assert (await browser.ask(path, "POST", body, **headers)).status_code == 403
    assert browser.operator.told == []


@pytest.mark.parametrize("proof", ["", "wrong"])
async def test_a_form_without_the_proof_of_its_session_is_refused(proof: str):
    browser = Browser()
    await browser.come_in()
    browser.proof = proof
    for path in ("/admin/poll", "/admin/logout"):
        assert (await browser.send(path)).status_code == 403
    browser.cookie = ""
    assert (await browser.send("/admin/poll")).status_code == 403
    assert browser.operator.told == []


async def test_who_leaves_is_out():
    browser = Browser()
    await browser.come_in()
    kept = browser.cookie
    left = await browser.send("/admin/logout")
    assert "Max-Age=0" in left.headers["set-cookie"]
    browser.cookie = kept
    assert (await browser.ask("/admin")).status_code == 401


@pytest.mark.parametrize(
    ("form", "fields", "command", "request_"),
    [
        ("poll", [], "poll", {"all": False, "sources": []}),
        ("poll", [("source", "lwn"), ("source", "a b")], "poll", {"all": False, "sources": ["lwn", "a", "b"]}),
        ("pause", [("source", " lwn ")], "pause", {"source": "lwn"}),
        ("resume", [("source", "lwn")], "resume", {"source": "lwn"}),
        ("reload", [("accept", "1")], "reload", {"accept": True}),
    ],
)
async def test_forms_become_the_commands_of_the_command_line(form: str, fields, command: str, request_):
    browser = Browser()
    await browser.come_in()
    answer = await browser.send(f"/admin/{form}", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    assert browser.operator.told == [(command, request_)]


@pytest.mark.parametrize("form", ["merge", "split", "pin", "hide", "note", "undo"])
async def test_acts_of_editors_carry_all_that_the_journal_wants(form: str):
    browser = Browser()
    await browser.come_in()
    sent = [
        ("named", "one two"),
        ("named", "three"),
        ("why", "so"),
        ("topic", "harbour"),
        ("number", "4"),
        ("back", "one"),
    ]
    answer = await browser.send(f"/admin/{form}", sent)
    assert answer.headers["location"] == "/admin/s/one"
    assert browser.operator.told == [
        (
            "edit",
            {
                "kind": form,
                "named": ["one", "two", "three"],
                "number": 4,
                "who": "web",
                "why": "so",
                "topic": "harbour",
                "scope": "story",
            },
        )
    ]


async def test_what_came_of_a_form_is_told_once():
    browser = Browser()
    await browser.come_in()
    browser.operator.answers |= {"poll": {"failed": ["lwn"]}, "edit": ControlError("x: is <b>no story")}
    await browser.send("/admin/poll")
    assert "Polled; these failed: lwn" in (await browser.ask("/admin")).text
    assert "these failed" not in (await browser.ask("/admin")).text
    await browser.send("/admin/merge")
    assert "x: is &lt;b&gt;no story" in (await browser.ask("/admin")).text
    browser.operator.answers["edit"] = {"number": 3, "act": "merge"}
    await browser.send("/admin/undo")
    assert "Act 3, merge, is undone." in (await browser.ask("/admin")).text


@pytest.mark.parametrize("back", ["//evil.example", "../x", "https://evil.example", "a/../../x", "é"])
async def test_a_form_never_leads_elsewhere(back: str):
    browser = Browser()
    await browser.come_in()
    assert (await browser.send("/admin/poll", [("back", back)])).headers["location"] == "/admin"


async def test_a_program_with_the_token_gets_json():
    browser = Browser(peer="8.8.8.8")
    right = {"authorization": f"bearer {TOKEN}"}
    done = await browser.ask("/admin/reload", "POST", **right)
    assert (done.status_code, done.json()) == (200, {"done": "+1 -0 sources"})
    browser.operator.answers["reload"] = ControlError("python: 80 % leave; accept it")
    refused = await browser.ask("/admin/reload", "POST", **right)
    assert (refused.status_code, refused.json()) == (409, {"error": "python: 80 % leave; accept it"})
    wrong = await browser.ask("/admin/reload", "POST", authorization="Bearer wrong")
    assert (wrong.status_code, list(wrong.json())) == (401, ["error"])
    unknown = await browser.ask("/admin/dance", "POST", **right)
    assert unknown.json() == {"error": "dance: there is no such form"}


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        ("number=x", "application/x-www-form-urlencoded", "is no number"),
        ("number=99999999999999999999999", "application/x-www-form-urlencoded", "is no number"),
        ("scope=world", "application/x-www-form-urlencoded", "expected one of entry, story, source"),
    ],
)
async def test_what_no_form_of_ours_sends_is_refused_with_a_reason(body: str, kind: str, why: str):
    browser = Browser()
    answer = await browser.ask("/admin/undo", "POST", body, content_type=kind, authorization=f"Bearer {TOKEN}")
    assert (answer.status_code, why in answer.json()["error"]) == (409, True)


@pytest.mark.parametrize(
    "body", ["proof=" + "x" * 70_000, "&".join(f"a{n}=1" for n in range(600)), "proof=%ff%zz", "\0"]
)
async def test_a_form_that_is_too_much_is_no_form(body: str):
    browser = Browser()
    await browser.come_in()
    assert (await browser.ask("/admin/poll", "POST", body)).status_code == 403
    assert (await browser.ask("/admin/login", "POST", body)).status_code in {400, 401}
    assert (await browser.ask("/admin/poll", "POST", body, content_type="multipart/form-data")).status_code == 403


async def test_what_takes_long_goes_on_and_the_visitor_is_told_so(monkeypatch: pytest.MonkeyPatch, caplog):
    monkeypatch.setattr(admin_room, "PATIENCE_SECONDS", 0.01)
    over = asyncio.Event()

    class Slow(FakeOperator):
        async def carry_out(self, command, request):
            await over.wait()
            raise ControlError("too late")

    browser = Browser(Slow())
    await browser.come_in()
    await browser.send("/admin/poll")
    assert "It is under way" in (await browser.ask("/admin")).text
    over.set()
    with caplog.at_level(logging.WARNING):
        await asyncio.sleep(0.01)
    assert "what was under way failed: too late" in caplog.text


async def test_the_desk_offers_what_fits_the_state_of_a_source_and_hides_no_private_one():
    browser = Browser()
    paused = make_source_status("quiet", condition=SourceCondition.PAUSED)
    private = make_source_status(
        "letters", source={"private": True, "url": "https://u:c4n4ry@p.example/", "authorization": "Basic c4n4ry"}
    )
    browser.operator.answer = make_status(make_source_status(), paused, private)
    act = DoneAct(
        number=3, kind=ActKind.MERGE, at=NOON, who="ann", why="one day", story="one", others=("two",), entries=()
    )
    browser.operator.journal = (act,)
    page = Page((await browser.come_in()).text)
    assert "https://p.example/" in page.text
    assert "c4n4ry" not in page.text
    actions = [form["action"] for form in page.all("form")]
    assert actions.count("admin/resume") == 1
    assert actions.count("admin/pause") == 2
    assert actions.count("admin/undo") == 1
    assert "Undo act 3" in page.text
    assert {form["method"] for form in page.all("form")} == {"post", "get"}


async def test_a_story_is_found_by_what_leads_to_it_and_shown_with_all_of_it():
    browser = Browser()
    await browser.come_in()
    short = STORY.members[1].stored.entry.key.short
    found = await browser.ask(f"/admin?find={short}")
    assert (found.status_code, found.headers["location"]) == (303, f"/admin/s/{STORY.id}")
    assert "Nothing is kept that bears or leads to &lt;b&gt;" in (await browser.ask("/admin?find=<b>")).text
    page = await browser.ask(f"/admin/s/{STORY.id}")
    assert "Letters, private" in Page(page.text).text.replace(" ,", ",")
    assert 'href="../../-/style.css' in page.text
    assert (await browser.ask("/admin/s/nothing")).status_code == 404


async def test_while_the_store_fails_the_operator_is_told():
    browser = Browser()
    await browser.come_in()
    browser.operator.failing = StoreError("at /secret")
    for path in ("/admin", f"/admin/s/{STORY.id}"):
        answer = await browser.ask(path)
        assert (answer.status_code, "/secret" in answer.text) == (503, False)


async def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture):
    browser = Browser()
    with caplog.at_level(logging.DEBUG):
        await browser.come_in()
        await browser.send("/admin/login", [("token", "c4n4ry-wrong")])
        await browser.ask("/admin/poll", "POST", authorization="Bearer c4n4ry-wrong")
        await browser.send("/admin/poll")
        await browser.ask("/admin/poll", "POST", "proof=c4n4ry")
    assert "a wrong token from 127.0.0.1" in caplog.text
    assert "c4n4ry" not in caplog.text
    assert browser.cookie.partition("=")[2] not in caplog.text
    assert browser.proof not in caplog.text


async def test_pages_with_forms_let_the_browser_say_where_they_were():
    browser = Browser()
    for answer in (await browser.ask("/admin"), await browser.come_in(), await browser.ask(f"/admin/s/{STORY.id}")):
        assert answer.headers.get_list("referrer-policy") == ["same-origin"]
        assert '<meta name="referrer" content="same-origin">' in answer.text


async def test_addresses_of_private_topics_are_made_and_revoked_and_of_no_others():
    browser = Browser()
    open_topic = TopicStatus(slug="harbour", title="Harbour", entries=1, stories=1, updated_at=None)
    browser.operator.answer = replace(
        make_status(), topics=(open_topic, replace(open_topic, slug="mine", private=True))
    )
    browser.operator.answers |= {"token": "s3cr3t", "revoke": 2}
    page = Page((await browser.come_in()).text)
    assert [form["action"] for form in page.all("form")].count("admin/revoke") == 1
    await browser.send("/admin/token", [("topic", "mine")])
    assert "https://feeds.example.org/f/s3cr3t/mine.atom" in (await browser.ask("/admin")).text
    assert "s3cr3t" not in (await browser.ask("/admin")).text
    await browser.send("/admin/revoke", [("topic", "mine")])
    assert "mine: 2 addresses hold no longer." in (await browser.ask("/admin")).text
    for topic in ("harbour", "nobody", ""):
        await browser.send("/admin/token", [("topic", topic)])
        assert "is no topic with `access: token`" in (await browser.ask("/admin")).text
    assert [command for command, _ in browser.operator.told] == ["token", "revoke"]


@pytest.fixture
def proposal(tmp_path: Path) -> Proposal:
    return make_proposal(tmp_path)


async def test_what_a_reload_would_do_is_looked_at_and_accepted_as_it_was_looked_at(proposal: Proposal):
    browser = Browser()
    assert (await browser.ask("/admin/plan")).headers["location"] == "/admin"
    assert (await browser.ask("/admin/plan.json")).status_code == 401
    await browser.come_in()
    assert "Nothing is changed." in (await browser.ask("/admin/plan")).text
    assert (await browser.ask("/admin/plan.json")).status_code == 404
    browser.operator.proposed = proposal
    looked = await browser.send("/admin/plan", [("back", "plan")])
    assert (looked.status_code, looked.headers["location"]) == (303, "/admin/plan")
    page = await browser.ask("/admin/plan?topic=harbour&page=2")
    assert ("Looked at." in page.text, "Page 2 of 2" in page.text) == (True, True)
    assert (await browser.ask("/admin/plan.json?topic=harbour&way=enters")).json()["pages"] == 1
    await browser.send("/admin/reload", [("accept", "1"), ("plan", "7"), ("back", "plan")])
    assert browser.operator.told == [("propose", {}), ("reload", {"accept": True, "plan": 7})]
    await browser.send("/admin/reload", [("plan", "x")])
    assert "x: is no number of a plan" in (await browser.ask("/admin/plan")).text


async def test_a_program_is_told_what_a_reload_would_do(proposal: Proposal):
    browser = Browser(peer="8.8.8.8")
    browser.operator.proposed = proposal
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert (await browser.ask("/admin/plan.json", **bearer)).json()["plan"] == 7
    assert (await browser.ask("/admin/plan.json", authorization="Bearer wrong")).status_code == 401
