"""One layer: stepped into its backward pass, a cell clicked on the picture, its products read; and a preset that breaks."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from chainrule.session import Session
from e2e.stepping import MINUS, at_step, badge, edge, node, open_lesson, press
from support.sessions import grad, send


def test_a_cell_of_the_gradient_is_the_sum_of_its_products(page: Page) -> None:
    open_lesson(page, "/one-layer")
    at_step(page, 1, 22)
    press(page, "Shift+ArrowRight", 2)
    at_step(page, 20, 22)
    expect(badge(page)).to_contain_text("Backward")
    expect(page.get_by_role("heading", name=re.compile("The gradient of W"))).to_be_visible()
    # The lowest cell on the right of W: the last of its gradient.
    box = node(page, "W").bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.9 * box["height"])
    inspector = page.get_by_role("complementary", name="Inspector")
    session = Session("one-layer", seed=7)
    send(session, type="seek", iteration=0, step=19)
    expected = np.float32(grad(session, "W")[1][2])
    expect(inspector.locator(".value")).to_have_text(str(expected).replace("-", MINUS))
    # What one edge alone has brought stands there with its products.
    products = inspector.locator("ul").last.locator(".product")
    expect(products).to_have_count(3)
    factors = [
        [float(t.replace(MINUS, "-")) for t in p.locator(".mono").all_inner_texts()] for p in products.all()
    ]
    assert sum(a * b for a, b, *_ in factors) == pytest.approx(float(expected), rel=1e-5)


def test_sure_and_wrong_shows_where_nan_begins(page: Page) -> None:
    open_lesson(page, "/one-layer")
    # Who has gone to what a preset is about sees it there.
    heading = page.get_by_role("heading", name="The loss: a mean over the samples")
    while not heading.count():
        page.get_by_role("button", name="Next part").click()
    at_step(page, 10, 22)
    page.get_by_role("button", name=re.compile("^Sure and wrong Huge")).click()
    expect(page).to_have_url(re.compile("scale"))
    at_step(page, 10, 22)
    expect(heading).to_be_visible()
    expect(node(page, "mean#0")).to_have_attribute("aria-label", re.compile("NaN"))
    press(page, "Shift+ArrowRight")
    at_step(page, 20, 22)
    edge(page, "matmul#0", 1).focus()
    press(page, "Enter")
    expect(page.get_by_role("grid", name="contribution")).to_contain_text("NaN")
