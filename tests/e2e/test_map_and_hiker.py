"""Map and hiker: the start dragged, the backward pass stepped into, a hiker's number explained, arrows by finite differences."""

from __future__ import annotations

import re

import numpy as np
from playwright.sync_api import Page, expect

from chainrule.session import Session
from e2e.stepping import MINUS, badge, middle, open_lesson, press, query
from support.sessions import grad, send


def test_a_start_is_dragged_and_its_gradient_is_explained_both_ways(page: Page) -> None:
    open_lesson(page, "/map-and-hiker")
    expect(page.get_by_role("button", name=re.compile("^SGD: x −4.2, y 1.2, loss not"))).to_be_attached()

    flag = page.get_by_role("button", name=re.compile("^Start of all hikers"))
    x, y = middle(flag)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y + 60, steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile("[?&]j="))
    name = flag.get_attribute("aria-label") or ""
    found = re.search(r"x (\S+), y (\S+)\.", name)
    assert found
    start = {axis: float(text.replace(MINUS, "-")) for axis, text in zip("xy", found.groups(), strict=True)}
    assert start["x"] > -4.2
    assert start["y"] != 1.2

    press(page, "Shift+ArrowRight", 2)
    expect(badge(page)).to_contain_text("Backward")
    page.get_by_role("button", name=re.compile("^SGD: x")).press("Enter")
    inspector = page.get_by_role("complementary", name="Inspector")
    session = Session("map-and-hiker", start, seed=7)
    send(session, type="step", unit="phase", count=2)
    expected = str(np.float32(grad(session, "sgd/x"))).replace("-", MINUS)
    row = inspector.get_by_role("row", name=re.compile("^gradient"))
    expect(row.get_by_role("button")).to_have_count(2)
    shown = [float(cell.inner_text().replace(MINUS, "-")) for cell in row.get_by_role("button").all()]
    np.testing.assert_allclose(shown, [grad(session, f"sgd/{axis}") for axis in "xy"], rtol=1e-3)

    page.get_by_role("button", name="Finite differences").click()
    expect(page.locator("main .cost")).to_contain_text("3 forward passes for 2 numbers")
    assert query(page, "map") == "differences"
    slopes = inspector.get_by_role("row", name=re.compile("^finite differences")).get_by_role("cell")
    expect(slopes.first).not_to_have_text("—")
    told = [float(cell.inner_text().replace(MINUS, "-")) for cell in slopes.all()]
    np.testing.assert_allclose(told, [grad(session, f"sgd/{axis}") for axis in "xy"], rtol=1e-3)

    row.get_by_role("button").first.click()
    expect(inspector.locator(".value")).to_have_text(expected)
