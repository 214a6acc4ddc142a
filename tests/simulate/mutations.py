"""What publishers, settings and machines do to the names of entries."""

from __future__ import annotations

from enum import Enum


class Mutation(Enum):
    """One way in which an entry comes back looking like another one, or another one looks like it.

    The value says it in a sentence.
    """

    EDIT_TITLE = "headlines are edited, some words stay"
    EDIT_TEXT = "texts are edited, and grow"
    REWRITE = "headline and text are written anew, guid and link stay"
    MOVE_LINK = "articles move to another section, guids stay"
    MARKUP_CHURN = "the markup of every text differs at every poll, its words do not"
    SCHEME_FLIPS = "guids and links are http at one poll and https at the next"
    GUID_HOST = "guids that are addresses change their host once"
    NEW_GUIDS = "all guids change to another scheme once, links stay"
    GUID_HAS_HEADLINE = "the guid contains the headline and changes with it"
    SLUG_HAS_HEADLINE = "guid and link are one address that contains the headline and changes with it"
    RANDOM_GUIDS = "guids are random at every poll"
    ONE_GUID = "one guid stands on all entries"
    NO_GUIDS = "there are no guids"
    POSITION_GUIDS = "the guid is the position in the document"
    REUSED_GUIDS = "guids of old articles are given to new ones"
    FRONT_PAGE = "the link of every entry is the front page"
    ONE_PAGE = "the link of every entry is one page that is not the front page"
    NO_LINKS = "there are no links"
    NO_NAMES = "there are neither guids nor links"
    FRAGMENTS = "links differ in nothing but the fragment, and there are no guids"
    TRACKING = "links carry a tracking parameter with another value at every poll, and there are no guids"
    REDATED = "every entry is dated anew at every poll"
    REDATED_ONCE = "all entries are published again with fresh dates, once"
    UNDATED = "there are no dates"
    FUTURE = "some dates lie in the future"
    SITE_MOVES = "links and guids move to another host at once"
    MIGRATION = "another system publishes all articles anew: other guids, other links, fresh dates"
    GARBLED = "for some polls everything comes with other guids, links and broken headlines, then it is as before"
    PURGED = "the document is nearly empty for days, then all is restored"
    ARCHIVE = "the document suddenly holds everything since the beginning of the site"
    SHUFFLED = "the order is another one at every poll"
    HALVES = "some polls get one half of the document only"
    TWICE = "entries are listed twice"
    BURSTS = "nothing comes for days, then all at once"
    RECURRING = "the same headline every day, with a new text"
    SERIES = "headlines that differ in a number only"
    TEMPLATE = "headlines and texts from one template, names differ"
    SHORT = "texts of three words"
    AFFIX = "the name of the site is put behind all headlines, once"
    RENAMED = "the settings give the source another id"
    READDRESSED = "the settings give the source another address"
    FORGETFUL = "entries are kept for two days only, while the publisher lists them for longer, and again"
    CRASHES = "our process ends at any step"


def _all_of(*groups: tuple[Mutation, tuple[Mutation, ...]]) -> frozenset[frozenset[Mutation]]:
    return frozenset(frozenset({one, other}) for one, others in groups for other in others)


TRACELESS = _all_of(
    # Headline and text change, and so does or is missing all else.
    (Mutation.REWRITE, (Mutation.SLUG_HAS_HEADLINE, Mutation.NO_NAMES, Mutation.MIGRATION)),
    # Guid and link are the headline, which all entries have.
    (Mutation.SLUG_HAS_HEADLINE, (Mutation.RECURRING,)),
    # The same, edited while the entry is away: headline and text are compared when five come back, not one by one.
    (Mutation.SLUG_HAS_HEADLINE, (Mutation.HALVES,)),
)
"""Pairs that leave nothing, or next to nothing, by which anybody could tell."""
