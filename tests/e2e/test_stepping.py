"""From opening a lesson to the gradient, and back: by keys, by clicks, by dragging."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from e2e.stepping import at_step, badge, boxes, edge, middle, node, open_lesson, press, steps_forward

pytestmark = pytest.mark.usefixtures("moving")


def test_keys_alone_lead_to_the_gradient_and_back(page: Page) -> None:
    open_lesson(page)
    at_step(page, 1, 10)
    steps_forward(page, 1, 8)
    expect(badge(page)).to_contain_text("Backward")
    expect(badge(page)).to_contain_text("mul → w")
    expect(edge(page, "mul#0", 0)).to_have_attribute("aria-label", re.compile("−24.0"))
    assert boxes(page) == ["−8.0", "3.0", "−24.0"]
    expect(page.locator("p.now")).to_contain_text("−8.0 × 3.0 = −24.0")
    for step in range(8, 4, -1):
        press(page, "ArrowLeft")
        at_step(page, step)
    expect(badge(page)).to_contain_text("Forward")
    expect(edge(page, "mul#0", 0)).to_have_attribute("aria-label", re.compile("not reached yet"))


def test_no_key_press_is_lost(page: Page) -> None:
    open_lesson(page)
    press(page, "ArrowRight", 8)
    at_step(page, 9)
    press(page, "ArrowLeft", 5)
    at_step(page, 4)


def test_keys_belong_to_the_page_after_a_click_on_a_unit(page: Page) -> None:
    open_lesson(page)
    page.get_by_role("radio", name="phase").click()
    press(page, "ArrowRight")
    at_step(page, 2)
    page.get_by_role("radio", name="iteration").click()
    press(page, "Space")
    at_step(page, 10)
    expect(page.get_by_role("radio", name="iteration")).to_be_checked()


def test_phases_and_iterations_are_stops(page: Page) -> None:
    open_lesson(page)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    press(page, "Shift+ArrowRight")
    at_step(page, 9)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("gradient −24.0"))
    press(page, "Control+ArrowRight")
    at_step(page, 10)
    expect(badge(page)).to_contain_text("Update")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 2.24"))
    press(page, "Control+ArrowRight")
    expect(page.locator("header")).to_contain_text("iteration 2")
    press(page, "Home")
    expect(page.locator("header")).to_contain_text("iteration 1")
    at_step(page, 1)
    press(page, "End")
    expect(page.locator("header")).to_contain_text("iteration 2")
    at_step(page, 10)


def test_the_timeline_is_clicked_and_dragged(page: Page) -> None:
    open_lesson(page)
    page.locator("[data-step='5']").click()
    at_step(page, 6)
    expect(page.get_by_role("slider", name="Timeline")).to_have_attribute("aria-valuenow", "6")
    page.mouse.move(*middle(page.locator("[data-step='5']")))
    page.mouse.down()
    page.mouse.move(*middle(page.locator("[data-step='8']")), steps=6)
    page.mouse.up()
    at_step(page, 9)
    page.get_by_role("button", name="Go to iteration 3").click()
    expect(page.locator("header")).to_contain_text("iteration 3")
    at_step(page, 1)


def test_playing_goes_on_until_paused(page: Page) -> None:
    open_lesson(page)
    page.get_by_label("Speed").select_option("4")
    press(page, "Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # Which of the next steps one looks in on depends on the machine.
    expect(badge(page)).to_contain_text(re.compile(r"step ([4-9]|10) of"))
    press(page, "Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    stopped = badge(page).inner_text()
    page.wait_for_timeout(600)
    assert badge(page).inner_text() == stopped


def test_beats_are_turned_like_pages(page: Page) -> None:
    open_lesson(page)
    first = page.locator(".beat h1").inner_text()
    press(page, "PageDown")
    expect(page.locator(".beat h1")).not_to_have_text(first)
    at_step(page, 3)
    press(page, "PageUp")
    expect(page.locator(".beat h1")).to_have_text(first)


def test_a_number_is_explained_by_the_numbers_that_made_it(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.locator(".boxes .box.result button").click()
    trail = page.get_by_role("navigation", name="Explained numbers")
    expect(trail).to_contain_text("mul → w")
    page.locator(".factor button").first.click()
    expect(trail.locator("li")).to_have_count(3)
    press(page, "Escape")
    expect(trail.locator("li")).to_have_count(2)
    press(page, "Escape")
    expect(trail).to_have_count(0)


def test_finite_differences_agree(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".verdict.good")).to_contain_text("✓")
    expect(page.get_by_text("nudge w by")).to_be_visible()


def test_a_selection_stays_and_escape_follows_again(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    node(page, "x").focus()
    press(page, "Enter")
    expect(page.locator("aside h2").last).to_have_text("x")
    expect(page).to_have_url(re.compile("sel=x"))
    press(page, "ArrowLeft")
    at_step(page, 8)
    expect(page.get_by_role("button", name="Follow the step")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("button", name="Follow the step")).to_have_count(0)


def test_the_tabs_show_the_same_number(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    inspector = page.get_by_role("complementary", name="Inspector")
    page.get_by_role("tab", name="Tensor").click()
    expect(inspector).to_contain_text("−24.0")
    page.get_by_role("tab", name="PyTorch").click()
    expect(inspector).to_contain_text("w.grad")
    page.get_by_role("tab", name="API").click()
    expect(inspector).to_contain_text("/tensors/w?what=grad")
    expect(inspector).to_contain_text('"data": -24')
    expect(page).to_have_url(re.compile("tab=api"))


def test_the_shape_of_a_smaller_batch_is_its_own(page: Page) -> None:
    config = quote(json.dumps({"batch_size": 80}))
    open_lesson(page, f"/playground?seed=7&c={config}&zoom=operations&sel=x&at=0.5&tab=tensor")
    shape = page.get_by_role("complementary", name="Inspector").locator("div:has(> dt:text-is('shape')) dd")
    expect(shape).to_have_text("[80×2]")
    press(page, "Control+ArrowRight", 2)
    expect(page.locator("header")).to_contain_text("iteration 2")
    expect(shape).not_to_have_text("[80×2]")
    rows = int(shape.inner_text().strip("[").partition("×")[0])
    assert 0 < rows < 80
    page.get_by_role("tab", name="Chain rule").click()
    expect(page.get_by_role("complementary", name="Inspector")).to_contain_text(f"[{rows}×2]")


def test_a_breakpoint_stops_playing(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.5")
    press(page, "b")
    expect(page.locator(".lanes .stop")).to_have_count(1)
    press(page, "Home")
    at_step(page, 1)
    press(page, "Control+ArrowRight")
    at_step(page, 6)
    press(page, "b")
    expect(page.locator(".lanes .stop")).to_have_count(0)


def test_presenting_is_large_and_escape_ends_it(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    press(page, "p")
    expect(page.locator(".caption")).to_be_visible()
    for number in page.locator(".caption .box b").all():
        size = number.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
        assert size >= 24
    press(page, ".")
    expect(page.get_by_role("button", name=re.compile("blanked"))).to_be_visible()
    press(page, ".")
    expect(page.get_by_role("button", name=re.compile("blanked"))).to_have_count(0)
    press(page, "Escape")
    expect(page.locator(".caption")).to_have_count(0)


def test_the_help_lists_every_key(page: Page) -> None:
    open_lesson(page)
    press(page, "?")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("dt")).to_have_count(25)
    press(page, "ArrowRight")
    press(page, "Escape")
    expect(dialog).to_have_count(0)
    at_step(page, 1)
