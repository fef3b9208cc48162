"""What holds for each lesson: it is opened and trained, stepped back into its backward pass, and a number is explained."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from chainrule.lessons import LESSONS
from e2e.stepping import MINUS, badge, open_lesson, press, query


def iteration(page: Page) -> int:
    return int((query(page, "at") or "0.0").split(".")[0])


def as_float(text: str) -> float:
    return float(text.replace(MINUS, "-"))


@pytest.mark.parametrize("slug", [slug for slug in LESSONS if slug != "circuit"])
def test_trained_stepped_back_and_explained(page: Page, slug: str) -> None:
    open_lesson(page, f"/{slug}")
    unit = page.get_by_role("radio", name="iteration")
    unit.click()
    press(page, "Space")
    # As an address it comes once a second.
    while iteration(page) < 2:
        page.wait_for_timeout(100)
    press(page, "Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    press(page, "Control+ArrowLeft")
    press(page, "Shift+ArrowRight", 2)
    expect(badge(page)).to_contain_text("Backward")
    # The last gradient that came, in the rule of its step.
    inspector = page.get_by_role("complementary", name="Inspector")
    page.get_by_role("tab", name="Chain rule").click()
    number = inspector.get_by_role("button", name=re.compile("explain")).first
    expect(number).to_be_visible()
    shown = number.inner_text()
    number.click()
    value = inspector.locator(".value")
    expect(value).to_be_visible()
    # There it stands with all its digits.
    assert as_float(shown) == pytest.approx(as_float(value.inner_text()), rel=1e-3)
    expect(inspector.locator("li .product").first).to_be_visible()
