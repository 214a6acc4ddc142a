"""Hubs, purely: what a document offers, and what can be checked without any of them."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, strategies as st

from aggregator.model.source import FeedProfile
from aggregator.model.websub import Offer
from aggregator.schedule.websub.keys import secret_of, signed_with, token_hash, token_of
from aggregator.schedule.websub.offers import offered

URL = "https://p.example/feed.xml"
OWN = FeedProfile(hub_url="https://doc.example/hub", self_url="https://doc.example/self")


@pytest.mark.parametrize(
    ("header", "profile", "expected"),
    [
        ('<https://h.example/>; rel="hub", <https://p.example/s>; rel="self"', OWN, ("h.example/", "p.example/s")),
        ("<https://h.example/>; rel=hub, </s>; rel=self", OWN, ("h.example/", "p.example/s")),
        ('<https://h.example/>; title="a, b; c"; rel="x HUB", <s>; REL=SELF', OWN, ("h.example/", "p.example/s")),
        ("<https://h.example/>;rel=hub;rel=self , <s>;rel=self", OWN, ("h.example/", "p.example/s")),
        ("<https://h.example/>; rel=hub", OWN, ("h.example/", "doc.example/self")),
        ("<https://p.example/s>; rel=self", OWN, ("doc.example/hub", "doc.example/self")),
        ("<https://p.example/s>; rel=self", FeedProfile(hub_url="https://d.example/"), ("d.example/", "p.example/s")),
        ("", OWN, ("doc.example/hub", "doc.example/self")),
        ("<http://a.example/>; rel=hub, <https://b.example/>; rel=hub", OWN, ("b.example/", "doc.example/self")),
        ('<https://a.example/>; rel=hub; anchor="/x"', OWN, ("doc.example/hub", "doc.example/self")),
        ("<https://a.example/>; rel=hubs", OWN, ("doc.example/hub", "doc.example/self")),
        ("<javascript:x>; rel=hub", OWN, ("doc.example/hub", "doc.example/self")),
        ("<https://a.example:x/>; rel=hub", OWN, ("doc.example/hub", "doc.example/self")),
        ("<https://a.example/ü>; rel=hub", OWN, ("doc.example/hub", "doc.example/self")),
        ("<https://a.example/" + "x" * 3000 + ">; rel=hub", OWN, ("doc.example/hub", "doc.example/self")),
        ("<https://h.example/>; rel=hub", FeedProfile(), None),
        ("<https://p.example/>; rel=self", FeedProfile(), None),
        ("", FeedProfile(hub_url="https://d.example/"), None),
    ],
)  # fmt: skip
def test_hub_and_topic_come_from_the_header_first(header, profile, expected):
    found = offered((("link", header),), URL, profile)
    assert found == (None if expected is None else Offer(*(f"https://{part}" for part in expected)))


@given(st.text(max_size=200) | st.text(alphabet='<>;,="\\ relhubsf/', max_size=200))
def test_no_header_is_too_odd_to_be_read(header):
    offered((("link", header),), URL, FeedProfile())


def test_tokens_and_secrets_differ_by_key_and_nonce_and_are_long():
    made = {function(key, nonce) for function in (token_of, secret_of) for key in (b"a", b"b") for nonce in "12"}
    assert len(made) == 8
    assert all(43 <= len(one) <= 64 for one in made)
    assert token_hash(token_of(b"a", "1")) != token_hash(token_of(b"a", "2"))


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_right_signature_names_its_method_in_any_case(method):
    digest = hmac.new(b"s", b"body", getattr(hashlib, method)).hexdigest()
    assert signed_with(f"{method}={digest}", b"body", "s") == method
    assert signed_with(f" {method}={digest.upper()} ", b"body", "s") == method
    assert signed_with(f"{method}={digest}", b"body2", "s") is None
    assert signed_with(f"{method}={digest}", b"body", "t") is None
    assert signed_with(f"{method}={digest[:-2]}", b"body", "s") is None
    assert signed_with(digest, b"body", "s") is None


def test_only_the_methods_of_the_recommendation_count():
    digest = hmac.new(b"s", b"body", hashlib.sha224).hexdigest()
    assert signed_with(f"sha224={digest}", b"body", "s") is None
