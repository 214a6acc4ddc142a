"""Entries and stories over HTTP, figures for machines, and the list of topics for programs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.errors import StoreError
from aggregator.service.web.app import Behind, make_app
from tests.builders import make_facts
from tests.pages.samples import SITE, make_edition, make_edition_entry, make_story, make_view
from tests.service.web.visits import Insides, Readiness, ask, build, fill, filled_shelf

pytestmark = pytest.mark.anyio

STORY = make_story()
LEAD = STORY.members[0].stored.entry.key.short


def inside() -> Insides:
    made = Insides()
    made.hold(STORY)
    return made


@pytest.mark.parametrize("path", [f"/e/{LEAD}", f"/s/{STORY.id}"])
async def test_an_entry_and_a_story_have_pages_and_json_that_can_be_asked_for_again(path: str):
    app = build(inside=inside())
    page = await ask(app, path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["x-robots-tag"] == "noindex"
    assert 'href="../-/style.css' in page.text
    assert (await ask(app, path, if_none_match=page.headers["etag"])).status_code == 304
    told = await ask(app, f"{path}.json")
    assert (told.status_code, told.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert told.json()["id"] == path[3:]


@pytest.mark.parametrize(
    "path",
    ["/e/aaaaaaaaaaaa", "/s/aaaaaaaaaaaa", "/e/x", "/e/AAAAAAAAAAAA", "/e/", "/s/%00", f"/e/{LEAD}.xml"],
)
async def test_what_nobody_knows_is_not_found(path: str):
    assert (await ask(build(inside=inside()), path)).status_code == 404


async def test_a_private_entry_is_not_there_and_a_story_is_shown_without_it():
    private = make_view(2, source=make_facts("letters", title="c4n4ry", private=True))
    made = Insides()
    made.hold(make_story(make_view(1), private))
    app = build(inside=made)
    for path in (f"/e/{private.stored.entry.key.short}", f"/e/{private.stored.entry.key.short}.json"):
        assert (await ask(app, path)).status_code == 404
    for path in (f"/s/{STORY.id}", f"/s/{STORY.id}.json", f"/e/{LEAD}", f"/e/{LEAD}.json"):
        answer = await ask(app, path)
        assert answer.status_code == 200
        assert "c4n4ry" not in answer.text


async def test_topics_that_are_not_on_the_shelf_are_not_named():
    made = Insides()
    made.hold(make_story(make_view(topics=(("secret", STORY.members[0].topics[0][1]),))))
    assert "secret" not in (await ask(build(inside=made), f"/e/{LEAD}")).text


async def test_an_id_that_was_given_up_leads_to_the_one_that_holds():
    made = inside()
    made.stories["bbbbbbbbbbbb"] = STORY
    made.entries["bbbbbbbbbbbb"] = STORY.members[0]
    app = build(inside=made)
    for path, to in (("/s/bbbbbbbbbbbb", STORY.id), ("/e/bbbbbbbbbbbb.json", f"{LEAD}.json")):
        answer = await ask(app, path, host="evil.example")
        assert (answer.status_code, answer.headers["location"]) == (301, to)


async def test_the_entry_that_speaks_for_a_story_in_a_topic_speaks_on_its_page():
    shelf = filled_shelf()
    chosen = STORY.members[2].stored.entry
    fill(shelf, make_edition(entries=(make_edition_entry(short_id=chosen.key.short, story_id=STORY.id),)))
    told = (await ask(build(shelf, inside=inside()), f"/s/{STORY.id}.json")).json()
    assert told["lead"] == chosen.key.short


async def test_pictures_are_loaded_for_those_who_ask():
    made = Insides()
    made.hold(make_story(make_view(content_html="<img src='https://a.example/1.png'>")))
    app = build(inside=made)
    assert "<img" not in (await ask(app, f"/e/{LEAD}")).text
    assert 'referrerpolicy="no-referrer"' in (await ask(app, f"/e/{LEAD}?pictures")).text


@pytest.mark.parametrize("ending", ["", ".json"])
async def test_while_the_store_fails_entries_and_stories_say_so(ending: str):
    made = inside()
    made.failing = StoreError("at /secret/place")
    app = build(inside=made)
    for path in (f"/e/{LEAD}{ending}", f"/s/{STORY.id}{ending}"):
        answer = await ask(app, path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "/secret/place" not in answer.text


async def test_the_list_of_topics_and_the_status_are_shown_although_nothing_is_known_of_the_last_hours():
    made = inside()
    made.failing = StoreError("gone")
    app = build(inside=made)
    assert "<svg" not in (await ask(app, "/")).text
    assert (await ask(app, "/status")).status_code == 200
    assert (await ask(app, "/status.json")).json()["activity"] is None


async def test_topics_and_sources_are_told_to_programs():
    app = build(inside=inside())
    (topic,) = (await ask(app, "/index.json")).json()["topics"]
    assert topic["feeds"]["atom"] == "https://feeds.example.org/harbour.atom"
    assert topic["daily"] == [0, 2, 5, 3, 8, 1, 4] * 2
    assert [one["id"] for one in (await ask(app, "/sources.json")).json()["sources"]] == ["courier"]
    assert len((await ask(app, "/status.json")).json()["activity"]["hours"]) == 24


async def test_figures_are_told_also_while_the_store_fails():
    made = inside()
    app = build(inside=made)
    told = await ask(app, "/metrics")
    assert told.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert told.headers["cache-control"] == "no-store"
    assert 'aggregator_sources{state="ok"} 1' in told.text
    made.answer = StoreError("gone")
    failing = await ask(build(inside=made), "/metrics")
    assert failing.status_code == 200
    assert "aggregator_sources{" not in failing.text
    assert 'aggregator_polls_total{outcome="new"} 2' in failing.text


async def test_half_a_character_does_not_take_a_page_down():
    made = Insides()
    view = make_view()
    entry = replace(view.stored.entry, title="half \ud83d done", content_html="<p>half \ud83d done</p>")
    made.hold(make_story(replace(view, stored=replace(view.stored, entry=entry))))
    app = build(inside=made)
    for path in (f"/e/{LEAD}", f"/s/{STORY.id}", f"/e/{LEAD}.json"):
        assert (await ask(app, path)).status_code == 200


class Months:
    """Stands for the archives: one month of one topic."""

    def __init__(self) -> None:
        self.failing = False

    async def edition(self, slug: str, month: str):
        if self.failing:
            raise StoreError("gone")
        return make_edition(month=month) if (slug, month) == ("harbour", "2026-10") else None

    async def find(self, slug: str, month: str):
        return None


async def test_a_month_of_a_topic_has_a_page():
    months = Months()
    behind = Behind(inside=inside(), checks=Readiness(), archives=months)
    app = make_app(filled_shelf(), SITE, behind)
    page = await ask(app, "/harbour/2026-10")
    assert (page.status_code, "Oct 2026" in page.text) == (200, True)
    assert 'href="../-/style.css' in page.text
    for path in ("/harbour/2026-11", "/nothing/2026-10", "/harbour/x", "/harbour/2026-10/x"):
        assert (await ask(app, path)).status_code == 404
    assert (await ask(build(), "/harbour/2026-10")).status_code == 404
    months.failing = True
    assert (await ask(app, "/harbour/2026-10")).status_code == 503
