"""Letters to a mail server. Alone knows smtplib."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.utils import parseaddr

from aggregator.model.sending import Attempt, Letter, MailServer

TIMEOUT_SECONDS = 20.0
_LOCAL = frozenset(("localhost", "127.0.0.1", "::1"))
_FINAL = range(500, 600)


class SmtpMailer:
    """Sends letters, each over a connection of its own, in a thread beside the loop.

    A connection that is not secure from its first byte becomes so as soon as the server can; a password goes over no
    other, unless the server is this machine.
    """

    async def send(self, letter: Letter, server: MailServer) -> Attempt:
        """Send one letter; never raises for anything a server or a network can do."""
        return await asyncio.to_thread(_send, letter, server)


def _send(letter: Letter, server: MailServer) -> Attempt:
    try:
        with _connected(server) as session:
            session.sendmail(parseaddr(server.sender)[1], [parseaddr(letter.to)[1]], letter.body)
    except smtplib.SMTPRecipientsRefused as error:
        code = next((code for code, _ in error.recipients.values()), 0)
        return _refused(server, code, "does not take mail for this address")
    except smtplib.SMTPAuthenticationError as error:
        # Its text may quote what it was given.
        return Attempt(ok=False, detail=f"{server.host} refuses the credentials ({error.smtp_code})", down=True)
    except smtplib.SMTPResponseException as error:
        return _refused(server, error.smtp_code, "refuses the letter")
    except (smtplib.SMTPException, OSError) as error:
        return Attempt(ok=False, detail=f"{server.host} cannot be used: {_reason(error)}", down=True)
    return Attempt(ok=True)


def _connected(server: MailServer) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    session: smtplib.SMTP
    if server.tls:
        session = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=secure)
    else:
        session = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        _prepare(session, server, secure)
    except BaseException:
        session.close()
        raise
    return session


def _prepare(session: smtplib.SMTP, server: MailServer, secure: ssl.SSLContext) -> None:
    session.ehlo()
    if not server.tls and session.has_extn("starttls"):
        session.starttls(context=secure)
        session.ehlo()
    elif not server.tls and server.user is not None and server.host not in _LOCAL:
        raise smtplib.SMTPException("it offers no secure connection, and no password goes over another")
    if server.user is not None:
        session.login(server.user, server.password or "")


def _refused(server: MailServer, code: int, what: str) -> Attempt:
    return Attempt(ok=False, detail=f"{server.host} {what} ({code})", final=code in _FINAL)


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0][:200]
