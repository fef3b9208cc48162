"""A connection that breaks is shown calmly and repaired, with nothing lost."""

from __future__ import annotations

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from e2e.running import Problems, Server
from e2e.stepping import at_step, node, open_lesson, press


def test_a_cut_socket_comes_back_by_itself(page: Page, problems: Problems) -> None:
    problems.allow("WebSocket")
    sockets: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.route_web_socket(re.compile("/ws"), through)
    open_lesson(page)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    sockets[-1].close(code=1012)
    press(page, "Shift+ArrowRight")
    at_step(page, 9)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("gradient −24.0"))
    assert len(sockets) >= 2


def test_a_server_that_comes_back_without_the_session(
    page: Page, own_server: Server, problems: Problems
) -> None:
    problems.allow("WebSocket|Failed to load resource|ERR_|404")
    open_lesson(page, f"{own_server.address}/one-weight?seed=7")
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    press(page, "Shift+ArrowRight")
    at_step(page, 9)
    own_server.stop()
    expect(page.get_by_text("Reconnecting")).to_be_visible()
    own_server.start()
    expect(page.get_by_text("it was made again from its address")).to_be_visible(timeout=20_000)
    at_step(page, 9)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("gradient −24.0"))
    press(page, "ArrowRight")
    at_step(page, 10)


def test_a_server_that_is_not_there_is_said(page: Page, own_server: Server, problems: Problems) -> None:
    problems.allow("Failed to load resource|ERR_|500|503")
    page.route(re.compile("/api/lessons"), lambda route: route.abort())
    page.goto(f"{own_server.address}/one-weight")
    expect(page.get_by_role("heading", level=1)).to_contain_text("cannot be reached")
    page.unroute(re.compile("/api/lessons"))
    page.get_by_role("button", name="Try again").click()
    at_step(page, 1)
