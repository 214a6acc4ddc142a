"""One key for all the addresses of a page, different keys for different pages."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st

from aggregator.text.digests import digest64
from aggregator.text.link_keys import canonical_link, link_key
from aggregator.text.tracking import TRACKING_NAMES

CHECK_VALUES = [
    ("HTTPS://Example.com:443/a/./x/../b?utm_source=rss&id=7", "https://example.com/a/b?id=7"),
    ("http://www.example.com/a/b/", "https://example.com/a/b"),
    ("https://example.com/a/index.html", "https://example.com/a"),
    ("https://example.com/a?ref=rss", "https://example.com/a"),
    ("https://example.com/a?ref=1001", "https://example.com/a?ref=1001"),
    ("https://example.com/a?b=2&a=1", "https://example.com/a?a=1&b=2"),
    ("https://example.com/a;jsessionid=1A2B?x=", "https://example.com/a?x="),
    ("https://en.m.wikipedia.org/wiki/Iraq", "https://en.wikipedia.org/wiki/Iraq"),
    (
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fexample.com%2Fworld-1&ct=ga",
        "https://example.com/world-1",
    ),
    ("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/world-1", "https://example.com/world-1"),
    ("https://youtu.be/FCO6WidGVMI", "https://youtube.com/watch?v=FCO6WidGVMI"),
    ("https://m.example.com/a/b/amp", "https://example.com/a/b/amp"),
    ("https://example.com/#!/a", "https://example.com/#!/a"),
    ("https://example.com/live#top", "https://example.com/live"),
    ("https://example.com/live#post-11", "https://example.com/live#post-11"),
    ("https://example.com/%7Ejoe/caf%c3%a9", "https://example.com/~joe/caf%C3%A9"),
]

ONE_PAGE = [
    ("http://example.com:80/a", "https://example.com/a"),
    ("https://example.com./a", "https://example.com/a"),
    ("https://www2.example.com/a", "https://example.com/a"),
    ("https://user:secret@example.com/a", "https://example.com/a"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://example.com//a///b//", "https://example.com/a/b"),
    ("https://example.com/%2e%2e/a/%2E/b", "https://example.com/a/b"),
    ("https://example.com/a b", "https://example.com/a%20b"),
    ("https://example.com/a?q=x+y", "https://example.com/a?q=x%20y"),
    ("https://example.com/a?b=1&amp;utm_source=rss&amp;amp;c=2", "https://example.com/a?b=1&c=2"),
    ("https://example.com/a?&=1&&b=2", "https://example.com/a?b=2"),
    ("https://example.com/a?PHPSESSID=ab12", "https://example.com/a"),
    ("https://example.com/a?UTM_Source=x", "https://example.com/a"),
    ("https://example.com/a?from=social-amp&sh=1", "https://example.com/a"),
    ("https://example.com/a?amp=1&print=yes", "https://example.com/a"),
    ("https://example.com/story-1/amp/", "https://example.com/story-1"),
    ("https://example.com/story.amp", "https://example.com/story"),
    ("https://example.com/story.amp.html", "https://example.com/story.html"),
    ("https://example.com/story-1/amp/index.html", "https://example.com/story-1"),
    ("https://example.com/default.aspx", "https://example.com/"),
    ("https://example.com", "https://example.com/"),
    ("https://mobile.twitter.com/a/status/1?s=20&t=xyz", "https://x.com/a/status/1"),
    ("https://old.reddit.com/r/news/1", "https://www.reddit.com/r/news/1"),
    ("https://www.youtube.com/watch?feature=share&v=abc&t=10", "https://youtu.be/abc?t=3"),
    ("https://blog.medium.com/a?source=friends_link", "https://blog.medium.com/a"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Ffbclid%3D1&h=x", "https://example.com/a"),
    ("https://www.google.co.uk/amp/s/www.example.com/a-1/amp/?id=1", "https://example.com/a-1?id=1"),
    ("https://out.reddit.com/t3_1?url=https%3A%2F%2Fexample.com%2Fa&token=1", "https://example.com/a"),
    ("https://go.skimresources.com/?id=1&url=https%3A%2F%2Fexample.com%2Fa", "https://example.com/a"),
    ("https://r.search.yahoo.com/_ylt=A/RO=10/RU=https%3a%2f%2fexample.com%2fa/RK=2/", "https://example.com/a"),
    ("  https://example.com/a\n", "https://example.com/a"),
]

DIFFERENT_PAGES = [
    ("https://example.com/A", "https://example.com/a"),
    ("https://news.example.com/a", "https://sports.example.com/a"),
    ("https://m.media/a", "https://media/a"),
    ("https://example.com:8080/a", "https://example.com/a"),
    ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ("https://example.com/a?id=1", "https://example.com/a?id=2"),
    ("https://example.com/a?id=", "https://example.com/a"),
    ("https://example.com/a?ref=sampler", "https://example.com/a"),
    ("https://example.com/a?from=anatomy", "https://example.com/a"),
    ("https://example.com/#/one", "https://example.com/#/two"),
    ("https://example.com/live#post-11", "https://example.com/live#post-12"),
    ("https://example.com/live#block-6a1f09", "https://example.com/live#block-6a1f10"),
    ("https://example.com/story#comment-5", "https://example.com/story"),
    ("https://example.com/caf%e9", "https://example.com/caf%e8"),
    ("https://youtube.com/watch?v=a", "https://youtube.com/watch?v=b"),
    ("https://example.com/topic/amp", "https://example.com/topic"),
]

NO_WEB_ADDRESSES = [
    "",
    "   ",
    "mailto:me@example.org",
    "urn:uuid:1",
    "/a/b",
    "//example.com/a",
    "http://",
    "http:///a",
    "http://[::1/a",
    "http://example.com:port/a",
    "http://example.com:99999/a",
    "https://\ud800.example/",
    "https://example.com/\ud800",
    f"https://{'a' * 70}ü.example/",
]


@pytest.mark.parametrize(("url", "canonical"), CHECK_VALUES)
def test_a_link_has_the_canonical_form(url, canonical):
    assert canonical_link(url) == canonical


@pytest.mark.parametrize(("one", "other"), ONE_PAGE)
def test_addresses_of_one_page_share_a_key(one, other):
    assert canonical_link(one) == canonical_link(other)
    assert link_key(one) == link_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT_PAGES)
def test_different_pages_have_different_keys(one, other):
    assert link_key(one) != link_key(other)


@pytest.mark.parametrize("url", NO_WEB_ADDRESSES)
def test_what_is_no_web_address_stays_as_it_is(url):
    assert canonical_link(url) == url
    assert isinstance(link_key(url), int)


@pytest.mark.parametrize("name", sorted(TRACKING_NAMES))
def test_a_tracking_parameter_never_counts(name):
    assert canonical_link(f"https://example.com/a?id=7&{name.upper()}=4f2") == "https://example.com/a?id=7"


def test_three_wrappings_are_taken_off_and_a_fourth_is_suspicious():
    wrapped = "example.com/world-1"
    for _ in range(3):
        wrapped = f"x.cdn.ampproject.org/c/s/{wrapped}"
    assert canonical_link(f"https://{wrapped}") == "https://example.com/world-1"
    deeper = f"https://x.cdn.ampproject.org/c/s/{wrapped}"
    assert canonical_link(deeper) == deeper


def test_a_redirector_without_a_target_is_a_page_like_any_other():
    assert canonical_link("https://www.google.com/url?sa=t") == "https://google.com/url?sa=t"
    assert canonical_link("https://www.google.com/amp/s/") == "https://google.com/amp/s"
    assert canonical_link("https://l.facebook.com/l.php?u=about:blank") == (
        "https://l.facebook.com/l.php?u=about%3Ablank"
    )


def test_the_key_is_the_digest_of_the_canonical_form():
    assert link_key("http://www.example.com/a/") == digest64("link", "https://example.com/a")


_PIECES = st.sampled_from(
    [
        *("#post-1", "#P%31", "#c"),
        *"/?#&=;:.%@[]\\ +!-~aé日1\t\n\x00\u00a0\u2003\uff05\u3002",
        *("..", "amp", "%2e", "%2F", "%25", "%E9", "&amp;", ".amp", ".html", "index.html", ";jsessionid=1", "www."),
        *("m.", "utm_source=rss", "ref=rss", "v=1", "google.com/url?q=", "https://", "http%3A%2F%2F", "youtu.be/"),
        *("x.cdn.ampproject.org/c/s/", "youtube.com/watch", "#!/", "example.com", "twitter.com", "amp;", "%3B", "%26"),
        *("google.com/amp/s/", "r.search.yahoo.com/RU=http%3A%2F%2F", "l.facebook.com/l.php?u=https://"),
    ]
)
_HOSTS = st.sampled_from(
    ["", "example.com/", "www.example.co.uk/a-1/", "en.m.www.example.org", "x.cdn.ampproject.org/"]
)
_ADDRESSES = st.builds(
    lambda scheme, host, rest: scheme + host + "".join(rest),
    st.sampled_from(["https://", "http://www.", "HTTP://m."]),
    _HOSTS,
    st.lists(_PIECES | st.text(max_size=3), max_size=12),
)


@given(url=_ADDRESSES | st.text(max_size=40))
@example(url="https://example.com/a-1/x/amp/index.html/amp")
@example(url="https://example.com/a/..amp.html")
@example(url="https://example.com/a;jsess;jsessionid=1;ionid=2")
@example(url="https://en.m.m.example.org/a?a=%2B+&b=%C3%28")
def test_a_canonical_link_is_its_own_canonical_form(url):
    canonical = canonical_link(url)
    assert canonical_link(canonical) == canonical


@pytest.mark.corpora
@pytest.mark.skipif("AGGREGATOR_CORPORA" not in os.environ, reason="AGGREGATOR_CORPORA names no folder of corpora")
def test_the_pairs_of_the_corpus_get_equal_keys_when_they_are_one_page():
    corpus = Path(os.environ["AGGREGATOR_CORPORA"]) / "suites" / "url" / "url_pairs.jsonl"
    pairs = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    wrong = [pair["kind"] for pair in pairs if (link_key(pair["a"]) == link_key(pair["b"])) != pair["same"]]
    assert not wrong


def test_pairs_that_were_judged_before_the_code_was_read():
    lines = (Path(__file__).parents[1] / "data" / "links" / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(pairs) > 100
    wrong = [why for verdict, one, other, why in pairs if (link_key(one) == link_key(other)) != (verdict == "same")]
    assert not wrong
