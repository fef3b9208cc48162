"""Next token: trained a little and written with, then one token's loss traced back: attention read beside gradient."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from chainrule.protocol.server import TokenResult, Written
from chainrule.session import Session
from e2e.stepping import MINUS, badge, open_lesson, press, query
from support.sessions import make, send, the

SMALL: dict[str, Any] = {"context": 6, "batch_size": 4, "width": "8", "blocks": "1"}
ADDRESS = f"/next-token?c={json.dumps(SMALL, separators=(',', ':'))}"


def place_of(page: Page, part: str, column: int) -> tuple[float, float]:
    """The middle of a place of the window in a row of the picture, counted from 0."""
    box = page.locator(f'[data-part="{part}"]').bounding_box()
    assert box
    # The focusable box is four pixels wider than the row on each side.
    wide = (box["width"] - 8) / SMALL["context"]
    return box["x"] + 4 + (column + 0.5) * wide, box["y"] + box["height"] / 2


def engine(iteration: int) -> Session:
    session = make("next-token", **SMALL)
    send(session, "seek", iteration=iteration)
    return session


def numbers(cell: Locator) -> list[float]:
    """What a cell's tooltip says exactly."""
    title = (cell.get_attribute("title") or "").replace(MINUS, "-")
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", title)]


def test_attention_is_read_beside_the_gradient_of_one_token(page: Page) -> None:
    open_lesson(page, f"{ADDRESS}&at=20.0")
    expect(page.locator(".mirror[aria-busy=false]")).to_be_visible()
    rows = page.get_by_role("table").get_by_role("row")
    sizes = rows.nth(1).get_by_role("cell")
    expect(sizes.nth(2)).to_have_text("—")
    press(page, "Shift+ArrowRight", 2)
    expect(badge(page)).to_contain_text("Backward")
    page.mouse.click(*place_of(page, "tokens0", 3))
    expect(rows.nth(4)).to_have_class(re.compile("chosen"))
    expect(sizes.nth(2)).not_to_have_text("—")
    expect(page).to_have_url(re.compile(r"[?&]token=3\.0"))
    session = engine(20)
    send(session, "step", unit="phase", count=2)
    told = the(TokenResult, send(session, "token", row=0, position=3))
    weights: Any = session.core.record.find("block1.attention.softmax#0").value
    stage = told.stages[0]
    assert stage.sizes and stage.shares and stage.dots
    for place in range(SMALL["context"]):
        cells = rows.nth(place + 1).get_by_role("cell")
        for head in range(2):
            assert numbers(cells.nth(head)) == [pytest.approx(float(weights[0, head, 3, place]))]
        assert numbers(cells.nth(2)) == pytest.approx([stage.sizes[place], stage.shares[place]])
        assert numbers(cells.nth(3)) == [pytest.approx(stage.dots[place])]
    # Those after it: not seen, and nothing comes back to them.
    assert numbers(rows.nth(6).get_by_role("cell").nth(2)) == [0, 0]
    expect(page.locator("main .verdict")).to_contain_text(re.compile("head|both", re.IGNORECASE))
    # A weight is explained where it stands: by keyboard, in its matrix.
    page.locator('[data-part="matrix0"]').focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Enter")
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector).to_contain_text("[0, 0, 3, 2]")


def test_a_cell_of_one_token_s_gradient_is_followed_back_to_its_loss(page: Page) -> None:
    """What is clicked is what is explained: that token's own gradient, from edge to edge to where its loss begins."""
    open_lesson(page, f"{ADDRESS}&at=20.0&token=3.0")
    expect(page.locator(".mirror[aria-busy=false]")).to_be_visible()
    press(page, "Shift+ArrowRight", 2)
    expect(badge(page)).to_contain_text("Backward")
    session = engine(20)
    send(session, "step", unit="phase", count=2)
    told = the(TokenResult, send(session, "token", row=0, position=3))
    grads = told.stages[0].grads
    assert grads
    inspector = page.get_by_role("complementary", name="Inspector")
    # The number that is drawn is said, and Enter explains it.
    cells = page.locator('[data-part="stage0"]')
    expect(page.locator("p.verdict")).not_to_be_empty()
    cells.focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Alt+ArrowDown")
    row, column = 1, 2
    said = page.locator('p[aria-live="polite"]').filter(has_text="Gradient")
    expect(said).to_contain_text(exactly(grads[column][row]))
    page.keyboard.press("Enter")
    expect(inspector).to_contain_text("token 4 of window 1 alone")
    expect(inspector.locator(".value")).to_have_text(exactly(grads[column][row]))
    expect(page).to_have_url(re.compile(r"explain=grad:position\.add%230:0\.2\.1::::0\.3&"))
    # An embedding is told by what reads it; the token's matrix of attention by the scores.
    page.locator('[data-part="matrix0"]').focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Enter")
    scores = told.attention[0].scores
    assert scores
    expect(inspector.locator(".value")).to_have_text(exactly(scores[0][3][2]))
    expect(page).to_have_url(re.compile(r"[?&]token=3\.0"))
    # From there through the blocks to the logits, and to the seed of its own loss.
    open_lesson(page, re.sub(r"explain=[^&]*", "explain=grad:output.linear%230:0.3.5::::0.3", page.url))
    expect(inspector.locator(".value")).to_be_visible()
    for _ in range(12):
        if inspector.get_by_text("seed 1", exact=True).count():
            break
        before = page.url
        upstream = inspector.locator("ul").last.locator(".factor").first.get_by_role("button")
        upstream.click()
        expect(page).not_to_have_url(before)
        # What stood there before stays until the answer has come: the sum, and the products in it.
        expect(inspector.locator("ul[inert]")).to_have_count(0)
        expect(inspector.locator("ul .factor").first).to_be_visible()
    else:
        pytest.fail(f"it did not come to the seed: {page.url}")
    expect(inspector.locator(".value")).to_have_text("1.0")


def exactly(number: float) -> str:
    """As the page writes a number of float32 in full."""
    text = np.format_float_positional(np.float32(number), trim="0")
    if 0 < abs(number) < 1e-6:
        mantissa, _, exponent = np.format_float_scientific(np.float32(number), trim="-").partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def test_it_trains_and_writes_on_from_what_is_typed(page: Page) -> None:
    open_lesson(page, ADDRESS)
    written = page.get_by_label("Text written by the network")
    expect(written.locator("b")).not_to_be_empty()
    noise = written.inner_text()
    page.locator("main").click(position={"x": 5, "y": 400})
    page.keyboard.press("Space")
    expect(page.get_by_text(re.compile(r"iteration (\d{3,}|[3-9]\d)")).first).to_be_visible()
    # While it trains, the picture shows what may follow that text.
    page.locator('[data-part="next0"]').focus()
    expect(page.locator('p[aria-live="polite"]').filter(has_text=re.compile(r"p 0\.\d"))).to_be_attached()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    # Where it stops comes a little later; a step from there is a place that stays.
    press(page, "Shift+ArrowLeft")
    expect(badge(page)).to_contain_text("Backward")
    expect(written).not_to_have_text(noise)
    page.get_by_label("Begin with").fill("the moon ")
    expect(written.locator("i")).to_have_text("the moon ")
    iteration, step = (int(part) for part in (query(page, "at") or "0.0").split("."))
    session = engine(iteration)
    send(session, "seek", iteration=iteration, step=step)
    told = the(Written, send(session, "write", text="the moon ", length=160, temperature=0.7))
    expect(written).to_have_text("the moon " + told.continued, use_inner_text=False)
    # What it does not know is said, with the place; what was written before goes.
    page.get_by_label("Begin with").fill("the ø")
    wrong = page.get_by_role("status").filter(has_text="ø")
    expect(wrong).to_contain_text("character 5")
