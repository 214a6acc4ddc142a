"""Where the documents of a topic lie, as they name one another."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.model.edition import Edition, SiteFacts
from aggregator.model.topic import Access, FeedFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Addresses, absolute unless said otherwise; None is not said.

    Attributes:
        page: What a person may look at.
        atom, rss, json: Of the document itself in that format.
        hub: Whom to ask for pushes.
        current: The feed that an archive belongs to.
        older: The archive of what came before; relative in a private feed.
        newer: The same of what came next.
    """

    page: str
    atom: str | None = None
    rss: str | None = None
    json: str | None = None
    hub: str | None = None
    current: str | None = None
    older: str | None = None
    newer: str | None = None


def places_of(edition: Edition, site: SiteFacts) -> Places:
    """Say what a document of an edition may name.

    A private feed does not name itself: its address holds a token, of which we keep a hash only. No hub is told of it.
    What it says of its archives is relative to wherever it was found.

    Follows:
        RFC 3986, 5.2: a relative reference takes the place of what stands behind the last ``/``.
    """
    if edition.access is Access.TOKEN:
        deeper = edition.month is not None
        return Places(
            page=f"{site.base_url}/",
            current=f"../{edition.slug}.atom" if deeper else None,
            older=edition.older and f"{'' if deeper else f'{edition.slug}/'}{edition.older}.atom",
            newer=edition.newer and f"{edition.newer}.atom",
        )
    page = f"{site.base_url}/{edition.slug}"
    older = edition.older and f"{page}/{edition.older}.atom"
    if edition.month is not None:
        return Places(
            page=page,
            atom=f"{page}/{edition.month}.atom",
            current=f"{page}.atom",
            older=older,
            newer=edition.newer and f"{page}/{edition.newer}.atom",
        )
    atom, rss, json = (f"{page}.{one.value}" for one in (FeedFormat.ATOM, FeedFormat.RSS, FeedFormat.JSON))
    return Places(page=page, atom=atom, rss=rss, json=json, hub=edition.output.hub, older=older)
