"""What a student does with the playground: solve it, go back to the first backward pass, explain an edge, pass it on."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from chainrule.session import Session
from e2e.stepping import MINUS, at_step, badge, edge, open_lesson, press
from support.sessions import grad, send


def accuracy(page: Page) -> Locator:
    """Of the test points, with the parameters at the cursor."""
    return page.locator(".output dl").first.locator("dd").last


def run(page: Page, until: re.Pattern[str]) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    expect(accuracy(page)).to_have_text(until, timeout=60_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def numbers(product: Locator) -> list[str]:
    return product.locator(".mono").all_inner_texts()


def read(number: str) -> float:
    return float(number.replace(MINUS, "-").replace("\N{THIN SPACE}", "").replace(",", ""))


@pytest.mark.parametrize(
    ("preset", "good"), [("Circle", r"^(9[6-9](\.\d)?|100)%"), ("Spiral, solved", r"^(9[3-9](\.\d)?|100)%")]
)
def test_it_is_solved_while_one_looks_on(page: Page, preset: str, good: str) -> None:
    open_lesson(page, "/playground", set_up=True)
    page.get_by_role("button", name=re.compile(rf"^{preset}")).click()
    # The preset begins a session of its own: what is pressed before that is there belongs to the one before.
    expect(page).to_have_url(re.compile("c="))
    at_step(page, 1)
    run(page, re.compile(good))


def test_from_a_trained_network_back_to_an_edge_of_its_first_backward_pass(
    page: Page, new_page: Callable[..., Page]
) -> None:
    open_lesson(page, "/playground")
    run(page, re.compile(r"^(9\d(\.\d)?|100)%"))
    press(page, "Home")
    expect(page.locator("header")).to_contain_text(re.compile(r"iteration 1\b"))
    at_step(page, 1, 26)
    page.get_by_role("button", name="Operations", exact=True).click()
    press(page, "Shift+ArrowRight", 2)
    at_step(page, 20, 26)
    expect(badge(page)).to_contain_text("Backward")
    edge(page, "hidden2.linear#0", 1).focus()
    press(page, "Enter")
    inspector = page.get_by_role("complementary", name="Inspector")
    contribution = inspector.get_by_role("grid", name="contribution")
    contribution.get_by_role("button").first.focus()
    press(page, "ArrowDown")
    press(page, "ArrowRight")
    press(page, "Enter")
    # The cell is a sum over the batch, one product for each sample, and the engine's own number.
    terms = inspector.locator("li .product")
    expect(terms).to_have_count(10)
    products = [float(np.prod([read(one) for one in factors[:2]])) for factors in map(numbers, terms.all())]
    session = Session("playground", seed=7)
    send(session, type="seek", iteration=0, step=19)
    gradient = np.float32(grad(session, "hidden2.weight")[1][1])
    assert read(inspector.locator(".value .mono").inner_text()) == float(str(gradient))
    assert sum(products) == pytest.approx(float(gradient), rel=1e-5)
    other = new_page()
    open_lesson(other, page.url)
    at_step(other, 20, 26)
    expect(badge(other)).to_have_text(badge(page).text_content() or "")
    expect(edge(other, "hidden2.linear#0", 1)).to_have_attribute(
        "aria-label", edge(page, "hidden2.linear#0", 1).get_attribute("aria-label") or ""
    )
    expect(other.locator("li .product")).to_have_count(10)
    expect(other.locator(".value .mono")).to_have_text(inspector.locator(".value .mono").inner_text())
