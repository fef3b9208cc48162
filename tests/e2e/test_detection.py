"""Detection: a box is dragged and costs what the engine says; cells are asked, suppression is stepped through."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from chainrule.protocol.server import DetectResult
from chainrule.session import Session
from e2e.stepping import MINUS, badge, open_lesson, press
from e2e.test_everyone import axe
from support.sessions import send, the

TRAINED = {"initialisation": "trained", "lr": 0.0002}
ADDRESS = f"/detection?c={json.dumps(TRAINED)}&at=0.65&sample=3"


def test_a_dragged_box_slides_the_loss_and_mean_average_precision_jumps(page: Page) -> None:
    open_lesson(page, ADDRESS)
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


def test_cells_are_asked_and_suppression_is_stepped_through(page: Page) -> None:
    open_lesson(page, ADDRESS.replace("0.65", "0.140"))
    expect(badge(page)).to_contain_text("Backward")
    inspector = page.get_by_role("complementary", name="Inspector")
    for _ in range(5):
        inspector.get_by_role("button", name="Next in the list").click()
    struck = inspector.locator("li.gone")
    expect(struck).to_have_count(1)
    expect(struck).to_contain_text("IoU")
    expect(inspector).to_contain_text("How each term pulls on each layer")
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
    session: Any = Session("detection", TRAINED, seed=7)
    send(session, type="seek", iteration=0, step=140)
    record = session.core.record
    grad = np.asarray(record.grad_at(record.find("z"), 140))[3, 4, row, column]
    expect(inspector.locator(".value").first).to_have_text(str(np.float32(grad)).replace("-", MINUS))


def test_it_begins_with_scenes_held_out_and_trains(page: Page) -> None:
    open_lesson(page, "/detection")
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
