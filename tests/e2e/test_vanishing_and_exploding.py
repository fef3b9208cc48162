"""Vanishing and exploding: trained a little, stepped back into the backward pass, a size read, a skip connection dropped in."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from chainrule.session import Session
from chainrule.session.runs import run_states
from e2e.stepping import MINUS, badge, open_lesson, press, query
from support.sessions import send


def column(page: Page, name: str) -> Locator:
    return page.locator(f'[data-column="{name}"]')


def spoken(page: Page) -> dict[str, float]:
    """The sizes of the layer that the keyboard is at."""
    text = page.locator("main > p[aria-live=polite]").inner_text()
    found = re.findall(r"(size of h|of ∂L/∂h|of ∂L/∂W|gain|∂L/∂h before) ([^,]+)", text)
    return {name: float(number.replace(MINUS, "-")) for name, number in found if number != "—"}


def test_a_size_is_read_in_the_backward_pass_of_what_was_trained(page: Page) -> None:
    open_lesson(page, "/vanishing-and-exploding")
    press(page, "Control+ArrowRight", 2)
    press(page, "Shift+ArrowLeft")
    expect(badge(page)).to_contain_text("Backward")
    assert query(page, "at") == "1.785"
    session = Session("vanishing-and-exploding", seed=7)
    send(session, type="seek", iteration=1, step=785)
    plain, norm, *_ = run_states(session.core.view())
    column(page, "plain").focus()
    press(page, "Alt+ArrowDown", 2)
    layer = plain.layers[2]
    assert layer.activation is not None
    assert spoken(page) == {
        "size of h": layer.activation,
        "of ∂L/∂h": layer.grad,
        "of ∂L/∂W": layer.weight_grad,
        "gain": layer.gain,
    }
    press(page, "Alt+ArrowRight")
    expect(column(page, "batchnorm")).to_be_focused()
    assert spoken(page)["of ∂L/∂h"] == norm.layers[2].grad
    # One step back is one layer, in all columns.
    page.keyboard.press("ArrowLeft")
    expect(badge(page)).to_contain_text("plain/z2")
    press(page, "Alt+ArrowUp", 2)
    expect(page.locator("main > p[aria-live=polite]")).to_contain_text("of ∂L/∂h 0")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("main > p[aria-live=polite]")).to_contain_text("of ∂L/∂h —")


def test_a_skip_connection_is_dropped_in_and_compared_with_before(page: Page) -> None:
    open_lesson(page, "/vanishing-and-exploding")
    press(page, "Shift+ArrowRight", 2)
    page.get_by_role("combobox", name="Skip connection around layer").select_option("8")
    page.get_by_role("button", name="Drop in").click()
    expect(page.get_by_role("button", name="Take out")).to_be_visible()
    expect(badge(page)).to_contain_text("step 789 of 1037")
    # From here on by keyboard.
    page.keyboard.press("Tab")
    column(page, "plain").focus()
    press(page, "Alt+ArrowDown", 3)
    now = spoken(page)
    before = Session("vanishing-and-exploding", seed=7)
    after = Session("vanishing-and-exploding", {"skips": [8]}, seed=7)
    sizes = []
    for session in (before, after):
        send(session, type="step", unit="phase", count=2)
        sizes.append(run_states(session.core.view())[0].layers[3].grad)
    assert [now["∂L/∂h before"], now["of ∂L/∂h"]] == sizes
    assert now["of ∂L/∂h"] > 2 * now["∂L/∂h before"]
    # Each column has a line of its own, and behind it that of before.
    curve = page.get_by_role("slider", name="Loss of the whole run")
    expect(curve.locator("path.run")).to_have_count(8)
    assert re.search(
        r"plain \S+, batch norm \S+, residual \S+, both", curve.get_attribute("aria-valuetext") or ""
    )
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_role("button", name="Drop in")).to_be_visible()
