"""Who speaks for a subject, and who else is named."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model.edition import AlsoCovered, Candidate, Member
from aggregator.model.shape import NO_SHAPE, Shape
from aggregator.model.topic import Access
from aggregator.publish.clean import line, web_url
from aggregator.publish.hands import Hands
from aggregator.publish.weights import weight_in

MAX_ALSO = 20
MAX_NAME_CHARS = 200
MAX_TITLE_CHARS = 500


def source_title(member: Member) -> str:
    """Name the source of a member."""
    return line(member.source.title, MAX_NAME_CHARS) or member.source.id


def open_members(candidate: Candidate, access: Access) -> tuple[Member, ...]:
    """Give the members that a feed may show.

    A story may bring together what is public and what came with a password; in a public feed the latter must not even
    be named.
    """
    if access is Access.TOKEN:
        return candidate.members
    return tuple(member for member in candidate.members if not member.source.private)


def may_be_announced(members: Sequence[Member], hands: Hands) -> bool:
    """Say whether a subject may enter a topic: it is pinned, or something in it matched and not all is old stock."""
    pin = hands.pins(members)
    if pin is not None and pin.topic is not None:
        return True
    return any(map(hands.matched, members)) and (
        pin is not None or any(not member.stored.backfilled for member in members)
    )


def choose_lead(members: Sequence[Member], candidate: Candidate, shape: Shape = NO_SHAPE) -> Member:
    """Choose the member that speaks: the one that spoke before, else the best.

    Where the one that spoke in another topic is not among the members, the one that the subject is named after speaks:
    it is the only one that stays whoever comes and goes, and the item's link with it.

    Matched and fresh ones come first, then matched ones; among them the source that is heaviest in the topic, the first
    seen and the most complete; the key decides what is left.
    """
    if candidate.ledger is not None:
        by_key = {member.stored.entry.key: member for member in members}
        for key in (candidate.ledger.lead, candidate.subject):
            if key in by_key:
                return by_key[key]
    return min(members, key=lambda member: _rank(member, shape))


def _rank(member: Member, shape: Shape) -> tuple[object, ...]:
    stored = member.stored
    matched = member.reason is not None
    return (
        not (matched and not stored.backfilled),
        not matched,
        -weight_in(shape, member.source),
        stored.first_seen_at,
        -member.text_length,
        stored.entry.key,
    )


def also_covered(members: Sequence[Member], lead: Member) -> tuple[AlsoCovered, ...]:
    """List the other outlets of a story by first seen, one entry each, at most ``MAX_ALSO``."""
    seen = {lead.source.id}
    also: list[AlsoCovered] = []
    for member in sorted(members, key=lambda one: (one.stored.first_seen_at, one.stored.entry.key)):
        url = web_url(member.stored.entry.url)
        if url is None or member.source.id in seen or len(also) == MAX_ALSO:
            continue
        seen.add(member.source.id)
        title = line(member.stored.entry.title, MAX_TITLE_CHARS) or url
        also.append(AlsoCovered(title=title, url=url, source_title=source_title(member), source_id=member.source.id))
    return tuple(also)
