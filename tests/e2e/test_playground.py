"""The playground: trained, travelled back through an update and forward again, set up in the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.stepping import at_step, badge, node, open_lesson, press


def told(page: Page, name: str) -> str:
    """What a card says of its value and gradient."""
    return node(page, name).get_attribute("aria-label") or ""


def test_back_through_an_update_and_forward_again(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations")
    at_step(page, 1, 26)
    press(page, "Control+ArrowRight", 20)
    expect(page.locator("header")).to_contain_text("iteration 20")
    at_step(page, 26)
    expect(badge(page)).to_contain_text("output.bias")
    names = ("output.bias", "binary_cross_entropy_with_logits#0")
    after = [told(page, name) for name in names]
    assert re.search(r"value −?\d", after[0]), after
    press(page, "ArrowLeft")
    at_step(page, 25)
    assert told(page, "output.bias") != after[0], "the bias stands where it was before its update"
    press(page, "ArrowLeft", 7)
    at_step(page, 18)
    expect(badge(page)).to_contain_text("Backward")
    press(page, "ArrowRight", 8)
    at_step(page, 26)
    assert [told(page, name) for name in names] == after


def test_it_is_set_up_in_the_page(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations")
    hidden = page.get_by_label("hidden layers", exact=True)
    expect(hidden).to_have_value("4, 2")
    hidden.fill("3")
    hidden.press("Enter")
    at_step(page, 1, 18)
    expect(node(page, "hidden1.weight")).to_have_attribute("aria-label", re.compile("3×2"))
    inputs = page.get_by_role("group", name="inputs")
    inputs.get_by_role("button", name="sin x").click()
    expect(inputs.get_by_role("button", name="sin x")).to_have_attribute("aria-pressed", "true")
    expect(node(page, "hidden1.weight")).to_have_attribute("aria-label", re.compile("3×3"))
    hidden.fill("many")
    hidden.press("Enter")
    expect(page.get_by_text("These are no sizes of layers.")).to_be_visible()
    press(page, "Escape")
    page.get_by_role("button", name="All-zero start").click()
    expect(hidden).to_have_value("4, 2")
    expect(page.get_by_label("initialisation", exact=True)).to_have_value("zeros")
