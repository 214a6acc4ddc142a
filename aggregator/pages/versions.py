"""What changed from one version of an entry to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from aggregator.model.looking import Revision
from aggregator.model.status import EntryView
from aggregator.text.visible import visible_text

_MOST_WORDS = 400
_AROUND = 6

Kind = Literal["same", "gone", "came", "left out"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: the same in both versions, gone, or come; ``left out`` stands for words that are the same."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit.

    Attributes:
        at: When it was seen.
        number: Of the version that it made.
        title: The two titles compared; empty when they are equal.
        text: The beginnings of the two texts compared; empty when they are equal.
        other: What else changed, in words.
    """

    at: datetime
    number: int
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    other: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    number: int
    title: str
    text: str
    others: tuple[tuple[str, object], ...]


def changes_of(view: EntryView) -> tuple[Change, ...]:
    """Tell what every known edit of an entry changed, the newest first."""
    entry = view.stored.entry
    versions = [_version(one) for one in view.revisions]
    now = Revision(
        number=view.stored.revision,
        replaced_at=view.stored.first_seen_at,
        reason=None,
        title=entry.title,
        url=entry.url,
        published_at=entry.published_at,
        updated_at=entry.updated_at,
        authors=entry.authors,
        summary=entry.summary,
        content_html=entry.content_html,
    )
    versions.append(_version(now))
    made = [
        Change(
            at=revision.replaced_at,
            number=after.number,
            title=_compared(before.title, after.title),
            text=_compared(before.text, after.text),
            other=tuple(name for (name, old), (_, new) in zip(before.others, after.others, strict=True) if old != new),
        )
        for revision, before, after in zip(view.revisions, versions, versions[1:], strict=False)
    ]
    return tuple(reversed(made))


def _version(one: Revision) -> _Version:
    return _Version(
        number=one.number,
        title=one.title,
        text=visible_text(one.content_html) or one.summary,
        others=(
            ("address", one.url),
            ("date of publication", one.published_at),
            ("date of change", one.updated_at),
            ("authors", one.authors),
        ),
    )


def _compared(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts word by word, as far as the first four hundred words."""
    if before == after:
        return ()
    old, new = before.split()[:_MOST_WORDS], after.split()[:_MOST_WORDS]
    return tuple(_pieces(old, new))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from _same(old[from_old:to_old])
            continue
        if to_old > from_old:
            yield Piece("gone", " ".join(old[from_old:to_old]))
        if to_new > from_new:
            yield Piece("came", " ".join(new[from_new:to_new]))


def _same(words: Sequence[str]) -> Iterator[Piece]:
    if len(words) <= 2 * _AROUND + 1:
        yield Piece("same", " ".join(words))
        return
    yield Piece("same", " ".join(words[:_AROUND]))
    yield Piece("left out", "…")
    yield Piece("same", " ".join(words[-_AROUND:]))
