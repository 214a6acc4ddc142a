"""What editors pinned and hid, applied to the members of subjects. The narrowest mark decides, then the latest."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model.editing import PINNED, ActKind, Mark, Scope
from aggregator.model.edition import Candidate, Member
from aggregator.model.entry import EntryKey

_WIDTH = {Scope.ENTRY: 0, Scope.STORY: 1, Scope.SOURCE: 2}


class Hands:
    """The marks that hold in a topic.

    Of several marks that an entry is under, that on the entry counts before that on its story, that before the one on
    its source; of two of one kind that for this topic before that for all, and the later act before the earlier one.
    """

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._by_target: dict[tuple[Scope, EntryKey | str | None], Mark] = {}
        # The later ones overwrite the earlier ones, those for the topic all others.
        for mark in sorted(marks, key=lambda one: (one.topic is not None, one.number)):
            self._by_target[mark.scope, mark.source if mark.scope is Scope.SOURCE else mark.key] = mark

    def on(self, member: Member) -> Mark | None:
        """Give the mark that decides about a member."""
        if not self._by_target:
            return None
        stored = member.stored
        targets = ((Scope.ENTRY, stored.entry.key), (Scope.STORY, stored.story), (Scope.SOURCE, member.source.id))
        mark = next((found for target in targets if (found := self._by_target.get(target))), None)
        if mark is None or mark.kind is ActKind.HIDE or mark.scope is not Scope.SOURCE:
            return mark
        # What a pinned source published before, and what came with its first document, is not meant.
        return mark if stored.first_seen_at >= mark.at and not stored.backfilled else None

    def hides(self, member: Member) -> Mark | None:
        """Give the mark that hides a member."""
        mark = self.on(member)
        return mark if mark is not None and mark.kind is ActKind.HIDE else None

    def pins(self, members: Sequence[Member]) -> Mark | None:
        """Give the mark that pins a subject: the narrowest of those on its members."""
        marks = [mark for member in members if (mark := self.on(member)) is not None and mark.kind is ActKind.PIN]
        return min(marks, key=lambda mark: (_WIDTH[mark.scope], -mark.number), default=None)

    def seen(self, candidate: Candidate, members: Sequence[Member]) -> tuple[Member, ...]:
        """Give the members that may be shown: none where readers know the subject by one that is hidden.

        An item without the entry whose link it bears would be another item.
        """
        hidden = {member.stored.entry.key for member in members if self.hides(member)}
        if candidate.ledger is not None and candidate.ledger.lead in hidden:
            return ()
        return tuple(member for member in members if member.stored.entry.key not in hidden)

    def matched(self, member: Member) -> bool:
        """Say whether a member is in the topic by itself: by the rule, or by a pin that still holds."""
        if member.reason is None or member.reason.rule != PINNED:
            return member.reason is not None
        mark = self.on(member)
        return mark is not None and mark.kind is ActKind.PIN
