"""Hooks, mailboxes and the mail server in the settings."""

from __future__ import annotations

from datetime import time

import pytest

from aggregator.model.sending import Hook, HookForm, Mailing, MailServer
from aggregator.model.timetable import Timetable
from tests.settings.configs import load, problems

MAIL = "mail: {server: 'smtp://ann:p%40ss@mail.example:2525', from: 'River <river@r.example>'}\n"


def config(*send: str, mail: str = MAIL) -> str:
    places = "".join(f"      - {one}\n" for one in send)
    return f"sources: [https://a.example/feed]\n{mail}topics:\n  t:\n    send:\n{places}"


def test_hooks_and_mailboxes_are_read(tmp_path):
    text = config(
        "{hook: 'https://h.example/${KEY}', secret: '${S}', name: chat}",
        "{hook: 'https://h.example/b', form: slack}",
        "{mail: [ann@a.example, 'Bob <bob@b.example>'], at: daily at 07:00 Europe/London}",
        "{mail: eve@e.example, at: weekdays at 18:00, name: eve}",
    )
    settings = load(tmp_path, text, environment={"KEY": "k3y", "S": "long enough"})
    sending = settings.topics[0].sending
    assert sending.hooks[0] == Hook(name="chat", url="https://h.example/k3y", secret="long enough")  # noqa: S106 - of a test
    assert (sending.hooks[1].form, sending.hooks[1].secret) == (HookForm.SLACK, None)
    london = Timetable(at=time(7), zone="Europe/London")
    assert [(one.to, one.times) for one in sending.mailings[:2]] == [
        ("ann@a.example", london),
        ("Bob <bob@b.example>", london),
    ]
    assert sending.mailings[2] == Mailing(
        name="eve", to="eve@e.example", times=Timetable(at=time(18), days=frozenset(range(5)))
    )
    assert settings.mail == MailServer(
        host="mail.example",
        port=2525,
        sender="River <river@r.example>",
        user="ann",
        password="p@ss",  # noqa: S106 - of a test
    )


def test_names_that_are_not_given_differ_and_tell_nothing(tmp_path):
    sending = load(tmp_path, config("{hook: 'https://h.example/a'}", "{hook: 'https://h.example/b'}")).topics[0].sending
    names = {one.name for one in sending.hooks}
    assert len(names) == 2
    assert all("example" not in name for name in names)


@pytest.mark.parametrize(("text", "port", "tls"), [("smtp://m.example", 587, False), ("smtps://m.example", 465, True)])
def test_a_mail_server_has_the_port_of_its_kind(tmp_path, text, port, tls):
    mail = load(tmp_path, config(mail=f"mail: {{server: '{text}', from: r@r.example}}\n")).mail
    assert mail is not None
    assert (mail.port, mail.tls, mail.user) == (port, tls, None)


@pytest.mark.parametrize(
    ("send", "what"),
    [
        ("{hook: 'ftp://h.example/'}", "expected the address of a hook"),
        ("{hook: 'https://h.example/', secret: short}", "a secret is at least 8 characters long"),
        ("{hook: 'https://h.example/', mail: a@a.example}", "expected either a hook or mail"),
        ("{name: x}", "expected either a hook or mail"),
        ("{mail: a@a.example}", "mail needs a time"),
        ("{mail: nobody, at: daily at 7:00}", "expected a mail address"),
        ("{mail: 'a@a.example, b@b.example', at: daily at 7:00}", "expected a mail address"),
        ("{mail: a@a.example, at: daily at 7:00, secret: 'long enough'}", "'secret' has no meaning for mail"),
        ("{hook: 'https://h.example/', at: daily at 7:00}", "'at' has no meaning for a hook"),
        ("{hook: 'https://h.example/', form: xml}", "expected one of json, slack, text"),
        ("{hok: 'https://h.example/'}", "unknown key 'hok'"),
        ("{hook: 'https://h.example/', name: 'No Name'}", "a name is made of a-z, 0-9, '.', '_' and '-'"),
    ],
)
def test_what_cannot_be_is_told(tmp_path, send, what):
    found = problems(tmp_path, config(send))
    assert [problem.what for problem in found] == [what]
    assert found[0].line == 6


def test_two_places_of_one_name_are_told_apart(tmp_path):
    (problem,) = problems(tmp_path, config("{hook: 'https://h.example/'}", "{hook: 'https://h.example/'}"))
    assert "two places of this topic are named" in problem.what


def test_mail_needs_a_server_and_a_server_a_sender(tmp_path):
    (problem,) = problems(tmp_path, config("{mail: a@a.example, at: daily at 7:00}", mail=""))
    assert problem.what == "no server takes our mail"
    (problem,) = problems(tmp_path, config(mail="mail: {server: 'smtp://m.example'}\n"))
    assert problem.what == "missing required key 'from'"


@pytest.mark.parametrize(
    "text",
    [
        config("{hook: 'https://h.example/hunter2', form: xml}"),
        config("{hook: 'https://h.example/', secret: hunter2, x: 1}"),
        config("{hook: 'hunter2', name: 'A B'}"),
        config(mail="mail: {server: 'smtp://ann:hunter2@m.example/path', from: r@r.example}\n"),
        config(mail="mail: {server: 'hunter2', from: r@r.example}\n").replace("'hunter2'", "'${S}'"),
    ],
)
def test_no_problem_shows_a_secret(tmp_path, text):
    found = problems(tmp_path, text, environment={"S": "hunter2"})
    assert found
    assert all("hunter2" not in str(problem) for problem in found)


def test_no_value_shows_a_secret(tmp_path):
    text = config(
        "{hook: 'https://h.example/hunter2', secret: hunter22}", "{mail: hunter2@a.example, at: daily at 7:00}"
    )
    settings = load(tmp_path, text.replace("p%40ss", "hunter2"))
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize(("base", "warned"), [("https://feeds.example.org", 0), ("http://10.0.0.2", 1), ("", 1)])
def test_a_hub_that_cannot_fetch_the_feeds_is_warned_of(tmp_path, base, warned):
    site = f"site: {{base-url: '{base}'}}\n" if base else ""
    text = f"{site}sources: [https://a.example/feed]\ntopics: {{t: {{output: {{hub: 'https://hub.example/'}}}}}}\n"
    warnings = load(tmp_path, text).warnings
    assert [one.path for one in warnings] == ["topics.t.output.hub"] * warned
