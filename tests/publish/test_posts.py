"""What hubs, hooks and mailboxes are sent."""

from __future__ import annotations

import base64
import email
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest

from aggregator.model.sending import HookForm, Message, Sending
from aggregator.publish import compose, letter, ping, post, with_messages
from tests.builders import NOON, make_topic
from tests.publish.test_outgoing import HOOK, MAIL
from tests.publish.views import SITE, make_candidate, make_member, make_view

HOSTILE = 'He said "<script>alert(1)</script>" & <@everyone> left|right\r\nBcc: eve@e.example'


def message(*titles: str, url: str | None = "https://lwn.example/1", topic: str = "World") -> Message:
    members = [make_member(f"g{number}", title=title, url=url) for number, title in enumerate(titles)]
    definition = replace(make_topic(sending=Sending(hooks=(HOOK,))), title=topic)
    view = make_view(*map(make_candidate, members), topic=definition)
    (made,) = with_messages(view, compose(view, NOON, SITE), NOON, SITE).messages
    return made


def mail_of(made: Message) -> EmailMessage:
    sent = letter(MAIL, made, "River <river@r.example>", SITE)
    parsed = email.message_from_bytes(sent.body, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_a_hub_is_sent_the_form_that_hubs_take():
    request = ping("https://hub.example/", "https://t.example/world.atom", "a/1")
    assert request.form == (
        ("hub.mode", "publish"),
        ("hub.url", "https://t.example/world.atom"),
        ("hub.topic", "https://t.example/world.atom"),
    )


def test_a_signature_is_made_of_id_time_and_body():
    request = post(HOOK, message("News"), "a/1", NOON)
    headers = dict(request.headers)
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + (request.body or b"")
    expected = base64.b64encode(hmac.digest(b"secret", signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_a_repeat_has_the_id_of_the_first_and_a_time_and_signature_of_its_own():
    made = message("News")
    first = dict(post(HOOK, made, "a/1", NOON).headers)
    again = dict(post(HOOK, made, "a/1", NOON + timedelta(minutes=5)).headers)
    assert first["webhook-id"] == again["webhook-id"] == made.id
    assert first["webhook-signature"] != again["webhook-signature"]


def test_a_secret_that_is_no_base64_signs_as_it_is_written_and_without_one_nothing_is_signed():
    made = message("News")
    plain = dict(post(replace(HOOK, secret="whsec_no base64"), made, "a/1", NOON).headers)  # noqa: S106 - of a test
    assert plain["webhook-signature"].startswith("v1,")
    assert "webhook-signature" not in dict(post(replace(HOOK, secret=None), made, "a/1", NOON).headers)


def test_json_tells_id_topic_and_items():
    made = message("News", "More")
    request = post(HOOK, made, "a/1", NOON)
    said = json.loads(request.body or b"")
    assert (said["id"], said["type"], said["topic"]["slug"]) == (made.id, "topic.announced", "world")
    assert (len(said["items"]), request.media_type) == (2, "application/json")


def test_no_title_addresses_anybody_in_a_chat():
    request = post(replace(HOOK, form=HookForm.SLACK), message(HOSTILE), "a/1", NOON)
    text = json.loads(request.body or b"")["text"]
    assert "<@everyone>" not in text
    assert "<script>" not in text
    assert "&lt;@everyone&gt; left¦right" in text
    assert "<https://lwn.example/1|He said" in text


@pytest.mark.parametrize("form", [HookForm.SLACK, HookForm.TEXT])
def test_a_chat_is_told_of_a_flood_in_a_few_lines(form):
    made = message(*(f"Title {number}" for number in range(50)))
    body = (post(replace(HOOK, form=form), made, "a/1", NOON).body or b"").decode()
    assert body.count("Title") == 20
    assert "and 30 more" in body


def test_a_letter_is_for_every_mail_program():
    mail = mail_of(message("One & two", "Three"))
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert mail["Subject"] == "World: 2 new"
    assert (mail["To"], mail["From"]) == ("ann@a.example", "River <river@r.example>")
    assert "One & two" in text.get_content()
    assert '<a href="https://lwn.example/1">One &amp; two</a>' in html.get_content()
    assert "<img" not in html.get_content()


def test_a_letter_is_the_same_to_the_byte_and_says_which_it_is():
    made = message("News")
    first, again = (letter(MAIL, made, "r@r.example", SITE) for _ in range(2))
    assert first == again
    assert mail_of(made)["Message-ID"] == f"<{made.id}@feeds.example.org>"
    assert mail_of(made)["List-Id"] == "<world.feeds.example.org>"


@pytest.mark.parametrize("url", [None, "javascript:alert(1)"])
def test_nothing_in_a_feed_writes_headers_or_scripts_into_a_letter(url):
    mail = mail_of(message(HOSTILE, url=url, topic=HOSTILE))
    html = mail.get_body(("html",))
    assert html is not None
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert "<script" not in html.get_content()
    assert "javascript:" not in html.get_content()


def test_half_a_character_and_controls_spoil_no_message():
    made = message("half \ud800 and bell \a and nul \0", topic="T\ud800")
    for form in HookForm:
        assert post(replace(HOOK, form=form), made, "a/1", NOON).body
    assert b"bell" in letter(MAIL, made, "r@r.example", SITE).body
