"""Where the news of topics is told beside their feeds: hooks, mailboxes, and the server that takes our mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import formataddr, getaddresses
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from aggregator.model.sending import Hook, HookForm, Mailing, MailServer, Sending
from aggregator.settings.findings import Findings, Loc
from aggregator.settings.kinds import read_text
from aggregator.settings.section import Section
from aggregator.settings.timetables import Times
from aggregator.settings.tree import Tree
from aggregator.settings.units import Unfit
from aggregator.text.digests import digest128

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MAILBOX = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,253}")
_PORTS = {"smtp": 587, "smtps": 465}
_SHORT = 8


def _hook_url(value: object) -> str:
    text = read_text(value).strip()
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment:
        raise Unfit("expected the address of a hook", "it begins with https:// or http://")
    return text


def _secret(value: object) -> str:
    text = read_text(value)
    if len(text) < _SHORT:
        raise Unfit("a secret is at least 8 characters long", "`openssl rand -hex 24` makes a good one")
    return text


def _mailbox(value: object) -> str:
    text = " ".join(read_text(value).split())
    found = getaddresses([text])
    name, address = found[0] if len(found) == 1 else ("", "")
    if not _MAILBOX.fullmatch(address):
        raise Unfit("expected a mail address", "such as ann@example.org or Ann <ann@example.org>")
    return formataddr((name, address)) if name else address


def _server(value: object) -> tuple[str, int, bool, str | None, str | None]:
    """Read ``smtp://USER:PASSWORD@HOST:PORT``; the message never quotes it."""
    text = read_text(value).strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Unfit("this is no address of a mail server", "such as smtp://mail.example.org:587") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise Unfit("expected the address of a mail server", "such as smtp://mail.example.org:587, or smtps://…")
    user = None if parts.username is None else unquote(parts.username)
    password = None if parts.password is None else unquote(parts.password)
    return parts.hostname, port or _PORTS[parts.scheme], parts.scheme == "smtps", user, password


def _name(value: object) -> str:
    text = read_text(value)
    if not _NAME.fullmatch(text):
        raise Unfit("a name is made of a-z, 0-9, '.', '_' and '-'")
    return text


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


_STRING = WithJsonSchema({"type": "string"})
HookUrl = Annotated[str, PlainValidator(_hook_url), _STRING]
Secret = Annotated[str, PlainValidator(_secret), _STRING]
Mailbox = Annotated[str, PlainValidator(_mailbox), _STRING]
TargetName = Annotated[str, PlainValidator(_name), _STRING]
Server = Annotated[tuple[str, int, bool, str | None, str | None], PlainValidator(_server), _STRING]
_ONE_OR_MORE = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
Mailboxes = Annotated[list[Mailbox | None], BeforeValidator(_several), _ONE_OR_MORE]


class SendSection(Section):
    """A place where the news of a topic is told: a hook, at once, or mailboxes, from time to time."""

    hook: HookUrl | None = Field(default=None, description="Address that is sent a POST with what is new.")
    secret: Secret | None = Field(default=None, description="Signs what the hook is sent.")
    form: HookForm | None = Field(default=None, description="json (default), slack or text.")
    mail: Mailboxes | None = Field(default=None, description="Addresses that are sent a letter.")
    at: Times | None = Field(default=None, description="When letters go out: daily at 07:00 Europe/London.")
    name: TargetName | None = Field(
        default=None, description="Keeps what waits when the address changes; made from it when left out."
    )


class MailSection(Section):
    """The server that takes our mail."""

    server: Server | None = Field(default=None, description="smtp://USER:PASSWORD@HOST:587, or smtps://HOST.")
    from_: Mailbox | None = Field(default=None, description="Sender of the letters: River <river@example.org>.")


class Targets:
    """Gathers where the news of one topic is told."""

    def __init__(self, tree: Tree, findings: Findings, *, mail_server: bool) -> None:
        self._tree = tree
        self._findings = findings
        self._mail_server = mail_server

    def read(self, sections: Sequence[SendSection | None] | None, loc: Loc) -> Sending:
        """Read the list of a topic; what is wrong is noted."""
        hooks: list[Hook] = []
        mailings: list[Mailing] = []
        names: set[str] = set()
        for number, section in enumerate(sections or ()):
            here: Loc = (*loc, number)
            if section is None or self._is_odd(section, here):
                continue
            found = list(_hook(section)) if section.hook else list(_mailings(section))
            for one in found:
                if one.name in names:
                    self._error(here, f"two places of this topic are named '{one.name}'", "give each a name of its own")
                names.add(one.name)
                hooks += [one] if isinstance(one, Hook) else []
                mailings += [one] if isinstance(one, Mailing) else []
        return Sending(hooks=tuple(hooks), mailings=tuple(mailings))

    def _is_odd(self, section: SendSection, here: Loc) -> bool:
        if any(loc[: len(here)] == here for loc in self._tree.damaged):
            return True
        if bool(section.hook) == bool(section.mail):
            self._error(here, "expected either a hook or mail", "{hook: https://…} or {mail: ann@example.org, at: …}")
            return True
        if section.mail and section.at is None:
            self._error(here, "mail needs a time", "at: daily at 07:00 Europe/London")
            return True
        if section.mail and not self._mail_server:
            self._error(
                (*here, "mail"), "no server takes our mail", "say mail: {server: smtp://…, from: …} in the main file"
            )
        wrong = ("at",) if section.hook else ("secret", "form")
        for key in wrong:
            if getattr(section, key) is not None:
                what = f"'{key}' has no meaning for {'a hook' if section.hook else 'mail'}"
                self._error((*here, key), what, "leave it out")
        return False

    def _error(self, loc: Loc, what: str, hint: str) -> None:
        self._findings.error(self._tree.spot(loc), loc, what, hint)


def read_mail_server(section: MailSection | None, tree: Tree, findings: Findings) -> MailServer | None:
    """Read the server that takes our mail; None when there is none."""
    if section is None or (section.server is None and section.from_ is None):
        return None
    if section.server is None or section.from_ is None:
        if not tree.damaged:
            missing = "server" if section.server is None else "from"
            findings.error(tree.key_spot(("mail",)), ("mail",), f"missing required key '{missing}'", "mail needs both")
        return None
    host, port, tls, user, password = section.server
    return MailServer(host=host, port=port, tls=tls, user=user, password=password, sender=section.from_)


def _hook(section: SendSection) -> Sequence[Hook]:
    url = section.hook or ""
    said: dict[str, Any] = {} if section.form is None else {"form": section.form}
    return (Hook(name=section.name or _made_of(url), url=url, secret=section.secret, **said),)


def _mailings(section: SendSection) -> Sequence[Mailing]:
    boxes = [box for box in section.mail or () if box]
    if section.at is None:
        return ()
    name = section.name if len(boxes) == 1 else None
    prefix = f"{section.name}-" if section.name and len(boxes) > 1 else ""
    return tuple(Mailing(name=name or prefix + _made_of(box), to=box, times=section.at) for box in boxes)


def _made_of(secret: str) -> str:
    """Make a name of an address that tells nothing of it."""
    return digest128(secret.encode("utf-8", "replace"))[:_SHORT]
