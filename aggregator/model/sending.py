"""What leaves beside the feeds: where it goes, what waits to go there, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.timetable import Timetable


class Way(StrEnum):
    """How a message leaves."""

    HUB = "hub"
    HOOK = "hook"
    MAIL = "mail"


class HookForm(StrEnum):
    """What a hook is sent: our own JSON, what Slack and its likes take, or plain text."""

    JSON = "json"
    SLACK = "slack"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """An address that is told at once what a topic announces.

    Attributes:
        name: Tells it from the others of its topic, also when its address changes.
        url: A secret: who knows it may post there.
        secret: What messages are signed with; None signs nothing.
    """

    name: str
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    form: HookForm = HookForm.JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """A mailbox that is told from time to time what a topic announced."""

    name: str
    to: str = field(repr=False)
    times: Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """All that is told of a topic's news, beside its feeds."""

    hooks: tuple[Hook, ...] = ()
    mailings: tuple[Mailing, ...] = ()


NO_SENDING = Sending()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The server that takes our mail.

    Attributes:
        host: A name or an address, without brackets.
        tls: Whether the connection is secure from its first byte; else as soon as the server can.
        user: With ``password``, both secrets; None sends without.
        sender: As in ``From``.
    """

    host: str
    port: int
    sender: str
    tls: bool = False
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class MessageState(StrEnum):
    """How far a message has got."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something that has to leave, written down in the commit that gave the reason for it.

    Attributes:
        id: Stays through all attempts, so that receivers can tell a repeat.
        target: Name of the hook or mailing of the topic, or the format of the feed that a hub is told of.
        content: What is told, as JSON; where it goes, and with which secret, is in the settings alone.
        made_at: When it was written down.
        merges: Whether it takes the place of one that waits for the same target.
        attempts: That came to nothing.
    """

    id: str
    way: Way
    topic: str
    target: str
    content: str
    made_at: datetime
    due_at: datetime
    merges: bool = False
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending a message.

    Attributes:
        ok: It was taken.
        detail: What happened, for people; holds no secret.
        final: Trying again is of no use.
        down: Nothing else can be sent there now.
        retry_after: The receiver's own wish.
    """

    ok: bool
    detail: str = ""
    final: bool = False
    down: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of a message after an attempt.

    Attributes:
        due_at: When it is tried again; also the end of what is not.
        hold: Everything else that waits for the target waits until ``due_at``, too.
    """

    state: MessageState
    due_at: datetime
    attempts: int
    detail: str = ""
    hold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail, whole, for one mailbox."""

    to: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStatus:
    """What waits for a target, and how it goes there.

    Attributes:
        dead: Messages that were given up.
        oldest_at: When the oldest that waits was written down.
        dead_at: When the last one was given up.
        detail: Why the last attempt that failed did; empty while nothing waits and nothing is dead.
    """

    way: Way
    topic: str
    target: str
    waiting: int = 0
    dead: int = 0
    sent: int = 0
    oldest_at: datetime | None = None
    next_at: datetime | None = None
    sent_at: datetime | None = None
    dead_at: datetime | None = None
    detail: str = ""
