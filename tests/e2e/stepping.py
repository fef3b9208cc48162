"""What the tests of the page have in common: opening a lesson, and reading what a person would read."""

from __future__ import annotations

import re

from playwright.sync_api import FloatRect, Locator, Page, expect

from e2e.home import is_home, stands, travel

MINUS = "−"


def open_lesson(page: Page, address: str = "/one-weight", *, set_up: bool = False) -> None:
    """Open a lesson: from home without a load, if the address says nothing that is only read at one.

    ``set_up``: with what can be set beside it, where the lesson has so much of it that it stands behind the narrative.
    """
    if address.startswith("/") and not re.search(r"[?&](lang|theme)=", address) and is_home(page):
        travel(page, address)
    else:
        load_lesson(page, address)
    if set_up:
        page.get_by_role("tab", name="Set up").click()


def load_lesson(page: Page, address: str) -> None:
    """Open a lesson as a page that has just been loaded, in any case."""
    page.goto(address)
    stands(page)


def badge(page: Page) -> Locator:
    return page.locator("main .badge")


def at_step(page: Page, step: int, total: int | None = None) -> None:
    """Wait until the page is at a step, counted from 1 as it prints it."""
    last = r"\d+" if total is None else str(total)
    expect(badge(page)).to_contain_text(re.compile(rf"(step|bước) {step} (of|/) {last}"))


def press(page: Page, key: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(key)


def come_to_rest(page: Page) -> int:
    """The iteration where the page stands after a pause, as it counts: its last frame may come after the answer."""
    told = ""
    for _ in range(60):
        before, told = told, page.locator("header").inner_text()
        if told == before:
            break
        page.wait_for_timeout(400)
    found = re.search(r"iteration (\d+)", told)
    assert found
    return int(found[1])


def steps_forward(page: Page, start: int, count: int) -> None:
    """One key press after the other, each when the page has come to the step before."""
    for step in range(start + 1, start + count + 1):
        page.keyboard.press("ArrowRight")
        at_step(page, step)


def node(page: Page, name: str) -> Locator:
    return page.locator(f'.mirror button.node[data-name="{name}"]')


def edge(page: Page, consumer: str, argument: int) -> Locator:
    return page.locator(f'.mirror button.edge[data-name="{consumer}"][data-argument="{argument}"]')


def resting(locator: Locator) -> FloatRect:
    """Where it is, once it has stayed there."""
    seen: list[FloatRect | None] = []
    for _ in range(60):
        seen.append(locator.bounding_box())
        if seen[-1] and seen[-4:] == [seen[-1]] * 4:
            return seen[-1]
        locator.page.wait_for_timeout(80)
    raise AssertionError(f"it does not come to rest: {seen[-4:]}")


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def boxes(page: Page) -> list[str]:
    """The three numbers of upstream × local slope = contribution."""
    return page.locator(".boxes .box b").all_inner_texts()


def query(page: Page, name: str) -> str | None:
    found = page.evaluate("name => new URLSearchParams(location.search).get(name)", name)
    return None if found is None else str(found)
