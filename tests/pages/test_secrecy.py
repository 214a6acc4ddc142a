"""Nothing that is shown gives a secret away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.pace import Finding, Pace, Scope
from aggregator.model.status import SourceStatus
from aggregator.pages.json_shapes import page_status_json, status_json
from aggregator.pages.secrecy import for_everyone, shown_url, without_secrets
from tests.builders import NOON
from tests.pages.samples import make_failing, make_poll, make_source_status, make_status


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/feed?a=1&b=2", "https://news.example/feed?a=1&b=2"),
        ("https://news.example?", "https://news.example?"),
        ("file:wire.xml", "file:wire.xml"),
        ("https://u:p@news.example:8443/feed", "https://news.example:8443/feed"),
        ("https://u@news.example/", "https://news.example/"),
        ("https://u:p@x@news.example/", "https://news.example/"),
        ("https://news.example/?token=abc&x=1", "https://news.example/?token=…&x=1"),
        ("https://news.example/?x=1&Access_Token=abc", "https://news.example/?x=1&Access_Token=…"),
        ("https://news.example/?password=a&sig=b", "https://news.example/?password=…&sig=…"),
        ("https://[::1/feed", "…"),
    ],
)
def test_an_address_loses_its_credentials(url: str, shown: str):
    assert shown_url(url) == shown


def with_error(one: SourceStatus, text: str) -> SourceStatus:
    state = replace(one.state, last_error=text, next_poll_why=text)
    return replace(one, state=state, polls=(make_poll("http_4xx", detail=text, next_poll_why=text, sent=text),))


def test_the_operator_sees_errors_and_addresses_of_private_sources_but_no_credentials():
    source = make_failing(
        "s",
        private=True,
        url="https://u:canary@s.example/feed",
        authorization="Basic Y2FuYXJ5",
        headers=(("K", "canary-two"),),
    )
    text = "https://u:canary@s.example/feed refused Y2FuYXJ5 and canary-two, Basic"
    status = make_status(with_error(source, text))
    shown = status_json(status)["sources"][0]
    assert shown["url"] == "https://s.example/feed"
    assert shown["error"] == "https://s.example/feed refused … and …, Basic"
    assert "canary" not in repr(without_secrets(status))
    assert "Y2FuYXJ5" not in repr(without_secrets(status))


def test_everybody_sees_a_private_source_by_its_name_only():
    source = make_failing("s", title="Letters", private=True, url="https://hidden.example/canary")
    status = make_status(
        with_error(source, "hidden.example said https://hidden.example/canary and https://other.example/")
    )
    shown = page_status_json(status)["sources"][0]
    assert (shown["id"], shown["url"], shown["error"]) == ("s", None, "http_4xx")
    for word in ("hidden.example", "canary", "other.example"):
        assert word not in repr(for_everyone(status))


def test_a_private_source_that_is_well_has_no_error():
    status = make_status(make_source_status(source={"private": True}))
    assert page_status_json(status)["sources"][0]["error"] is None


def test_a_private_source_that_failed_without_a_record_says_just_that():
    source = replace(make_failing("s", private=True), polls=())
    assert page_status_json(make_status(source))["sources"][0]["error"] == "failed"


def test_of_a_local_document_only_the_name_is_shown_to_everybody():
    source = make_source_status(source={"url": "file:///home/me/feeds/wire.xml"})
    status = make_status(with_error(source, "/home/me/feeds/wire.xml: no such file (file:///home/me/feeds/wire.xml)"))
    shown = page_status_json(status)["sources"][0]
    assert (shown["url"], shown["error"]) == ("file:wire.xml", "wire.xml: no such file (file:wire.xml)")
    assert status_json(status)["sources"][0]["url"] == "file:///home/me/feeds/wire.xml"


def test_a_public_source_keeps_its_words():
    source = with_error(make_source_status(), "max-age 3600 raised it, see https://a.example/?x=1")
    status = make_status(source)
    assert "max-age 3600 raised it, see https://a.example/?x=1" in json.dumps(page_status_json(status))


def test_what_is_fit_for_everybody_stays_as_it_is():
    local = with_error(make_source_status(source={"url": "file:///home/me/wire.xml"}), "file:///home/me/wire.xml: gone")
    private = with_error(make_failing("s", private=True), "https://s.example/ said no")
    status = for_everyone(make_status(local, private, make_source_status("plain")))
    assert for_everyone(status) == status
    assert status_json(status) == page_status_json(status)


def test_what_was_learned_of_the_hosts_of_private_sources_is_the_operators_alone():
    finding = Finding(NOON, "s", Scope.DOMAIN, "shared", "a.hidden.example was refused")
    paces = tuple(
        Pace(key=key, spacing=timedelta(minutes=1), findings=(finding,))
        for key in ("a.hidden.example", "hidden.example", "den.example", "open.example")
    )
    private = make_failing("s", private=True, url="https://a.hidden.example/f", pace_key="a.hidden.example")
    private = replace(private, pace_key="hidden.example")
    private = with_error(private, "hidden.example answers nobody")
    status = replace(make_status(private), paces=paces)
    assert [pace["key"] for pace in status_json(status)["hosts"]] == [pace.key for pace in paces]
    assert [pace["key"] for pace in page_status_json(status)["hosts"]] == ["den.example", "open.example"]
    assert page_status_json(status)["sources"][0]["pace"] is None
    assert "hidden.example" not in json.dumps(page_status_json(status)["sources"])
