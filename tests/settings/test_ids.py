"""Names for sources that have none."""

from __future__ import annotations

import re
from itertools import permutations

from hypothesis import given, strategies as st

from aggregator.settings.ids import Naming, source_ids


def name(host: str, path: str, given: str | None = None) -> Naming:
    return Naming(given, host, path, f"{host}{path}")


def test_a_name_is_the_host_and_the_telling_words_of_the_path():
    addresses = [
        ("www.lwn.net", "/headlines/rss"),
        ("jvns.ca", "/atom.xml"),
        ("xn--bcher-kva.example", "/feeds/Caf%C3%A9%20News/index.xml"),
        ("[2001:db8::1]", "/feed"),
        ("", "/home/ann/sample-feeds/morning-post.atom"),
    ]
    assert source_ids([name(*address) for address in addresses]) == (
        "lwn.net-headlines",
        "jvns.ca",
        "xn-bcher-kva.example-cafe-news",
        "2001-db8-1",
        "morning-post",
    )


def test_where_two_want_a_name_generic_words_join_in_and_then_a_hash():
    ids = source_ids(
        [name("a.example", "/rss"), name("a.example", "/atom"), name("", "/x/a.xml"), name("", "/y/a.xml")]
    )
    assert ids == ("a.example-rss", "a.example-atom", "x-a", "y-a")
    one, two = source_ids([Naming(None, "a.example", "/feed", "?c=1"), Naming(None, "a.example", "/feed", "?c=2")])
    assert one != two
    assert re.fullmatch(r"a\.example-feed-[a-z2-7]{6}", one)


def test_a_chosen_id_is_never_taken_by_another_source():
    assert source_ids([name("a.example", "/rss"), name("b.example", "/", "a.example")]) == (
        "a.example-rss",
        "a.example",
    )


def test_a_name_does_not_depend_on_the_order_of_the_list():
    namings = [
        name("a.example", "/rss"),
        name("a.example", "/feed"),
        name("a.example", "/"),
        name("b.example", "/", "x"),
    ]
    wanted = dict(zip(namings, source_ids(namings), strict=True))
    for order in permutations(namings):
        assert dict(zip(order, source_ids(order), strict=True)) == wanted


@given(
    st.lists(
        st.tuples(st.sampled_from(["a.example", "www.a.example", ""]), st.text(max_size=80)), unique=True, max_size=8
    )
)
def test_names_are_well_formed_and_all_different(addresses):
    ids = source_ids([name(*address) for address in addresses])
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", one) for one in ids)
