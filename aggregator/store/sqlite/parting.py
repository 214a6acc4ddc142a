"""One story becomes two, and nobody is told the same thing twice.

The part with the founder keeps the id of the story; the other part gets the id of one of its entries, if possible of
one that was a story before. What was announced goes with the entry that spoke for it: readers know it by that one's
link. What was never announced by itself is announced now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlite_utils import Database

from aggregator.errors import EditError
from aggregator.store.sqlite.rows import Row, all_rows, encode, first_row
from aggregator.store.sqlite.shaping import wake

_MEMBERS: Final = """
SELECT e.id, e.duplicate_of, e.first_seen_at, a.reason AS alias_reason FROM entries e
LEFT JOIN story_aliases a ON a.old_id = e.id AND a.new_id = e.story_id
WHERE e.story_id = ? ORDER BY e.first_seen_at, e.id
"""
_MOVE: Final = "UPDATE entries SET story_id = :other WHERE id IN (SELECT value FROM json_each(:moved))"
# Addresses of stories that had become part of this one lead to where their founder is.
_LEAD_THERE: Final = """
UPDATE story_aliases SET new_id = :other
WHERE new_id = :story AND old_id <> :other AND old_id IN (SELECT value FROM json_each(:moved))
"""
_IN_STORIES: Final = "topic IN (SELECT topic FROM topics WHERE mode = 'stories')"
_IN_ENTRIES: Final = "topic IN (SELECT topic FROM topics WHERE mode = 'entries')"
_LEAD: Final = """
(SELECT l.lead_id FROM ledger l WHERE l.subject_id = ifnull(announcements.told_as, announcements.subject_id))
"""
_STORY_OF: Final = "(SELECT e.story_id FROM entries e WHERE e.id = {})"
# An item whose speaker is in another part than the subject that it was announced for waits under the speaker.
_PARK: Final = f"""
UPDATE OR IGNORE announcements SET subject_id = {_LEAD}, told_as = ifnull(told_as, subject_id)
WHERE {_IN_STORIES} AND subject_id IN (SELECT value FROM json_each(:members))
  AND {_STORY_OF.format(_LEAD)} <> {_STORY_OF.format("announcements.subject_id")}
"""  # noqa: S608 - from the texts above
# And is taken up by the part that the speaker is in, unless that has one: an item of a story that was merged, too.
_TAKE_UP: Final = f"""
UPDATE OR IGNORE announcements SET subject_id = {_STORY_OF.format(_LEAD)}, told_as = ifnull(told_as, subject_id)
WHERE {_IN_STORIES} AND subject_id IN (SELECT value FROM json_each(:members))
  AND {_STORY_OF.format(_LEAD)} <> subject_id
"""  # noqa: S608 - from the texts above
_SPEAKS_FROM: Final = """
SELECT e.story_id FROM ledger l JOIN entries e ON e.id = l.lead_id WHERE l.subject_id = ?
"""
_TELL_COPY: Final = f"""
UPDATE OR IGNORE announcements SET subject_id = :to, told_as = ifnull(told_as, subject_id)
WHERE subject_id = :of AND {_IN_ENTRIES}
"""  # noqa: S608 - from the texts above
_ROOT: Final = """
SELECT ifnull(r.duplicate_of, r.id) FROM entries r JOIN entries c ON c.story_id = r.story_id
WHERE c.id = :copy AND r.id = :root AND ifnull(r.duplicate_of, r.id) <> c.id
"""
_SELF_TOLD: Final = "UPDATE announcements SET told_as = NULL WHERE told_as = subject_id"
_PEND: Final = """
UPDATE topic_entries SET pending = 1 WHERE pending = 0
  AND entry_id IN (SELECT id FROM entries WHERE backfilled = 0 AND id IN (SELECT value FROM json_each(:members)))
"""


@dataclass(frozen=True, slots=True)
class Parted:
    """What a split did.

    Attributes:
        other: The id of the part that has a new one.
        moved: Its entries.
        members: All entries that were in the story, with what they were, in order of arrival.
        roots: What each entry that was a copy, or is one, repeats now.
    """

    other: int
    moved: frozenset[int]
    members: tuple[Row, ...]
    roots: dict[int, int | None]


def part_story(db: Database, story: int, named: Collection[int], under: int | None = None) -> Parted:
    """Take entries out of a story.

    A copy that is named without what it repeats is a copy no more; what is named takes its own copies along.

    Args:
        db: Inside a transaction.
        story: Which one.
        named: Some of its entries.
        under: The id that the part is to have; else one is chosen.

    Raises:
        EditError: Nothing would be left.
    """
    members = all_rows(db, _MEMBERS, [story])
    leaving = {row["id"] for row in members if row["id"] in named or row["duplicate_of"] in named}
    roots = _cut(db, members, leaving)
    moved = {row["id"] for row in members} - leaving if story in leaving else leaving
    if not moved or len(leaving) == len(members):
        raise EditError("these are all entries of the story; leave at least one in it")
    # What is a copy still has its root beside it, so there is an entry that can give its name.
    other = under if under is not None and under in moved else _founder(members, moved, roots)
    given = {"members": encode([row["id"] for row in members]), "moved": encode(sorted(moved))}
    _move(db, story, other, given)
    db.execute(_PEND, given)
    wake(db, given["members"])
    return Parted(other, frozenset(moved), tuple(members), roots)


def fold_again(db: Database, copy: int, root: int) -> None:
    """Make an entry, and what has come to repeat it, again a copy, also for the topics in which it was shown by itself.

    A copy has the story of what it repeats, and that repeats nothing: where later acts have parted the two, or folded
    the other into a third one, it is a copy of that, or stays what it is.
    """
    found = db.execute(_ROOT, {"copy": copy, "root": root}).fetchone()
    if found is None:
        return
    (root,) = found
    db.execute("UPDATE entries SET duplicate_of = ? WHERE id = ? OR duplicate_of = ?", [root, copy, copy])
    db.execute(_TELL_COPY, {"of": copy, "to": root})
    db.execute(_SELF_TOLD)
    wake(db, encode([copy]))


def _cut(db: Database, members: Iterable[Row], leaving: Collection[int]) -> dict[int, int | None]:
    """Part copies from what they repeat where one leaves and the other stays; copies that go together stay copies."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    roots: dict[int, int | None] = {}
    for row in members:
        root = row["duplicate_of"]
        if root is not None and row["id"] in leaving and root not in leaving:
            groups[root].append(row["id"])
        elif root is not None:
            roots[row["id"]] = root
    for root, copies in groups.items():
        head = copies[0]
        for copy in copies:
            roots[copy] = None if copy == head else head
            db.execute("UPDATE entries SET duplicate_of = ? WHERE id = ?", [roots[copy], copy])
        if _speaker(db, root) in copies:
            _give_row(db, root, head)
            db.execute(_TELL_COPY, {"of": root, "to": head})
            db.execute(_SELF_TOLD)
    return roots


def _founder(members: Iterable[Row], moved: Collection[int], roots: dict[int, int | None]) -> int:
    able = [row for row in members if row["id"] in moved and roots.get(row["id"]) is None]
    best: int = min(able, key=lambda row: (row["alias_reason"] is None, row["first_seen_at"], row["id"]))["id"]
    return best


def _move(db: Database, story: int, other: int, lists: dict[str, str]) -> None:
    given = lists | {"story": story, "other": other}
    db.execute(_MOVE, given)
    db.execute("DELETE FROM story_aliases WHERE old_id = :other", {"other": other})
    db.execute(_LEAD_THERE, given)
    for part in (story, other):
        spoken = db.execute(_SPEAKS_FROM, [part]).fetchone()
        if spoken is not None and spoken != (part,):
            _give_row(db, part, *spoken)
    db.execute(_PARK, given)
    db.execute(_TAKE_UP, given)
    db.execute(_SELF_TOLD)


def _speaker(db: Database, subject: int) -> int | None:
    """Say which entry readers know a subject by; None when they do not know it."""
    row = first_row(db, "SELECT lead_id FROM ledger WHERE subject_id = ?", [subject])
    return None if row is None else row["lead_id"]


def _give_row(db: Database, of: int, to: int) -> None:
    """Give the ledger row of a subject to another one, or set it aside where that has one; announcements follow."""
    if _speaker(db, to) is not None:
        (to,) = db.execute("SELECT min(subject_id, 0) - 1 FROM ledger ORDER BY subject_id LIMIT 1").fetchone()
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute("UPDATE ledger SET subject_id = ? WHERE subject_id = ?", [to, of])
    db.execute("UPDATE announcements SET told_as = ? WHERE ifnull(told_as, subject_id) = ?", [to, of])
