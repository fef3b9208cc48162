"""A running server and a real Chromium, whose pages may not complain about anything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, BrowserType, Page, expect

import chromium
from e2e.home import Home
from e2e.running import Contexts, Problems, Server, free_port

# A machine may be busy with something else for a while; how long anything takes is not what is tested here.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    running = Server(free_port(), folder / "data", folder / "server.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """Give a server for this test alone: to be stopped, killed and started again."""
    running = Server(free_port(), tmp_path / "data", tmp_path / "server.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    return server.address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Nothing moves but where a test asks for it: what moves is drawn many times."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": os.fspath(chromium.find()),
        "args": list(chromium.ARGUMENTS),
    }


@pytest.fixture
def problems() -> Iterator[Problems]:
    seen = Problems()
    yield seen
    left = seen.left()
    assert not left, "the page complained:\n" + "\n".join(left)


@pytest.fixture(scope="session")
def contexts(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    browser_context_args: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    base_url: str,
) -> Iterator[Contexts]:
    def launch(**options: Any) -> BrowserContext:
        return browser_type.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            **browser_type_launch_args,
            **{**browser_context_args, **options},
        )

    running = Contexts(launch, Home(base_url))
    yield running
    running.close()


@pytest.fixture
def new_context(problems: Problems, contexts: Contexts) -> Iterator[Callable[..., BrowserContext]]:
    """Give contexts that share nothing with each other, and nothing is stored in yet."""
    taken: list[BrowserContext] = []

    def take(**options: Any) -> BrowserContext:
        context = contexts.take(**options)
        problems.watch(context)
        taken.append(context)
        return context

    yield take
    for context in taken:
        contexts.give_back(context)
        problems.leave(context)


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Give pages that share nothing with each other; ``size`` in pixels, other options are those of a context."""

    def take(*, size: tuple[int, int] | None = None, **options: Any) -> Page:
        page = new_context(**options).pages[0]
        if size:
            page.set_viewport_size({"width": size[0], "height": size[1]})
        return page

    return take


@pytest.fixture
def moving(page: Page) -> None:
    """Let the page move what it shows, as it does where nobody has asked it not to."""
    page.emulate_media(reduced_motion="no-preference")


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
