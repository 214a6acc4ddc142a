"""A sample of the simulation, and that every guard is needed: switched off, somebody sees something twice or never."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from aggregator.model.habits import IDENTITY
from aggregator.model.shape import Quiet, Rate, Shape
from tests.simulate.mutations import TRACELESS, Mutation
from tests.simulate.world import Guards, Outcome, World

SHAPED = (
    *(Mutation.EDIT_TITLE, Mutation.SCHEME_FLIPS, Mutation.RANDOM_GUIDS, Mutation.BURSTS, Mutation.MIGRATION),
    *(Mutation.FRONT_PAGE, Mutation.CRASHES, Mutation.RENAMED, Mutation.FORGETFUL),
)
# Rules stand in for one another: with these off, each of the others has to carry its weight alone.
ALONE = {"replacement": False, "floods": False}


def lived(folder: Path, kinds: list[frozenset[Mutation]], guards: Guards = Guards(), days: float = 8.0) -> Outcome:  # noqa: B008
    return asyncio.run(World(folder, kinds, 1, guards).run(days))


def kind(names: str) -> frozenset[Mutation]:
    return frozenset(Mutation[name] for name in names.split("+"))


def test_a_sample_of_mutations_repeats_nothing_and_loses_nothing(tmp_path: Path):
    outcome = lived(tmp_path, [frozenset({mutation}) for mutation in list(Mutation)[::2]], days=7.0)
    assert outcome.repeats == outcome.losses == {"by id": [], "by link": [], "by id and updated": []}
    assert outcome.stale == []
    assert outcome.error_share() <= 0.01
    assert outcome.articles.total() > 400


def test_a_shape_that_lets_everything_wait_repeats_nothing_and_loses_nothing(tmp_path: Path):
    shape = Shape(
        settle=timedelta(hours=5),
        quiet=Quiet(time(22), time(7)),
        budget=Rate(400, timedelta(days=1)),
        per_source=Rate(30, timedelta(days=1)),
    )
    outcome = lived(tmp_path, [frozenset({mutation}) for mutation in SHAPED], Guards(shape=shape), days=7.0)
    assert outcome.repeats == outcome.losses == {"by id": [], "by link": [], "by id and updated": []}
    assert outcome.articles.total() > 150


@pytest.mark.parametrize(
    ("guard", "names", "others"),
    [
        ("alternative", "GUID_HOST+NO_LINKS+UNDATED", ALONE),
        ("link", "NEW_GUIDS", ALONE | {"title_day": False}),
        ("title_day", "RANDOM_GUIDS+NO_LINKS", ALONE),
        ("replacement", "SLUG_HAS_HEADLINE", {}),
        ("contradiction", "REUSED_GUIDS", {}),
        ("health", "ONE_PAGE+NO_GUIDS+PURGED", {}),
        ("one_to_one", "RECURRING+POSITION_GUIDS", {}),
        ("floods", "MIGRATION", {"replacement": False}),
        ("archive", "ARCHIVE", {}),
        ("hold", "GARBLED+UNDATED", {}),
        ("shifts", "GARBLED", {"hold": False}),
        ("stamps", "GARBLED+REDATED_ONCE", {}),
        ("disguises", "GARBLED+PURGED", {}),
    ],
)
def test_a_guard_that_is_switched_off_turns_the_run_red(guard: str, names: str, others: dict[str, Any], tmp_path: Path):
    policy = replace(IDENTITY, **others)
    (tmp_path / "on").mkdir()
    (tmp_path / "off").mkdir()
    kinds = [kind(names)] * 2
    assert lived(tmp_path / "on", kinds, Guards(identity=policy)).clean
    assert not lived(tmp_path / "off", kinds, Guards(identity=replace(policy, **{guard: False}))).clean


def test_without_links_of_their_own_items_are_lost_to_readers_by_link(tmp_path: Path):
    outcome = lived(tmp_path, [kind("FRONT_PAGE")] * 2, Guards(own_links=False))
    assert outcome.losses["by link"]
    assert not outcome.losses["by id"]


def test_without_tombstones_what_was_pruned_returns_as_news(tmp_path: Path):
    (tmp_path / "on").mkdir()
    (tmp_path / "off").mkdir()
    assert lived(tmp_path / "on", [kind("FORGETFUL")] * 2).clean
    assert lived(tmp_path / "off", [kind("FORGETFUL")] * 2, Guards(tombstones=False)).repeats["by id"]


def test_without_traces_what_was_pruned_and_published_by_another_system_returns_as_news(tmp_path: Path):
    (tmp_path / "on").mkdir()
    (tmp_path / "off").mkdir()
    assert lived(tmp_path / "on", [kind("FORGETFUL+MIGRATION")] * 2).clean
    assert lived(tmp_path / "off", [kind("FORGETFUL+MIGRATION")] * 2, Guards(traces=False)).repeats["by id"]


def test_what_our_process_died_over_was_never_seen_and_is_no_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "dying").mkdir()
    (tmp_path / "living").mkdir()
    assert lived(tmp_path / "living", [kind("CRASHES")], days=3.0).articles.total() > 0
    monkeypatch.setattr("tests.simulate.world._CRASH", 1.0)
    outcome = lived(tmp_path / "dying", [kind("CRASHES")], days=3.0)
    assert outcome.articles.total() == 0
    assert outcome.losses == {"by id": [], "by link": [], "by id and updated": []}


def test_every_mutation_says_what_it_is():
    assert len(Mutation) >= 25
    assert all(mutation.value.islower() or mutation.value[0].islower() for mutation in Mutation)
    assert all(len(pair) == 2 for pair in TRACELESS)
