"""Two stories become one, and nobody is told the same thing twice.

All entries go to the older story. What a topic announced under the younger one is from then on its announcement of
the older, still under the ledger row, and so the id, that the topic's readers know. Where both were announced the
older one's item grows; the other's stays in the ledger, so that it is never announced again.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database

from aggregator.model.reason import Reason
from aggregator.store.sqlite.rows import encode, reason_text
from aggregator.store.sqlite.shaping import wake

# A topic of entries announced the founder as an entry; that is no concern of the story.
_TELL_AS: Final = """
UPDATE OR IGNORE announcements SET subject_id = :into, told_as = ifnull(told_as, subject_id)
WHERE subject_id = :story AND topic IN (SELECT topic FROM topics WHERE mode = 'stories')
"""


def merge_stories(db: Database, story: int, into: int, reason: Reason) -> None:
    """Give all entries of a story to another one; its id leads there from now on."""
    if story == into:
        return
    db.execute("UPDATE entries SET story_id = ? WHERE story_id = ?", [into, story])
    db.execute(_TELL_AS, {"story": story, "into": into})
    db.execute("UPDATE story_aliases SET new_id = ? WHERE new_id = ?", [into, story])
    db.execute(
        "INSERT OR REPLACE INTO story_aliases (old_id, new_id, reason) VALUES (?, ?, ?)",
        [story, into, reason_text(reason)],
    )
    wake(db, encode([into]))
    # A story may be split off again and come back; what it leads to is never itself.
    db.execute("DELETE FROM story_aliases WHERE old_id = new_id")
