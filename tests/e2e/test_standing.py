"""A picture stands where it stands: it is laid out once, when all is known that this depends on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e.home import travel
from e2e.stepping import at_step, load_lesson, node, open_lesson, press, resting

# What the page asks of the thread that lays graphs out, by the names of the cards.
# Pages are handed on with it.
WATCHED = """
    if (!globalThis.laidOut) {
        globalThis.laidOut = [];
        const post = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (message, ...rest) {
            if (message?.request) globalThis.laidOut.push(message.request.nodes.map(({name}) => name).join(' '));
            return post.call(this, message, ...rest);
        };
    }
"""


def laid_out(page: Page) -> list[str]:
    """What was laid out since this was asked last."""
    found: list[str] = page.evaluate("() => globalThis.laidOut.splice(0)")
    return found


def watched(new_page: Callable[..., Page], address: str, size: tuple[int, int]) -> Page:
    page = new_page()
    page.add_init_script(WATCHED)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    load_lesson(page, address)
    return page


@pytest.mark.parametrize("address", ["/one-weight", "/one-layer", "/playground?zoom=operations"])
def test_a_lesson_that_is_loaded_is_laid_out_once(new_page: Callable[..., Page], address: str) -> None:
    page = watched(new_page, address, (1280, 720))
    press(page, "ArrowRight")
    at_step(page, 2)
    assert len(laid_out(page)) == 1


def test_a_lesson_that_one_goes_to_is_laid_out_once(new_page: Callable[..., Page]) -> None:
    # What is seen of this one is neither the zoom nor the room that the next one has.
    page = watched(new_page, "/map-and-hiker?zoom=operations", (1280, 720))
    laid_out(page)
    travel(page, "/one-weight?seed=7")
    expect(node(page, "w")).to_be_attached()
    press(page, "ArrowRight")
    at_step(page, 2, 10)
    assert len(laid_out(page)) == 1


def test_a_raised_sheet_has_the_picture_laid_out_once(new_page: Callable[..., Page]) -> None:
    page = watched(new_page, "/one-weight?seed=7", (390, 844))
    before = resting(node(page, "x"))
    laid_out(page)
    page.get_by_role("button", name="Raise the sheet").click()
    expect(page.locator("main.flat")).to_be_visible()
    assert resting(node(page, "x")) != before
    assert len(laid_out(page)) == 1


@pytest.mark.parametrize("size", [(390, 844), (844, 390)])
def test_on_a_phone_no_step_moves_the_picture(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_lesson(page, "/circuit?seed=7")
    first, last = node(page, "x"), node(page, "mul#0")
    places = [resting(first), resting(last)]
    for step in range(2, 10):
        press(page, "ArrowRight")
        at_step(page, step, 9)
        assert [first.bounding_box(), last.bounding_box()] == places
    # The curve of the loss comes with the third iteration.
    press(page, "Control+ArrowRight", 4)
    expect(page.locator(".timeline > .beside")).to_be_visible()
    assert [resting(first), resting(last)] == places
