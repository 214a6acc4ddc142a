from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from lxml import etree

from aggregator.errors import FormatError
from aggregator.model.outline import FeedList, Lost, Outline
from aggregator.parse import read_feed_list
from aggregator.settings.importing import plain_yaml, plan_import

CORPORA = Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent"))

needs_corpora = pytest.mark.skipif(
    not (CORPORA / "opml").is_dir(), reason="AGGREGATOR_CORPORA names no folder of corpora; real lists are not read"
)


def read(text: str | bytes) -> FeedList:
    return read_feed_list(text.encode() if isinstance(text, str) else text, load_yaml=plain_yaml)


def test_opml_of_freshrss_names_what_only_freshrss_does():
    listed = read(
        '<opml version="2.0" xmlns:frss="https://freshrss.org/opml"><body><outline text="A">'
        '<outline xmlUrl="https://a.example/" type="HTML+XPath" frss:xPathItem="//li" category="/x/y,z" language="de"/>'
        '<outline xmlUrl="https://b.example/f" type="rss" frss:cssFullContent="article"/>'
        '<outline xmlUrl="|tool" filtercmd="x"/></outline></body></opml>'
    )
    assert listed.outlines == (
        Outline(
            url="https://a.example/",
            groups=("A",),
            tags=("x/y", "z"),
            language="de",
            lost=("type HTML+XPath", "frss:xpathitem"),
        ),
        Outline(url="https://b.example/f", groups=("A",), full_text=True),
        Outline(url="|tool", groups=("A",), lost=("filtercmd",)),
    )
    (lost, *_) = plan_import(listed, name="x", known=()).lost[-1:]
    assert (lost.what, lost.why) == ("|tool", "this is no address (it starts with https://)")


def test_planet_venus_gives_names_and_tells_what_it_did_more():
    listed = read(
        """# Planet
[Planet]
name = Planet Cats
filters = cats.py
new_feed_items = 5

[templates/index.html.tmpl]
encoding = utf-8
[https://a.example/atom]
name: Ann
face = ann.png
filter = (?i)cat
  |kitten
[feed://b.example/rss]
name = Bob ; not a comment
tags = one, two
[https://c.example/list.opml]
content_type = opml
a line that is nothing
"""
    )
    assert listed.format == "Planet"
    assert listed.outlines == (
        Outline(url="https://a.example/atom", title="Ann", lost=("filter = (?i)cat |kitten",)),
        Outline(url="http://b.example/rss", title="Bob ; not a comment", tags=("one", "two")),
    )
    assert [lost.what for lost in listed.lost] == [
        "filters = cats.py",
        "new_feed_items = 5",
        "[templates/index.html.tmpl]",
        "https://c.example/list.opml",
    ]


def test_rss_funnel_gives_a_group_for_each_endpoint():
    listed = read(
        """auth: {username: a}
endpoints:
  - path: /hn.xml
    note: Hacker News
    source: https://hn.example/rss
    filters:
      - full_text: {}
      - merge: {source: [https://b.example/f, /local.xml]}
      - merge: https://c.example/f
      - discard: snake
  - path: /any
    filters: [js: x]
"""
    )
    assert listed.format == "rss-funnel"
    more = {"groups": ("hn",), "full_text": True, "lost": ("filter discard",)}
    assert listed.outlines == (
        Outline(url="https://hn.example/rss", title="Hacker News", **more),
        Outline(url="https://b.example/f", **more),
        Outline(url="https://c.example/f", **more),
    )
    assert [lost.what for lost in listed.lost] == ["/hn.xml: /local.xml", "/any"]


def test_newsboat_gives_tags_and_titles():
    listed = read(
        """# mine
https://a.example/f
https://b.example/f news "daily read" "~The \\"B\\"" !hidden # why
filter:~/bin/cut.sh:https://c.example/f tag
"exec:~/bin/make.sh" x
"query:Unread:unread = \\"yes\\""
file:///home/ann/feed.xml
"""
    )
    assert listed.format == "newsboat urls"
    assert listed.outlines == (
        Outline(url="https://a.example/f"),
        Outline(url="https://b.example/f", title='The "B"', tags=("news", "daily read", "hidden")),
        Outline(url="https://c.example/f", tags=("tag",), lost=("filter:~/bin/cut.sh",)),
        Outline(url="file:///home/ann/feed.xml"),
    )
    assert [lost.why.partition(":")[0] for lost in listed.lost] == [
        "the output of a program",
        "a query over other feeds",
    ]


def test_plain_lists_may_carry_bullets_and_names():
    listed = read(
        "\ufeffhttps://a.example/f\r\n\r\n- https://b.example/f\nThe C blog: <https://c.example/f>\nnothing\n"
    )
    assert [(each.url, each.title) for each in listed.outlines] == [
        ("https://a.example/f", None),
        ("https://b.example/f", None),
        ("https://c.example/f", "The C blog"),
    ]
    assert listed.lost[0].what == "line 5: nothing"


def test_tables_are_read_by_their_heading():
    listed = read('Domain,Feed,Title,Category\nx,https://a.example/f,"A, B",News\ny,none,C,\n\n')
    assert listed.outlines == (Outline(url="https://a.example/f", title="A, B", groups=("News",)),)
    assert listed.lost == (Lost(what="row 3: none", why="no address in the column of feeds"),)
    assert len(read("title\turl\nA\thttps://a.example/f\n").outlines) == 1


def test_exports_as_json():
    miniflux = read(
        '[{"feed_url": "https://a.example/f", "title": "A", "category": {"title": "News"}, "crawler": true,'
        ' "blocklist_rules": "x", "disabled": false}, {"title": "no address"}, 3]'
    )
    assert miniflux.outlines == (
        Outline(url="https://a.example/f", title="A", groups=("News",), full_text=True, lost=("blocklist_rules",)),
    )
    reader = read(
        '{"subscriptions": [{"id": "feed/https://a.example/f", "categories": [{"label": "x"}, {"label": "y"}]}]}'
    )
    assert reader.outlines == (Outline(url="https://a.example/f", groups=("x",), tags=("y",)),)
    assert read('{"AI": {"feeds": ["https://a.example/f"]}, "x": 1}').outlines[0].groups == ("AI",)
    assert read('["https://a.example/f"]').outlines == (Outline(url="https://a.example/f"),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no list of feeds"),
        (b"words\nwithout addresses", "no list of feeds"),
        (b"<html></html>", "no OPML"),
        (b'{"a": 1}', "JSON, but no list"),
        (b"[1, 2]", "JSON, but no list"),
        (b"endpoints: 3", "no configuration of rss-funnel"),
        (b"endpoints: [", "a bracket or a comma is missing"),
        (b"\x00\x01\x02", "no list of feeds"),
        (b"x" * 20_000_001, "larger than 20 MB"),
        (b"<opml><body/></opml>", "OPML without any feed"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(content, message):
    with pytest.raises(FormatError, match=message):
        read(content)


def test_aliases_that_multiply_are_stopped():
    layers = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 9))
    with pytest.raises(FormatError, match="too many copies"):
        read(f"l0: &l0 [x]\n{layers}endpoints: []\n")


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_list_is_too_odd(content):
    try:
        listed = read(content)
    except FormatError:
        return
    assert plan_import(listed, name="x", known=()).kept <= len(listed.outlines)


@needs_corpora
def test_every_address_that_a_recovering_parser_sees_in_the_lists_of_the_corpora_is_imported():
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    seen = missing = 0
    for path in sorted(path for path in (CORPORA / "opml").rglob("*") if path.suffix in {".opml", ".xml"}):
        root = etree.fromstring(path.read_bytes().lstrip(), parser)
        written = [
            " ".join(value.split())
            for element in root.iter()
            if isinstance(element.tag, str)
            for name, value in element.attrib.items()
            if name.lower() == "xmlurl" and value.strip()
        ]
        if not written:
            continue
        listed = read(path.read_bytes())
        plan = plan_import(listed, name="x", known=())
        kept = {str(fields["url"]) for sources in plan.groups.values() for fields in sources} | set(plan.known)
        told = {lost.what for lost in plan.lost}
        feeds = {re.sub(r"\A(?:view-source:|h(?=http)|feed:(?=//))", "", url) for url in written}
        feeds = {f"http:{url}" if url.startswith("//") else url for url in feeds}
        seen += len(feeds)
        missing += len({url for url in feeds - kept if "://" in url})
        # What is no address is told of: searches of Liferea, newsletters of Feedly, commands of newsboat.
        assert {url for url in feeds - kept if "://" not in url and f"https://{url}" not in kept} <= told
        assert not [url for url in told if "://" in url and "filtercmd" not in str(listed)]
    assert seen > 10_000
    assert missing == 0


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hhttps://a.example/f", "https://a.example/f"),
        ("view-source:http://a.example/f", "http://a.example/f"),
        ("a.example/f", "https://a.example/f"),
        ("https://a.example/?u=http://b.example/", "https://a.example/?u=http://b.example/"),
    ],
)
def test_slips_in_addresses_are_read_as_what_was_meant(written, meant):
    plan = plan_import(FeedList(format="x", outlines=(Outline(url=written),)), name="x", known=())
    assert plan.groups == {"x": [{"url": meant}]}


@pytest.mark.parametrize(
    "written", ["vfolder", "newsletter:1:ann@a.example", "|tool", "exec:curl https://a.example", "ftp://a.example/"]
)
def test_what_is_no_address_is_named(written):
    plan = plan_import(FeedList(format="x", outlines=(Outline(url=written),)), name="x", known=())
    assert (plan.kept, plan.lost[0].what) == (0, written)


@needs_corpora
def test_a_list_of_twenty_thousand_addresses_is_read_whole():
    content = (CORPORA / "opml" / "smallweb.public.txt").read_bytes()
    plan = plan_import(read(content), name="smallweb", known=())
    assert plan.kept + len(plan.known) == len(content.split())
    assert plan.kept > 21_900
    assert plan.lost == []
