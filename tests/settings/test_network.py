"""How the network is reached: proxies by layer, and whether hubs can reach us."""

from __future__ import annotations

import pytest

from aggregator.settings import is_public_base, show_source
from tests.settings.configs import load, problems

LAYERS = """\
network: {proxy: "http://ann:${P}@proxy.lan:3128/"}
groups: {near: {proxy: none}}
sources:
  near:
    - {id: direct, url: "https://a.example/"}
    - {id: own, url: "https://b.example/", proxy: "http://other.lan:8080"}
  far:
    - {id: usual, url: "https://c.example/"}
topics: {all: {}}
"""


def test_a_source_goes_by_its_own_proxy_else_by_that_of_its_group_else_by_that_of_the_network(tmp_path):
    settings = load(tmp_path, LAYERS, environment={"P": "hunter2"})
    assert settings.network.proxy == "http://ann:hunter2@proxy.lan:3128"
    assert {source.id: source.proxy for source in settings.sources} == {
        "direct": "",
        "own": "http://other.lan:8080",
        "usual": None,
    }


@pytest.mark.parametrize(
    ("source", "shown"), [("direct", "none"), ("own", "other.lan:8080"), ("usual", "as network.proxy")]
)
def test_a_proxy_is_shown_without_its_credentials(tmp_path, source, shown):
    lines = show_source(load(tmp_path, LAYERS, environment={"P": "hunter2"}), source)
    assert shown in next(line for line in lines if line.strip().startswith("proxy"))
    assert "hunter2" not in "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    ["http://ann:hunter2@proxy.lan:99999", "https://ann:hunter2@proxy.lan", "ann:hunter2@proxy.lan:3128", "http://"],
)
def test_an_address_that_is_no_proxy_is_told_without_quoting_it(tmp_path, text):
    (problem,) = problems(tmp_path, f"network: {{proxy: '{text}'}}\nsources: [https://a.example/]\n")
    assert problem.path == "network.proxy"
    assert "hunter2" not in str(problem)


def test_hubs_are_asked_unless_told_not_to_and_sha1_is_not_enough(tmp_path):
    network = load(tmp_path, "sources: [https://a.example/]\n").network
    assert (network.websub, network.websub_sha1, network.proxy) == (True, False, "")
    network = load(tmp_path, "network: {websub: false, websub-sha1: true}\nsources: [https://a.example/]\n").network
    assert (network.websub, network.websub_sha1) == (False, True)


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://feeds.example.org", True),
        ("https://feeds.example.org/river", True),
        ("https://93.184.216.34", True),
        ("http://feeds.example.org", False),
        ("https://localhost", False),
        ("https://127.0.0.1", False),
        ("https://[::1]", False),
        ("https://192.168.1.2:8443", False),
        ("https://nas", False),
        ("https://nas.lan", False),
        ("https://box.local", False),
    ],
)
def test_only_a_public_secure_address_can_be_called_by_hubs(url, public):
    assert is_public_base(url) is public
