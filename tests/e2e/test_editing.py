"""Values changed on the graph and in the set-up; expressions typed; guesses made."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from e2e.stepping import at_step, edge, middle, node, open_lesson, press


def test_a_value_is_typed_over_its_card(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.mouse.dblclick(*middle(node(page, "x")))
    field = page.get_by_role("textbox", name="Value of x")
    expect(field).to_have_value("3.0")
    field.fill("−2")
    press(page, "Enter")
    at_step(page, 9)
    expect(node(page, "x")).to_have_attribute("aria-label", re.compile("value −2.0"))
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("gradient 56.0"))
    expect(page.get_by_text("branch 2")).to_be_visible()
    press(page, "Control+z")
    expect(node(page, "x")).to_have_attribute("aria-label", re.compile("value 3.0"))
    at_step(page, 9)


def test_what_is_no_number_is_refused_kindly(page: Page) -> None:
    open_lesson(page)
    node(page, "w").focus()
    press(page, "e")
    field = page.get_by_role("textbox", name="Value of w")
    field.fill("two")
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not a number")
    field.fill("1/4")
    press(page, "Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 0.25"))


def test_escape_leaves_the_value(page: Page) -> None:
    open_lesson(page)
    node(page, "w").focus()
    press(page, "e")
    page.get_by_role("textbox", name="Value of w").fill("9")
    press(page, "Escape")
    expect(page.get_by_role("textbox", name="Value of w")).to_have_count(0)
    expect(node(page, "w")).to_be_focused()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 2.0"))


def test_the_set_up_edits_in_place(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.get_by_label(re.compile("^weight w")).fill("3")
    press(page, "Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.0, gradient −6.0"))
    at_step(page, 9)


def test_a_learning_rate_holds_from_the_next_iteration(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    field = page.get_by_label("learning rate")
    field.fill("1/18")
    press(page, "Enter")
    expect(page.get_by_text(re.compile(r"In force from iteration [12]"))).to_be_visible()
    at_step(page, 9)


def test_a_refused_setting_is_said_at_its_field(page: Page) -> None:
    open_lesson(page)
    field = page.get_by_label("learning rate")
    field.fill("-1")
    press(page, "Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    at_step(page, 1)


def test_the_presets_of_one_weight_crawl_land_and_leap(page: Page) -> None:
    open_lesson(page)
    preset = page.get_by_role("button", name=re.compile("1.18"))
    preset.click()
    expect(preset).to_have_attribute("aria-pressed", "true")
    at_step(page, 1)
    press(page, "Control+ArrowRight")
    at_step(page, 10)
    press(page, "Control+ArrowRight")
    expect(page.locator("header")).to_contain_text("iteration 2")
    expect(node(page, "pow#0")).to_have_attribute("aria-label", re.compile(r"value (0\.0|[0-9.]+e−)"))


def test_an_expression_is_typed_and_stepped(page: Page) -> None:
    open_lesson(page, "/circuit")
    page.locator(".cm-content").click()
    press(page, "Control+a")
    page.keyboard.type("a = 3\nb = a * a")
    press(page, "Shift+Enter")
    expect(node(page, "a")).to_have_attribute("aria-label", re.compile("value 3.0"))
    page.locator("main").click(position={"x": 20, "y": 300})
    press(page, "Shift+ArrowRight")
    press(page, "Shift+ArrowRight")
    expect(node(page, "a")).to_have_attribute("aria-label", re.compile("gradient 6.0"))
    expect(edge(page, "mul#0", 0)).to_have_count(1)
    expect(edge(page, "mul#0", 1)).to_have_count(1)
    expect(page).to_have_url(re.compile("custom"))
    # And typed again: the editor goes on listening.
    page.locator(".cm-content").click()
    press(page, "Control+a")
    page.keyboard.type("a = 5\nb = a * a")
    press(page, "Shift+Enter")
    expect(node(page, "a")).to_have_attribute("aria-label", re.compile("value 5.0"))


def test_an_error_is_underlined_at_its_place(page: Page) -> None:
    open_lesson(page, "/circuit")
    page.locator(".cm-content").click()
    press(page, "Control+a")
    page.keyboard.type("a = 3\nb = frob(a)")
    press(page, "Shift+Enter")
    expect(page.locator(".cm-lintRange-error")).to_contain_text("frob")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("line 2")
    expect(alert).to_contain_text("frob")
    # Nothing was half applied.
    expect(node(page, "x")).to_have_count(1)


def test_a_node_that_still_waits_refuses_to_fire(page: Page) -> None:
    open_lesson(page, "/circuit")
    page.get_by_role("button", name=re.compile("^Fan-out")).click()
    expect(page).to_have_url(re.compile("fan-out"))
    nodes = page.locator(".mirror button.node")
    names = [name for name in nodes.evaluate_all("all => all.map(one => one.dataset.name)") if "#" in name]
    press(page, "Shift+ArrowRight")
    for name in names:
        node(page, name).focus()
        press(page, "Enter")
        fire = page.get_by_role("button", name="Try to fire this node")
        if fire.count() == 0:
            continue
        fire.click()
        answer = page.locator("aside.right section [role=status]")
        expect(answer).to_contain_text(re.compile("Not yet|may pass"))
        if "Not yet" in answer.inner_text():
            expect(answer).to_contain_text("Still missing")
            return
    raise AssertionError("every node may fire before backward has begun")


def test_a_withheld_gradient_is_nowhere_until_it_is_guessed(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.7")
    page.get_by_role("switch", name="Predict, then reveal").click()
    press(page, "ArrowRight")
    at_step(page, 9)
    guess = page.get_by_role("textbox", name=re.compile("What does the multiply node add"))
    expect(guess).to_be_visible()
    text = page.locator("body").evaluate("body => body.outerHTML")
    assert "24.0" not in text
    for tab in ("Tensor", "PyTorch", "API"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(150)
        assert "24" not in page.get_by_role("complementary", name="Inspector").inner_text().replace(
            "2024", ""
        )
    page.get_by_role("tab", name="Chain rule").click()
    assert "?" in page.locator(".boxes .result").inner_text()
    guess.fill("24")
    press(page, "Enter")
    expect(page.get_by_text("Not this time.")).to_be_visible()
    expect(edge(page, "mul#0", 0)).to_have_attribute("aria-label", re.compile("−24.0"))


def test_a_right_guess_is_read_kindly(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.7")
    page.get_by_role("switch", name="Predict, then reveal").click()
    press(page, "ArrowRight")
    guess = page.get_by_role("textbox", name=re.compile("What does the multiply node add"))
    guess.fill("−24,0")
    press(page, "Enter")
    expect(page.get_by_text("Exactly right.")).to_be_visible()


def double_tap(page: Page, at: tuple[float, float], opened: Locator) -> None:
    """Two taps are one gesture where they come quickly; on a busy machine that may take several tries."""
    for _ in range(20):
        page.touchscreen.tap(*at)
        page.touchscreen.tap(*at)
        try:
            return opened.wait_for(timeout=1000)
        except TooLate:
            continue
    raise AssertionError("no double tap came through")


@pytest.mark.parametrize("phone", [False, True])
def test_the_editor_hides_nothing_of_its_card(new_page: Callable[..., Page], phone: bool) -> None:
    page = new_page(size=(390, 844), has_touch=True, is_mobile=True) if phone else new_page(size=(1440, 900))
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    for name in ("w", "x", "target"):
        at = middle(node(page, name))
        field = page.get_by_role("textbox", name=f"Value of {name}")
        if phone:
            double_tap(page, at, field)
        else:
            page.mouse.dblclick(*at)
        expect(field).to_be_focused()
        card, editor = node(page, name).bounding_box(), field.bounding_box()
        assert card and editor
        across = min(card["x"] + card["width"], editor["x"] + editor["width"]) - max(card["x"], editor["x"])
        down = min(card["y"] + card["height"], editor["y"] + editor["height"]) - max(card["y"], editor["y"])
        assert across <= 0 or down <= 0, (card, editor)
        press(page, "Escape")
        expect(field).to_have_count(0)


def test_a_click_on_a_number_leads_to_its_explanation(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    box = node(page, "sub#0").bounding_box()
    assert box
    right = box["x"] + box["width"] * 0.82
    page.mouse.click(right, box["y"] + box["height"] * 0.72)
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector.get_by_role("navigation")).to_contain_text("sub.grad")
    expect(inspector.get_by_role("heading", level=2).first).to_contain_text("grad")
    page.mouse.click(right, box["y"] + box["height"] * 0.36)
    expect(inspector.get_by_role("navigation")).not_to_contain_text("grad")
    # Elsewhere on the card a click selects.
    page.mouse.click(box["x"] + 12, box["y"] + box["height"] * 0.72)
    expect(inspector.get_by_role("navigation")).to_have_count(0)
