"""Those who are told: a hook and a mail server; both write down all that comes, and refuse when told to."""

from __future__ import annotations

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True)
class Post:
    """A request that came whole."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class ScriptedHook:
    """Takes posts on loopback; an async context manager.

    Attributes:
        status: Of the answers.
        headers: Of the answers.
        text: Of the answers.
        posts: All that came, in order, however it was answered.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    posts: list[Post] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in/s3cr3t-path?key=s3cr3t-key"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *lines = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines if one)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        except asyncio.IncompleteReadError:
            writer.close()
            return
        self.posts.append(Post(line.split(" ")[1], headers, body))
        own = {"Content-Length": str(len(self.text)), "Content-Type": "text/plain", "Connection": "close"}
        said = "".join(f"{name}: {value}\r\n" for name, value in (own | self.headers).items())
        writer.write(f"HTTP/1.1 {self.status} Said\r\n{said}\r\n{self.text}".encode())
        await writer.drain()
        writer.close()


@dataclass(slots=True)
class Mail:
    """A letter that came whole."""

    sender: str
    to: list[str]
    body: bytes
    secure: bool
    user: str


@dataclass(slots=True)
class ScriptedMailServer:
    """Takes mail on loopback; an async context manager.

    Attributes:
        tls: For connections that are secure from their first byte.
        refuses: Answers in place of its own, by command, such as ``{"RCPT": "550 no such user"}``.
        wants: User and password, as it was set up; None asks for none.
        mails: All that was taken, in order.
    """

    tls: ssl.SSLContext | None = None
    refuses: dict[str, str] = field(default_factory=dict)
    wants: tuple[str, str] | None = None
    mails: list[Mail] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mail = Mail("", [], b"", secure=self.tls is not None, user="")
        writer.write(b"220 mail.test ready\r\n")
        while line := (await reader.readline()).decode("latin-1").strip():
            command, _, rest = line.partition(" ")
            command = command.upper()
            answer = self.refuses.get(command) or self._answer(command, rest, mail)
            if command == "DATA" and answer.startswith("3"):
                writer.write(f"{answer}\r\n".encode())
                mail.body = await self._content(reader)
                answer = self.refuses.get("CONTENT") or "250 taken"
                if answer.startswith("2"):
                    self.mails.append(mail)
                    mail = Mail("", [], b"", secure=mail.secure, user=mail.user)
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if command == "QUIT":
                break
        writer.close()

    def _answer(self, command: str, rest: str, mail: Mail) -> str:
        if command == "EHLO":
            return "250-mail.test\r\n250 AUTH PLAIN" if self.wants else "250 mail.test"
        if command == "AUTH":
            _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
            mail.user = user
            return "235 welcome" if (user, password) == self.wants else f"535 no: {user}:{password}"
        if command == "MAIL":
            mail.sender = rest.partition("<")[2].partition(">")[0]
        if command == "RCPT":
            mail.to.append(rest.partition("<")[2].partition(">")[0])
        return {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 fine")

    @staticmethod
    async def _content(reader: asyncio.StreamReader) -> bytes:
        lines: list[bytes] = []
        while (line := await reader.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)
