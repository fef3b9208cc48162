"""Convolution: trained a little, stepped back into its backward pass, a pixel and a filter's weight clicked on the picture."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from chainrule.protocol.server import FilterResult, UsesResult
from chainrule.session import Session
from e2e.stepping import MINUS, at_step, badge, open_lesson, press
from support.sessions import send, the


def tile(page: Page, stage: int, tiles: int, which: int, across: float, down: float) -> tuple[float, float]:
    """A point of one of the tiles that stand below each other in a stage."""
    box = page.locator(f'[data-stage="{stage}"]').bounding_box()
    assert box
    # The focusable box is four pixels wider than the column on each side.
    x, y, w, h = box["x"] + 4, box["y"] + 4, box["width"] - 8, box["height"] - 8
    pitch = h / tiles
    side = w
    top = y + which * pitch + (pitch - side) / 2
    return x + across * side, top + down * side


def numbers(page: Page) -> list[list[float]]:
    """The factors of each product in the inspector."""
    products = page.get_by_role("complementary", name="Inspector").locator("li .product")
    expect(products.first).to_be_visible()
    return [
        [float(t.replace(MINUS, "-")) for t in p.locator(".mono").all_inner_texts()] for p in products.all()
    ]


def test_a_pixel_and_a_weight_are_explained_where_they_stand(page: Page) -> None:
    open_lesson(page, "/convolution?at=30.2")
    at_step(page, 3)
    expect(page.locator(".mirror[aria-busy=false]")).to_be_visible()
    expect(badge(page)).to_contain_text("Forward")
    inspector = page.get_by_role("complementary", name="Inspector")
    page.mouse.click(*tile(page, 2, 8, 1, 4.5 / 8, 3.5 / 8))
    found = numbers(page)
    session: Any = Session("convolution", seed=7)
    send(session, type="seek", iteration=30, step=2)
    record = session.core.record
    z = np.float32(np.asarray(record.find("conv1.conv2d#0").value)[0, 1, 3, 4])
    shown = inspector.locator(".value").first
    expect(shown).to_have_text(str(z).replace("-", MINUS))
    # Nine products and a bias make it.
    assert sum(np.prod(factors[:2]) for factors in found) == pytest.approx(float(z), rel=1e-4)
    # Behind ReLU stand the same products, below what it made of them.
    press(page, "ArrowRight")
    at_step(page, 4)
    page.mouse.click(*tile(page, 2, 8, 1, 4.5 / 8, 3.5 / 8))
    expect(inspector.locator("li .product")).to_have_count(1 + len(found))
    assert numbers(page)[1:] == found
    # Back into the backward pass, to the gradient of the first filters.
    press(page, "Shift+ArrowRight", 3)
    expect(badge(page)).to_contain_text("Update")
    press(page, "Shift+ArrowLeft")
    expect(badge(page)).to_contain_text("Backward")
    page.mouse.click(*tile(page, 1, 8, 2, 0.5, 0.5))
    send(session, type="seek", iteration=30, step=31)
    grad = session.core.record.find("conv1.weight")
    expected = np.asarray(session.core.record.grad_at(grad, 25))[2, 0, 1, 1]
    expect(shown).to_have_text(str(np.float32(expected)).replace("-", MINUS))
    # One walks through the places where it was used.
    told = the(UsesResult, send(session, type="uses", name="conv1.weight", index=[2, 0, 1, 1], row=0))
    walk = inspector.get_by_role("region", name="A sum over all places")
    expect(walk.get_by_role("group").get_by_role("button")).to_have_count(32)
    most = int(np.argmax(np.abs(told.products)))
    expect(walk).to_contain_text(f"places 1 to {most + 1} of 64")
    walk.get_by_role("button", name="The next place").click()
    after = (most + 1) % 64
    expect(walk).to_contain_text(f"places 1 to {after + 1} of 64")
    # Which weight, and which place: both are in the address.
    expect(page).to_have_url(re.compile(rf"explain=grad:conv1.weight:2.0.1.1.*scene={after}(&|$)"))
    open_lesson(page, page.url)
    expect(walk).to_contain_text(f"places 1 to {after + 1} of 64")


def test_it_trains_and_another_image_is_looked_at(page: Page) -> None:
    open_lesson(page, "/convolution")
    press(page, "Shift+ArrowRight")
    page.get_by_role("tab", name="Output").click()
    confusion = page.get_by_role("table")
    expect(confusion.get_by_role("row")).to_have_count(11)
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("sample=1"))
    strip = page.get_by_role("button", name=re.compile("^The batch"))
    strip.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page).to_have_url(re.compile("sample=2"))
    page.get_by_role("button", name=re.compile("^a1|^z1")).first.focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="Inspector")).to_contain_text("[2, 0, 1, 0]")


def test_what_a_filter_answers_to_and_the_image_that_excites_it(page: Page) -> None:
    open_lesson(page, "/convolution?at=40.0&tab=output")
    session: Any = Session("convolution", seed=7)
    send(session, type="seek", iteration=40, step=0)
    section = page.get_by_role("region", name="What a filter answers to")
    section.get_by_role("button", name="Next filter").click()
    told = the(FilterResult, send(session, type="filter", name="conv1.conv2d#0", channel=1))
    best = section.get_by_role("listitem")
    expect(best).to_have_count(len(told.best))
    expect(best.first).to_have_accessible_name(re.compile(f"^{told.best[0].label}, response [\\d.]+, at row"))
    expect(section).to_contain_text(f"step {told.excited[-1].step}: response")
    way = section.get_by_role("slider", name="On the way")
    way.focus()
    page.keyboard.press("Home")
    expect(section).to_contain_text("step 0: response")
    section.get_by_role("button", name="conv2").click()
    expect(section).to_contain_text("filter 1 of 16")
    expect(section).to_have_attribute("aria-busy", "false")
