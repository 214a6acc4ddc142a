"""Send: from the outbox to hubs, hooks and mailboxes; each message until it was taken, or is given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aggregator.model.edition import SiteFacts
from aggregator.model.fetching import Failure, FetchFailed, Posted, PostOutcome, PostRequest
from aggregator.model.sending import Attempt, MailServer, Message, MessageState, Settlement, Way
from aggregator.model.topic import FeedFormat, Topic
from aggregator.pipeline.ports import Clock, Mailer, OutboxStore, Poster
from aggregator.publish import letter, ping, post
from aggregator.schedule.sending import settle

logger = logging.getLogger(__name__)

AT_ONCE: Final = 20
_HIDDEN = "…"
_LEAST_SECRET = 4
# What says that the receiver, and not this message, is the trouble.
_MESSAGE_FAILURES = frozenset((Failure.HTTP_4XX, Failure.GONE))


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingParts:
    """What sending is done with.

    Attributes:
        topic: Finds a topic of the configuration in force.
        site: Where we publish now.
        mail_server: That takes our mail now; None sends none.
    """

    store: OutboxStore
    poster: Poster
    mailer: Mailer
    clock: Clock
    user_agent: str
    topic: Callable[[str], Topic | None]
    site: Callable[[], SiteFacts]
    mail_server: Callable[[], MailServer | None]


async def send_due(parts: SendingParts) -> int:
    """Send what is due, of each target one message; say how many were tried.

    A message is sent before it is written that it was: after a crash in between it is sent again, under the same id.

    Raises:
        StoreError: What became of a message could not be written; it is sent again.
    """
    due = await parts.store.due_messages(parts.clock.now(), AT_ONCE)
    mails = asyncio.Semaphore(1)
    results = await asyncio.gather(*(_deliver(message, parts, mails) for message in due), return_exceptions=True)
    for failed in results:
        if isinstance(failed, BaseException):
            raise failed
    return len(due)


async def _deliver(message: Message, parts: SendingParts, mails: asyncio.Semaphore) -> None:
    topic = parts.topic(message.topic)
    attempt = await _SENDERS[message.way](message, topic, parts, mails) if topic is not None else None
    now = parts.clock.now()
    if attempt is None:
        detail = "is no longer in the settings"
        settlement = Settlement(state=MessageState.DROPPED, due_at=now, attempts=message.attempts, detail=detail)
    else:
        settlement = settle(message, attempt, now)
    _log(message, settlement)
    await parts.store.settle_message(message, settlement)


async def _ping(message: Message, topic: Topic, parts: SendingParts, _mails: asyncio.Semaphore) -> Attempt | None:
    if topic.output.hub is None or message.target not in topic.output.formats:
        return None
    feed_url = f"{parts.site().base_url}/{topic.slug}.{FeedFormat(message.target).value}"
    return await _posted(ping(topic.output.hub, feed_url, parts.user_agent), (), parts)


async def _post(message: Message, topic: Topic, parts: SendingParts, _mails: asyncio.Semaphore) -> Attempt | None:
    hook = next((one for one in topic.sending.hooks if one.name == message.target), None)
    if hook is None:
        return None
    request = post(hook, message, parts.user_agent, parts.clock.now())
    return await _posted(request, _secrets(hook.url, hook.secret), parts)


async def _mail(message: Message, topic: Topic, parts: SendingParts, mails: asyncio.Semaphore) -> Attempt | None:
    mailing = next((one for one in topic.sending.mailings if one.name == message.target), None)
    server = parts.mail_server()
    if mailing is None or server is None:
        return None
    async with mails:
        return await parts.mailer.send(letter(mailing, message, server.sender, parts.site()), server)


async def _posted(request: PostRequest, secrets: tuple[str, ...], parts: SendingParts) -> Attempt:
    outcome: PostOutcome = await parts.poster.post(request)
    if isinstance(outcome, Posted):
        return Attempt(ok=True)
    return Attempt(
        ok=False,
        detail=_without(secrets, outcome.detail),
        final=outcome.kind is Failure.GONE,
        down=_is_down(outcome),
        retry_after=outcome.retry_after,
    )


def _is_down(failed: FetchFailed) -> bool:
    return failed.kind not in _MESSAGE_FAILURES


def _secrets(url: str, secret: str | None) -> tuple[str, ...]:
    """Name what of an address and its secret no log may hold: all but the host."""
    parts = urlsplit(url)
    beyond = (url, parts.path, parts.query, *parts.path.split("/"), parts.username, parts.password, secret)
    return tuple(sorted({text for text in beyond if text and len(text) >= _LEAST_SECRET}, key=len, reverse=True))


def _without(secrets: tuple[str, ...], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text


def _log(message: Message, settlement: Settlement) -> None:
    what = f"{message.way} of {message.topic} to {message.target}"
    if settlement.state is MessageState.SENT:
        logger.debug("%s: sent", what)
    elif settlement.state is MessageState.WAITING:
        # Of failures in a row the 1st, 2nd, 4th, 8th … is worth a line.
        loud = settlement.attempts & (settlement.attempts - 1) == 0
        logger.log(logging.WARNING if loud else logging.DEBUG, "%s: %s; tried again", what, settlement.detail)
    else:
        logger.warning("%s: %s: %s", what, settlement.state, settlement.detail)


_SENDERS = {Way.HUB: _ping, Way.HOOK: _post, Way.MAIL: _mail}
