"""Every state has an address: it opens elsewhere, it is kept in the history, it survives a reload."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e.running import Problems
from e2e.stepping import at_step, badge, load_lesson, node, open_lesson, press, query


def test_the_address_opens_the_same_step_elsewhere(page: Page, new_page: Callable[..., Page]) -> None:
    open_lesson(page)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    press(page, "Shift+ArrowRight")
    at_step(page, 9)
    expect(page).to_have_url(re.compile(r"/one-weight\?seed=7&at=0\.8$"))
    other = new_page()
    open_lesson(other, page.url)
    at_step(other, 9)
    expect(node(other, "w")).to_have_attribute("aria-label", re.compile("gradient −24.0"))


def test_an_edit_is_in_the_address(page: Page, new_page: Callable[..., Page]) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    node(page, "w").focus()
    press(page, "e")
    page.get_by_role("textbox", name="Value of w").fill("1")
    press(page, "Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 1.0, gradient −42.0"))
    expect(page).to_have_url(re.compile("[?&]j="))
    other = new_page()
    open_lesson(other, page.url)
    at_step(other, 9)
    expect(node(other, "w")).to_have_attribute("aria-label", re.compile("value 1.0, gradient −42.0"))


def test_an_address_with_an_edit_asks_for_its_session_once(page: Page) -> None:
    open_lesson(page)
    node(page, "w").focus()
    press(page, "e")
    page.get_by_role("textbox", name="Value of w").fill("5")
    press(page, "Enter")
    expect(page).to_have_url(re.compile("edit"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/sessions/" in request.url else None)
    open_lesson(page, page.url)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 5.0"))
    page.wait_for_timeout(1000)
    assert len(asked) < 10, asked[:12]


def test_back_and_forward_travel(page: Page) -> None:
    open_lesson(page)
    page.wait_for_timeout(1100)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    page.wait_for_timeout(1100)
    press(page, "Shift+ArrowRight")
    at_step(page, 9)
    page.go_back()
    at_step(page, 5)
    page.go_back()
    at_step(page, 1)
    page.go_forward()
    at_step(page, 5)
    assert query(page, "at") == "0.4"


def test_the_number_that_is_explained_is_in_the_address(page: Page, new_page: Callable[..., Page]) -> None:
    open_lesson(page, "/one-weight?at=2.9")
    explained = page.get_by_role("tabpanel").locator("[aria-current]")
    page.wait_for_timeout(1100)
    page.get_by_role("tabpanel").locator(".detail dd button").last.click()
    expect(explained).to_be_visible()
    first = explained.inner_text()
    page.wait_for_timeout(1100)
    page.get_by_role("tabpanel").locator(".product button").first.click()
    expect(explained).not_to_have_text(first)
    second = explained.inner_text()
    expect(page).to_have_url(re.compile("[?&]explain=[^&]*~"))
    other = new_page()
    open_lesson(other, page.url)
    expect(other.get_by_role("tabpanel").locator("[aria-current]")).to_have_text(second)
    expect(other.get_by_role("tabpanel").locator(".product").first).to_be_visible()
    page.go_back()
    expect(explained).to_have_text(first)
    page.go_back()
    expect(explained).to_have_count(0)
    page.go_forward()
    expect(explained).to_have_text(first)


def test_quick_steps_are_one_entry(page: Page) -> None:
    open_lesson(page)
    before = page.evaluate("history.length")
    page.wait_for_timeout(1100)
    for step in range(2, 7):
        press(page, "ArrowRight")
        at_step(page, step)
    assert page.evaluate("history.length") <= before + 2


def test_a_reload_stays_at_the_step(page: Page) -> None:
    open_lesson(page)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    expect(page).to_have_url(re.compile(r"at=0\.4"))
    page.reload()
    at_step(page, 5)


def test_a_reload_right_after_a_change_keeps_it(page: Page) -> None:
    load_lesson(page, "/one-weight?seed=7&at=0.8")
    # Nothing tells the page what the address should say.
    held = True
    page.route(re.compile(r"/api/sessions/[^/]+$"), lambda route: None if held else route.continue_())
    node(page, "w").focus()
    press(page, "e")
    page.get_by_role("textbox", name="Value of w").fill("3")
    press(page, "Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.0, gradient −6.0"))
    assert "j=" not in page.url
    held = False
    page.reload()
    at_step(page, 9)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 3.0, gradient −6.0"))
    expect(page).to_have_url(re.compile("j="))
    # It is the session itself: what was there before is still there.
    press(page, "Control+z")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile("value 2.0, gradient −24.0"))


def test_a_tab_with_a_copy_of_what_another_keeps_has_a_session_of_its_own(page: Page) -> None:
    load_lesson(page, "/one-weight?seed=7&at=0.8")
    at_step(page, 9)
    kept = page.evaluate("sessionStorage.getItem('chainrule.session')")
    other = page.context.new_page()
    load_lesson(other, page.url)
    # Even where a browser calls it a reload.
    other.evaluate("kept => sessionStorage.setItem('chainrule.session', kept)", kept)
    other.reload()
    at_step(other, 9)
    assert json.loads(other.evaluate("sessionStorage.getItem('chainrule.session')")) != json.loads(kept)
    press(other, "Home")
    at_step(other, 1)
    at_step(page, 9)
    other.close()


def test_another_lesson_and_back(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.4")
    page.get_by_role("button", name="Choose a lesson").click()
    page.get_by_role("menuitem", name=re.compile("Circuit")).click()
    expect(page).to_have_url(re.compile("/circuit"))
    at_step(page, 1)
    page.go_back()
    expect(page).to_have_url(re.compile("/one-weight"))
    at_step(page, 5)


def test_a_beat_of_one_lesson_is_none_of_the_next(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7")
    press(page, "PageDown", 3)
    page.get_by_role("button", name="Choose a lesson").click()
    page.get_by_role("menuitem", name=re.compile("Circuit")).click()
    expect(page).to_have_url(re.compile("/circuit"))
    at_step(page, 1)
    press(page, "ArrowRight")
    at_step(page, 2)
    press(page, "p")
    expect(page.locator(".caption")).to_be_visible()
    # There is no beat to come back to.
    press(page, "Escape")
    expect(page.locator(".caption")).to_have_count(0)
    at_step(page, 2)


def test_the_seed_is_edited_in_place(page: Page) -> None:
    open_lesson(page)
    page.get_by_role("button", name="seed 7").click()
    page.get_by_role("textbox", name="seed").fill("12")
    press(page, "Enter")
    expect(page).to_have_url(re.compile("seed=12"))
    at_step(page, 1)


@pytest.mark.parametrize("name", ["no-such-lesson", "x" * 65])
def test_an_unknown_lesson_lists_those_there_are(page: Page, problems: Problems, name: str) -> None:
    problems.allow("404|422")
    page.goto(f"/{name}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name=re.compile("One weight")).click()
    expect(badge(page)).to_be_visible()


def test_a_refused_configuration_is_said(page: Page, problems: Problems) -> None:
    problems.allow("422")
    open_lesson(page, '/one-weight?seed=7&at=0.8&c={"w":"much","x":4}')
    expect(page.get_by_role("status").filter(has_text="Part of this address")).to_be_visible()
    expect(node(page, "x")).to_have_attribute("aria-label", re.compile("value 4.0"))


def test_the_link_is_copied_or_shown(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.get_by_role("button", name="Copy link").click()
    copied = page.get_by_role("status").filter(has_text="Link copied")
    shown = page.get_by_role("dialog").get_by_role("textbox")
    expect(copied.or_(shown).first).to_be_visible()


def test_the_picture_is_exported(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    for item, ending, start in (
        ("Picture as SVG", ".svg", b"<svg"),
        ("Picture as PNG", ".png", b"\x89PNG"),
        ("Numbers as JSON", ".json", b"{"),
        ("Timeline as JSON lines", ".jsonl", b"{"),
    ):
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=item, exact=True).click()
        file = download.value
        assert file.suggested_filename.endswith(ending)
        assert file.path().read_bytes().startswith(start)


def test_who_goes_on_before_the_place_is_seen_takes_the_address_along(page: Page) -> None:
    open_lesson(page, "/playground?at=40.0")
    press(page, "Shift+ArrowRight", 2)
    expect(badge(page)).to_contain_text("Backward")
    expect(page).to_have_url(re.compile(r"[?&]at=40\.19"))
