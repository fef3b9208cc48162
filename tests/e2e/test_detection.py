"""Detection: a box is dragged and costs what the engine says; cells are asked, suppression is stepped through."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from chainrule.protocol.server import DetectResult, PrecisionResult
from chainrule.session import Session
from e2e.stepping import MINUS, at_step, badge, open_lesson, press
from e2e.test_everyone import axe
from support.sessions import send, the

TRAINED = {"initialisation": "trained", "lr": 0.0002}
ADDRESS = f"/detection?c={json.dumps(TRAINED)}&at=0.65&sample=3"


def stands(page: Page) -> None:
    """Wait until the scene that was asked for is shown, and what is said of it."""
    expect(page.locator(".mirror[aria-busy=false]")).to_be_visible()


def test_a_dragged_box_slides_the_loss_and_mean_average_precision_jumps(page: Page) -> None:
    open_lesson(page, ADDRESS)
    stands(page)
    session: Any = Session("detection", TRAINED, seed=7)
    send(session, type="seek", iteration=0, step=65)
    plain = the(DetectResult, send(session, "detect", row=3)).found[2]
    inspector = page.get_by_role("complementary", name="Inspector")
    rows = inspector.get_by_role("list").get_by_role("button")
    expect(rows.nth(2)).to_contain_text(f"{float(plain.confidence):#.4g}")
    rows.nth(2).click()
    own = page.get_by_role("button", name=re.compile("^Box: "))
    box = own.bounding_box()
    assert box
    scale = (page.get_by_role("button", name=re.compile("^The scene")).bounding_box() or box)["width"] // 64
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 2 * scale, middle[1], steps=2)
    page.mouse.move(middle[0] + 8 * scale, middle[1] + 3 * scale, steps=3)
    page.mouse.up()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    held = [round(float(p) + d, 1) for p, d in zip(plain.box, (8, 3, 8, 3), strict=True)]
    moved = {"row": plain.row, "column": plain.column, "box": held}
    found = the(DetectResult, send(session, "detect", row=3, moved=moved)).dragged
    assert found is not None
    assert found.pair is not None
    assert len(set(found.losses)) > 10
    assert 1 < len(set(found.scene)) < 6
    expect(page.locator(".pair b")).to_have_text(f"{float(found.pair.iou):#.4g}")
    # The keyboard moves it on, a pixel at a time.
    before = own.bounding_box()
    own.focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page.locator('p[aria-live="polite"]').filter(has_text="Box loss")).to_be_attached()
    after = own.bounding_box()
    assert before
    assert after
    assert after["x"] == before["x"] - scale
    # All of it is in the address.
    expect(page).to_have_url(re.compile(rf"scene=:{plain.row}.{plain.column}:"))
    open_lesson(page, page.url)
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_role("button", name="Put back")).to_be_hidden()


def test_a_true_box_is_dragged_and_the_cells_pay_for_it(page: Page) -> None:
    open_lesson(page, ADDRESS)
    stands(page)
    session: Any = Session("detection", TRAINED, seed=7)
    send(session, type="seek", iteration=0, step=65)
    plain = the(DetectResult, send(session, "detect", row=3))
    # The smallest: its brackets lie within nothing else.
    index = min(
        range(len(plain.true)), key=lambda k: float(plain.true[k].box[2]) - float(plain.true[k].box[0])
    )
    brackets = page.get_by_role("button", name=re.compile("^true box: ")).nth(index)
    box = brackets.bounding_box()
    assert box
    scale = (page.get_by_role("button", name=re.compile("^The scene")).bounding_box() or box)["width"] // 64
    corner = (box["x"] + 1, box["y"] + 1)
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(corner[0] + 3 * scale, corner[1], steps=2)
    page.mouse.move(corner[0] + 9 * scale, corner[1] - 6 * scale, steps=3)
    page.mouse.up()
    held = [round(float(p) + d, 1) for p, d in zip(plain.true[index].box, (9, -6, 9, -6), strict=True)]
    found = the(DetectResult, send(session, "detect", row=3, target={"index": index, "box": held}))
    assert found.dragged is not None
    assert found.dragged.pair is not None
    assert (found.true[index].row, found.true[index].column) != (
        plain.true[index].row,
        plain.true[index].column,
    )
    expect(page.locator(".pair b")).to_have_text(f"{float(found.dragged.pair.iou):#.4g}")
    told = page.locator('p[aria-live="polite"]').filter(has_text="Loss of this scene")
    expect(told).to_contain_text(f"{float(found.dragged.loss or 0):#.4g}")
    expect(page).to_have_url(re.compile(rf"scene=:::{index},"))
    # The keyboard moves it on, a pixel at a time; a reload finds it there.
    brackets.focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(page).to_have_url(re.compile(rf"scene=:::{index},{held[0] - 1:g},"))
    open_lesson(page, page.url)
    page.get_by_role("button", name="Put back").click()
    expect(page).to_have_url(re.compile(rf"scene=:::{index}(&|$)"))


def test_cells_are_asked_and_suppression_is_stepped_through(page: Page) -> None:
    open_lesson(page, ADDRESS.replace("0.65", "0.140"))
    expect(badge(page)).to_contain_text("Backward")
    stands(page)
    inspector = page.get_by_role("complementary", name="Inspector")
    for _ in range(5):
        inspector.get_by_role("button", name="Next in the list").click()
    struck = inspector.locator("li.gone")
    expect(struck).to_have_count(1)
    expect(struck).to_contain_text("IoU")
    expect(inspector).to_contain_text("How each term pulls on each layer")
    # A point of the curve is the list down to a confidence: arrow keys go along it, and not through time.
    engine: Any = Session("detection", TRAINED, seed=7)
    send(engine, type="seek", iteration=0, step=140)
    curve = the(PrecisionResult, send(engine, "precision")).curves[0]
    second = curve.points[1]
    expect(inspector).to_contain_text(f"average precision {float(curve.average or 0):#.4g}")
    inspector.get_by_role("slider", name="Precision over recall").focus()
    press(page, "ArrowRight", 2)
    told = inspector.get_by_text(f"2 said, down to a confidence of {float(second.confidence):#.4g}: ")
    expect(told).to_contain_text(re.compile(rf"precision \d/2 = {float(second.precision):g}"))
    at_step(page, 141)
    assert axe(page) == []
    # From the cells to the weights: those of a layer, as each term pulls on them.
    weights = inspector.get_by_role("button", name=re.compile("^conv4.weight, "))
    expect(weights).to_have_count(0)
    inspector.get_by_role("button", name="conv4", exact=True).click()
    expect(weights).to_have_count(3)
    expect(inspector).to_contain_text("The same image, its changed gradient")
    # The gradient of a cell of the grid of objectness, as the engine has it.
    grid = page.locator('.mirror [data-term="1"]')
    box = grid.bounding_box()
    assert box
    row, column = 2, 5
    side = box["width"] - 6
    page.mouse.click(box["x"] + 3 + (column + 0.5) * side / 8, box["y"] + 3 + (row + 0.5) * side / 8)
    record = engine.core.record
    grad = np.asarray(record.grad_at(record.find("z"), 140))[3, 4, row, column]
    expect(inspector.locator(".value").first).to_have_text(str(np.float32(grad)).replace("-", MINUS))


def test_it_begins_with_scenes_held_out_and_trains(page: Page) -> None:
    open_lesson(page, "/detection", set_up=True)
    held_out = page.get_by_role("group", name="Scenes").get_by_role("button", name="Held out")
    expect(held_out).to_have_attribute("aria-pressed", "true")
    press(page, "ArrowRight")
    batch = page.get_by_role("group", name="Scenes").get_by_role("button", name="Batch")
    expect(batch).to_have_attribute("aria-pressed", "true")
    strip = page.get_by_role("button", name=re.compile("^Scene 1 of 16"))
    strip.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page).to_have_url(re.compile("sample=1"))
    press(page, "Control+ArrowRight", 3)
    expect(badge(page)).to_contain_text("Update")
    expect(page.get_by_role("complementary", name="Inspector")).to_contain_text("mAP@50")
    # Two runs are compared by what a detector is measured by, when all steps have been taken.
    expect(page.locator("header")).to_contain_text(re.compile(r"iteration 3\b"))
    page.get_by_role("button", name="Compare", exact=True).click()
    runs = page.get_by_role("region", name="Two runs side by side")
    measured = runs.get_by_role("row", name=re.compile("^mAP@50 · held out"))
    expect(measured.get_by_role("cell")).to_have_text([re.compile(r"^\d"), re.compile(r"^\d")])
