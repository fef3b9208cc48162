"""All that a mouse can do, a keyboard can do: nothing here is clicked, and all is reached with Tab."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from e2e.stepping import at_step, edge, node, open_lesson, press, query

BEHIND = "one => one.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING"


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus, backwards where one has passed it; one round must lead there."""
    expect(wanted).to_have_count(1)
    key = "Shift+Tab" if wanted.evaluate(BEHIND) else "Tab"
    for _ in range(120):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        press(page, key)
    raise AssertionError(f"Tab does not lead to {wanted}")


def choose(page: Page, name: str | re.Pattern[str], role: str = "button") -> None:
    tab_to(page, page.get_by_role(role, name=name))  # type: ignore[arg-type]
    press(page, "Enter")


def test_a_breakpoint_is_set_seen_said_listed_and_taken_away(page: Page) -> None:
    open_lesson(page)
    tab_to(page, node(page, "w"))
    press(page, "b")
    said = page.locator("[data-said]")
    expect(said).to_contain_text("Breakpoint at w")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("Breakpoint"))
    # Where the server stops: as a contribution comes to w, and at its update.
    expect(page.locator(".lanes .stop")).to_have_count(2)
    press(page, "Control+ArrowRight")
    at_step(page, 9)
    press(page, "b")
    expect(said).to_contain_text("removed")
    expect(page.locator(".lanes .stop")).to_have_count(0)
    press(page, "b")
    tab_to(page, node(page, "mul#0"))
    press(page, "b")
    expect(page.get_by_role("heading", name="Breakpoints")).to_be_visible()
    choose(page, "Remove the breakpoint: w")
    expect(page.get_by_role("button", name="Remove the breakpoint: w")).to_have_count(0)
    # The next one in the list has the focus.
    expect(page.get_by_role("button", name="Remove the breakpoint: mul")).to_be_focused()
    press(page, "Enter")
    expect(page.get_by_role("button", name="Remove the breakpoint")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a breakpoint")).to_be_focused()
    expect(node(page, "mul#0")).not_to_have_attribute("aria-label", re.compile("Breakpoint"))


def test_the_graph_is_edited_selected_and_looked_at(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    tab_to(page, node(page, "x"))
    press(page, "e")
    field = page.get_by_role("textbox", name="Value of x")
    expect(field).to_be_focused()
    page.keyboard.type("4")
    press(page, "Enter")
    expect(node(page, "x")).to_have_attribute("aria-label", re.compile("value 4.0"))
    expect(node(page, "x")).to_be_focused()
    press(page, "Control+z")
    expect(node(page, "x")).to_have_attribute("aria-label", re.compile("value 3.0"))
    tab_to(page, edge(page, "mul#0", 0))
    press(page, "Enter")
    expect(page).to_have_url(re.compile("sel=mul"))
    expect(page.locator(".boxes .result")).to_contain_text("−24.0")
    tab_to(page, page.get_by_role("tab", name="Chain rule"))
    press(page, "ArrowRight")
    expect(page.get_by_role("tab", name="Tensor")).to_have_attribute("aria-selected", "true")
    press(page, "Escape")
    expect(page).not_to_have_url(re.compile("sel="))
    choose(page, "Operations")
    expect(page).to_have_url(re.compile("zoom=operations"))


def test_what_a_node_refuses_is_shown(page: Page) -> None:
    open_lesson(page)
    choose(page, "Choose a lesson")
    expect(page.get_by_role("menuitem", name=re.compile("One weight"))).to_be_focused()
    press(page, "ArrowDown")
    expect(page.get_by_role("menuitem", name=re.compile("Circuit"))).to_be_focused()
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/circuit"))
    choose(page, re.compile("^Fan-out"))
    expect(page).to_have_url(re.compile("fan-out"))
    expect(node(page, "sub#0")).to_have_count(1)
    press(page, "Shift+ArrowRight")
    expect(page.locator("main .badge")).to_contain_text("Forward")
    tab_to(page, node(page, "mul#0"))
    press(page, "f")
    expect(page.locator("[data-said]")).to_contain_text("Not yet: 0 of 2")
    expect(page.get_by_role("complementary", name="Inspector")).to_contain_text("Still missing")
    # Where there is nothing more to wait for, it may.
    press(page, "Shift+ArrowRight")
    expect(page.locator("main .badge")).to_contain_text("Backward")
    tab_to(page, node(page, "mul#0"))
    press(page, "f")
    expect(page.locator("[data-said]")).to_contain_text("may pass its gradient on")


def test_the_timeline_and_its_speed(page: Page) -> None:
    open_lesson(page)
    tab_to(page, page.get_by_role("slider", name=re.compile("imeline")))
    for key, step in (("ArrowRight", 2), ("End", 10), ("Home", 1), ("Shift+ArrowRight", 5)):
        press(page, key)
        at_step(page, step)
    tab_to(page, page.get_by_role("button", name="Go to iteration 3"))
    press(page, "Enter")
    expect(page.locator("header")).to_contain_text("iteration 3")
    speed = page.get_by_label("Speed")
    tab_to(page, speed)
    before = speed.input_value()
    press(page, "ArrowDown")
    expect(speed).not_to_have_value(before)
    tab_to(page, page.get_by_role("radio", name="step", exact=True))
    press(page, "ArrowRight")
    expect(page.get_by_role("radio", name="phase")).to_be_checked()
    choose(page, "Step forward")
    at_step(page, 5)


def test_space_plays_on_a_card_of_the_graph_too(page: Page) -> None:
    open_lesson(page)
    tab_to(page, node(page, "w"))
    press(page, "Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    press(page, "Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    # What was meant was not a click on the card.
    expect(page).not_to_have_url(re.compile("sel="))
    press(page, "Enter")
    expect(page).to_have_url(re.compile("sel=w"))


def test_the_top_bar_the_set_up_and_the_narrative(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7")
    tab_to(page, page.get_by_label("learning rate"))
    press(page, "Control+a")
    page.keyboard.type("0.1")
    press(page, "Enter")
    expect(page.get_by_text(re.compile("In force from iteration"))).to_be_visible()
    tab_to(page, page.get_by_role("switch", name="Predict, then reveal"))
    press(page, "Space")
    expect(page.get_by_role("switch", name="Predict, then reveal")).to_be_checked()
    press(page, "Space")
    expect(page.get_by_role("switch", name="Predict, then reveal")).not_to_be_checked()
    choose(page, re.compile("1.18"))
    expect(page.get_by_role("button", name=re.compile("1.18"))).to_have_attribute("aria-pressed", "true")
    place = page.url
    press(page, "PageDown")
    page.wait_for_function("was => location.href !== was", arg=place)
    press(page, "p")
    expect(page.locator(".app.presenting")).to_have_count(1)
    assert query(page, "present") == "1"
    press(page, "Escape")
    expect(page.locator(".app.presenting")).to_have_count(0)
    press(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("try to fire this node")
    press(page, "Escape")
    choose(page, re.compile("^Export"))
    expect(page.get_by_role("menuitem").first).to_be_visible()
    press(page, "Escape")
    choose(page, re.compile("theme", re.IGNORECASE))
    choose(page, "Language: English")
    expect(page.locator("[role^=menuitem]:focus")).to_have_count(1)
    press(page, "ArrowDown")
    press(page, "Enter")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
