"""Documents that nobody ever published, made up from the words of all formats and odd values."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

from tests.mutations.judging import Headers
from tests.mutations.odd import (
    ADDRESSES,
    ATTRIBUTES,
    CONTROLS,
    DATES,
    DOCTYPES,
    ELEMENTS,
    JSON_VALUES,
    LABELS,
    NAMESPACES,
    REFERENCES,
    TYPES,
    VALUES,
)

_SPACES = b" ".join(
    b"xmlns:%s='%s'" % pair
    for pair in (
        (b"content", b"http://purl.org/rss/1.0/modules/content/"),
        (b"dc", b"http://purl.org/dc/elements/1.1/"),
        (b"media", b"http://search.yahoo.com/mrss/"),
        (b"itunes", b"http://www.itunes.com/dtds/podcast-1.0.dtd"),
        (b"podcast", b"https://podcastindex.org/namespace/1.0"),
        (b"georss", b"http://www.georss.org/georss"),
        (b"slash", b"http://purl.org/rss/1.0/modules/slash/"),
    )
)
_FRAMES = (
    (b"<rss version='2.0' " + _SPACES + b"><channel><title>T</title>", b"item", b"</channel></rss>"),
    (b"<rss version='0.91'><channel>", b"item", b"</channel></rss>"),
    (
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
        + _SPACES
        + b"><channel/>",
        b"item",
        b"</rdf:RDF>",
    ),
    (b"<feed xmlns='http://www.w3.org/2005/Atom' " + _SPACES + b">", b"entry", b"</feed>"),
    (b"<feed version='0.3' xmlns='http://purl.org/atom/ns#'>", b"entry", b"</feed>"),
    (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", b"a:entry", b"</a:feed>"),
)
_TEXT = st.one_of(
    st.sampled_from((*VALUES, *ADDRESSES, *DATES, *REFERENCES, *CONTROLS)),
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(st.sampled_from("<>&;'\"/=[]-!?ab \n"), max_size=12).map(str.encode),
)
_JSON_KEYS = (
    b"id url external_url title content_html content_text summary image banner_image date_published author items "
    b"date_modified authors tags language attachments version home_page_url feed_url icon favicon hubs next_url"
).split()


def _element(name: bytes, attributes: list[bytes], value: bytes) -> bytes:
    said = b"".join(b" " + each for each in attributes)
    return b"<" + name + said + b">" + value + b"</" + name + b">"


_ELEMENT = st.builds(
    _element, st.sampled_from(ELEMENTS), st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique=True), _TEXT
)
_PARTS = st.lists(_ELEMENT, max_size=5).map(b"".join)


def _framed(frame: tuple[bytes, bytes, bytes], before: bytes, items: list[bytes], doctype: bytes, label: str) -> bytes:
    opened, name, closed = frame
    declared = b"<?xml version='1.0' encoding='" + label.encode() + b"'?>" if label else b""
    inside = b"".join(b"<" + name + b">" + item + b"</" + name + b">" for item in items)
    return declared + doctype + opened + before + inside + closed


_XML = st.builds(
    _framed,
    st.sampled_from(_FRAMES),
    st.one_of(st.just(b""), _PARTS),
    st.lists(_PARTS, max_size=4),
    st.one_of(st.just(b""), st.just(b""), st.sampled_from(DOCTYPES)),
    st.one_of(st.just("utf-8"), st.sampled_from(LABELS)),
)
_JSON_VALUE = st.one_of(
    st.sampled_from(JSON_VALUES),
    st.sampled_from((*ADDRESSES, *DATES)).map(lambda value: b'"' + value.replace(b"\\", b"\\\\") + b'"'),
    st.text(max_size=10).map(lambda text: b'"' + text.encode("utf-8", "surrogatepass").replace(b'"', b"'") + b'"'),
)


def _object(members: dict[bytes, bytes]) -> bytes:
    return b"{" + b",".join(b'"' + name + b'":' + value for name, value in members.items()) + b"}"


_OBJECT = st.dictionaries(st.sampled_from(_JSON_KEYS), _JSON_VALUE, max_size=6).map(_object)
_JSON = st.builds(
    lambda feed, items: (
        b'{"version":"https://jsonfeed.org/version/1.1","items":[' + b",".join(items) + b"]," + feed[1:]
    ),
    _OBJECT.filter(lambda text: text != b"{}"),
    st.lists(_OBJECT, max_size=3),
)
_SPLICED = st.builds(lambda one, two, at: one[:at] + two[at:], _XML, _XML, st.integers(0, 600))
_RENAMED = st.builds(
    lambda body, one, two: body.replace(one or b"\0", two),
    _XML,
    st.sampled_from(NAMESPACES),
    st.sampled_from(NAMESPACES),
)
_BODIES = st.one_of(_XML, _XML, _JSON, _SPLICED, _RENAMED)
_HEADERS: st.SearchStrategy[Headers] = st.one_of(
    st.just((("content-type", "application/xml"),)),
    st.builds(
        lambda media_type, label: (("content-type", f"{media_type}; charset={label}"),),
        st.sampled_from(TYPES),
        st.sampled_from(LABELS),
    ),
)


def each_example(number: int, count: int, judge: Callable[[bytes, Headers], None]) -> None:
    """Hand ``judge`` so many made-up documents; the same number gives the same ones."""

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_BODIES, _HEADERS)
    def run(body: bytes, headers: Headers) -> None:
        judge(body, headers)

    run()
