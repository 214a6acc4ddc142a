"""A topic as configured, and what matching it gave."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aggregator.model.entry import EntryKey
from aggregator.model.language import Recogniser
from aggregator.model.liking import Like, Taste
from aggregator.model.reason import Reason
from aggregator.model.sending import NO_SENDING, Sending
from aggregator.model.shape import NO_SHAPE, Shape

_ASKS_FOR_LANGUAGE = re.compile(r"\blang:", re.IGNORECASE).search


class TopicMode(StrEnum):
    """Whether a topic shows one item a story or each entry."""

    STORIES = "stories"
    ENTRIES = "entries"


class Attribution(StrEnum):
    """How an item of a topic feed names its source."""

    FOOTER = "footer"
    AUTHOR = "author"
    TITLE = "title"
    NONE = "none"


class FeedFormat(StrEnum):
    """A format that a topic is published in; the value is the extension of its address."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"


class Access(StrEnum):
    """Who may read a topic: everybody, or who holds its address with a token."""

    PUBLIC = "public"
    TOKEN = "token"  # noqa: S105 - a kind of access


class Shown(StrEnum):
    """How much of an entry's text a topic feed carries."""

    FULL = "full"
    SUMMARY = "summary"


class Retroactive(StrEnum):
    """What becomes of older entries that a changed rule lets in: kept without being announced, or not taken."""

    SILENT = "silent"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How a topic is rendered.

    Attributes:
        hub: Address of the WebSub hub that its feeds name.
        why: Whether each item says why it is here.
    """

    content: Shown = Shown.FULL
    attribution: Attribution = Attribution.FOOTER
    formats: tuple[FeedFormat, ...] = (FeedFormat.ATOM, FeedFormat.RSS, FeedFormat.JSON)
    hub: str | None = None
    why: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """An example of a topic: a headline, or the address or id of an entry, that it has to let in or keep out.

    Attributes:
        wanted: Whether it has to be let in.
        at: File, line and column.
        path: Below the ``examples`` of the topic, such as ``in.0``.
    """

    text: str
    wanted: bool
    at: tuple[str, int, int] = ("", 0, 0)
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A curated output feed.

    Attributes:
        slug: ``[a-z0-9][a-z0-9-]{0,63}``.
        selectors: The ``from`` of the settings: group names, source ids, ``tag:NAME`` or topic slugs;
            empty means every source.
        match: A query, as written; None takes everything from the selected sources.
        limit: The subscription document holds at most so many items.
        aliases: Old slugs, answered with 301.
        shape: How much of it its readers get, and when.
        languages: Tags of the languages that it takes; empty: all.
        place: ``file:line`` of the definition, for explanations.
        context: Digest of what the rule depends on outside itself: the groups, tags and privacy of the sources
            that it selects by, and the rules of the topics that it names.
        retroactive: What becomes of older entries that a changed rule lets in.
        trials: The ``examples`` of the settings; they decide nothing.
        mutes: Queries, as written; what one of them holds for does not enter, whatever ``match`` says.
        like: Examples that its entries have to be like, beside what ``match`` asks for.
        taste: What was learned from them; None lets nothing in.
        sending: Where its news is told beside its feeds.
        recogniser: Says in which language an entry is, where nobody else does; None leaves that open.
    """

    slug: str
    title: str
    description: str = ""
    selectors: tuple[str, ...] = ()
    match: str | None = None
    mode: TopicMode = TopicMode.STORIES
    limit: int = 60
    aliases: tuple[str, ...] = ()
    output: Output = Output()
    shape: Shape = NO_SHAPE
    languages: tuple[str, ...] = ()
    place: str = ""
    context: str = ""
    sending: Sending = NO_SENDING
    access: Access = Access.PUBLIC
    retroactive: Retroactive = Retroactive.SILENT
    trials: tuple[Trial, ...] = ()
    mutes: tuple[str, ...] = ()
    like: Like | None = None
    taste: Taste | None = field(default=None, compare=False, repr=False)
    recogniser: Recogniser | None = field(default=None, compare=False, repr=False)

    @property
    def asks_for_language(self) -> bool:
        """Whether its rule may depend on the language of an entry; a query may only look as if it did."""
        return bool(self.languages) or any(map(_ASKS_FOR_LANGUAGE, filter(None, (self.match, *self.mutes))))

    @property
    def rule_digest(self) -> str:
        """A hash of what decides membership; a change of it means that matches are found anew."""
        # What asks for nothing of it has the digest that it had before this could be asked.
        private = ("\2", self.access) if self.access is not Access.PUBLIC else ()
        muted = ("\4", *sorted(self.mutes)) if self.mutes else ()
        learned = () if self.like is None else ("\3", str(self.like.at_least), self.taste.digest if self.taste else "")
        spoken = ("\5", *sorted(self.languages)) if self.languages else ()
        heard = ("\6", self.recogniser.name) if self.recogniser and self.asks_for_language else ()
        more = (*private, *learned, *muted, *spoken, *heard)
        rule = "\0".join(("1", *sorted(self.selectors), "\1", self.match or "", self.context, *more))
        return hashlib.blake2b(rule.encode("utf-8", "replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Senses:
    """What judging an entry may ask beside the entry itself.

    Attributes:
        recogniser: Says in which language it is, where nobody else does.
        learned: The topics that name examples, by slug.
    """

    recogniser: Recogniser | None = None
    learned: Mapping[str, Topic] = field(default_factory=dict)


NO_SENSES = Senses()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An entry belongs to a topic."""

    topic: str
    key: EntryKey
    reason: Reason
