"""A publisher: articles whose identity is known, and the clothes in which they are published."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.simulate.mutations import Mutation

WINDOW = 15
_SYLLABLES = ("ba", "ke", "lo", "mi", "nu", "ra", "se", "to", "vi", "za", "dor", "fen", "gal", "hin", "jos", "lum")
_EVERY_POLL = 0.04
_NAMELESS = frozenset({Mutation.NO_GUIDS, Mutation.NO_NAMES, Mutation.FRAGMENTS, Mutation.TRACKING})


@dataclass(slots=True)
class Article:
    """The truth: one article, whatever it is published as.

    Attributes:
        number: Of all articles of all publishers; it travels as a category, which identity does not look at.
    """

    number: int
    title: str
    text: str
    at: datetime
    slug: str
    section: str = "news"
    guid: str = ""


@dataclass(slots=True)
class Publisher:
    """Writes articles, and serves documents that hold them in changing clothes.

    Attributes:
        offered: Numbers of the articles that the last document held.
        served: Numbers of the articles that a document held which was read to the end. What stood only in one whose
            reader died over it was never seen by anybody: it is no loss when the next document no longer holds it.
        turning: When what happens once happens.
    """

    name: str
    mutations: frozenset[Mutation]
    start: datetime
    chance: random.Random
    first_number: int
    articles: list[Article] = field(default_factory=list)
    offered: frozenset[int] = frozenset()
    served: set[int] = field(default_factory=set)
    polls: int = 0
    turning: datetime = field(init=False)
    _saved_up: int = 0

    def __post_init__(self) -> None:
        self.turning = self.start + timedelta(days=self.chance.uniform(2, 5))
        for hours in range(40 * 8, 0, -8):
            self._write(self.start - timedelta(hours=hours + self.chance.uniform(0, 6)))

    def has(self, *mutations: Mutation) -> bool:
        """Say whether one of these applies."""
        return not self.mutations.isdisjoint(mutations)

    def live(self, now: datetime, since: timedelta) -> None:
        """Let time pass: articles are written and edited."""
        rate = 2.5 if not self.has(Mutation.RECURRING) else 1.0
        due = self._saved_up + sum(self.chance.random() < rate * since.total_seconds() / 86_400 / 4 for _ in range(4))
        waits = self.has(Mutation.BURSTS) and (now - self.start).days % 5 < 4
        self._saved_up = due if waits else 0
        for place in range(0 if waits else due):
            self._write(now - since * self.chance.uniform(0.1, 0.9) + timedelta(seconds=place))
        self._edit(now)

    def document(self, now: datetime) -> bytes:
        """Serve a document."""
        self.polls += 1
        shown = self._window(now)
        self.offered = frozenset(article.number for article in shown)
        items = [self._item(article, place, now) for place, article in enumerate(shown, 1)]
        if self.has(Mutation.TWICE):
            items += items[:4]
        return (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{self.name}</title>'
            f"<link>https://{self.name}.example/</link><description>d</description>{''.join(items)}</channel></rss>"
        ).encode()

    def _window(self, now: datetime) -> Sequence[Article]:
        newest = sorted(self.articles, key=lambda article: article.at, reverse=True)
        size = WINDOW
        turned = now >= self.turning
        if self.has(Mutation.PURGED, Mutation.FORGETFUL) and turned and now < self.turning + timedelta(days=3):
            size = 1
        elif self.has(Mutation.ARCHIVE) and turned:
            size = len(newest)
        if self.has(Mutation.FORGETFUL):
            size *= 3
        shown = newest[:size]
        if self.has(Mutation.HALVES) and self.chance.random() < 0.3:
            shown = shown[: size // 2] if self.chance.random() < 0.5 else shown[size // 2 :]
        if self.has(Mutation.SHUFFLED):
            self.chance.shuffle(shown)
        return shown

    def _write(self, at: datetime) -> None:
        number = self.first_number + len(self.articles)
        chance, has = self.chance, self.has
        title, text = self._words(chance.randint(6, 9)).capitalize(), self._words(chance.randint(40, 60))
        slug = self._words(3).replace(" ", "-") + f"-{number}"
        if has(Mutation.RECURRING):
            title = "Morning briefing for all who wake early"
        elif has(Mutation.SERIES):
            title = f"Letters from the old harbour, part {number}"
        elif has(Mutation.TEMPLATE):
            name = self._words(2).title()
            title = f"Form 8.3 - {name} Holdings plc"
            text = f"{self._words(12, random.Random(7))} {name} {text} {self._words(12, random.Random(8))}"
        if has(Mutation.SHORT):
            text = self._words(3)
        guid = f"{self.name}-{number}"
        if has(Mutation.REUSED_GUIDS) and len(self.articles) > WINDOW + 5 and chance.random() < 0.4:
            guid = self.articles[len(self.articles) - WINDOW - 5].guid
        self.articles.append(Article(number, title, text, at.replace(microsecond=0), slug, guid=guid))

    def _edit(self, now: datetime) -> None:
        for article in sorted(self.articles, key=lambda one: one.at)[-WINDOW:]:
            if article.at > now or self.chance.random() > _EVERY_POLL:
                continue
            words = article.title.split()
            if self.has(Mutation.EDIT_TITLE, Mutation.GUID_HAS_HEADLINE, Mutation.SLUG_HAS_HEADLINE):
                words[self.chance.randrange(len(words))] = self._words(1)
                article.title = " ".join(words)
            if self.has(Mutation.EDIT_TEXT):
                article.text = f"{article.text} {self._words(8)}"
            if self.has(Mutation.REWRITE):
                article.title, article.text = self._words(7).capitalize(), self._words(45)
            if self.has(Mutation.MOVE_LINK):
                article.section = self._words(1)

    def _item(self, article: Article, place: int, now: datetime) -> str:
        title = article.title
        garbled = self.has(Mutation.GARBLED) and self.turning <= now < self.turning + timedelta(hours=10)
        if garbled:
            title = "".join(f"{ord(letter):02x}" for letter in title[:12])
        if self.has(Mutation.AFFIX) and now >= self.turning:
            title = f"{title} | The {self.name.title()} Times"
        text = article.text if not garbled else ""
        if self.has(Mutation.MARKUP_CHURN):
            text = f'<p class="c{self.polls}">{text}</p>'
        moment = self._moment(article, now, garbled=garbled)
        parts = [
            f"<title>{escape(title)}</title>",
            f"<link>{escape(link)}</link>" if (link := self._link(article, now, garbled=garbled)) else "",
            self._guid(article, place, now, garbled=garbled),
            f"<pubDate>{format_datetime(moment)}</pubDate>" if moment else "",
            f"<description>{escape(text)}</description>",
            f"<category>truth-{article.number}</category>",
        ]
        return f"<item>{''.join(parts)}</item>"

    def _site(self, now: datetime) -> str:
        turned = now >= self.turning
        scheme = "http" if self.has(Mutation.SCHEME_FLIPS) and self.polls % 2 else "https"
        host = f"new-{self.name}" if self.has(Mutation.SITE_MOVES) and turned else self.name
        return f"{scheme}://{host}.example"

    def _link(self, article: Article, now: datetime, *, garbled: bool) -> str:
        site = self._site(now)
        if self.has(Mutation.NO_LINKS, Mutation.NO_NAMES):
            return ""
        if self.has(Mutation.FRONT_PAGE):
            return f"{site}/"
        if self.has(Mutation.ONE_PAGE):
            return f"{site}/all-about-us"
        if self.has(Mutation.FRAGMENTS):
            return f"{site}/live#post-{article.number}"
        if garbled:
            return f"{site}/export/{article.number:x}"
        if self.has(Mutation.MIGRATION) and now >= self.turning:
            return f"{site}/stories/{article.number * 7}"
        slug = article.slug
        if self.has(Mutation.SLUG_HAS_HEADLINE):
            slug = article.title.lower().replace(" ", "-")
        query = f"?from=feed{self.polls}&utm_source=rss{self.polls}" if self.has(Mutation.TRACKING) else ""
        return f"{site}/{article.section}/{slug}{query}"

    def _guid(self, article: Article, place: int, now: datetime, *, garbled: bool) -> str:  # noqa: PLR0911 - a table
        turned = now >= self.turning
        if not _NAMELESS.isdisjoint(self.mutations):
            return ""
        if garbled:
            return f'<guid isPermaLink="false">export-{article.number}-{self.name}</guid>'
        if self.has(Mutation.MIGRATION) and turned:
            return f'<guid isPermaLink="false">node/{article.number * 7}</guid>'
        if self.has(Mutation.RANDOM_GUIDS):
            return f'<guid isPermaLink="false">{self.chance.getrandbits(64):x}</guid>'
        if self.has(Mutation.ONE_GUID):
            return '<guid isPermaLink="false">the-feed</guid>'
        if self.has(Mutation.POSITION_GUIDS):
            return f'<guid isPermaLink="false">item-{place}</guid>'
        if self.has(Mutation.NEW_GUIDS) and turned:
            return f'<guid isPermaLink="false">urn:x-new:{article.guid}</guid>'
        if self.has(Mutation.GUID_HAS_HEADLINE):
            return f'<guid isPermaLink="false">{escape(article.title)}</guid>'
        if self.has(Mutation.SLUG_HAS_HEADLINE):
            return f"<guid>{escape(self._link(article, now, garbled=False))}</guid>"
        if self.has(Mutation.GUID_HOST, Mutation.SCHEME_FLIPS, Mutation.SITE_MOVES):
            site = self._site(now)
            if self.has(Mutation.GUID_HOST) and turned:
                site = site.replace("://", "://cdn-")
            return f"<guid>{site}/?p={article.number}</guid>"
        return f'<guid isPermaLink="false">{article.guid}</guid>'

    def _moment(self, article: Article, now: datetime, *, garbled: bool) -> datetime | None:
        if self.has(Mutation.UNDATED):
            return None
        fresh = self.has(Mutation.REDATED_ONCE, Mutation.MIGRATION) and now >= self.turning
        if self.has(Mutation.REDATED):
            return now
        if fresh and article.at < self.turning:
            return self.turning
        if self.has(Mutation.FUTURE) and article.number % 3 == 0:
            return article.at + timedelta(days=400)
        return article.at - timedelta(days=1) if garbled else article.at

    def _words(self, count: int, chance: random.Random | None = None) -> str:
        chance = chance or self.chance
        return " ".join("".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(count))
