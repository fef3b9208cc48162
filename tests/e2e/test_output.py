"""What comes out of a network: exact numbers at every place, by pointer and by keys; data chosen by pictures."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, expect

from chainrule.protocol.client import CLIENT_MESSAGE
from chainrule.session import Session
from chainrule.session.pictures import Pictures, pictures_of
from e2e.stepping import at_step, come_to_rest, open_lesson, press


def plane(page: Page) -> Locator:
    return page.get_by_role("application", name="What the network says over the plane")


def caption(page: Page) -> Locator:
    return page.locator(".caption")


def hover(page: Page, x: float, y: float) -> None:
    """Go to a place of the plane."""
    box = plane(page).bounding_box()
    assert box
    page.mouse.move(box["x"] + (x + 6) / 12 * box["width"], box["y"] + (6 - y) / 12 * box["height"])


def pictures_at(iteration: int, step: int = 0) -> Pictures:
    """What is seen of the same session at a step, computed here."""
    session = Session("playground", seed=7)
    session.handle(CLIENT_MESSAGE.validate_python({"type": "seek", "iteration": iteration, "step": step}))
    while session.busy:
        session.advance(1.0)
    pictures = pictures_of(session.core.view())
    assert isinstance(pictures, Pictures)
    return pictures


def surface(iteration: int) -> np.ndarray[Any, Any]:
    """The plane at the start of an iteration: (n, n), the least y first."""
    found: np.ndarray[Any, Any] = pictures_at(iteration).surface[0]
    return found


def test_every_place_has_its_exact_number(page: Page) -> None:
    open_lesson(page, "/playground?at=60.0")
    at_step(page, 1)
    numbers = surface(60)
    side = len(numbers)
    # Far from every point: near one, it is the place of the point that counts.
    for x, y in ((-5.9, -5.9), (5.9, 5.9), (2.1, 2.1), (0.0, -5.7)):
        hover(page, x, y)
        column, row = (round((at + 6) / 12 * (side - 1)) for at in (x, y))
        expect(caption(page)).to_contain_text("P(class 1)")
        expect(caption(page).locator("b")).to_have_text(str(numbers[row, column]))
    page.mouse.move(5, 5)
    expect(caption(page)).to_contain_text("class 0")
    expect(caption(page)).to_contain_text("150 points to train on, 150 to test with")


def test_numbers_are_of_where_it_stopped(page: Page) -> None:
    open_lesson(page, "/playground")
    page.get_by_role("button", name="Play", exact=True).click()
    # Meanwhile what stands beside the picture is told now and then.
    expect(page.get_by_title("iterations per second")).to_have_text(re.compile(r"^[\d,]+/s$"))
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    pictures = pictures_at(come_to_rest(page) - 1, 25)
    evaluation = pictures.evaluation
    assert evaluation.test is not None
    shown = page.locator("dl").filter(has_text="train loss").locator("dd")
    for k, loss in enumerate((evaluation.train.loss, evaluation.test.loss)):
        expect(shown.nth(k)).to_have_attribute("title", re.compile(r"\d"))
        assert float((shown.nth(k).get_attribute("title") or "").replace("−", "-")) == loss
    # And on the plane, at a place far from all points.
    hover(page, -5.9, -5.9)
    side = pictures.surface.shape[1]
    at = round(0.1 / 12 * (side - 1))
    expect(caption(page).locator("b")).to_have_text(str(pictures.surface[0, at, at]))


def test_the_plane_is_read_by_keys(page: Page) -> None:
    open_lesson(page, "/playground?at=60.2")
    at_step(page, 3)
    plane(page).focus()
    press(page, "ArrowRight")
    spoken = page.locator("figure [aria-live=polite]")
    expect(spoken).to_contain_text(re.compile(r"x −?\d.*, y −?\d.*, P\(class 1\) 0\.\d+"))
    at_step(page, 3)
    first = spoken.inner_text()
    press(page, "ArrowUp")
    expect(spoken).not_to_have_text(first)
    press(page, "Enter")
    expect(spoken).to_contain_text("row 1 of this batch")
    press(page, "Enter")
    expect(spoken).to_contain_text("row 2 of this batch")
    expect(spoken).to_contain_text(re.compile(r"training point \d+: class [01]"))
    press(page, "Escape")
    expect(spoken).to_have_text("")


def test_scores_and_confusion_are_of_the_parameters_at_the_cursor(page: Page) -> None:
    open_lesson(page, "/playground")
    scores = page.locator(".output dl").first
    expect(scores).to_contain_text(re.compile(r"train loss\s*0\.\d+\s*test loss\s*0\.\d+"))
    before = scores.inner_text()
    page.goto(page.url.split("?")[0] + "?seed=7&at=300.0")
    expect(scores).to_contain_text(re.compile(r"accuracy\s*\d+(\.\d)?%"))
    expect(scores).not_to_have_text(before)
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader", name="class 1")).to_be_visible()
    for part in ("test", "train"):
        page.get_by_role("group", name="Confusion").get_by_role("button", name=part).click()
        assert sum(int(cell) for cell in table.locator("td").all_inner_texts()) == 150
    expect(page).to_have_url(re.compile(r"[?&]plane=train\b"))


def test_test_points_and_sides_are_kept_in_the_address(page: Page) -> None:
    open_lesson(page, "/playground?tab=output")
    page.get_by_role("button", name="test points").click()
    page.get_by_role("button", name="discretise").click()
    expect(page).to_have_url(re.compile(r"[?&]plane=test(,|%2C)discrete\b"))
    page.reload()
    expect(page.get_by_role("button", name="test points")).to_have_attribute("aria-pressed", "true")


def test_a_card_that_is_clicked_takes_the_place_of_the_output(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations")
    expect(page.get_by_role("tab", name="Output")).to_have_attribute("aria-selected", "true")
    page.locator('.mirror button.node[data-name="loss"], .mirror button.node').first.click(force=True)
    expect(page.get_by_role("tab", name="Chain rule")).to_have_attribute("aria-selected", "true")
    open_lesson(page, "/one-weight")
    expect(page.get_by_role("tab", name="Output")).to_have_count(0)


def test_data_are_chosen_by_pictures_and_by_keys(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    data = page.get_by_role("radiogroup", name="data")
    expect(data.get_by_role("radio", name="circle")).to_have_attribute("aria-checked", "true")
    data.get_by_role("radio", name="circle").focus()
    press(page, "ArrowRight", 3)
    expect(data.get_by_role("radio", name="spiral")).to_be_focused()
    expect(data.get_by_role("radio", name="circle")).to_have_attribute("aria-checked", "true")
    press(page, "Enter")
    expect(data.get_by_role("radio", name="spiral")).to_have_attribute("aria-checked", "true")


def pad(page: Page) -> Locator:
    page.get_by_role("radio", name="draw your own").click()
    found = page.get_by_role("application", name="Plane to draw on")
    expect(found).to_be_visible()
    return found


def test_drawn_points_are_trained_on(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    box = pad(page).bounding_box()
    assert box
    # The button counts what was drawn, and waits for two classes.
    for k, (x, name) in enumerate(((0.25, "class 0"), (0.75, "class 1"))):
        page.get_by_role("button", name=name, exact=True).click()
        for y in (0.2, 0.4, 0.6, 0.8):
            page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        use = page.get_by_role("button", name=f"Train on these {4 * k + 4} points")
        expect(use).to_be_enabled() if k else expect(use).to_be_disabled()
    page.get_by_role("button", name="undo").click()
    page.get_by_role("button", name="Train on these 7 points").click()
    expect(page.get_by_role("application", name="Plane to draw on")).to_have_count(0)
    expect(page.locator("header")).to_contain_text("iteration 2")
    expect(caption(page)).to_contain_text(re.compile(r"[3-5] points to train on"))
    press(page, "Control+ArrowRight", 60)
    # Two points that are held out say little; those trained on are learnt.
    expect(page.locator(".output dl").first).to_contain_text(re.compile(r"train loss\s*0\.0"), timeout=20_000)


def test_points_are_drawn_by_keys_and_pasted_as_a_table(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    drawing = pad(page)
    drawing.focus()
    press(page, "Enter")
    press(page, "ArrowRight", 2)
    press(page, "Enter")
    expect(page.get_by_role("button", name="Train on these 2 points")).to_be_visible()
    press(page, "Delete")
    expect(page.get_by_role("button", name="Train on these 1 points")).to_be_visible()
    paste = """text => {
      const data = new DataTransfer();
      data.setData('text', text);
      window.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, cancelable: true}));
    }"""
    page.evaluate(paste, "x;y;class\n0,5;1;a\nhere;2;b")
    status = page.locator(".message")
    expect(status).to_have_text('Line 3: "here" is not a number.')
    page.evaluate(paste, "x;y;class\n0,5;1;a\n30;-2;b\n-30;-3;c")
    expect(status).to_contain_text("3 points were read. class 0: a, class 1: b, class 2: c.")
    expect(status).to_contain_text("x: −30.0 … 30.0 was brought to −5.0 … 5.0.")
    page.get_by_role("button", name="Train on these 3 points").click()
    expect(caption(page)).to_contain_text("class 2")
    # Built anew, the network has them at once.
    expect(page.locator("header")).to_contain_text(re.compile(r"iteration 1\b"))


def test_a_class_sees_what_comes_out_beside_the_network(page: Page) -> None:
    open_lesson(page, "/playground?at=60.0")
    expect(plane(page)).to_have_count(1)
    press(page, "p")
    expect(page.get_by_role("complementary", name="Inspector")).not_to_be_visible()
    shown = page.locator("main .shown")
    expect(shown.get_by_role("application")).to_be_visible()
    expect(shown).to_contain_text(re.compile(r"test loss\s*0\.\d+"))
    press(page, "p")
    expect(page.locator("main .shown")).to_have_count(0)
