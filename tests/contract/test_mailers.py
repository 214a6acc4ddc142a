"""What every way of handing over a letter does."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from aggregator.model.sending import Attempt, Letter, MailServer
from aggregator.pipeline.ports import Mailer
from aggregator.publish.smtp import SmtpMailer
from tests.fakes.mailer import FakeMailer
from tests.web.receivers import ScriptedMailServer

pytestmark = pytest.mark.anyio

LETTER = Letter(to="Ann <ann@a.example>", body=b"Subject: News\r\n\r\nFirst line\r\n.a line with a dot\r\n")


@pytest.fixture
async def box() -> AsyncIterator[ScriptedMailServer]:
    async with ScriptedMailServer() as running:
        yield running


def at(box: ScriptedMailServer, **changes: object) -> MailServer:
    server = MailServer(host="127.0.0.1", port=box.port, sender="River <river@r.example>")
    return replace(server, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("mailer", [SmtpMailer(), FakeMailer()], ids=["smtp", "fake"])
async def test_a_letter_that_was_taken_is_done(box, mailer: Mailer):
    assert await mailer.send(LETTER, at(box)) == Attempt(ok=True)


async def test_a_letter_arrives_to_the_byte_at_its_mailbox_only(box):
    await SmtpMailer().send(LETTER, at(box))
    (mail,) = box.mails
    assert (mail.sender, mail.to, mail.body) == ("river@r.example", ["ann@a.example"], LETTER.body)


async def test_credentials_are_shown_to_a_server_that_asks_for_them(box):
    box.wants = ("ann", "hunter2!")
    assert (await SmtpMailer().send(LETTER, at(box, user="ann", password="hunter2!"))).ok  # noqa: S106 - of a test
    assert box.mails[0].user == "ann"


async def test_wrong_credentials_are_told_without_them(box):
    box.wants = ("ann", "right")
    attempt = await SmtpMailer().send(LETTER, at(box, user="ann", password="hunter2!"))  # noqa: S106 - of a test
    assert (attempt.ok, attempt.down, attempt.final) == (False, True, False)
    assert attempt.detail == "127.0.0.1 refuses the credentials (535)"


async def test_a_password_goes_over_no_open_connection_to_another_machine(box):
    box.wants = ("ann", "hunter2!")
    server = at(box, host="127.0.0.2", user="ann", password="hunter2!")  # noqa: S106 - of a test
    attempt = await SmtpMailer().send(LETTER, replace(server, host=_other_name()))
    assert not attempt.ok
    assert "no password goes over" in attempt.detail
    assert box.mails == []


def _other_name() -> str:
    """Name this machine as no list of local names does."""
    return "127.1"


@pytest.mark.parametrize(
    ("refuses", "final", "detail"),
    [
        ({"RCPT": "550 no such user ann@a.example"}, True, "127.0.0.1 does not take mail for this address (550)"),
        ({"RCPT": "451 try later"}, False, "127.0.0.1 does not take mail for this address (451)"),
        ({"MAIL": "421 too many"}, False, "127.0.0.1 refuses the letter (421)"),
        ({"CONTENT": "554 spam"}, True, "127.0.0.1 refuses the letter (554)"),
    ],
)
async def test_a_refusal_says_whether_trying_again_is_of_use(box, refuses, final, detail):
    box.refuses = refuses
    attempt = await SmtpMailer().send(LETTER, at(box))
    assert (attempt.ok, attempt.final, attempt.detail) == (False, final, detail)


async def test_a_server_that_is_not_there_is_down(box):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        attempt = await SmtpMailer().send(LETTER, at(box, port=free.getsockname()[1]))
    assert (attempt.ok, attempt.down) == (False, True)
    assert "Connection refused" in attempt.detail
