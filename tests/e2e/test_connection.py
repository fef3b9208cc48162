"""A connection that breaks is shown calmly and repaired, with nothing lost and nothing done twice."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from e2e.running import Problems, Server
from e2e.stepping import at_step, badge, node, open_lesson, press

REFUSED = "WebSocket connection to .* failed"
"""What a browser says of a server that is not there; no page can keep it from that."""


def labels(page: Page) -> list[str]:
    """Every node and edge with its numbers, and the place."""
    nodes: list[str] = page.locator(".mirror button").evaluate_all(
        "all => all.map(one => one.ariaLabel + (one.dataset.breakpoint ?? ''))"
    )
    return [*nodes, page.locator("main .badge").inner_text()]


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """Give a page that fetches ahead what it may need while the line is cut; routes of sockets end with it."""
    return new_context(saves_data=False).new_page()


def settled(page: Page) -> None:
    """Wait until nothing waits and the line is there."""
    expect(page.locator(".status")).to_be_empty()


def all_fetched(page: Page) -> None:
    """Wait for what the page fetches once its picture stands: that would complain of a server that is gone.

    On a busy machine the network is idle for long before that begins: the page itself says when it is done.
    """
    for _ in range(600):
        if page.evaluate("performance.getEntriesByName('chainrule-fetched').length"):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page goes on fetching")


def listen(page: Page) -> Callable[[str], None]:
    """Keep what is said for some seconds only; what is given back waits for a sentence, or finds it said already."""
    page.evaluate(
        """() => {
            window.said = '';
            const hear = () => {
                for (const one of document.querySelectorAll('[role=status]')) window.said += one.textContent + '\\n';
            };
            new MutationObserver(hear).observe(document.body, {childList: true, characterData: true, subtree: true});
        }"""
    )

    def heard(sentence: str) -> None:
        for _ in range(400):
            if sentence in page.evaluate("window.said"):
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"never said: {sentence}")

    return heard


def untroubled(page: Page, server: Server, keys: list[str], address: str = "/one-weight?seed=7") -> list[str]:
    """What one sees after the same keys where nothing happened."""
    other = page.context.new_page()
    open_lesson(other, server.address + address)
    for key in keys:
        place = other.evaluate("location.href")
        press(other, key)
        # A breakpoint stands in the address too: a key that is not waited for is taken for the next one.
        other.wait_for_function("was => location.href !== was", arg=place)
    expect(badge(other)).to_have_text(badge(page).text_content() or "")
    found = labels(other)
    other.close()
    return found


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


def test_a_connection_that_falls_silent_is_noticed(page: Page) -> None:
    """Neither end closes anything: a cable is out, a laptop has changed its network."""
    routes: list[WebSocketRoute] = []
    silent: set[int] = set()

    def through(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        number = len(routes)
        routes.append(socket)
        socket.on_message(lambda message: None if number in silent else server.send(message))
        server.on_message(lambda message: None if number in silent else socket.send(message))

    page.route_web_socket(re.compile("/ws"), through)
    open_lesson(page)
    silent.update(range(len(routes)))
    press(page, "ArrowRight")
    press(page, "ArrowRight")
    at_step(page, 3)
    assert len(routes) >= 2


def test_a_frozen_server_is_said_calmly_and_nothing_is_done_twice(
    page: Page, own_server: Server, problems: Problems
) -> None:
    problems.allow(REFUSED)
    open_lesson(page, f"{own_server.address}/one-weight?seed=7")
    all_fetched(page)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    own_server.freeze()
    try:
        press(page, "ArrowRight", 3)
        press(page, "b")
        expect(page.get_by_text("Connection lost")).to_contain_text("4 waiting", timeout=20_000)
        at_step(page, 5)
        press(page, "ArrowRight", 2)
        expect(page.get_by_text("Connection lost")).to_contain_text("6 waiting")
    finally:
        own_server.thaw()
    at_step(page, 10)
    settled(page)
    expect(page.locator(".lanes .stop")).to_have_count(1)
    assert labels(page) == untroubled(page, own_server, ["Shift+ArrowRight", "b"] + ["ArrowRight"] * 5)
    press(page, "ArrowLeft")
    at_step(page, 9)


@pytest.mark.parametrize("kept", [True, False])
def test_a_killed_server_comes_back_with_all_that_was_asked_meanwhile(
    page: Page, own_server: Server, problems: Problems, kept: bool
) -> None:
    """With what it has written down; or without, and then the page makes the session again."""
    problems.allow(REFUSED)
    open_lesson(page, f"{own_server.address}/one-weight?seed=7")
    all_fetched(page)
    keys = ["Shift+ArrowRight", "Shift+ArrowRight", "b"]
    press(page, keys[0])
    at_step(page, 5)
    press(page, keys[1])
    at_step(page, 9)
    press(page, keys[2])
    expect(page.locator(".lanes .stop")).to_have_count(2)
    heard = listen(page)
    own_server.kill()
    expect(page.get_by_text("Connection lost")).to_be_visible()
    press(page, "ArrowLeft")
    press(page, "Shift+ArrowRight", 2)
    press(page, "ArrowRight")
    expect(page.get_by_text("Connection lost")).to_contain_text("4 waiting")
    if not kept:
        shutil.rmtree(own_server.data)
    own_server.start()
    heard("Connected again")
    # A command is answered before the frame that shows what it did.
    expect(page.locator("header")).to_contain_text("iteration 2")
    at_step(page, 1)
    settled(page)
    keys += ["ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight", "ArrowRight"]
    expect(page.locator(".lanes .stop")).to_have_count(2)
    assert labels(page) == untroubled(page, own_server, keys)


def test_an_edit_made_while_the_server_is_away_is_made_once(
    page: Page, own_server: Server, problems: Problems
) -> None:
    problems.allow(REFUSED)
    # What is under way as the server ends; nothing may be asked that a new server does not know (404).
    problems.allow("ERR_CONNECTION|ERR_SOCKET")
    open_lesson(page, f"{own_server.address}/one-weight?seed=7&at=0.8")
    all_fetched(page)
    page.get_by_label(re.compile("^weight w")).fill("3")
    press(page, "Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.0, gradient −6.0"))
    own_server.kill()
    expect(page.get_by_text("Connection lost")).to_be_visible()
    page.get_by_label(re.compile("^weight w")).fill("4")
    press(page, "Enter")
    own_server.start()
    expect(node(page, "w")).to_have_attribute(
        "aria-label", re.compile("value 4.0, gradient 12.0"), timeout=20_000
    )
    at_step(page, 9)
    # Both edits can be undone, the one before the loss too.
    page.locator("main").click(position={"x": 5, "y": 300})
    press(page, "Control+z")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.0"))
    press(page, "Control+z")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 2.0"))


def test_killed_workers_cost_a_moment(page: Page, own_server: Server, problems: Problems) -> None:
    problems.allow(REFUSED)
    open_lesson(page, f"{own_server.address}/one-weight?seed=7")
    all_fetched(page)
    press(page, "Shift+ArrowRight", 2)
    at_step(page, 9)
    for number in own_server.workers():
        os.kill(number, signal.SIGKILL)
    press(page, "ArrowRight", 3)
    at_step(page, 2)
    settled(page)
    expect(page.locator("header")).to_contain_text("iteration 2")
    press(page, "ArrowLeft")
    at_step(page, 1)


def test_a_server_that_is_not_there_is_said_and_asked_again(
    page: Page, own_server: Server, problems: Problems
) -> None:
    problems.allow("Failed to load resource|ERR_|500|503")
    page.route(re.compile("/api/lessons"), lambda route: route.abort())
    page.goto(f"{own_server.address}/one-weight")
    expect(page.get_by_role("heading", level=1)).to_contain_text("cannot be reached")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute(re.compile("/api/lessons"))
    at_step(page, 1)


def test_a_picture_that_cannot_be_laid_out_is_said_and_tried_again(page: Page, problems: Problems) -> None:
    problems.allow("Failed to load resource|net::ERR")
    page.route("**/layout.worker*", lambda route: route.abort())
    page.goto("/one-weight?seed=7")
    expect(page.get_by_role("status").filter(has_text="could not be laid out")).to_be_visible()
    expect(page.locator(".mirror button")).to_have_count(0)
    page.unroute("**/layout.worker*")
    press(page, "ArrowRight")
    expect(node(page, "w")).to_be_attached()
    at_step(page, 2)
