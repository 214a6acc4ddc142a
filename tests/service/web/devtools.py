"""One real browser for many pages, spoken to as its developer tools do; it tells what its policy forbade."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.service.web.browser import CHROMIUM, FLAGS


@dataclass
class Tab:
    """A page in the browser.

    Attributes:
        complaints: What the policy forbade, and what scripts threw, on the page that is shown.
    """

    socket: aiohttp.ClientWebSocketResponse
    session: str
    complaints: list[str] = field(default_factory=list)
    _number: int = 0
    _loaded: bool = False

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give an order and wait for what comes of it."""
        self._number += 1
        number = self._number
        await self.socket.send_json({"id": number, "sessionId": self.session, "method": method, "params": parameters})
        while True:
            told = json.loads((await self.socket.receive(timeout=30)).data)
            self._note(told)
            if told.get("id") == number:
                if "error" in told:
                    raise AssertionError(f"{method}: {told['error']}")
                return dict(told["result"])

    async def show(self, url: str) -> None:
        """Load a page, whole."""
        self.complaints.clear()
        self._loaded = False
        await self.call("Page.navigate", url=url)
        async with asyncio.timeout(20):
            while not self._loaded:
                self._note(json.loads((await self.socket.receive(timeout=20)).data))

    async def follow(self, expression: str) -> None:
        """Do what leads to another page, and wait until it is loaded."""
        self._loaded = False
        await self.evaluate(expression)
        async with asyncio.timeout(20):
            while not self._loaded:
                self._note(json.loads((await self.socket.receive(timeout=20)).data))

    async def evaluate(self, expression: str) -> Any:
        """Ask a page for the value of an expression; what it promises is waited for."""
        told = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def look(self, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Take on a size and a scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=scheme)

    async def press(self, key: str, code: int) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    async def picture(self, path: Path) -> None:
        """Write down what is seen."""
        seen = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(seen["data"]))

    def _note(self, told: dict[str, Any]) -> None:
        method, parameters = told.get("method"), told.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Audits.issueAdded" and "ContentSecurityPolicy" in parameters["issue"]["code"]:
            self.complaints.append(json.dumps(parameters["issue"]["details"]))
        elif method == "Log.entryAdded" and "Content Security Policy" in parameters["entry"]["text"]:
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters["exceptionDetails"]))


@asynccontextmanager
async def browsing(profile: Path) -> AsyncIterator[Tab]:
    """Start a browser, and end it."""
    flags = [flag for flag in FLAGS if flag not in {"--dump-dom", "--enable-logging=stderr"}]
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM),
        *flags,
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        place = profile / "DevToolsActivePort"
        async with asyncio.timeout(30):
            port, path = await asyncio.to_thread(_address, place)
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
        ):
            yield await _tab(socket)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _address(place: Path) -> tuple[str, str]:
    """Wait until the browser has written down where its tools listen."""
    while True:
        with contextlib.suppress(FileNotFoundError, ValueError):
            port, path = place.read_text(encoding="utf-8").split("\n")
            return port, path
        time.sleep(0.05)


async def _tab(socket: aiohttp.ClientWebSocketResponse) -> Tab:
    root = Tab(socket, "")
    root.call = _call_root(socket)  # type: ignore[method-assign]
    made = await root.call("Target.createTarget", url="about:blank")
    joined = await root.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
    tab = Tab(socket, joined["sessionId"], _number=1_000)
    for domain in ("Page", "Runtime", "Log", "Audits"):
        await tab.call(f"{domain}.enable")
    return tab


def _call_root(socket: aiohttp.ClientWebSocketResponse) -> Any:
    numbers = iter(range(1, 1_000))

    async def call(method: str, **parameters: Any) -> dict[str, Any]:
        number = next(numbers)
        await socket.send_json({"id": number, "method": method, "params": parameters})
        while (told := json.loads((await socket.receive(timeout=30)).data)).get("id") != number:
            pass
        return dict(told["result"])

    return call
