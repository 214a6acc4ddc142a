"""What an edition holds, who speaks in it, and what stays for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model.edition import LedgerRow, Member
from aggregator.model.entry import EntryKey
from aggregator.model.extras import Extras, Person, Transcript
from aggregator.model.topic import Access, Attribution, Output, Shown, TopicMode
from aggregator.publish import compose
from tests.builders import NOON, make_topic
from tests.publish.views import AUTHORITY, MATCHED, SITE, after, make_candidate, make_member, make_view

HOUR = timedelta(hours=1)


def only(view):
    (entry,) = compose(view, NOON, SITE).edition.entries
    return entry


def test_a_new_subject_is_announced_with_the_id_and_dates_of_its_lead() -> None:
    member = make_member(
        "https://lwn.example/1",
        published_at=NOON.replace(microsecond=5) - HOUR,
        updated_at=NOON.replace(microsecond=7),
    )
    composed = compose(make_view(make_candidate(member)), NOON.replace(microsecond=9), SITE)
    key = member.stored.entry.key
    assert composed.new_rows == (
        LedgerRow(
            subject=key,
            atom_id="https://lwn.example/1",
            url=member.stored.entry.url,
            published_at=NOON - HOUR,
            updated_at=NOON,
            lead=key,
            first_announced_at=NOON,
        ),
    )
    assert composed.announced == (key,)
    assert composed.edition.updated_at == composed.edition.changed_at == NOON


def test_an_undated_entry_is_dated_by_when_it_was_first_seen() -> None:
    seen = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    entry = only(make_view(make_candidate(make_member(published_at=None, updated_at=None, first_seen_at=seen))))
    assert entry.published_at == entry.updated_at == seen.replace(microsecond=0)


def test_an_update_before_the_publication_counts_as_the_publication() -> None:
    entry = only(make_view(make_candidate(make_member(updated_at=NOON - HOUR))))
    assert entry.updated_at == NOON


@pytest.mark.parametrize("guid", ["1234", "urn:x:1", "link:https://a.example/", "https://a.example/a b", "yt:video:x"])
def test_an_id_that_does_not_last_gets_one_of_ours(guid: str) -> None:
    member = make_member(guid)
    assert only(make_view(make_candidate(member))).id == f"tag:{AUTHORITY}:entry/{member.stored.entry.key.short}"


@pytest.mark.parametrize(
    "guid",
    [
        "http://a.example/?p=7",
        "https://ü.example/straße#x",
        "tag:a.example,2020-01-02:b/c",
        "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6",
    ],
)
def test_an_id_that_lasts_is_kept_to_the_letter(guid: str) -> None:
    assert only(make_view(make_candidate(make_member(guid)))).id == guid


def test_an_id_that_another_subject_holds_is_not_given_twice() -> None:
    guid = "https://a.example/1"
    older = make_candidate(make_member(guid, source="old", published_at=NOON - HOUR))
    newer = make_candidate(make_member(guid, source="new"))
    ids = {row.subject.source: row.atom_id for row in compose(make_view(newer, older), NOON, SITE).new_rows}
    assert ids["old"] == guid
    assert ids["new"].startswith(f"tag:{AUTHORITY}:entry/")
    taken = compose(make_view(older, taken_ids=frozenset({guid})), NOON, SITE)
    assert taken.new_rows[0].atom_id.startswith(f"tag:{AUTHORITY}:entry/")


def test_an_id_that_looks_like_one_of_ours_is_not_taken_from_a_publisher() -> None:
    victim = make_member("7", source="victim")
    ours = f"tag:{AUTHORITY}:entry/{victim.stored.entry.key.short}"
    squatter = make_member(ours, source="squatter", published_at=NOON - HOUR)
    rows = compose(make_view(make_candidate(victim), make_candidate(squatter)), NOON, SITE).new_rows
    assert {row.subject.source: row.atom_id == ours for row in rows} == {"victim": True, "squatter": False}


def test_a_subject_whose_key_was_announced_before_gets_a_number() -> None:
    candidate = make_candidate(make_member("7"))
    ours = f"tag:{AUTHORITY}:entry/{candidate.subject.short}"
    for taken, expected in (((), ours), ((ours,), f"{ours}-2"), ((ours, f"{ours}-2"), f"{ours}-3")):
        (row,) = compose(make_view(candidate, taken_ids=frozenset(taken)), NOON, SITE).new_rows
        assert row.atom_id == expected


def lead_of(*members: Member) -> str:
    return only(make_view(make_candidate(*members))).source.id


def test_the_heaviest_source_leads_then_the_first_seen_then_the_most_complete_then_the_key() -> None:
    early = make_member(source="early", first_seen_at=NOON - HOUR)
    heavy = make_member(source="heavy", of_weight=2.0)
    assert lead_of(early, heavy) == "heavy"
    assert lead_of(make_member(source="a"), early) == "early"
    assert lead_of(make_member(source="a"), make_member(source="b", content_html="<p>much longer than that</p>")) == "b"
    assert lead_of(make_member(source="b"), make_member(source="a")) == "a"


def test_what_matched_and_is_fresh_leads_before_what_only_the_story_brought() -> None:
    heavy = make_member(source="heavy", of_weight=9.0, reason=None)
    old = make_member(source="old", of_weight=5.0, backfilled=True)
    assert lead_of(heavy, old, make_member(source="light")) == "light"
    assert lead_of(heavy, old) == "old"


def test_old_stock_and_what_did_not_match_is_not_announced() -> None:
    old = make_candidate(make_member("1", backfilled=True))
    foreign = make_candidate(make_member("2", reason=None))
    composed = compose(make_view(old, foreign), NOON, SITE)
    assert (composed.edition.entries, composed.new_rows, composed.announced) == ((), (), ())


def test_the_lead_is_kept_when_a_better_one_joins() -> None:
    first = make_member("https://a.example/1", source="a")
    view = make_view(make_candidate(first))
    before = compose(view, NOON, SITE)
    later = after(view, before)
    better = make_member("https://b.example/1", source="b", of_weight=9.0, published_at=NOON - HOUR)
    later = replace(later, candidates=(replace(later.candidates[0], members=(first, better)),))
    composed = compose(later, NOON + HOUR, SITE)
    (old,), (new,) = before.edition.entries, composed.edition.entries
    assert composed.new_rows == composed.announced == ()
    assert (new.id, new.url, new.published_at, new.updated_at) == (old.id, old.url, old.published_at, old.updated_at)
    assert new.source.id == "a"
    assert [one.source_id for one in new.also] == ["b"]
    assert composed.edition.changed_at == NOON + HOUR


def test_when_the_lead_is_gone_another_speaks_under_the_same_id_link_and_dates() -> None:
    first, second = make_member("https://a.example/1", source="a"), make_member("2", source="b", title="Second")
    view = make_view(make_candidate(first, second))
    before = compose(view, NOON, SITE)
    later = after(view, before)
    later = replace(later, candidates=(replace(later.candidates[0], members=(second,)),))
    (entry,) = compose(later, NOON + HOUR, SITE).edition.entries
    assert (entry.id, entry.url, entry.title) == ("https://a.example/1", first.stored.entry.url, "Second")


def test_a_revision_changes_the_text_and_nothing_else() -> None:
    member = make_member()
    view = make_view(make_candidate(member))
    before = compose(view, NOON, SITE)
    changed = {
        "title": "Corrected",
        "updated_at": NOON + HOUR,
        "published_at": NOON + HOUR,
        "url": "https://x.example/",
    }
    revised = replace(member, stored=replace(member.stored, entry=replace(member.stored.entry, **changed)))
    later = after(view, before)
    later = replace(later, candidates=(replace(later.candidates[0], members=(revised,)),))
    composed = compose(later, NOON + HOUR, SITE)
    (old,), (new,) = before.edition.entries, composed.edition.entries
    assert replace(new, title=old.title) == old
    assert new.title == "Corrected"
    assert composed.edition.updated_at == before.edition.updated_at
    assert composed.edition.changed_at == NOON + HOUR


def test_what_another_topic_announced_keeps_its_row_and_is_announced_here() -> None:
    member = make_member("https://a.example/1")
    row = compose(make_view(make_candidate(member)), NOON - HOUR, SITE).new_rows[0]
    composed = compose(make_view(make_candidate(member, ledger=row)), NOON, SITE)
    assert composed.new_rows == ()
    assert composed.announced == (row.subject,)
    assert composed.edition.entries[0].announced_at == NOON


def test_a_topic_of_entries_never_links_to_the_entry_that_spoke_for_the_story_elsewhere() -> None:
    founder = make_member("https://a.example/1", source="a")
    row = replace(
        compose(make_view(make_candidate(founder)), NOON, SITE).new_rows[0],
        lead=EntryKey("b", "2"),
        url="https://b.example/2",
    )
    entry = only(make_view(make_candidate(founder, ledger=row), mode=TopicMode.ENTRIES))
    assert (entry.id, entry.url) == (row.atom_id, founder.stored.entry.url)


def test_everything_is_announced_and_the_newest_are_shown() -> None:
    candidates = [make_candidate(make_member(f"{n}", published_at=NOON - n * HOUR)) for n in range(5)]
    shown = make_candidate(make_member("old", published_at=NOON + HOUR), announced_at=NOON - HOUR)
    composed = compose(make_view(shown, *reversed(candidates), limit=3), NOON, SITE)
    assert [entry.title for entry in composed.edition.entries] == ["Entry 0", "Entry 1", "Entry 2"]
    assert len(composed.announced) == 5
    assert len(composed.new_rows) == 6


def test_entries_stand_by_announcement_then_publication_then_id() -> None:
    view = make_view(
        make_candidate(make_member("tag:a.example,2020:b")),
        make_candidate(make_member("tag:a.example,2020:a")),
        make_candidate(make_member("tag:a.example,2020:c", published_at=NOON + HOUR), announced_at=NOON - HOUR),
        make_candidate(make_member("tag:a.example,2020:d", published_at=NOON + HOUR)),
    )
    assert [entry.id[-1] for entry in compose(view, NOON, SITE).edition.entries] == ["d", "a", "b", "c"]


def test_other_outlets_are_named_once_each_by_first_seen() -> None:
    members = (
        make_member("lead", source="a", of_weight=2.0),
        make_member("same", source="a"),
        make_member("late", source="b", first_seen_at=NOON + HOUR),
        make_member("early", source="b", first_seen_at=NOON - HOUR),
        make_member("first", source="c", first_seen_at=NOON - 2 * HOUR),
        make_member("unlinked", source="d", url=None),
    )
    entry = only(make_view(make_candidate(*members)))
    assert [(one.source_id, one.title) for one in entry.also] == [("c", "Entry first"), ("b", "Entry early")]
    assert len(only(make_view(make_candidate(*members), mode=TopicMode.ENTRIES)).also) == 2, "copies are named, too"


def test_at_most_twenty_other_outlets_are_named() -> None:
    members = [make_member(source=f"s{n:02}") for n in range(30)]
    assert len(only(make_view(make_candidate(*members))).also) == 20


def test_a_private_source_is_neither_shown_nor_named() -> None:
    secret = make_member("https://inside.example/1", source="inside", of_private=True, of_weight=9.0)
    view = make_view(make_candidate(make_member(), secret), make_candidate(replace(secret, reason=MATCHED)))
    composed = compose(view, NOON, SITE)
    assert "inside" not in repr(composed.edition.entries)
    assert len(composed.new_rows) == 1


def test_a_topic_with_a_token_shows_private_sources_and_their_ids_and_links_stay_out_of_the_ledger() -> None:
    secret = make_member("https://inside.example/1", source="inside", of_private=True)
    view = make_view(make_candidate(secret), access=Access.TOKEN)
    composed = compose(view, NOON, SITE)
    (row,) = composed.new_rows
    assert "https://inside" not in repr((row.atom_id, row.url))
    (entry,) = composed.edition.entries
    assert (entry.id, entry.url) == (row.atom_id, secret.stored.entry.url)
    assert compose(after(view, composed), NOON, SITE).edition == composed.edition


def test_what_a_private_topic_told_first_names_nothing_private_in_a_public_one() -> None:
    secret = make_member("https://inside.example/1", source="inside", of_private=True, of_weight=9.0)
    (row,) = compose(make_view(make_candidate(secret), access=Access.TOKEN), NOON, SITE).new_rows
    public = make_member("https://lwn.example/1")
    entry = only(make_view(make_candidate(secret, public, ledger=row)))
    assert (entry.id, entry.url, entry.source.id) == (row.atom_id, public.stored.entry.url, "lwn")
    assert "inside" not in repr(entry)


def test_what_has_no_room_is_said_to_lie_in_the_month_of_its_announcement() -> None:
    new = make_candidate(make_member("1"))
    old = make_candidate(make_member("2"), announced_at=NOON - timedelta(days=40))
    assert compose(make_view(new, old, limit=2), NOON, SITE).edition.older is None
    assert compose(make_view(new, old, limit=1), NOON, SITE).edition.older == "2026-10"
    assert compose(make_view(new, older_at=NOON - timedelta(days=70)), NOON, SITE).edition.older == "2026-09"


def test_the_reason_stands_under_an_item_where_the_topic_wants_it() -> None:
    output = Output(attribution=Attribution.NONE, why=True)
    entry = only(make_view(make_candidate(make_member(content_html="<p>C</p>")), output=output))
    assert entry.content_html == "<p>C</p><p>Here because of match: “harbour” in the title</p>"


def test_what_only_some_entries_have_is_washed_like_everything_else() -> None:
    extras = Extras(
        source_title=" The\x00 Wire ",
        source_url="https://me:pw@wire.example/?token=1",
        license_url="javascript:x",
        reply_to="17",
        season="2\u202e",
        chapters_url="data:x",
        transcripts=(Transcript(url="https://a.example/t.vtt"), Transcript(url="javascript:x", media_type="a/b")),
        people=(Person(name="\x01Ann ", role="host", url="data:x"), Person(name=" ")),
    )
    assert only(make_view(make_candidate(make_member(extras=extras)))).extras == Extras(
        source_title="The Wire",
        season="2",
        transcripts=(Transcript(url="https://a.example/t.vtt", media_type="text/vtt"),),
        people=(Person(name="Ann", role="host"),),
    )


@pytest.mark.parametrize(
    ("attribution", "title", "authors", "body"),
    [
        (Attribution.NONE, "T", ("Ann",), "<p>C</p>"),
        (Attribution.FOOTER, "T", ("Ann",), '<p>C</p><p>From <a href="https://lwn.example/1">A &amp; B</a></p>'),
        (Attribution.AUTHOR, "T", ("Ann (A & B)",), "<p>C</p>"),
        (Attribution.TITLE, "A & B: T", ("Ann",), "<p>C</p>"),
    ],
)
def test_the_source_is_named_as_the_topic_wants(
    attribution: Attribution, title: str, authors: tuple[str, ...], body: str
) -> None:
    member = make_member(title="T", authors=("Ann",), content_html="<p>C</p>", of_title="A & B")
    entry = only(make_view(make_candidate(member), output=Output(attribution=attribution)))
    assert (entry.title, entry.authors, entry.content_html) == (title, authors, body)


@pytest.mark.parametrize("attribution", Attribution)
def test_an_entry_without_authors_is_by_its_source(attribution: Attribution) -> None:
    view = make_view(make_candidate(make_member(of_title="LWN")), output=Output(attribution=attribution))
    assert only(view).authors == ("LWN",)


def test_a_summary_is_all_that_is_shown_where_the_topic_wants_no_more() -> None:
    output = Output(content=Shown.SUMMARY, attribution=Attribution.NONE)
    member = make_member(summary="1 < 2", content_html="<p>secret sauce</p>")
    assert only(make_view(make_candidate(member), output=output)).content_html == "<p>1 &lt; 2</p>"


def test_an_entry_without_content_shows_its_summary() -> None:
    member = make_member(summary="S", content_html="")
    output = Output(attribution=Attribution.NONE)
    assert only(make_view(make_candidate(member), output=output)).content_html == "<p>S</p>"


def test_an_image_beside_the_text_goes_into_the_text_once() -> None:
    output = Output(attribution=Attribution.NONE)
    image = '<p><img src="https://i.example/a.png?b=1&amp;c=2" alt=""></p>'
    beside = make_member(content_html="<p>C</p>", image_url="https://i.example/a.png?b=1&c=2")
    assert only(make_view(make_candidate(beside), output=output)).content_html == image + "<p>C</p>"
    inside = make_member(content_html=image, image_url="https://i.example/other.png")
    assert only(make_view(make_candidate(inside), output=output)).content_html == image


def test_a_text_without_end_is_cut() -> None:
    member = make_member(title="word " * 2_000_000, summary="x" * 10_000_000, content_html="<p>" + "x" * 10_000_000)
    entry = only(make_view(make_candidate(member)))
    assert len(entry.title) <= 500
    assert entry.title.endswith("word…")
    assert len(entry.content_html) < 10_000


def test_facts_that_change_with_every_poll_change_nothing() -> None:
    member = make_member()
    view = make_view(make_candidate(member))
    before = compose(view, NOON, SITE)
    profile = replace(
        member.source.profile, hub_url="https://hub.example/", icon_url="https://i.example/?t=2", format="atom"
    )
    polled = replace(member, source=replace(member.source, profile=profile))
    later = after(view, before)
    later = replace(later, candidates=(replace(later.candidates[0], members=(polled,)),))
    assert compose(later, NOON + HOUR, SITE).edition == before.edition


@pytest.mark.parametrize("empty", [True, False])
def test_a_changed_description_is_a_change_once(empty: bool) -> None:  # noqa: FBT001 - pytest passes parameters by name
    view = make_view() if empty else make_view(make_candidate(make_member()))
    view = after(view, compose(view, NOON, SITE))
    view = replace(view, topic=make_topic(description="New words."))
    changed = compose(view, NOON + HOUR, SITE)
    assert changed.edition.changed_at == NOON + HOUR
    assert compose(after(view, changed), NOON + 2 * HOUR, SITE).edition == changed.edition


def test_the_date_of_a_change_never_runs_backwards() -> None:
    view = make_view(last_digest="other", last_changed_at=NOON + HOUR)
    assert compose(view, NOON, SITE).edition.changed_at == NOON + HOUR
