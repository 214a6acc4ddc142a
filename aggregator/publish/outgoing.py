"""What is told elsewhere of an announcement: decided, and frozen as messages, in the commit of the announcement."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.edition import Composed, EditionEntry, SiteFacts, TopicView
from aggregator.model.sending import Message, Way
from aggregator.text.digests import digest128
from aggregator.text.timetables import last_moment

DEBOUNCE = timedelta(seconds=30)
"""What changes within so short a time is told to a hub once."""


def with_messages(
    view: TopicView, composed: Composed, now: datetime, site: SiteFacts, *, letters: bool = False
) -> Composed:
    """Add to what is announced the messages that tell of it.

    A hub is told that the bytes of a feed have changed. A hook is told what this commit announces, as far as the
    edition has room for it. A mailbox is told, when its time has come, what was announced since the last letter.

    Args:
        view: What the edition was composed of.
        composed: The edition, with all that it shows.
        now: Of the announcement.
        site: Where we publish.
        letters: Whether letters are written whose time has come.
    """
    messages = [*_pings(view, composed, now), *_posts(view, composed, now, site)]
    told = dict(view.told)
    boundary = now.replace(microsecond=0)
    for mailing in view.topic.sending.mailings if letters else ():
        since = told.get(mailing.name)
        # What a clock that was wrong has written would keep every letter back.
        wrong = since is not None and since > now
        if since is not None and not wrong and last_moment(mailing.times, now) <= since:
            continue
        told[mailing.name] = boundary
        # Up to a second that is over: what this second still brings is told the next time, and only then.
        news = [one for one in composed.edition.entries if since is not None and since <= one.announced_at < boundary]
        if news:
            messages.append(_message(view, Way.MAIL, mailing.name, now, _content(view, news, now, site)))
    return replace(composed, messages=tuple(messages), told=tuple(sorted(told.items())))


def _pings(view: TopicView, composed: Composed, now: datetime) -> Iterator[Message]:
    if not view.topic.output.hub or composed.edition.digest == view.last_digest:
        return
    for feed_format in view.topic.output.formats:
        ping = _message(view, Way.HUB, feed_format.value, now, {"digest": composed.edition.digest})
        yield replace(ping, due_at=now + DEBOUNCE, merges=True)


def _posts(view: TopicView, composed: Composed, now: datetime, site: SiteFacts) -> Iterator[Message]:
    if not view.topic.sending.hooks:
        return
    ledger = {one.subject: one.ledger for one in view.candidates if one.ledger is not None}
    ledger |= {row.subject: row for row in composed.new_rows}
    alone = {*view.announcing, *composed.announced} - {*composed.digested}
    told_now = {ledger[subject].atom_id for subject in alone if subject in ledger}
    if composed.digest is not None:
        told_now.add(composed.digest.atom_id)
    news = [one for one in composed.edition.entries if one.id in told_now]
    if not news:
        return
    content = _content(view, news, now, site) | {"more": len(told_now) - len(news)}
    for hook in view.topic.sending.hooks:
        yield _message(view, Way.HOOK, hook.name, now, content)


def _message(view: TopicView, way: Way, target: str, now: datetime, content: Mapping[str, Any]) -> Message:
    written = json.dumps(content, ensure_ascii=True)
    named = f"{view.feed_id} {way} {target} {now.isoformat()} {written}"
    return Message(
        id=f"msg_{digest128(named.encode('utf-8', 'replace'))}",
        way=way,
        topic=view.topic.slug,
        target=target,
        content=written,
        made_at=now,
        due_at=now,
    )


def _content(view: TopicView, news: Sequence[EditionEntry], now: datetime, site: SiteFacts) -> dict[str, Any]:
    """Freeze what is told: all that a receiver needs without asking us, texts only as summaries."""
    return {
        "type": "topic.announced",
        "at": now.isoformat(timespec="seconds"),
        "topic": {
            "slug": view.topic.slug,
            "title": view.topic.title,
            "id": view.feed_id,
            "url": f"{site.base_url}/{view.topic.slug}",
        },
        "items": [_item(one) for one in news],
    }


def _item(one: EditionEntry) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "title": one.title,
        "summary": one.summary,
        "published_at": one.published_at.isoformat(),
        "updated_at": one.updated_at.isoformat(),
        "announced_at": one.announced_at.isoformat(),
        "authors": list(one.authors),
        "categories": list(one.categories),
        "language": one.language,
        "image": one.image_url,
        "source": {"id": one.source.id, "title": one.source.title, "url": one.source.profile.site_url},
        "also": [{"title": it.title, "url": it.url, "source": it.source_title} for it in one.also],
        "enclosures": [{"url": it.url, "type": it.media_type, "length": it.length} for it in one.enclosures],
        "why": [it.evidence for it in one.reasons if it.evidence],
    }
