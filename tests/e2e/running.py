"""What the tests in the browser stand on: a server that is really running, and a list of complaints."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError, WebSocket

from e2e.home import Home


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


SAVING = "Object.defineProperty(NetworkInformation.prototype, 'saveData', {get: () => true})"
"""What a browser says that was told to save data."""


@dataclass
class Server:
    """``chainrule serve`` as a process of its own, which a test may stop and start again on the same port."""

    port: int
    data: Path
    log: Path
    command: tuple[str, ...] = (str(Path(sys.executable).with_name("chainrule")), "serve", "--workers", "1")
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [*self.command, "--port", str(self.port), "--data", str(self.data)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/api/health", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        self.stop()
        pytest.fail(f"chainrule serve does not answer on {self.address}:\n{self.output()[-4000:]}")

    def stop(self) -> int:
        """Ask the server to end, and return its exit status."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def kill(self) -> None:
        """End the server as a crash or a power cut does: at once, with all that it knew."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Let the server say nothing more, without closing anything."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def workers(self) -> list[int]:
        """The processes in which sessions live."""
        assert self.process
        number = self.process.pid
        return [int(child) for child in Path(f"/proc/{number}/task/{number}/children").read_text().split()]

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Problems:
    """What the pages of a test complained about. Anything that was not allowed fails the test."""

    found: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect problems that match: the 404 that a test asks for, the socket that it cuts."""
        self.allowed.append(re.compile(pattern))

    def left(self) -> list[str]:
        return [problem for problem in self.found if not any(each.search(problem) for each in self.allowed)]

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("page", self._page)
        for page in context.pages:
            page.on("websocket", self._socket)

    def leave(self, context: BrowserContext) -> None:
        context.remove_listener("console", self._console)
        context.remove_listener("weberror", self._error)
        context.remove_listener("request", self._request)
        context.remove_listener("page", self._page)
        for page in context.pages:
            page.remove_listener("websocket", self._socket)

    def _console(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        # Where nothing is shown but what an address of the service answers, the browser itself asks for an icon.
        if message.type in {"error", "warning", "assert"} and not url.endswith("/favicon.ico"):
            self.found.append(f"console {message.type}: {message.text} ({url})")

    def _error(self, error: WebError) -> None:
        self.found.append(f"page error: {error.error.stack or error.error}")

    def _page(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _request(self, request: Request) -> None:
        self._address(request.url)

    def _socket(self, socket: WebSocket) -> None:
        self._address(socket.url)

    def _address(self, url: str) -> None:
        parts = urlsplit(url)
        # Files and data are in no network.
        if parts.scheme not in {"blob", "about", "file", "data"} and parts.hostname != "127.0.0.1":
            self.found.append(f"request to another host: {url}")


@dataclass
class Contexts:
    """Contexts that tests hand on to each other: without what was stored, but with the page's code, compiled.

    Each has a profile on disk: Chromium keeps compiled code in no other. Its first page is handed on too: the next one
    that is loaded there needs no process of its own. Without either each test would spend a second more of a core.

    Attributes
    ----------
    launch
        Starts a browser with a profile of its own; takes the options of its context.
    home
        Where the pages of the usual kind wait.
    free, lent
        Contexts by their options, and the options of those that a test has.
    """

    launch: Callable[..., BrowserContext]
    home: Home
    free: dict[str, list[BrowserContext]] = field(default_factory=dict)
    lent: dict[BrowserContext, str] = field(default_factory=dict)

    def take(self, *, saves_data: bool = True, **options: Any) -> BrowserContext:
        """Give one that nobody has, with one page; of the usual kind, that waits at home.

        Where data are saved, its pages fetch nothing ahead: a hundred requests less for each.
        """
        kind = kind_of(saves_data, options)
        waiting = self.free.setdefault(kind, [])
        if waiting:
            context = waiting.pop()
        else:
            context = reporting(self.launch(**options))
            if saves_data:
                context.add_init_script(SAVING)
            if kind == USUAL:
                self.home.move_in(context.pages[0])
        self.lent[context] = kind
        return context

    def give_back(self, context: BrowserContext) -> None:
        first, *others = context.pages
        for page in others:
            page.close()
        first.unroute_all(behavior="ignoreErrors")
        first.emulate_media(color_scheme="light", reduced_motion="reduce")
        kind = self.lent.pop(context)
        if kind != USUAL or not self.home.come(first):
            first.goto(f"{self.home.server}/api/health/live")
        session = context.new_cdp_session(first)
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "cookies,local_storage"})
        session.detach()
        self.free[kind].append(context)

    def close(self) -> None:
        for context in [*self.lent, *(one for those in self.free.values() for one in those)]:
            context.close()


def kind_of(saves_data: bool, options: dict[str, Any]) -> str:
    return repr((saves_data, sorted(options.items())))


USUAL = kind_of(True, {})
"""What most tests take."""


def reporting(context: BrowserContext) -> BrowserContext:
    """Let the pages say it on the console when something is against the policy."""
    context.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) => console.error("
        "`content security policy: ${event.violatedDirective} forbids ${event.blockedURI}`))"
    )
    return context
