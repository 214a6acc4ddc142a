"""Generated feeds: seed, feed and generation fix every byte."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape

from tests.web.words import Sentences

POOL = 5_000
_STEP = timedelta(minutes=47)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the generated feeds are like.

    Attributes:
        feeds: How many there are.
        items: Entries a feed.
        new: Entries that a change brings.
        changed: Share of feeds that a tick changes.
        dup: Share of entries that retell a text from a common pool.
        base: The first generation ends shortly before it.
    """

    base: datetime
    feeds: int = 100
    items: int = 30
    new: int = 1
    changed: float = 0.1
    dup: float = 0.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """One generated entry."""

    guid: str
    link: str
    title: str
    author: str
    category: str
    html: str
    published_at: datetime


class FeedFactory:
    """Makes the feeds of a recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self._sentences = Sentences()

    def revision(self, feed: int, generation: int) -> int:
        """Count how often a feed has changed up to a generation."""
        share = self.recipe.changed
        return sum(self._rng(feed, tick, 7).random() < share for tick in range(1, generation + 1))

    def etag(self, feed: int, revision: int) -> str:
        return f'"{self.recipe.seed:x}-{feed:x}-{revision:x}"'

    def changed_at(self, revision: int) -> datetime:
        return self.recipe.base + timedelta(minutes=revision)

    def body(self, feed: int, revision: int, host: str = "example.org") -> bytes:
        """Write a feed: two of three are RSS, the third is Atom."""
        newest = self.recipe.items + revision * self.recipe.new
        items = [self.item(feed, number) for number in range(newest - 1, newest - 1 - self.recipe.items, -1)]
        write = _atom if feed % 3 == 2 else _rss
        title = self._sentences.name(self._rng(feed, 0, 3))
        return write(feed, title, items, self.changed_at(revision)).encode()

    def item(self, feed: int, number: int) -> Item:
        """Write one entry; the number counts from the oldest."""
        rng = self._rng(feed, number, 1)
        own = rng.random() >= self.recipe.dup
        story = rng if own else self._rng(rng.randrange(POOL), 0, 2)
        title = self._sentences.headline(story)
        paragraphs = [self._sentences.paragraph(story) for _ in range(story.randint(3, 7))]
        if not own:
            # A retelling has an opening of its own and leaves something out.
            paragraphs[0] = self._sentences.paragraph(rng)
            paragraphs.pop()
        link = f"https://site{feed}.example/{number}/{'-'.join(title.lower().split()[:5])}"
        if rng.random() < 0.3:
            link += "?utm_source=feed&utm_medium=rss"
        html = [
            f"<p>{text} <a href='https://site{feed}.example/about/{n}'>{text.split()[0]}</a></p>"
            for n, text in enumerate(paragraphs)
        ]
        if rng.random() < 0.3:
            html.insert(1, f"<p><img src='https://site{feed}.example/pictures/{number}.jpg' alt='{title}'></p>")
        return Item(
            guid=f"tag:site{feed}.example,2026:{number}",
            link=link,
            title=title,
            author=self._sentences.person(rng),
            category=self._sentences.subject(rng),
            html="\n".join(html),
            published_at=self._published_at(number),
        )

    def _published_at(self, number: int) -> datetime:
        later = number - self.recipe.items
        if later >= 0:
            return self.recipe.base + timedelta(minutes=later)
        return self.recipe.base + later * _STEP

    def _rng(self, feed: int, number: int, purpose: int) -> random.Random:
        return random.Random(((self.recipe.seed * 1_000_003 + feed) * 1_000_003 + number) * 31 + purpose)


def _rss(feed: int, title: str, items: list[Item], changed_at: datetime) -> str:
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>"
        f'<guid isPermaLink="false">{item.guid}</guid><pubDate>{format_datetime(item.published_at, usegmt=True)}'
        f"</pubDate><dc:creator>{escape(item.author)}</dc:creator><category>{item.category}</category>"
        f"<content:encoded><![CDATA[{item.html}]]></content:encoded></item>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{escape(title)}</title><link>https://site{feed}.example/</link>"
        f"<description>{escape(title)}, daily</description><language>en</language>"
        f"<lastBuildDate>{format_datetime(changed_at, usegmt=True)}</lastBuildDate>\n{entries}</channel></rss>\n"
    )


def _atom(feed: int, title: str, items: list[Item], changed_at: datetime) -> str:
    entries = "".join(
        f"<entry><title>{escape(item.title)}</title><link href='{escape(item.link)}'/><id>{item.guid}</id>"
        f"<published>{item.published_at.isoformat()}</published><updated>{item.published_at.isoformat()}</updated>"
        f"<author><name>{escape(item.author)}</name></author><category term='{item.category}'/>"
        f"<content type='html'>{escape(item.html)}</content></entry>\n"
        for item in items
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<title>{escape(title)}</title><id>tag:site{feed}.example,2026:feed</id>"
        f"<link href='https://site{feed}.example/'/><updated>{changed_at.isoformat()}</updated>\n{entries}</feed>\n"
    )
