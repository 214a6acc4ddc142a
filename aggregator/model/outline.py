"""One feed of an OPML list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One ``<outline xmlUrl=…>``.

    Attributes:
        url: As written, stripped; ``feed://`` already turned into ``http://``.
        groups: Titles of the outlines around it, outermost first.
    """

    url: str
    title: str | None = None
    site_url: str | None = None
    groups: tuple[str, ...] = ()
