"""The page of a plan."""

from __future__ import annotations

import pytest

from aggregator.model.planned import Mark
from aggregator.pages.admin import AdminFrame
from aggregator.pages.links import links_at
from aggregator.pages.planning import PER_PAGE, Look, Place, part_of, plan_page_json, render_plan
from tests.pages.samples import SITE, make_plan
from tests.pages.test_render import Page

LOOK = Look(number=7, said="+1 -0 sources", planned=make_plan(), bound=0.5, reasons=10)
FRAME = AdminFrame(proof="proof")


def page(place: Place, look: Look | None = LOOK) -> Page:
    return Page(render_plan(SITE, FRAME, look, place, links_at(1)))


def test_the_topics_of_a_plan_are_listed_with_what_is_too_much():
    shown = page(Place())
    assert "+1 -0 sources . Looked at" not in shown.text
    assert "+1 -0 sources. Looked at" in shown.text
    assert "160 \u2192 43 entries in 30 days" in shown.text
    assert "77 % of what it has, more than 50 %".replace(" %", "%") in shown.text
    assert "4 topics stay as they are." in shown.text
    assert {"../admin/plan?topic=harbour#entries", "../admin/plan?topic=ferries#entries"} <= {*shown.hrefs()}
    assert [one["value"] for one in shown.all("input") if one["name"] == "plan"] == ["7"]


def test_every_entry_that_moves_is_on_one_of_the_pages():
    pages = [part_of(LOOK, Place("harbour", "", number)) for number in (1, 2)]
    assert [part.pages for part in pages if part] == [2, 2]
    shown = [one for part in pages if part for one in part.entries]
    assert shown == [one for one in LOOK.planned.topics[0].entries if one.mark is not Mark.STAYS][:13] + shown[13:]
    assert len({one.key for one in shown}) == 123
    first = page(Place("harbour"))
    assert first.text.count(" number ") == PER_PAGE
    assert "Enters number 0" in first.text
    assert "Page 1 of 2" in first.text
    assert "../admin/plan?topic=harbour&page=2#entries" in first.hrefs()
    assert "Leaves number 122" in page(Place("harbour", "leaves", 2)).text
    assert page(Place("harbour", "enters")).text.count(" number ") == 3


def test_where_a_rule_stops_an_entry_is_told_of_as_many_as_were_looked_at():
    part = part_of(LOOK, Place("harbour", "leaves"))
    assert part is not None
    assert [bool(one.reason.rule) for one in part.entries] == [True] * 10 + [False] * 90


@pytest.mark.parametrize("place", [Place("harbour", "", 9), Place("harbour", "", 2)])
def test_behind_the_last_page_is_the_last(place):
    part = part_of(LOOK, place)
    assert part is not None
    assert (part.page, len(part.entries)) == (2, 23)


def test_a_topic_that_does_not_change_and_a_plan_that_nobody_made_are_told():
    assert "Of this topic nothing changes." in page(Place("weather")).text
    nothing = page(Place(), None)
    assert "Nothing is changed." in nothing.text
    assert [one["action"] for one in nothing.all("form")] == ["../admin/plan"]


def test_programs_are_told_the_same():
    whole = plan_page_json(LOOK, Place())
    assert (whole["plan"], whole["beyond"], [one["slug"] for one in whole["topics"]]) == (
        7,
        ["harbour"],
        ["harbour", "ferries"],
    )
    part = plan_page_json(LOOK, Place("harbour", "leaves", 2))
    assert (part["page"], part["pages"], len(part["entries"]), part["topic"]["leaves"]["count"]) == (2, 2, 20, 120)
    assert part["entries"][0]["fate"] == "kept"
    assert plan_page_json(LOOK, Place("weather"))["topic"] is None
