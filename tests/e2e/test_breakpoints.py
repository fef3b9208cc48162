"""Breakpoints as a person sets them: by menus or keys, hit while it plays, said with numbers, kept in the address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.running import Problems
from e2e.stepping import at_step, open_lesson, press


def add(page: Page, kind: str, **menus: str) -> None:
    """Fill in the form; its fields by their names."""
    page.get_by_role("button", name="Add a breakpoint").click()
    form = page.get_by_role("form", name="Add a breakpoint")
    form.get_by_label("Stop at").select_option(kind)
    for name, choice in menus.items():
        field = form.get_by_label(name.replace("_", " "), exact=True)
        if field.evaluate("element => element.localName") == "select":
            field.select_option(choice)
        else:
            field.fill(choice)
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form).to_have_count(0)


def listed(page: Page, words: str) -> Locator:
    return page.get_by_role("switch", name=f"On: {words}")


def play(page: Page) -> None:
    """Flat out, by iterations."""
    page.get_by_role("radio", name="iteration").click()
    page.get_by_label("Speed", exact=True).select_option("null")
    page.get_by_role("button", name="Play", exact=True).click()


def stopped(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("[role=status]").filter(has_text="Stopped")).to_contain_text(words, timeout=20_000)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


CAUGHT = [
    (
        "Learning rate too high",
        "metric",
        {"metric": "loss", "relation": ">", "threshold": "2"},
        r"loss = \d.*> 2",
    ),
    (
        "All-zero start",
        "grad",
        {"relation": "<", "threshold": "1e-6"},
        r"‖gradient of output\.weight‖ = 0\.0 < 1e−6",
    ),
    ("Dying ReLU", "dead", {}, r"unit \d of hidden\d .*died"),
    (
        "Saturated sigmoid",
        "grad",
        {"norm of the gradient of": "hidden1.bias", "relation": "<", "threshold": "0.02"},
        r"‖gradient of hidden1\.bias‖ = \d.* < 0\.02",
    ),
    (
        "Overfitting on noise",
        "metric",
        {"metric": "test_loss", "relation": ">", "threshold": "0.9"},
        r"test loss = 0\.9.* > 0\.9",
    ),
    (
        "A spiral that needs features",
        "stalled",
        {"metric": "test_loss", "iterations": "200"},
        r"test loss has got no better than 0\.6\d* for 2\d\d iterations",
    ),
    (
        "Too deep",
        "grad",
        {"norm of the gradient of": "hidden1.weight", "relation": "<", "threshold": "1e-5"},
        r"‖gradient of hidden1\.weight‖ = \d.* < 1e−5",
    ),
]


@pytest.mark.parametrize(("preset", "kind", "menus", "why"), CAUGHT, ids=[one[0] for one in CAUGHT])
def test_each_bad_preset_is_caught_while_it_plays(
    page: Page, preset: str, kind: str, menus: dict[str, str], why: str
) -> None:
    open_lesson(page, "/playground", set_up=True)
    page.get_by_role("button", name=preset).click()
    expect(page).to_have_url(re.compile(r"[?&]c="))
    add(page, kind, **menus)
    play(page)
    stopped(page, re.compile(why))
    # The one that was hit has its numbers in the list too.
    expect(page.locator("li.here")).to_contain_text(re.compile(why))
    press(page, "ArrowLeft")
    expect(page.locator("li.here")).to_have_count(0)


def test_a_bad_preset_names_the_breakpoint_that_catches_it(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    offers = page.get_by_role("button", name="Stop where it fails")
    expect(offers).to_have_count(0)
    preset = page.get_by_role("button", name="A spiral that needs features")
    preset.click()
    offer = page.get_by_role(
        "button", name="Stop where it fails: test loss gets no better for 300 iterations"
    )
    offer.focus()
    press(page, "Enter")
    expect(preset).to_be_focused()
    expect(listed(page, "test loss gets no better for 300 iterations")).to_be_attached()
    expect(offers).to_have_count(0)
    play(page)
    stopped(page, re.compile(r"test loss has got no better than 0\.6\d* for 3\d\d iterations"))


def test_it_is_set_switched_and_taken_away_by_keys(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    opener = page.get_by_role("button", name="Add a breakpoint")
    opener.focus()
    press(page, "Enter")
    kinds = page.get_by_label("Stop at")
    expect(kinds).to_be_focused()
    kinds.press("ArrowDown")
    kinds.press("ArrowDown")
    expect(kinds).to_have_value("rising")
    press(page, "Tab")
    expect(page.get_by_label("times in a row")).to_be_focused()
    page.keyboard.type("x")
    press(page, "Enter")
    expect(page.get_by_text("not a number")).to_be_visible()
    press(page, "Control+a")
    page.keyboard.type("2")
    press(page, "Enter")
    expect(opener).to_be_focused()
    expect(page.locator("[data-said]")).to_contain_text("the loss rises 2 times in a row")
    switch = listed(page, "the loss rises 2 times in a row")
    switch.focus()
    press(page, " ")
    expect(switch).to_have_attribute("aria-checked", "false")
    press(page, " ")
    expect(switch).to_have_attribute("aria-checked", "true")
    opener.focus()
    press(page, "Enter")
    press(page, "Escape")
    expect(opener).to_be_focused()
    page.get_by_role("button", name="Remove the breakpoint: the loss rises").focus()
    press(page, "Enter")
    expect(switch).to_have_count(0)
    expect(opener).to_be_focused()


def test_the_address_holds_them(page: Page, new_page: Callable[..., Page]) -> None:
    open_lesson(page, "/playground", set_up=True)
    add(page, "metric", metric="accuracy", relation=">", threshold="0,9")
    add(page, "step", node="hidden1.weight", kind_of_step="update")
    listed(page, "hidden1.weight, Update").click()
    expect(page).to_have_url(re.compile(r"&b=\["))
    expect(page).to_have_url(re.compile("on%22:false"))
    other = new_page()
    open_lesson(other, page.url, set_up=True)
    expect(listed(other, "accuracy > 0.9")).to_have_attribute("aria-checked", "true")
    expect(listed(other, "hidden1.weight, Update")).to_have_attribute("aria-checked", "false")
    play(other)
    stopped(other, re.compile(r"accuracy = 0\.9\d* > 0\.9"))
    # Another beginning keeps them; another lesson does not.
    other.get_by_role("button", name="Learning rate too high").click()
    expect(other).to_have_url(re.compile("20"))
    expect(listed(other, "accuracy > 0.9")).to_be_attached()
    open_lesson(other)
    expect(other.get_by_role("switch", name=re.compile("^On: "))).to_have_count(0)


def test_the_way_back_does_not_take_them_away(page: Page) -> None:
    open_lesson(page)
    press(page, "ArrowRight")
    at_step(page, 2)
    page.wait_for_timeout(1100)
    press(page, "ArrowRight")
    at_step(page, 3)
    add(page, "non_finite")
    expect(page).to_have_url(re.compile("b="))
    page.go_back()
    at_step(page, 2)
    expect(listed(page, "first NaN or infinity")).to_be_visible()
    expect(page).to_have_url(re.compile("b="))


def test_in_an_address_that_makes_no_sense_they_are_left_out(page: Page, problems: Problems) -> None:
    problems.allow(r"Failed to load resource.*/api/sessions")
    open_lesson(page, '/one-weight?seed=7&b=[{"kind":"nothing"}]&at=0.3')
    at_step(page, 4)
    expect(page.get_by_text("The breakpoints: left out.")).to_be_visible()


def test_what_never_stops_is_not_offered(page: Page) -> None:
    open_lesson(page)
    page.get_by_role("button", name="Add a breakpoint").click()
    kinds = page.get_by_label("Stop at").locator("option")
    expect(kinds.first).to_be_attached()
    assert "a dying unit" not in kinds.all_inner_texts()


def test_on_a_phone_in_vietnamese(new_page: Callable[..., Page]) -> None:
    page = new_page(size=(390, 844), has_touch=True)
    open_lesson(page, "/one-weight?lang=vi")
    page.get_by_role("tab", name="Thiết lập").click()
    page.get_by_role("button", name="Thêm điểm dừng").click()
    form = page.get_by_role("form", name="Thêm điểm dừng")
    form.get_by_label("Dừng theo").select_option("grad")
    form.get_by_label("ngưỡng").fill("20")
    form.get_by_label("quan hệ").select_option(">")
    form.get_by_role("button", name="Thêm", exact=True).click()
    page.get_by_role("tab", name="Bài học").click()
    press(page, "Control+ArrowRight")
    expect(page.get_by_text("Đã dừng: ‖gradient của w‖ = 24.0 > 20")).to_be_visible()
    at_step(page, 9)
