"""Who may come in to the operator's pages."""

from __future__ import annotations

import pytest

from aggregator.service.web.gate import COOKIE, MOST_REMEMBERED, MOST_SESSIONS, SESSION_SECONDS, Gate, Visit, proves

TOKEN = "correct horse"  # noqa: S105 - what the tests try


class Seconds:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def gate(token: str = TOKEN, base: str = "https://feeds.example.org/feeds", now: Seconds | None = None) -> Gate:
    return Gate(token, base, "0.0.0.0", now or Seconds())


def visit(peer: str = "127.0.0.1", *, posting: bool = False, **headers: str | tuple[str, ...]) -> Visit:
    named = {"host": "127.0.0.1:8080"} | headers
    told = {name.replace("_", "-"): (value,) if isinstance(value, str) else value for name, value in named.items()}
    return Visit(peer=peer, headers=told, posting=posting)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080", "LOCALHOST"])
def test_without_a_token_the_computer_itself_comes_in(peer: str, host: str):
    assert gate("").refusal(visit(peer, host=host)) == ""


@pytest.mark.parametrize("peer", ["192.168.1.5", "10.0.0.1", "8.8.8.8", "fe80::1", "::ffff:8.8.8.8", "", "unix"])
def test_without_a_token_nobody_else_comes_in(peer: str):
    assert "Without server.admin-token" in gate("").refusal(visit(peer))


@pytest.mark.parametrize(
    "header", ["x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "forwarded", "x_real_ip", "via"]
)
def test_without_a_token_nobody_comes_in_through_a_proxy(header: str):
    assert "proxy" in gate("").refusal(visit(**{header: "127.0.0.1"}))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "feeds.example.org",
        "192.168.1.5",
        "",
        "@127.0.0.1",
        "evil.example@127.0.0.1",
        "127.0.0.1/evil",
        "[::1",
        "127.0.0.1:80:80x",
        "0.0.0.0:8080",
    ],
)
def test_without_a_token_a_name_that_only_resolves_to_us_is_refused(host: str):
    assert gate("").refusal(visit(host=host)) != ""


@pytest.mark.parametrize(
    "host", ["feeds.example.org", "FEEDS.example.org:443", "192.168.1.5:8080", "[2001:db8::1]", "0.0.0.0"]
)
def test_with_a_token_our_names_and_addresses_are_good(host: str):
    assert gate().refusal(visit("8.8.8.8", host=host)) == ""
    assert (
        gate().refusal(visit("8.8.8.8", host=host, x_forwarded_for="1.2.3.4", x_forwarded_host="feeds.example.org"))
        == ""
    )


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "feeds.example.org.evil.example", ""])
def test_with_a_token_other_names_are_refused_wherever_they_are_said(host: str):
    assert "none of ours" in gate().refusal(visit(host=host))
    assert "none of ours" in gate().refusal(visit(host="feeds.example.org", x_forwarded_host=host))
    assert "none of ours" in gate().refusal(visit(host="feeds.example.org", x_forwarded_host=("localhost", host)))


def test_a_name_that_is_said_twice_is_none():
    assert gate().refusal(visit(host=("localhost", "localhost"))) != ""


@pytest.mark.parametrize(
    ("origin", "good"),
    [
        ("http://127.0.0.1:8080", True),
        ("https://127.0.0.1:8080", True),
        ("https://feeds.example.org", True),
        ("http://feeds.example.org", False),
        ("http://127.0.0.1:9999", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_form_from_another_site_is_refused(origin: str, *, good: bool):
    assert (gate().refusal(visit(posting=True, origin=origin)) == "") is good
    assert gate().refusal(visit(origin="http://evil.example")) == "", "a link may lead here"


@pytest.mark.parametrize(
    ("site", "good"), [("same-origin", True), ("same-site", False), ("cross-site", False), ("none", False)]
)
def test_a_browser_says_where_a_form_was(site: str, *, good: bool):
    assert (gate().refusal(visit(posting=True, sec_fetch_site=site)) == "") is good


@pytest.mark.parametrize(
    ("given", "right"),
    [
        (TOKEN, True),
        ("", False),
        ("correct hors", False),
        ("correct horse ", False),
        ("é\ud83d", False),
        ("x" * 9999, False),
    ],
)
def test_only_the_token_opens(given: str, *, right: bool):
    assert gate().opens(visit(), given) is right
    assert not gate("").opens(visit(), given)


def test_wrong_tokens_make_an_address_wait_ever_longer_up_to_a_minute():
    now = Seconds()
    shut = gate(now=now)
    waits = []
    for _ in range(12):
        waits.append(shut.wait(visit("8.8.8.8")))
        now.at += waits[-1]
        shut.opens(visit("8.8.8.8"), "wrong")
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert shut.wait(visit("9.9.9.9")) == 0, "others need not wait"
    now.at += 60
    assert shut.opens(visit("8.8.8.8"), TOKEN)
    shut.opens(visit("8.8.8.8"), "wrong")
    assert shut.wait(visit("8.8.8.8")) == 0, "who had the token begins anew"


def test_addresses_of_one_network_are_one_visitor():
    shut = gate()
    for number in range(3):
        shut.opens(visit(f"2001:db8:0:1::{number}"), "wrong")
    assert shut.wait(visit("2001:db8:0:1:ffff::9")) > 0
    assert shut.wait(visit("2001:db8:0:2::1")) == 0


def test_a_flood_of_addresses_is_not_remembered_for_ever():
    shut = gate()
    for number in range(MOST_REMEMBERED + 10):
        shut.opens(visit(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"), "wrong")
    assert len(shut._tries._wrong) == MOST_REMEMBERED


def test_a_session_lasts_for_half_a_day_after_each_visit():
    now = Seconds()
    shut = gate(now=now)
    word, session = shut.enter()
    known = visit(cookie=f"a=b; {COOKIE}={word}")
    for _ in range(3):
        now.at += SESSION_SECONDS - 1
        assert shut.session(known) is session
    now.at += SESSION_SECONDS + 1
    assert shut.session(known) is None
    assert shut.session(known) is None


@pytest.mark.parametrize(
    "cookie", ["", "x", f"{COOKIE}=", f"{COOKIE}=wrong", f"{COOKIE}x=y", "=;=;;", f"{COOKIE}=é\ud83d"]
)
def test_other_cookies_are_no_session(cookie: str):
    shut = gate()
    shut.enter()
    assert shut.session(visit(cookie=cookie)) is None


def test_who_leaves_is_out_and_sessions_do_not_pile_up():
    shut = gate()
    word, _ = shut.enter()
    shut.leave(visit(cookie=f"{COOKIE}={word}"))
    assert shut.session(visit(cookie=f"{COOKIE}={word}")) is None
    words = [shut.enter()[0] for _ in range(MOST_SESSIONS + 1)]
    assert shut.session(visit(cookie=f"{COOKIE}={words[0]}")) is None
    assert shut.session(visit(cookie=f"{COOKIE}={words[-1]}")) is not None


def test_a_proof_belongs_to_one_session():
    shut = gate()
    one, other = shut.enter()[1], shut.enter()[1]
    assert proves(one, one.proof)
    assert not proves(one, other.proof)
    assert not proves(one, "")
    assert not proves(one, "é\ud83d")


def test_nothing_secret_is_in_what_a_gate_remembers():
    shut = gate()
    word, _ = shut.enter()
    shut.opens(visit(), "wrong-but-secret")
    kept = repr((vars(shut), vars(shut._tries)))
    assert TOKEN not in kept
    assert word not in kept
    assert "wrong-but-secret" not in kept
