from __future__ import annotations

import pytest

from aggregator.publish.clean import language_tag, line, media_type, open_url, web_url, xml_safe, xml_text

BAD = "\x00\x08\x0b\x0c\x0e\x1f\x7f\x80\ud800\udfff\ufdd0\ufffe\uffff"


def test_what_xml_forbids_goes_without_a_trace() -> None:
    assert xml_text(f"a{BAD}b\t\n\r\x85\xa0ü\U0001f600") == "ab\t\n\r\x85\xa0ü\U0001f600"


@pytest.mark.parametrize("bad", ["\x00", "\x1f", "\ud800", "\ufffe", "\uffff"])
@pytest.mark.parametrize("around", ["", "x" * 1000, "ü·\n" * 1000])
def test_the_quick_look_sees_everything_that_breaks_a_document(bad: str, around: str) -> None:
    assert xml_safe(around + bad + around) == around + around


def test_a_line_is_folded_and_cannot_turn_its_neighbours_around() -> None:
    assert line("\u202ea\n\tb\u2066 c\x00", 100) == "a b c"
    assert line("אב\u200fג", 100) == "אב\u200fג"


def test_a_line_is_cut_at_a_word() -> None:
    assert line("one two, three", 10) == "one two…"
    assert line("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JAVASCRIPT://a.example/%0aalert(1)",
        "data:text/html,x",
        "ftp://a.example/",
        "//a.example/",
        "/a",
        "http://",
        "https:///a",
        "https://a.example/\x00",
        "https://a.example/\n",
        "https://a.example/a\nb",
        "https://a.example/\ud800",
        "https://[::1",
        "https://" + "a" * 5000,
        'https://a"b.example/',
    ],
)
def test_what_is_no_address_on_the_web_is_dropped(url: str | None) -> None:
    assert web_url(url) in {None, "https://a.example/"}
    if url != "https://a.example/\n":
        assert web_url(url) is None


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://a.example/?q=1&r=%20#f", "https://a.example/?q=1&r=%20#f"),
        ("HTTPS://A.example/", "https://A.example/"),
        ("https://ü.example/ß", "https://xn--tda.example/%C3%9F"),
        ("https://a.example/<script>\"'", "https://a.example/%3Cscript%3E%22'"),
        ("https://me:pw@a.example:8080/x", "https://a.example:8080/x"),
        ("https://a.example/#a#b", "https://a.example/#a%23b"),
    ],
)
def test_an_address_is_made_fit_for_a_link(url: str, clean: str) -> None:
    assert web_url(url) == clean
    assert web_url(clean) == clean


@pytest.mark.parametrize(
    "query", ["token=1", "a=1&api_key=2", "key=3", "x_sig=4", "Password=5", "access_token=6", "apikey=7"]
)
def test_an_address_that_is_a_secret_is_not_shown(query: str) -> None:
    assert open_url(f"https://a.example/feed?{query}") is None


@pytest.mark.parametrize("query", ["keyword=tokens&design=1", "author=1&feed=rss2", "monkey=1"])
def test_an_address_that_only_looks_like_one_is_shown(query: str) -> None:
    assert open_url(f"https://a.example/feed?{query}") == f"https://a.example/feed?{query}"


def test_tags_and_types_are_checked() -> None:
    assert [language_tag(it) for it in ("de", "zh-Hant-TW", "pt_BR", "", None, "x", "<de>")] == [
        "de",
        "zh-Hant-TW",
        "pt-BR",
        None,
        None,
        None,
        None,
    ]
    assert media_type("audio/mpeg") == "audio/mpeg"
    assert media_type('audio"') == media_type("") == "application/octet-stream"
