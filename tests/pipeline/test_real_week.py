"""A real week of 22 outlets through polling, curating and announcing: edits, foldings, stories, and why."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.e2e.corpora import needs_corpora
from tests.pipeline.following import follow_reasons
from tests.pipeline.real_week import Played, play_week, stored

HOURS = 6
_MOVED = """
SELECT count(*), ifnull(sum(v.published_at = e.published_at), 0)
FROM entry_revisions v JOIN entries e ON e.id = v.entry_id WHERE v.url IS NOT e.url
"""


@pytest.fixture(scope="module", params=[HOURS, pytest.param(None, marks=pytest.mark.prove)], ids=["hours", "week"])
def week(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("week")
    return folder, asyncio.run(play_week(folder, request.param)), request.param is None


@needs_corpora
@pytest.mark.corpora
def test_a_changed_headline_under_one_link_is_a_revision_and_nothing_is_told_twice(week):
    folder, played, whole = week
    # An edit of the headline moves some links, too: that it is one article shows in its date, to the second.
    ((moved, dated),) = stored(folder, _MOVED)
    assert moved == dated
    assert played.outcomes == Counter(new=played.links - moved, revised=played.changed + moved)
    assert played.told.repeats == []
    told = [(played.links - moved, played.changed + moved)]
    assert stored(folder, "SELECT count(*), sum(revision) FROM entries") == told
    if whole:
        assert (played.links, played.changed, moved) == (6509, 674, 16)
        print(_table(folder, played))  # noqa: T201 - the figures are the proof


@needs_corpora
@pytest.mark.corpora
def test_the_stored_reasons_lead_to_every_story_and_every_copy(week):
    folder, _, whole = week
    followed = follow_reasons(folder)
    assert followed.contradictions == []
    assert followed.rules["story", "joined", "similar"] > (1500 if whole else 50)
    if whole:
        for (stage, verdict, rule), count in sorted(followed.rules.items()):
            print(f"{stage:<6} {verdict:<8} {rule:<16} {count:5}")  # noqa: T201 - the figures are the proof


@needs_corpora
@pytest.mark.corpora
def test_a_reason_that_was_tampered_with_is_found(week, tmp_path):
    folder, _, _ = week
    with closing(sqlite3.connect(folder / "a.db")) as db, closing(sqlite3.connect(tmp_path / "a.db")) as copy:
        db.backup(copy)
        (entry, text) = copy.execute(
            "SELECT id, story_reason FROM entries WHERE json_extract(story_reason, '$.rule') = 'similar' LIMIT 1"
        ).fetchone()
        said = json.loads(text)
        said["facts"]["score"] = said["facts"]["threshold"] - 0.01
        copy.execute("UPDATE entries SET story_reason = ? WHERE id = ?", [json.dumps(said), entry])
        copy.commit()
    assert any(one.startswith(f"{entry}: similar says joined") for one in follow_reasons(tmp_path).contradictions)


def _table(folder, played: Played) -> str:
    copies = stored(
        folder,
        "SELECT CASE WHEN json_extract(copy_reason, '$.verdict') = 'copy' THEN json_extract(copy_reason, '$.rule') "
        "ELSE json_extract(story_reason, '$.rule') END AS rule, count(*) FROM entries "
        "WHERE duplicate_of IS NOT NULL GROUP BY rule ORDER BY rule",
    )
    sizes = stored(folder, "SELECT count(*), max(entries), sum(outlets >= 3) FROM v_stories")
    lines = [("edits of known entries", played.changed), *((f"copies by {rule}", count) for rule, count in copies)]
    return "\n".join(f"{what:<26} {count:5}" for what, count in [*lines, *zip(_SIZES, *sizes, strict=True)])


_SIZES = ("stories", "entries of the largest", "stories of 3 outlets")
