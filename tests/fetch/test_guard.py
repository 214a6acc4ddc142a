from __future__ import annotations

import pytest

from aggregator.fetch.guard import AddressGuard, BlockedAddress, forbidden

PORTS = (80, 443)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.8.9.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_forbidden(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"]
)
def test_a_public_address_is_not(address: str) -> None:
    assert not forbidden(address)


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("127.0.0.0/8", "localhost", "127.0.0.1"),
        ("127.0.0.0/8", "localhost", "::1"),
        ("127.0.0.0/8", "x.example", "::ffff:127.0.0.1"),
        ("10.0.0.5/8", "x.example", "10.200.0.1"),
        ("10.0.0.5", "x.example", "10.0.0.5"),
        ("fd00::/8", "x.example", "fd00::7"),
        ("[::1]", "::1", "::1"),
        ("rsshub.lan", "RSSHub.lan.", "192.168.1.2"),
        ("*.lan", "deep.rsshub.lan", "192.168.1.2"),
    ],
)
def test_what_is_listed_may_be_dialled_on_any_port(allowed: str, host: str, address: str) -> None:
    AddressGuard([allowed], PORTS).check(host, address, 1200)


@pytest.mark.parametrize(
    ("allowed", "host", "address"),
    [
        ("127.0.0.2/32", "localhost", "127.0.0.1"),
        ("127.0.0.2/32", "localhost", "::1"),
        ("rsshub.lan", "evil-rsshub.lan", "192.168.1.2"),
        ("*.lan", "lan", "192.168.1.2"),
        ("*.lan", "evillan", "192.168.1.2"),
        ("10.0.0.0/8", "x.example", "192.168.1.2"),
    ],
)
def test_what_is_not_listed_is_blocked(allowed: str, host: str, address: str) -> None:
    with pytest.raises(BlockedAddress, match=r"not a public address; list it in network.allow-private"):
        AddressGuard([allowed], PORTS).check(host, address, 80)


def test_the_message_names_host_and_address() -> None:
    with pytest.raises(BlockedAddress, match=r"^rsshub.lan is 192.168.1.2, and 192.168.1.2 is not a public address"):
        AddressGuard([], PORTS).check("rsshub.lan", "192.168.1.2", 80)


def test_another_port_of_a_public_address_is_blocked() -> None:
    guard = AddressGuard([], PORTS)
    guard.check("x.example", "1.1.1.1", 443)
    with pytest.raises(BlockedAddress, match=r"port 22 of x.example is not polled; add it to network.ports"):
        guard.check("x.example", "1.1.1.1", 22)


def test_one_forbidden_answer_refuses_the_name() -> None:
    guard = AddressGuard([], PORTS)
    guard.check_all("x.example", ["1.1.1.1", "8.8.8.8"], 80)
    with pytest.raises(BlockedAddress):
        guard.check_all("x.example", ["1.1.1.1", "127.0.0.1"], 80)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "1.2.3", "1.2.3.4.5", "x.0"]
)
def test_a_number_that_is_no_dotted_quad_is_refused(host: str) -> None:
    with pytest.raises(BlockedAddress, match="spelling"):
        AddressGuard.check_spelling(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "example.org", "1.example", "3com.com", "::1", "xn--mnchen-3ya.de", "a.0day"]
)
def test_plain_hosts_are_not(host: str) -> None:
    AddressGuard.check_spelling(host)


def test_an_entry_with_a_slash_must_be_a_network() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/33"):
        AddressGuard(["10.0.0.0/33"], PORTS)
