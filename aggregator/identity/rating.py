"""How sure it is that an entry and a stored one are one, and by which rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from aggregator.identity.evidence import Agreement
from aggregator.identity.trust import Trust
from aggregator.model.entry import Entry, KeyKind
from aggregator.model.habits import QuirkKind
from aggregator.model.overrides import Identity
from aggregator.model.verdict import KnownEntry
from aggregator.text.link_keys import canonical_link

# How much a pair proves. What is up to WEAK must be the only one of its kind.
SAME: Final = 100
_GUID_AND_MORE: Final = 95
_LINK_AND_TITLE: Final = 90
_ALTERNATIVE_AND_MORE: Final = 85
_GUID: Final = 80
WEAK: Final = 70
_ALTERNATIVE: Final = 60
_TITLE_DAY: Final = 50
_FRONT_PAGE: Final = re.compile(r"https://[^/]+/").fullmatch


def rate(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> tuple[int, str] | None:
    """Say how sure it is that two are one, and by which rule; None when it is not."""
    return next(_strong(entry, other, shared, trust), None) or next(_weak(entry, other, shared, trust), None)


def _strong(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> Iterator[tuple[int, str]]:
    """Give the rules by which two keys, or a key and the headline, agree; and a guid that nothing contradicts."""
    policy = trust.policy
    link = shared.link and policy.link
    # Of the headline of a pruned entry the key may be all that is left.
    headline = (shared.title == 1.0 or KeyKind.TITLE_DAY in shared.kinds) and not _returns(entry, other, shared, trust)
    if shared.named and entry.keys[0].kind is not KeyKind.GUID and _is_own_name(entry, other, shared, trust):
        yield SAME, "key"
    if shared.guid and (link or headline):
        yield _GUID_AND_MORE, "key" if shared.named else "guid"
    if link and headline:
        yield _LINK_AND_TITLE, "link"
    if policy.alternative and KeyKind.GUID_ALT in shared.kinds and (link or headline):
        yield _ALTERNATIVE_AND_MORE, "guid-alt"
    if shared.guid and not _contradicts(entry, other, shared, trust):
        yield _GUID, "key" if shared.named else "guid"


def _weak(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> Iterator[tuple[int, str]]:
    """Give the rules by which one key, that is not the guid, is enough."""
    policy = trust.policy
    if shared.link and trust.links and _supports_link(entry, other, shared, trust):
        yield WEAK, "link"
    moved = shared.akin(policy.same_text) or (shared.present and shared.dated)
    if policy.alternative and KeyKind.GUID_ALT in shared.kinds and moved:
        yield _ALTERNATIVE, "guid-alt"
    if policy.title_day and KeyKind.TITLE_DAY in shared.kinds and _supports_title(entry, shared, trust):
        yield _TITLE_DAY, "title-day"


def _contradicts(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether an equal guid is not believed: link, headline and text are all those of something else."""
    policy = trust.policy
    if trust.forced is Identity.GUID or not policy.contradiction or shared.link or shared.dated:
        return False
    if other.is_bare:
        # One that really returns shares more keys than one.
        return _has(entry, KeyKind.LINK) and _holds(other, KeyKind.LINK)
    if not trust.guids:
        headline = shared.numbers and shared.title >= policy.same_text
        return not headline and (shared.text is None or shared.text < policy.same_text)
    if not (_has(entry, KeyKind.LINK) and _holds(other, KeyKind.LINK)) or is_front_page(entry.url):
        return shared.title < policy.akin and shared.text is not None and shared.text < policy.akin
    if _returns(entry, other, shared, trust):
        return True
    same_headline = shared.title >= policy.same_headline and shared.numbers
    return not same_headline and (shared.text is None or shared.text < policy.same_text)


def _is_own_name(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a name that is no guid may be believed.

    Not that of a page on which all entries of a source are; nor a headline and its day, at another time of the day
    and with another text.
    """
    if entry.keys[0].kind is KeyKind.LINK:
        return trust.links or shared.akin(trust.policy.akin)
    timed = entry.published_at is not None and other.published_at is not None and not shared.dated
    return not (timed and _is_other_text(shared, trust))


def _is_other_text(shared: Agreement, trust: Trust) -> bool:
    return shared.text is not None and shared.text < trust.policy.akin


def _returns(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a headline comes again, a day later, with another text and another guid or link."""
    if not shared.later or shared.text is None or shared.text >= trust.policy.same_text:
        return False
    links = not shared.link and _has(entry, KeyKind.LINK) and _holds(other, KeyKind.LINK)
    guids = not shared.guid and _has(entry, KeyKind.GUID) and _holds(other, KeyKind.GUID) and trust.lasting_guids
    return links or guids


def _supports_link(entry: Entry, other: KnownEntry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a link is believed although headline and guid are others."""
    guids = _has(entry, KeyKind.GUID) and _holds(other, KeyKind.GUID)
    if not guids or not trust.lasting_guids or other.is_bare:
        return True
    if shared.akin(trust.policy.akin) or shared.dated:
        return True
    return shared.present and not shared.later


def _supports_title(entry: Entry, shared: Agreement, trust: Trust) -> bool:
    """Say whether a headline and its day are believed although guid and link are others."""
    if not any(_has(entry, kind) for kind in (KeyKind.GUID, KeyKind.LINK)):
        return shared.dated or not _is_other_text(shared, trust)
    if shared.text is not None:
        return shared.text >= trust.policy.same_text
    return shared.present and shared.title == 1.0 and entry.title not in trust.habits.values(QuirkKind.RECURRING)


def _has(entry: Entry, kind: KeyKind) -> bool:
    return any(key.kind is kind for key in entry.keys)


def _holds(other: KnownEntry, kind: KeyKind) -> bool:
    return any(key.kind is kind for key in other.keys)


def is_front_page(url: str | None) -> bool:
    """Say whether a link shows a site instead of an entry; as a key it would take every entry for the last one."""
    return _FRONT_PAGE(canonical_link(url or "")) is not None
