"""What is refused is said in the reader's language, at its place; an odd address opens with all that can be read."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from e2e.running import Problems
from e2e.stepping import at_step, node, open_lesson, press

SIZES = [(1440, 900), (1280, 720), (390, 844)]


def type_program(page: Page, code: str) -> None:
    editor = page.locator(".cm-content")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def open_circuit(page: Page) -> None:
    open_lesson(page, "/circuit")
    if (page.viewport_size or {"width": 0})["width"] < 900:
        page.get_by_role("tab", name="Set up").click()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_mistake_in_a_program_is_seen_whole(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_circuit(page)
    for code, said in (
        ("x = 2\ny = 3\nz = 4\nq = x * y\nr = q + z\nf = math.exp(x)", "without math"),
        ("x = 2\ny = 3\nz = 4\nq = x * y\nr = q + z\nf = foo(x)", "no function foo"),
    ):
        type_program(page, code)
        alert = page.get_by_role("alert").filter(has_text=said)
        expect(alert).to_be_visible()
        expect(alert).to_be_in_viewport(ratio=1)
    expect(page.locator(".cm-lintRange-error")).to_have_text("foo")


def test_a_mistake_follows_the_language(page: Page) -> None:
    open_circuit(page)
    type_program(page, "x = 2\nf = math.exp(x)")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Write exp(x).")
    page.get_by_role("button", name=re.compile("Language: English")).click()
    page.get_by_role("menuitemradio", name="Tiếng Việt").click()
    expect(alert).to_contain_text("Hãy viết exp(x).")
    expect(alert).not_to_contain_text("Write")


def test_a_learning_rate_stays_as_typed(page: Page) -> None:
    open_lesson(page)
    field = page.get_by_label("learning rate")
    field.fill("1/18")
    press(page, "Enter")
    expect(field).to_have_value("1/18")
    expect(field).to_have_attribute("title", "0.05555555555555555")
    field.fill("1e400")
    press(page, "Enter")
    expect(field).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("guess", ["nan", "1e400", "eight"])
def test_what_is_no_number_is_no_guess(page: Page, guess: str) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.5")
    page.get_by_role("switch", name="Predict, then reveal").click()
    press(page, "ArrowRight")
    press(page, "ArrowRight")
    field = page.get_by_role("textbox", name=re.compile("add to the gradient"))
    field.fill(guess)
    press(page, "Enter")
    expect(page.get_by_text("Type a number such as")).to_be_visible()
    expect(field).to_be_visible()
    expect(page.get_by_text("the answer")).to_have_count(0)


def entry(step: int, command: dict[str, object]) -> dict[str, object]:
    return {"cursor": {"branch": 0, "iteration": 0, "step": step}, "command": command}


@pytest.mark.parametrize(
    ("query", "said", "step"),
    [
        ("at=0.99", "no such step, so the nearest one", 10),
        ("at=nowhere", "The place: opened at the start", 1),
        ("seed=x&at=0.8", "The seed", 9),
        ("at=0.8&c=" + quote('{"lr":-1,"x":4}'), "The settings", 9),
        ("at=0.8&c=" + quote('{"x":4,"lr":0.'), "The settings", 9),
        ("at=0.8&c=" + quote('{"x":4,"optimizer":{"a":1},"fantasy":[]}'), "The settings", 9),
    ],
)
def test_an_odd_address_opens_what_can_be_read(
    page: Page, problems: Problems, query: str, said: str, step: int
) -> None:
    problems.allow("422")
    open_lesson(page, f"/one-weight?{query}")
    note = page.get_by_role("status").filter(has_text="Part of this address")
    expect(note).to_contain_text(said)
    at_step(page, step)
    if "c=" in query:
        expect(node(page, "x")).to_have_attribute("aria-label", re.compile("value 4.0"))
    page.get_by_role("button", name=re.compile("Language: English")).click()
    page.get_by_role("menuitemradio", name="Tiếng Việt").click()
    expect(page.get_by_role("status").filter(has_text="không đọc được")).to_be_visible()


@pytest.mark.parametrize(
    "second",
    [
        entry(0, {"type": "edit", "name": "nobody", "value": 3}),
        entry(0, {"type": "step"}),
        {"cursor": "here"},
        7,
    ],
    ids=str,
)
def test_changes_are_kept_up_to_the_one_that_cannot_be_read(
    page: Page, problems: Problems, second: object
) -> None:
    problems.allow("404|422")
    first = entry(0, {"type": "edit", "name": "w", "value": 5})
    open_lesson(page, f"/one-weight?j={quote(json.dumps([first, second]))}")
    expect(page.get_by_role("status").filter(has_text="The changes")).to_be_visible()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 5.0"))
