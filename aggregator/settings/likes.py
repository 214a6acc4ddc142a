"""What a topic says about its examples."""

from __future__ import annotations

from aggregator.model.liking import LEAST_EXAMPLES, Like
from aggregator.settings.findings import Findings, Loc
from aggregator.settings.shapes import LikeSection
from aggregator.settings.tree import Tree


def read_like(section: LikeSection | None, tree: Tree, loc: Loc, findings: Findings) -> Like | None:
    """Read what entries have to be like; what is wrong is noted."""
    if section is None:
        return None
    entries = tuple(dict.fromkeys(entry for entry in section.entries or () if entry is not None))
    here = (*loc, "entries")
    if not entries:
        if not tree.damaged:
            hint = f"list {LEAST_EXAMPLES} or more addresses or ids of entries, or headlines in your own words"
            findings.error(tree.spot(here), here, "there are no examples", hint)
        return None
    if len(entries) < LEAST_EXAMPLES:
        what = f"{LEAST_EXAMPLES} examples are needed to learn from, and these are {len(entries)}: nothing enters"
        findings.warning(tree.spot(here), here, what, "twenty are better")
    said = {} if section.at_least is None else {"at_least": section.at_least}
    return Like(entries=entries, **said)
