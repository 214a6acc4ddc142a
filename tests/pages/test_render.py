"""The pages, as markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from aggregator.model.pace import Finding, Pace, Scope
from aggregator.model.reason import Reason
from aggregator.model.shape import Queue
from aggregator.model.source import FeedProfile, SourceCondition
from aggregator.model.topic import FeedFormat, Output
from aggregator.pages.cards import card_of
from aggregator.pages.links import FILES, links_at
from aggregator.pages.render import render_error, render_index, render_sources, render_status, render_topic
from tests.builders import NOON, make_facts
from tests.pages.samples import (
    SITE,
    make_also,
    make_edition,
    make_edition_entry,
    make_failing,
    make_poll,
    make_source_status,
    make_status,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"

_VOID = {"meta", "link", "img", "br", "input", "hr"}


class Page(HTMLParser):
    """Reads a page strictly: every element closed, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def hrefs(self) -> list[str]:
        return [attributes["href"] for attributes in self.all("a")]


def every_page() -> dict[str, str]:
    entry = make_edition_entry(also=(make_also(),))
    edition = make_edition(entries=(entry, make_edition_entry(2)))
    status = make_status(make_source_status(), make_failing())
    return {
        "index": render_index(SITE, [card_of(edition), card_of(make_edition("empty", size=0))]),
        "bare index": render_index(SITE, []),
        "topic": render_topic(SITE, edition),
        "feed": render_topic(SITE, edition, shown_for=FeedFormat.RSS),
        "empty topic": render_topic(SITE, make_edition(size=0)),
        "sources": render_sources(SITE, status),
        "no sources": render_sources(SITE, make_status()),
        "status": render_status(SITE, status, notice="Old."),
        "bare status": render_status(SITE, replace(make_status(), topics=())),
        "error": render_error(SITE, 404, "Nothing here"),
    }


@pytest.mark.parametrize("name", every_page())
def test_every_page_can_be_walked_by_keyboard_and_screen_reader(name: str):
    html = every_page()[name]
    page = Page(html)
    assert html.startswith("<!doctype html>\n")
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    first = page.all("a")[0]
    assert first == {"class": "skip", "href": "#content"}
    assert page.all("main")[0]["id"] == "content"
    assert page.all("nav")[0]["aria-label"] == "Site"
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = [attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes]
    assert set(wanted) <= set(ids)


@pytest.mark.parametrize("name", every_page())
def test_no_page_holds_script_style_or_events_of_its_own(name: str):
    page = Page(every_page()[name])
    assert page.all("style") == []
    assert [set(script) for script in page.all("script")] == [{"src", "defer"}]
    for _, attributes in page.elements:
        assert not {one for one in attributes if one.startswith("on") or one == "style"}


@pytest.mark.parametrize("name", every_page())
def test_our_own_links_are_relative_and_foreign_ones_tell_nothing(name: str):
    page = Page(every_page()[name])
    for attributes in page.all("a"):
        href = attributes["href"]
        assert not href.startswith("/")
        if href.startswith("http"):
            assert attributes["rel"] == "noopener noreferrer nofollow"


def test_every_foreign_string_is_escaped_everywhere():
    facts = make_facts(title=HOSTILE, profile=FeedProfile(site_url="https://x.example/?a=" + HOSTILE))
    entry = make_edition_entry(
        title=HOSTILE,
        url=f"https://x.example/{HOSTILE}",
        authors=(HOSTILE,),
        summary=HOSTILE,
        content_html=HOSTILE,
        source=facts,
        language=HOSTILE,
        also=(make_also(HOSTILE, title=HOSTILE),),
        reasons=(Reason(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
    )
    edition = make_edition(title=HOSTILE, description=HOSTILE, language=HOSTILE, entries=(entry,))
    site = replace(SITE, title=HOSTILE, generator=HOSTILE, contact="mailto:" + HOSTILE, language=HOSTILE)
    bad = make_failing("s", title=HOSTILE, url="https://x.example/" + HOSTILE)
    bad = replace(bad, state=replace(bad.state, last_error=HOSTILE, next_poll_why=HOSTILE))
    status = make_status(replace(bad, polls=(make_poll(HOSTILE),)))
    pages = (
        render_index(site, [card_of(edition)]),
        render_topic(site, edition),
        render_sources(site, status, notice=HOSTILE),
        render_status(site, status, notice=HOSTILE),
        render_error(site, 404, HOSTILE),
    )
    for html in pages:
        page = Page(html)
        assert len(page.all("script")) == 1
        assert page.all("img") == []
        assert "{{ 7 * 7 }}" in html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:alert(1)", " https://x.example/", "//x.example/", ""]
)
def test_only_the_web_is_linked_to(url: str):
    facts = make_facts(title="Outlet", profile=FeedProfile(site_url=url))
    entry = make_edition_entry(title="Headline", url=url, source=facts, also=(make_also(url=url),))
    page = Page(render_topic(SITE, make_edition(entries=(entry,))))
    assert url not in page.hrefs()
    assert "Headline" in page.text
    assert "As Morning Wire told it" in page.text


def test_a_story_shows_headline_source_time_author_summary_others_and_reasons():
    entry = make_edition_entry(also=tuple(make_also(name) for name in ("Wire", "Post", "Times", "Wire")))
    html = render_topic(SITE, make_edition(entries=(entry,)))
    page = Page(html)
    assert "Ferry line reopens after eleven years Harbour Courier · 23 Nov 2026, 09:00 UTC · Ana Lindqvist" in page.text
    assert "The first crossing left at dawn" in page.text
    assert "also: Wire, Post (+1)" in page.text
    assert "why topic entered match — title: ferry" in page.text
    assert "Whole text." not in page.text
    assert "https://outlet.example/1" in page.hrefs()
    assert {"datetime": "2026-11-23T09:00:00Z"} in page.all("time")


@pytest.mark.parametrize("url", [None, "javascript:alert(1)"])
def test_an_entry_without_an_address_leads_to_our_page_of_it_unless_there_is_none(url: str | None):
    edition = make_edition(entries=(make_edition_entry(title="Fog", url=url),))
    pages = Page(render_topic(SITE, edition)), Page(render_index(SITE, [card_of(edition)]))
    assert [page.hrefs().count("e/short1") for page in pages] == [2, 1], "the topic has the date as a link, too"
    without = Page(render_index(SITE, [card_of(edition)], replace(FILES, closer=frozenset())))
    assert "Fog" in without.text
    assert not any(one.startswith("e/") for one in without.hrefs())


def test_pages_tell_what_waits_in_a_topic_and_until_when():
    queues = (Queue(rule="budget", waiting=3, next_at=NOON), Queue(rule="min-outlets", waiting=1))
    told = "4 items wait: 3 for room in the budget, 1 for more outlets; the next may come out 23 Nov 2026, 12:00 UTC"
    assert told in Page(render_topic(SITE, make_edition(size=1), queues=queues)).text
    status = make_status()
    waiting = replace(status, topics=(replace(status.topics[0], queues=queues),))
    assert told in Page(render_status(SITE, waiting)).text
    only_news = Page(render_topic(SITE, make_edition(size=1), queues=queues[1:])).text
    assert "1 item waits for more outlets" in only_news
    assert "may come out" not in only_news
    for page in (render_topic(SITE, make_edition(size=1)), render_status(SITE, status)):
        assert not re.search("items? waits? ", Page(page).text)


def test_stories_keep_the_order_of_the_edition():
    text = Page(render_topic(SITE, make_edition(size=3))).text
    places = [text.index(title) for title in ("Ferry line", "A small compiler", "Museum returns")]
    assert places == sorted(places)


def test_each_entry_names_its_own_language():
    html = render_topic(SITE, make_edition(entries=(make_edition_entry(language="ar", title="نهر"),)))
    assert {"lang": "ar"} in Page(html).all("article")


def test_a_private_source_is_named_without_its_address():
    facts = make_facts(title="Members letter", private=True, profile=FeedProfile(site_url="https://members.example/"))
    html = render_topic(SITE, make_edition(entries=(make_edition_entry(source=facts),)))
    assert "Members letter" in html
    assert "members.example" not in html


def test_the_page_in_place_of_a_feed_offers_that_feed_to_copy_and_to_see():
    page = Page(render_topic(SITE, make_edition(), shown_for=FeedFormat.RSS))
    assert "This is a feed" in page.text
    assert "https://feeds.example.org/harbour.rss" in page.text
    assert "harbour.rss?raw" in page.hrefs()


def test_only_the_formats_of_a_topic_are_offered():
    edition = make_edition(output=Output(formats=(FeedFormat.JSON,)))
    for html in (render_topic(SITE, edition), render_index(SITE, [card_of(edition)])):
        page = Page(html)
        assert "harbour.json" in page.hrefs()
        assert "harbour.atom" not in html
        assert "harbour.rss" not in html
        assert {link["href"] for link in page.all("link") if link["rel"] == "alternate"} == {"harbour.json"}
    bare = make_edition(output=Output(formats=()))
    assert "Subscribe" not in Page(render_topic(SITE, bare)).text


def test_the_front_page_sums_topics_up():
    page = Page(render_index(SITE, [card_of(make_edition()), card_of(make_edition("empty", size=0))]))
    assert "5 entries · last one 23 Nov 2026, 09:04 UTC" in page.text
    assert "0 entries" in page.text
    assert "https://feeds.example.org/harbour.atom" in page.text
    assert {"harbour", "harbour.atom", "harbour.rss", "harbour.json", "topics.opml", "sources.opml"} <= set(
        page.hrefs()
    )
    assert "Museum returns 41 clay tablets" in page.text
    assert "Glacier survey" not in page.text


def test_the_same_pages_work_as_files_and_from_deeper_addresses():
    edition = make_edition()
    files = Page(render_index(SITE, [card_of(edition)], FILES))
    assert {"index.html", "harbour.html", "harbour.atom", "sources.html", "status.html"} <= set(files.hrefs())
    deeper = Page(render_topic(SITE, edition, links_at(1)))
    assert {"../", "../harbour.atom", "../sources"} <= set(deeper.hrefs())
    assert deeper.all("script")[0]["src"].startswith("../-/app.js?v=")


def test_sources_that_fail_come_first():
    status = make_status(make_source_status("fine"), make_failing("bad"), make_source_status("also-fine"))
    text = Page(render_sources(SITE, status)).text
    assert text.index("bad") < text.index("fine") < text.index("also-fine")
    assert "404 Not Found" in text
    assert "3 sources, as of" in text


def test_a_source_is_called_as_the_settings_the_document_or_the_id_say():
    status = make_status(
        make_source_status("a", source={"title": "Configured"}, profile=FeedProfile(title="Hidden")),
        make_source_status("b", profile=FeedProfile(title="Of the document")),
        make_source_status("c"),
    )
    text = Page(render_sources(SITE, status)).text
    assert "Configured a" in text
    assert "Hidden" not in text
    assert "Of the document b" in text
    assert "c c" in text


def test_the_status_tells_counts_failures_polls_and_why_the_next_one_is_then():
    later = make_source_status("later", next_poll_at=NOON + timedelta(hours=5))
    paused = make_source_status("paused", condition=SourceCondition.PAUSED, next_poll_at=None)
    text = Page(render_status(SITE, make_status(later, make_failing(), make_source_status(), paused))).text
    assert "Sources 4 Not ok 2 Topics 1 Entries kept 12,480 Waiting to be curated 3" in text
    assert "broken failing 20 Nov 2026, 12:00 UTC 4 failed polls 404 Not Found" in text
    assert "http 4xx 404" in text
    coming = text[text.index("Next polls") :]
    assert coming.index("courier") < coming.index("later")
    assert "max-age 3600 raised it" in coming
    assert "paused" not in coming


def test_everything_well_is_said_as_such():
    text = Page(render_status(SITE, make_status(make_source_status()))).text
    assert "Every source is well." in text


@pytest.mark.parametrize(
    ("contact", "linked"), [("mailto:a@b.example", True), ("javascript:alert(1)", False), (None, False)]
)
def test_the_contact_is_linked_when_it_is_an_address(contact: str | None, *, linked: bool):
    page = Page(render_index(replace(SITE, contact=contact), []))
    assert (contact in page.hrefs()) is linked


def test_equal_values_give_equal_bytes():
    assert every_page() == every_page()
    assert re.search(r"\d{2}:\d{2}:\d{2}\.\d", every_page()["status"]) is None


def test_the_status_names_hosts_with_a_pace_of_their_own_and_why():
    finding = Finding(NOON, "s1", Scope.DOMAIN, "shared", HOSTILE)
    paces = (
        Pace(key="many.example", merged=True, spacing=timedelta(minutes=1), findings=(finding,)),
        Pace(key="down.example", trouble="timeout", trouble_since=NOON, next_at=NOON + timedelta(minutes=15)),
        Pace(key="held.example", hold_until=NOON + timedelta(hours=1)),
        Pace(key="past.example", hold_until=NOON - timedelta(hours=1), findings=(finding,)),
    )
    text = Page(render_status(SITE, replace(make_status(), paces=paces))).text
    assert "many.example and all hosts under it 1 min" in text
    assert "down.example probe 23 Nov 2026, 12:15 UTC" in text
    assert "held.example \u2013 23 Nov 2026, 13:00 UTC" in text
    assert "past.example" not in text
    assert "Hosts with a pace of their own" not in Page(render_status(SITE, make_status())).text


def test_the_list_of_sources_says_why_the_next_poll_is_then():
    assert "max-age 3600 raised it" in Page(render_sources(SITE, make_status(make_source_status()))).text


def test_a_month_of_a_topic_names_itself_and_what_is_older():
    page = Page(render_topic(SITE, make_edition(month="2026-10", older="2026-09"), links_at(1)))
    assert "Harbour , Oct 2026" in page.text
    assert "../harbour/2026-09" in page.hrefs()
    now = Page(render_topic(SITE, make_edition(older="2026-10")))
    assert "harbour/2026-10" in now.hrefs()
    assert "harbour/2026-10.html" in Page(render_topic(SITE, make_edition(older="2026-10"), FILES)).hrefs()


def test_a_part_of_a_month_leads_both_ways_and_says_what_is_no_longer_kept():
    edition = make_edition(month="2026-10-2", older="2026-10-1", newer="2026-10", gone=3)
    page = Page(render_topic(SITE, edition, links_at(1)))
    assert "Harbour , Oct 2026, part 2" in page.text
    assert "5 entries · 3 more no longer kept here" in page.text
    assert {"../harbour/2026-10-1", "../harbour/2026-10", "../harbour/2026-10.atom"} <= {*page.hrefs()}
    empty = Page(render_topic(SITE, make_edition(size=0, month="2026-10", gone=3), links_at(1)))
    assert "Nothing of it is kept here any more" in empty.text
    assert "updated" not in empty.text


def test_where_pages_of_entries_are_missing_nothing_leads_there():
    links = replace(FILES, root="../", closer=frozenset({"e/short1"}))
    page = Page(render_topic(SITE, make_edition(month="2026-10"), links))
    assert {one for one in page.hrefs() if one.startswith(("../e/", "../s/"))} == {"../e/short1.html"}
