"""The layers' view: units in columns, looked at, explained, added and taken away on the picture itself."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from e2e.stepping import at_step, badge, come_to_rest, open_lesson, press


def unit(page: Page, layer: int, number: int) -> Locator:
    return page.locator(f'.mirror button.unit[data-unit="{layer}.{number}"]')


def test_the_playground_opens_as_layers_and_steps_through_what_stays_and_what_passes_on(page: Page) -> None:
    open_lesson(page, "/playground")
    at_step(page, 1, 26)
    expect(page.get_by_role("button", name="Layers", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".mirror button.unit")).to_have_count(9)
    expect(unit(page, 1, 0)).to_have_attribute("aria-label", re.compile("hidden 1, unit 1 of 4"))
    press(page, "Shift+ArrowRight", 2)
    expect(badge(page)).to_contain_text("Backward")
    at_step(page, 20)


def test_a_unit_and_a_weight_tell_their_exact_numbers(page: Page) -> None:
    open_lesson(page, "/playground?at=40.5")
    at_step(page, 6)
    box = unit(page, 1, 0).bounding_box()
    other = unit(page, 0, 0).bounding_box()
    assert box and other
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = page.locator(".numbers")
    expect(told).to_contain_text("hidden 1, unit 1")
    expect(told).to_contain_text(re.compile(r"b\s*−?\d"))
    # Just before the unit its weight lines come together; the number is that of the engine.
    page.mouse.move(box["x"] - 3, box["y"] + box["height"] / 2)
    expect(told).to_contain_text("weight from")
    shown = told.locator("code").first.inner_text()
    page.mouse.click(box["x"] - 3, box["y"] + box["height"] / 2)
    expect(page.get_by_role("complementary", name="Inspector")).to_contain_text(shown[:6])


def test_while_it_trains_the_picture_is_painted_over_and_not_made_anew(page: Page) -> None:
    open_lesson(page, "/playground")
    at_step(page, 1, 26)
    canvas = page.locator(".host canvas").first
    canvas.evaluate("canvas => { canvas.dataset.same = 'yes' }")
    label = unit(page, 1, 0).get_attribute("aria-label")
    page.get_by_label("Speed").select_option(label="max")
    press(page, "Space")
    expect(page.locator("header")).to_contain_text(re.compile(r"iteration \d{3}"))
    expect(canvas).to_have_attribute("data-same", "yes")
    # Numbers that change with every frame are told when it pauses.
    expect(unit(page, 1, 0)).to_have_attribute("aria-label", "hidden 1, unit 1")
    expect(page).to_have_url(re.compile(r"at=\d+\."))
    press(page, "Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(unit(page, 1, 0)).to_have_attribute("aria-label", re.compile("unit 1 of 4"))
    expect(unit(page, 1, 0)).not_to_have_attribute("aria-label", str(label))
    # The address of where it has come to rest.
    expect(page).to_have_url(re.compile(rf"at={come_to_rest(page) - 1}\."))


def test_units_and_layers_are_added_and_taken_away_on_the_picture(page: Page) -> None:
    open_lesson(page, "/playground")
    at_step(page, 1, 26)
    page.get_by_role("button", name="Add a unit to hidden 1").click()
    expect(page.locator(".mirror button.unit")).to_have_count(10)
    page.get_by_role("button", name="Remove a unit from hidden 2").click()
    expect(page.locator(".mirror button.unit")).to_have_count(9)
    page.get_by_role("button", name="Remove hidden 2").click()
    at_step(page, 1, 18)
    page.get_by_role("button", name="Add a hidden layer after hidden 1").click()
    at_step(page, 1, 26)
    expect(page).to_have_url(re.compile(r"hidden"))


def test_units_are_reached_by_keyboard(page: Page) -> None:
    open_lesson(page, "/playground")
    unit(page, 0, 0).focus()
    press(page, "Alt+ArrowRight")
    expect(unit(page, 1, 0)).to_be_focused()
    press(page, "Alt+ArrowDown")
    expect(unit(page, 1, 1)).to_be_focused()
    # The arrows alone still step through time.
    press(page, "ArrowRight")
    at_step(page, 2)


def test_layers_and_operations_share_the_place(page: Page) -> None:
    open_lesson(page, "/playground?at=3.15")
    at_step(page, 16)
    page.get_by_role("button", name="Operations", exact=True).click()
    expect(page.locator(".mirror button.node").first).to_be_attached()
    at_step(page, 16)
    expect(page).to_have_url(re.compile("zoom=operations"))
    page.get_by_role("button", name="Layers", exact=True).click()
    expect(page.locator(".mirror button.unit")).to_have_count(9)
    at_step(page, 16)
