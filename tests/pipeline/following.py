"""Stories and copies found again from nothing but the stored reasons, by rules of its own."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]

_ENTRIES = """
SELECT e.id, s.source, e.guid, e.story_id, e.duplicate_of, e.story_reason, e.copy_reason
FROM entries e JOIN sources s ON s.id = e.source_id WHERE e.story_id IS NOT NULL ORDER BY e.first_seen_at, e.id
"""


@dataclass(slots=True)
class Followed:
    """What the reasons lead to.

    Attributes:
        rules: How often each rule decided each verdict.
        contradictions: Where the facts do not bear what was decided, or what was decided is not what is stored.
    """

    rules: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    contradictions: list[str] = field(default_factory=list)
    leads_to: dict[int, int] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)

    def check(self, entry: object, said: Mapping[str, Any], verdict: str) -> None:
        """Take note of a decision, and of whether its facts lead to it."""
        self.rules[said["stage"], said["verdict"], said["rule"]] += 1
        if said["verdict"] != verdict:
            self.contradictions.append(f"{entry}: {said['rule']} says {said['verdict']}, its facts say {verdict}")

    def story(self, entry: int) -> int:
        """Find the story of an entry by following who joined whom."""
        while self.leads_to.get(entry, entry) != entry:
            entry = self.leads_to[entry]
        return entry


def follow_reasons(folder: Path) -> Followed:
    """Follow every stored reason, in the order in which entries came, and compare with what is stored."""
    with closing(sqlite3.connect(folder / "a.db")) as db:
        entries = db.execute(_ENTRIES).fetchall()
        aliases = db.execute("SELECT old_id, new_id, reason FROM story_aliases").fetchall()
    followed = Followed()
    ids = {(source, guid): entry for entry, source, guid, *_ in entries}
    for entry, _, _, _, _, story_reason, copy_reason in entries:
        copied = copy_reason is not None and _follow_copy(followed, ids, entry, json.loads(copy_reason))
        _follow_story(followed, ids, entry, json.loads(story_reason), copied=copied)
    for old, new, reason in aliases:
        said = json.loads(reason)
        followed.check(old, said, "merged" if _like(said["facts"]) else "apart")
        followed.leads_to[followed.story(old)] = followed.story(new)
    for entry, _, _, story, root, *_ in entries:
        if followed.story(entry) != story:
            followed.contradictions.append(f"{entry}: is in story {story}, its reasons lead to {followed.story(entry)}")
        if followed.roots.get(entry) != root:
            followed.contradictions.append(f"{entry}: repeats {root}, by its reasons {followed.roots.get(entry)}")
    return followed


def _follow_copy(followed: Followed, ids: Mapping[tuple[str, str], int], entry: int, said: Mapping[str, Any]) -> bool:
    facts = said["facts"]
    if said["rule"] == "shared-link":
        followed.check(entry, said, "copy" if _one_page(facts) else "no copy")
        return False
    repeats = _text_repeats(facts) if said["rule"] == "text" else _headline_repeats(facts)
    followed.check(entry, said, "copy" if repeats else "no copy")
    if repeats:
        partner = ids[facts["partner_source"], facts["partner_guid"]]
        followed.roots[entry] = followed.roots.get(partner, partner)
    return repeats


def _follow_story(
    followed: Followed, ids: Mapping[tuple[str, str], int], entry: int, said: Mapping[str, Any], *, copied: bool
) -> None:
    facts = said.get("facts", {})
    joins = {
        "similar": lambda: _like(facts),
        "nothing-like-it": lambda: _like(facts),
        "chapter": lambda: not (_like(facts) and facts["age_hours"] > facts["most_hours"]),
        "old": lambda: not (facts["backfilled"] or facts["age_hours"] > facts["most_hours"]),
        "link": lambda: _one_page(facts),
        "copy": lambda: copied,
    }[said["rule"]]()
    followed.check(entry, said, "joined" if joins else "new")
    if joins and "partner_guid" in facts:
        partner = ids[facts["partner_source"], facts["partner_guid"]]
        followed.leads_to[entry] = followed.story(partner)
        if said["rule"] == "link" and not facts["same_source"]:
            followed.roots[entry] = followed.roots.get(partner, partner)


def _like(facts: Facts) -> bool:
    return bool(facts["score"] >= facts["threshold"] and facts["rest"] >= facts["least_rest"])


def _one_page(facts: Facts) -> bool:
    return bool(facts["titles"] < facts["most_titles"] and (facts["titles"] == 1 or facts["same_title"]))


def _text_repeats(facts: Facts) -> bool:
    if facts["share"] < facts["threshold"] or facts["runs"] < facts["least_runs"]:
        return False
    if not facts["same_owner"]:
        return bool(facts["numbers_meet"] or facts["share"] >= facts["sure_share"])
    if facts["returns"] or not facts["numbers_equal"]:
        return False
    return bool(
        facts["headline_equal"] or (facts["share"] >= facts["own_share"] and facts["runs"] >= facts["own_runs"])
    )


def _headline_repeats(facts: Facts) -> bool:
    against = facts["returns"], not facts["numbers_equal"], facts["same_owner"], facts["hours"] >= facts["window_hours"]
    if any(against):
        return False
    if facts["runs"] >= facts["telling_runs"]:
        return bool(facts["share"] >= facts["threshold"] or facts["shared_runs"] >= facts["least_shared_runs"])
    agree = facts["words_share"] is None or facts["words_share"] >= facts["least_words_share"]
    return bool(agree and facts["headline_words"] >= facts["least_headline_words"])
