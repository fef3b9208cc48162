"""The playground: trained, travelled back through an update and forward again, set up in the page."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

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
    # The bias stands where it was before its update.
    expect(node(page, "output.bias")).not_to_have_attribute("aria-label", after[0])
    press(page, "ArrowLeft", 7)
    at_step(page, 18)
    expect(badge(page)).to_contain_text("Backward")
    press(page, "ArrowRight", 8)
    at_step(page, 26)
    for name, label in zip(names, after, strict=True):
        expect(node(page, name)).to_have_attribute("aria-label", label)


def field(page: Page, name: str) -> Locator:
    return page.get_by_label(name, exact=True)


def test_it_is_set_up_in_the_page(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations", set_up=True)
    hidden = field(page, "hidden layers")
    expect(hidden).to_have_value("4 · 2")
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
    expect(hidden).to_have_value("4 · 2")
    expect(field(page, "initialisation")).to_have_value("zeros")


def test_layers_one_by_one(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations", set_up=True)
    page.get_by_role("button", name="Show each layer").click()
    page.get_by_role("button", name="One unit more in layer 2").click()
    expect(field(page, "hidden layers")).to_have_value("4 · 3")
    field(page, "activation of layer 2").select_option("relu")
    expect(field(page, "activation").locator("option:checked")).to_have_text("tanh · ReLU")
    expect(page.get_by_text("In force from iteration 2.")).to_be_visible()
    page.get_by_role("button", name="add a layer").click()
    expect(field(page, "hidden layers")).to_have_value("4 · 3 · 3")
    at_step(page, 1, 34)
    page.get_by_role("button", name="Remove layer 1").press("Enter")
    expect(field(page, "hidden layers")).to_have_value("3 · 3")
    expect(page.get_by_role("button", name="Remove layer 1")).to_be_focused()
    expect(field(page, "activation")).to_have_value("relu")
    page.get_by_role("tab", name="Lesson").click()
    for layer in (1, 2):
        expect(page.get_by_text(f"a{layer} = torch.relu(z{layer})")).to_be_visible()


def test_what_goes_on_and_what_begins_anew_is_said(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations", set_up=True)
    at_step(page, 1, 26)
    press(page, "Control+ArrowRight", 3)
    at_step(page, 26)
    rate = field(page, "learning rate")
    rate.fill("0.1")
    rate.press("Enter")
    expect(page.get_by_text("In force from iteration 4.")).to_be_visible()
    page.get_by_role("switch", name="batch norm").click()
    expect(page.get_by_text("Built anew, and run up to iteration 3 again.")).to_be_visible()
    expect(page.get_by_text("Test results and pictures use the running statistics.")).to_be_visible()
    at_step(page, 26, 42)
    expect(rate).to_have_value("0.1")
    # A loss with an output for each class needs another last layer.
    field(page, "loss").select_option("ce")
    at_step(page, 26, 50)
    expect(page.get_by_text("Built anew, and run up to iteration 3 again.")).to_be_visible()


def test_restart_and_new_initialisation(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations", set_up=True)
    at_step(page, 1, 26)
    first = told(page, "output.bias")
    press(page, "Control+ArrowRight", 3)
    at_step(page, 26)
    rate = field(page, "learning rate")
    rate.fill("0.1")
    rate.press("Enter")
    expect(page.get_by_text("In force from iteration 4.")).to_be_visible()
    page.get_by_role("button", name="Restart").click()
    at_step(page, 1, 26)
    expect(page.locator("header")).to_contain_text("iteration 1")
    expect(node(page, "output.bias")).to_have_attribute("aria-label", first)
    expect(rate).to_have_value("0.1")
    page.get_by_role("button", name="New initialisation").click()
    expect(node(page, "output.bias")).not_to_have_attribute("aria-label", first)
    at_step(page, 1, 26)
    # The address opens the same elsewhere.
    expect(page).to_have_url(re.compile(r"initial%22:1\b"))
    expect(node(page, "output.bias")).to_have_attribute("aria-label", re.compile(r"value −?\d"))
    other = told(page, "output.bias")
    page.reload()
    at_step(page, 1, 26)
    expect(node(page, "output.bias")).to_have_attribute("aria-label", other)


def test_rare_settings_are_folded_away_until_asked_for(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations", set_up=True)
    expect(field(page, "schedule")).not_to_be_attached()
    page.get_by_role("button", name=re.compile(r"^\d+ more$")).last.click()
    field(page, "schedule").select_option("cosine")
    expect(field(page, "length, iterations")).to_be_visible()
    page.get_by_role("button", name="fewer").click()
    expect(field(page, "gradient clipping")).not_to_be_attached()
    expect(field(page, "schedule")).to_have_value("cosine")
    page.get_by_role("tab", name="Lesson").click()
    press(page, "Control+ArrowRight", 2)
    expect(page.get_by_text("CosineAnnealingLR")).to_be_visible()
