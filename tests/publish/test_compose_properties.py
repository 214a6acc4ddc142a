"""What holds for every view, whatever publishers and clocks came up with."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
from lxml import etree

from aggregator.model.edition import Member, TopicView
from aggregator.model.entry import Enclosure, EntryKey
from aggregator.model.source import FeedProfile
from aggregator.model.topic import Attribution, Output, Shown, TopicMode
from aggregator.publish import compose, render
from tests.builders import NOON
from tests.publish.views import MATCHED, SITE, after, make_candidate, make_member, make_view

ATOM = "{http://www.w3.org/2005/Atom}"
TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
MOMENTS = st.datetimes(timezones=st.just(UTC))
URLS = st.one_of(st.none(), TEXTS, TEXTS.map("https://a.example/{}".format), st.just("javascript:alert(1)"))
GUIDS = st.one_of(TEXTS, st.sampled_from(["https://a.example/1", "tag:a.example,2020:1", "urn:x:1", "1"]))


@st.composite
def members(draw: st.DrawFn, number: int) -> Any:
    source = draw(st.sampled_from("abc")) + str(number)
    return make_member(
        source=source,
        key=EntryKey(source, draw(GUIDS)),
        of_title=draw(TEXTS),
        of_url=draw(URLS) or "",
        of_weight=draw(st.sampled_from([0.5, 1.0])),
        of_private=draw(st.integers(0, 9)) == 9,
        of_profile=FeedProfile(feed_id=draw(GUIDS), site_url=draw(URLS), rights=draw(TEXTS)),
        reason=draw(st.sampled_from([None, MATCHED, MATCHED])),
        backfilled=draw(st.booleans()),
        first_seen_at=draw(MOMENTS),
        title=draw(TEXTS),
        url=draw(URLS),
        published_at=draw(st.one_of(st.none(), MOMENTS)),
        updated_at=draw(st.one_of(st.none(), MOMENTS)),
        authors=tuple(draw(st.lists(TEXTS, max_size=2))),
        summary=draw(TEXTS),
        content_html=draw(TEXTS),
        categories=tuple(draw(st.lists(TEXTS, max_size=2))),
        enclosures=tuple(Enclosure(url=url or "", media_type=draw(TEXTS)) for url in draw(st.lists(URLS, max_size=2))),
        image_url=draw(URLS),
        comments_url=draw(URLS),
        language=draw(st.one_of(st.none(), TEXTS)),
        rights=draw(st.one_of(st.none(), TEXTS)),
    )


@st.composite
def views(draw: st.DrawFn) -> TopicView:
    candidates = [
        make_candidate(*[draw(members(3 * place + number)) for number in range(draw(st.integers(1, 3)))])
        for place in range(draw(st.integers(0, 4)))
    ]
    return make_view(
        *candidates,
        title=draw(TEXTS),
        description=draw(TEXTS),
        limit=draw(st.integers(1, 4)),
        mode=draw(st.sampled_from(TopicMode)),
        output=Output(content=draw(st.sampled_from(Shown)), attribution=draw(st.sampled_from(Attribution))),
    )


PROPERTY = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@PROPERTY
@given(views())
def test_composing_again_with_the_ledger_of_the_first_time_changes_nothing(view: TopicView) -> None:
    first = compose(view, NOON, SITE)
    again = compose(after(view, first), NOON + timedelta(days=1), SITE)
    assert again.new_rows == again.announced == ()
    assert again.edition == first.edition
    assert render(again.edition, SITE) == render(first.edition, SITE)


@PROPERTY
@given(views())
def test_the_three_formats_are_well_formed_and_hold_the_same_entries(view: TopicView) -> None:
    composed = compose(view, NOON, SITE)
    atom, rss, feed = (document.body for document in render(composed.edition, SITE))
    ids = [entry.id for entry in composed.edition.entries]
    assert len({row.atom_id for row in composed.new_rows}) == len(composed.new_rows)
    assert [one.text for one in etree.fromstring(atom).iterfind(f"{ATOM}entry/{ATOM}id")] == ids
    assert [one.text for one in etree.fromstring(rss).iterfind("channel/item/guid")] == ids
    assert [one["id"] for one in json.loads(feed)["items"]] == ids


@PROPERTY
@given(views())
def test_every_link_leads_to_the_web(view: TopicView) -> None:
    atom, rss, feed = (document.body for document in render(compose(view, NOON, SITE).edition, SITE))
    links = [*etree.fromstring(atom).xpath("//@href | //@url"), *etree.fromstring(rss).xpath("//@href | //@url")]
    links += etree.fromstring(rss).xpath("//link/text() | //comments/text()")
    for item in json.loads(feed)["items"]:
        links += [item[name] for name in ("url", "image") if name in item]
        links += [one["url"] for one in item.get("attachments", [])]
    assert all(link.startswith(("http://", "https://")) for link in links)


@PROPERTY
@given(views())
def test_the_order_of_candidates_decides_nothing(view: TopicView) -> None:
    turned = make_view(*reversed(view.candidates), topic=view.topic)
    assert compose(turned, NOON, SITE) == compose(view, NOON, SITE)


@PROPERTY
@given(views())
def test_only_those_who_speak_need_their_texts(view: TopicView) -> None:
    whole = compose(view, NOON, SITE)
    light = compose(_with_texts_of(view, frozenset()), NOON, SITE)
    assert replace(light, edition=whole.edition) == whole
    assert compose(_with_texts_of(view, frozenset(light.leads)), NOON, SITE) == whole


def _with_texts_of(view: TopicView, speakers: frozenset[EntryKey]) -> TopicView:
    """Take out of all others what the store does not read of them."""

    def lightened(member: Member) -> Member:
        entry = member.stored.entry
        if entry.key in speakers:
            return member
        light = replace(
            entry,
            keys=(),
            date_reason=None,
            authors=(),
            summary="",
            content_html="",
            categories=(),
            enclosures=(),
            image_url=None,
            comments_url=None,
            rights=None,
        )
        return replace(member, stored=replace(member.stored, entry=light))

    return replace(
        view,
        candidates=tuple(
            replace(candidate, members=tuple(map(lightened, candidate.members))) for candidate in view.candidates
        ),
    )
