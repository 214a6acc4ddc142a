"""Pages of entries and stories, and charts: what they say, and what they keep to themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model.entry import Enclosure
from aggregator.model.looking import Activity, Stretch
from aggregator.model.metering import Counts
from aggregator.model.reason import Reason
from aggregator.model.status import StoryView
from aggregator.pages.cards import card_of
from aggregator.pages.charts import charts_of_day, charts_of_month, spark_of
from aggregator.pages.json_pages import entry_page_json, full_status_json, story_json
from aggregator.pages.links import links_at
from aggregator.pages.metrics import metrics_text
from aggregator.pages.openness import OpenEntry, OpenStory, open_entry, open_story
from aggregator.pages.render import render_entry, render_index, render_status, render_story
from aggregator.pages.timeline import events_of, lead_of, outlets_of
from aggregator.pages.versions import Piece, changes_of
from tests.builders import NOON, make_facts
from tests.pages.samples import (
    SITE,
    make_activity,
    make_edition,
    make_failing,
    make_revision,
    make_source_status,
    make_status,
    make_story,
    make_view,
)
from tests.pages.test_render import HOSTILE, Page

TOPICS = {"harbour": "The harbour"}
DEEP = links_at(1)
SECRET = make_facts("letters", title="Letters of c4n4ry", url="https://u:c4n4ry@p.example/?key=c4n4ry", private=True)
QUOTING = Reason("story", "joined", "similar", "like what c4n4ry wrote", (("partner_guid", "c4n4ry"),))


def opened(story: StoryView | None = None, **lead: str) -> OpenStory:
    shown = open_story(story or make_story(), TOPICS, **lead)
    assert shown is not None
    return shown


def shown_entry(number: int = 0, story: StoryView | None = None) -> OpenEntry:
    story = story or make_story()
    shown = open_entry(story.members[number], story, TOPICS)
    assert shown is not None
    return shown


def test_an_entry_shows_its_text_its_outlet_and_why_it_is_here():
    page = Page(render_entry(SITE, shown_entry(), DEEP))
    assert "Harbour Courier · 23 Nov 2026, 09:15 UTC · Ana Lindqvist Ferry line reopens after eleven years" in page.text
    assert "Read it at Harbour Courier" in page.text
    assert "The first crossing left at dawn" in page.text
    assert "In topics The harbour entered by match: title: ferry" in page.text
    assert "date published iso — Ferry line" in page.text
    assert "identity new guid — guid 1" in page.text
    assert "../harbour" in page.hrefs()
    assert [one["content"] for one in page.all("meta") if one.get("name") == "robots"] == ["noindex"]


def test_an_entry_names_the_others_of_its_story_and_leads_to_it():
    page = Page(render_entry(SITE, shown_entry(), DEEP))
    story = make_story()
    for other in story.members[1:]:
        assert f"../e/{other.stored.entry.key.short}" in page.hrefs()
    assert f"../s/{story.id}" in page.hrefs()
    assert f"../e/{story.id}" not in page.hrefs(), "it is no other of itself"


def test_an_entry_shows_what_every_edit_changed():
    html = render_entry(SITE, shown_entry(), DEEP)
    assert "Version 2, " in html
    assert "Ferry line <del>to reopen</del> <ins>reopens after eleven years</ins>" in html
    assert "<ins>left</ins>" in html
    assert "Also changed: address, date of publication, date of change, authors." in html
    assert "Not changed since." in render_entry(SITE, shown_entry(1), DEEP)


def test_words_that_stay_are_left_out_between_those_that_change():
    words = " ".join(f"w{number}" for number in range(40))
    view = make_view(content_html=f"<p>{words} new</p>", revision=1)
    before = make_revision(content_html=f"<p>{words} old</p>", title=view.stored.entry.title)
    (change,) = changes_of(replace(view, revisions=(before,)))
    assert change.title == ()
    assert [piece.kind for piece in change.text] == ["same", "left out", "same", "gone", "came"]
    assert change.text[3:] == (Piece("gone", "old"), Piece("came", "new"))


def test_many_edits_are_told_the_newest_first():
    view = make_view(revision=3)
    past = tuple(make_revision(number, title=f"Title {number}") for number in range(3))
    assert [change.number for change in changes_of(replace(view, revisions=past))] == [3, 2, 1]


def test_sound_can_be_heard_on_the_page_and_pictures_are_asked_for():
    sound = Enclosure(url="https://a.example/1.mp3", media_type="audio/mpeg", length=2_500_000)
    film = Enclosure(url="http://a.example/1.mp4", media_type="video/mp4")
    view = make_view(enclosures=(sound, film), content_html="<img src='https://a.example/1.png' alt='A pier'>")
    html = render_entry(SITE, shown_entry(story=make_story(view)), DEEP)
    page = Page(html)
    assert [one["src"] for one in page.all("audio")] == [sound.url]
    assert "2.38 MB" in page.text
    assert film.url in page.hrefs()
    assert page.all("img") == []
    assert "?pictures" in page.hrefs()
    with_pictures = Page(render_entry(SITE, shown_entry(story=make_story(view)), DEEP, pictures=True))
    assert [one["src"] for one in with_pictures.all("img")] == ["https://a.example/1.png"]
    on_file = Page(render_entry(SITE, shown_entry(story=make_story(view)), replace(DEEP, asks=False)))
    assert "?pictures" not in on_file.hrefs()


def test_an_entry_without_anything_still_has_a_page():
    view = make_view(summary="", content_html="", url=None, published_at=None, story="", topics=(), reasons=())
    shown = open_entry(view, None, TOPICS)
    assert shown is not None
    assert "The publisher sends a headline and no text." in Page(render_entry(SITE, shown, DEEP)).text


def test_a_story_unfolds_in_the_order_in_which_it_was_told():
    story = make_story()
    assert [(event.title, event.before, event.edited) for event in events_of(story)] == [
        ("Ferry line to reopen", "", False),
        ("A small compiler that explains every error it finds, and why the next one is shorter", "", False),
        ("Museum returns 41 clay tablets", "", False),
        ("Ferry line reopens after eleven years", "Ferry line to reopen", True),
    ]
    page = Page(render_story(SITE, opened(story), DEEP))
    assert "3 outlets, 3 entries" in page.text
    assert "Harbour Courier edits Ferry line to reopen Ferry line reopens after eleven years" in page.text
    assert "Outlets Harbour Courier first 23 Nov 2026, 09:15 UTC" in page.text


def test_a_copy_names_whom_it_repeats():
    first = make_view(1)
    story = make_story(first, make_view(2, duplicate_of=first.stored.entry.key))
    assert "Plain Code repeats Harbour Courier" in Page(render_story(SITE, opened(story), DEEP)).text


def test_the_heaviest_source_speaks_for_a_story_unless_a_topic_has_chosen():
    heavy = make_facts("wire", title="Wire", weight=3.0)
    story = make_story(make_view(1), make_view(2, source=heavy), make_view(3))
    assert lead_of(story).source.title == "Wire"
    chosen = story.members[2].stored.entry.key.short
    assert opened(story, lead=chosen).lead == opened(story).story.members[2]
    assert lead_of(make_story()).stored.entry.key.guid == "1"


def test_outlets_are_listed_once_with_the_number_of_their_entries():
    wire = make_facts("wire", title="Wire")
    outlets = outlets_of(make_story(make_view(1, source=wire), make_view(2), make_view(3, source=wire)))
    assert [(one.title, one.entries) for one in outlets] == [("Wire", 2), ("Plain Code", 1)]


def test_nothing_of_a_private_source_is_shown_of_a_story():
    members = (make_view(1, reasons=(QUOTING,)), make_view(2, source=SECRET, title="c4n4ry"), make_view(3))
    copied = make_view(4, duplicate_of=members[1].stored.entry.key)
    story = make_story(*members, copied)
    shown = opened(story)
    assert [one.source.id for one in shown.story.members] == ["harbour-courier", "morning-wire", "field-notes"]
    told = render_story(SITE, shown, DEEP) + repr(story_json(shown)) + repr(shown)
    entry = open_entry(story.members[0], story, TOPICS)
    assert entry is not None
    told += render_entry(SITE, entry, DEEP) + repr(entry_page_json(entry)) + repr(entry)
    assert "c4n4ry" not in told
    assert members[1].stored.entry.key.short not in told
    assert open_entry(story.members[1], story, TOPICS) is None
    assert open_story(make_story(members[1]), TOPICS) is None


def test_what_editors_say_to_each_other_and_topics_that_are_not_public_are_not_told():
    act = Reason("editor", "merged", "merge", "by c4n4ry: a private word")
    secret = ("c4n4ry", Reason("topic", "entered", "from", "every source"))
    view = make_view(reasons=(act,), topics=(secret, ("harbour", Reason("topic", "entered", "match"))))
    view = replace(view, stored=replace(view.stored, topics=("c4n4ry", "harbour")))
    story = make_story(view)
    shown = shown_entry(story=story)
    told = render_entry(SITE, shown, DEEP) + repr(entry_page_json(shown)) + repr(story_json(opened(story)))
    assert "c4n4ry" not in told
    assert "editor" in told
    assert entry_page_json(shown)["topics"] == ["harbour"]


def test_hostile_words_are_words():
    view = make_view(
        title=HOSTILE,
        authors=(HOSTILE,),
        url=f"javascript:{HOSTILE}",
        summary=HOSTILE,
        content_html=f"<p>{HOSTILE}</p>",
        language=HOSTILE,
        source=make_facts("x", title=HOSTILE),
        reasons=(Reason(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        topics=(("harbour", Reason("topic", "entered", HOSTILE, HOSTILE)),),
        enclosures=(Enclosure(url=f"javascript:{HOSTILE}", media_type=HOSTILE, title=HOSTILE),),
        revisions=(make_revision(title=HOSTILE, content_html=HOSTILE),),
    )
    story = make_story(view)
    for html in (render_entry(SITE, shown_entry(story=story), DEEP), render_story(SITE, opened(story), DEEP)):
        page = Page(html)
        assert len(page.all("script")) == 1
        for _, attributes in page.elements:
            assert not [name for name in attributes if name.startswith("on")]
            assert not attributes.get("href", "").startswith("javascript:")


def test_the_last_hours_are_pictures_with_words_and_figures():
    html = render_status(SITE, make_status(make_source_status(), make_failing()), activity=make_activity())
    page = Page(html)
    said = [one["aria-label"] for one in page.all("svg")]
    titles = ["Polls", "Failed polls", "New entries", "From publishing to here", "Read from sources"]
    assert [text.partition(":")[0] for text in said] == titles * 2
    assert all("style" not in attributes for _, attributes in page.elements)
    assert "3 polls of" in said[1]
    assert "most of them in the hour from 20:00 UTC, 3" in said[1]
    assert "20:00 UTC : 3 timeout" in page.text
    assert "23 Nov 2026, 12:00 UTC : 3 with news, 6 without" in page.text
    assert said[4].endswith("539 kB in 24 hours, 2.35 kB a poll.")
    assert "most of them on 5 Nov 2026, 2" in said[6]
    assert "5 Nov 2026 : 2 gone" in page.text
    assert "Counted since 4 Nov 2026." in page.text
    assert "Polls are counted since" not in page.text
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_bars_stand_on_each_other_within_the_box():
    polls, failures, entries, delay, read = charts_of_day(make_activity())
    by_place: dict[int, float] = {}
    for bar in polls.bars:
        by_place[bar.x] = by_place.get(bar.x, 0.0) + bar.height
        assert bar.y >= 0
    assert max(by_place.values()) == pytest.approx(100, abs=0.05)
    assert [bar.x for bar in failures.bars] == [70]
    assert len(entries.rows) == 19
    assert all(words.endswith("min") for _, words in delay.rows)
    assert [words for _, words in read.rows][:2] == ["11.7 kB", "23.4 kB"]
    assert [bar.x for bar in charts_of_month(make_activity())[0].bars[:2]] == [100, 100]


def test_a_quiet_day_is_told_in_words_and_has_no_bars():
    quiet = Activity(at=NOON, hours=tuple(Stretch(at=NOON + timedelta(hours=number)) for number in range(24)))
    assert [chart.bars for chart in charts_of_day(quiet)] == [()] * 5
    assert charts_of_month(quiet) == ()
    page = Page(render_status(SITE, make_status(), activity=quiet))
    assert page.all("svg") == []
    assert "Nobody was asked." in page.text


def test_a_line_of_nothing_is_flat():
    assert spark_of((0, 0)).points == "0,19 10,19"
    assert spark_of(()).points == ""


def test_what_happened_lately_stands_in_the_status():
    days = make_activity().days
    told = full_status_json(make_status(), make_activity(days=(*days, ("secret", (1,) * 14))))["activity"]
    assert len(told["hours"]) == 24
    assert len(told["days"]) == 30
    assert told["days"][10] == {
        "at": "2026-11-04T00:00:00Z",
        "polls": {"gone": 1, "new": 23, "not_modified": 190},
        "entries": 67,
        "delay_s": 660,
        "bytes": 4_750_000,
    }
    assert told["counted_since"] == "2026-11-04T00:00:00Z"
    assert told["announced"] == {"harbour": [0, 2, 5, 3, 8, 1, 4] * 2}
    assert full_status_json(make_status(), None)["activity"] is None


def test_figures_are_written_as_prometheus_reads_them():
    counts = Counts(since=NOON, polls=(("new", 2), ('o"dd', 1)), took=(1, 2) + (0,) * 8, took_seconds=0.25, new=7)
    late = make_source_status(next_poll_at=NOON - timedelta(minutes=2))
    lines = metrics_text(make_status(late, make_failing()), counts, "1.0").splitlines()
    assert 'aggregator_polls_total{outcome="new"} 2' in lines
    assert 'aggregator_polls_total{outcome="o\\"dd"} 1' in lines
    assert 'aggregator_poll_duration_seconds_bucket{le="0.05"} 1' in lines
    assert 'aggregator_poll_duration_seconds_bucket{le="+Inf"} 3' in lines
    assert "aggregator_poll_duration_seconds_sum 0.25" in lines
    assert 'aggregator_sources{state="failing"} 1' in lines
    assert "aggregator_sources_due 1" in lines
    assert "aggregator_lateness_seconds 120" in lines
    assert 'aggregator_entries_total{result="new"} 7' in lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert not [line for line in metrics_text(None, counts, "1.0").splitlines() if "aggregator_sources" in line]


def test_the_list_of_topics_draws_a_line_where_days_are_known():
    page = Page(render_index(SITE, [card_of(make_edition(), (1, 2, 3)), card_of(make_edition("other"))]))
    assert [one["aria-label"] for one in page.all("svg")] == ["6 in the last 3 days, 3 of them today"]
