"""The picture at every size: what is seen of a graph, found in it, and kept in sight."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from e2e.stepping import at_step, load_lesson, node, open_lesson, press

PRESETS = ("add-mul", "sigmoid-neuron", "fan-out", "max", "log-sum-exp")
LONG = "x = 0.5\n" + "\n".join(f"a{i} = {f'a{i - 1}' if i else 'x'} * 1.01 + 0.1" for i in range(60))


def circuit(preset: str, **config: object) -> str:
    return f"/circuit?seed=7&c={quote(json.dumps({'preset': preset, **config}))}"


def inside(page: Page) -> list[str]:
    """Names of the cards that are not wholly on the stage."""
    script = """() => {
        const stage = document.querySelector("main").getBoundingClientRect();
        return [...document.querySelectorAll("main button.node[data-name]")].filter((card) => {
            const box = card.getBoundingClientRect();
            return box.left < stage.left || box.right > stage.right
                || box.top < stage.top || box.bottom > stage.bottom;
        }).map((card) => card.dataset.name);
    }"""
    found: list[str] = page.evaluate(script)
    return found


@pytest.mark.parametrize("preset", PRESETS)
def test_the_whole_of_a_preset_is_on_the_stage(page: Page, preset: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_lesson(page, circuit(preset))
    expect(page.locator("main button.node").first).to_be_attached()
    assert inside(page) == []


def test_a_projector_shows_the_whole_of_one_weight(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_lesson(page, "/one-weight?seed=7&at=0.8&present=1")
    expect(node(page, "w")).to_be_attached()
    assert inside(page) == []


@pytest.mark.parametrize("language", ["en", "vi"])
def test_on_a_small_screen_step_and_running_line_are_read_at_every_step(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_lesson(page, f"/one-weight?seed=7&lang={language}")
    name = page.locator(".badge .name")
    line = page.locator("aside.left li[aria-current=step]")
    for step in range(1, 11):
        at_step(page, step)
        expect(line).to_be_in_viewport(ratio=1)
        assert name.evaluate("e => e.scrollWidth <= e.clientWidth")
        press(page, "ArrowRight")


def test_a_question_hides_no_card(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_lesson(page, "/one-weight?seed=7")
    page.get_by_role("switch", name="Predict, then reveal").click()
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    press(page, "ArrowRight", 2)
    expect(page.get_by_placeholder("e.g. −7.5 or 1/3")).to_be_focused()
    top = page.locator(".middle").bounding_box()
    assert top
    for card in page.locator("main button.node").all():
        box = card.bounding_box()
        assert box and box["y"] + box["height"] <= top["y"]


def test_a_long_program_opens_at_the_cursor_and_is_searched(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    load_lesson(page, circuit("custom", code=LONG))
    expect(node(page, "x")).to_be_in_viewport()
    last = page.locator("main button.node").last
    name = last.get_attribute("data-name") or ""
    assert name in inside(page)
    press(page, "/")
    field = page.get_by_role("combobox", name="Find a node")
    field.fill("a59")
    expect(page.get_by_role("listbox", name="Find a node").get_by_role("option")).to_have_count(1)
    field.press("Enter")
    expect(node(page, name)).to_be_focused()
    expect(node(page, name)).to_have_attribute("aria-pressed", "true")
    assert name not in inside(page)
    press(page, "/")
    field.press("Escape")
    expect(field).to_have_count(0)


def test_on_a_phone_the_transport_stays_below_the_open_sheet(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.locator("button.grow").click()
    foot = page.locator("footer").bounding_box()
    assert foot is not None
    assert foot["y"] + foot["height"] <= 844


def test_a_phone_on_its_side_keeps_its_transport(new_page: Callable[..., Page]) -> None:
    page = new_page(size=(844, 390), has_touch=True, is_mobile=True)
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    play = page.get_by_role("button", name="play")
    expect(play).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Raise the sheet").click()
    expect(page.get_by_role("heading", name="The gradient of w, and what it means")).to_be_in_viewport(
        ratio=1
    )
    expect(play).to_be_in_viewport(ratio=1)
