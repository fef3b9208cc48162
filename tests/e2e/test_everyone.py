"""Both languages, both themes, every size, reduced motion, and nothing for axe to find."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.running import Problems
from e2e.stepping import at_step, badge, open_lesson, press

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"desktop": (1440, 900), "laptop": (1280, 720), "phone": (390, 844)}


def opened(new_page: Callable[..., Page], size: str, **options: Any) -> Page:
    if size == "phone":
        options["has_touch"] = True
    return new_page(size=SIZES[size], **options)


def axe(page: Page) -> list[str]:
    """What is wrong: of everything in the light theme, of the contrast in the dark one."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document)).violations")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    found += page.evaluate("async () => (await axe.run(document, {runOnly: ['color-contrast']})).violations")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_axe_finds_nothing_in_a_circuit(new_page: Callable[..., Page], size: str) -> None:
    page = opened(new_page, size)
    open_lesson(page, "/circuit")
    press(page, "Shift+ArrowRight", 2)
    page.wait_for_timeout(300)
    assert axe(page) == []


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_axe_finds_nothing(new_page: Callable[..., Page], size: str) -> None:
    page = opened(new_page, size)
    open_lesson(page, "/one-weight")
    for _ in range(2):
        press(page, "Shift+ArrowRight")
        page.wait_for_timeout(300)
        assert axe(page) == []
    press(page, "?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert axe(page) == []
    press(page, "Escape")
    if size == "desktop":
        for name in ("Tensor", "PyTorch", "API"):
            page.get_by_role("tab", name=name).click()
            page.wait_for_timeout(200)
            assert axe(page) == []
        page.get_by_role("button", name="Choose a lesson").click()
        page.wait_for_timeout(200)
        assert axe(page) == []
        press(page, "Escape")
        press(page, "p")
        page.wait_for_timeout(200)
        assert axe(page) == []
    else:
        for tab in page.get_by_role("tab").all():
            tab.click()
            page.wait_for_timeout(200)
            assert axe(page) == []


def test_axe_finds_nothing_where_there_is_no_lesson(page: Page, problems: Problems) -> None:
    problems.allow("404")
    page.goto("/no-such-lesson")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert axe(page) == []


def test_the_language_switches_without_a_reload(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.evaluate("window.stays = true")
    page.get_by_role("button", name="Language: English").click()
    page.get_by_role("menuitemradio", name="Tiếng Việt").click()
    expect(badge(page)).to_contain_text("Truyền ngược")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("p.now")).to_contain_text("nhận −8.0 từ phía trên")
    expect(page.get_by_role("tab", name="Quy tắc")).to_be_visible()
    assert page.evaluate("window.stays") is True
    page.reload()
    expect(badge(page)).to_contain_text("Truyền ngược")


def test_the_browsers_language_is_taken(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, "desktop", locale="vi-VN")
    open_lesson(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("mất mát")


def test_the_address_can_name_a_language_and_a_theme(page: Page) -> None:
    page.goto("/one-weight?lang=vi&theme=dark")
    expect(badge(page)).to_contain_text("Truyền xuôi")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_reduced_motion_shows_the_same_states_at_once(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_lesson(page)
    log = page.get_by_role("log")
    for step in range(2, 10):
        press(page, "ArrowRight")
        at_step(page, step)
    expect(log).to_contain_text("−8.0 × 3.0 = −24.0")


def test_each_step_is_said_in_words(page: Page) -> None:
    open_lesson(page, "/one-weight?seed=7&at=0.5")
    log = page.get_by_role("log")
    expect(log).to_contain_text("Backward")
    press(page, "ArrowRight")
    expect(log).to_contain_text("passes on")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_nothing_is_cut_off(page: Page, language: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_lesson(page, f"/one-weight?seed=7&at=0.8&lang={language}")
    at_step(page, 9)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".app.phone")).to_have_count(1 if size == "phone" else 0)
        page.wait_for_timeout(300)
        all_within(page, width, height)


def test_a_menu_made_after_menus_were_fetched_takes_the_pointer(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, "phone")
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1280, "height": 720})
    # A handler that is gone would complain on the console.
    page.get_by_role("button", name="Export").hover()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("menuitem", name="Picture as SVG", exact=True)).to_be_visible()


def all_within(page: Page, width: int, height: int) -> None:
    """Hold each region within the window, and apart from the others."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    regions = page.locator("header, main, footer, aside, .sheet")
    rects = [region.bounding_box() for region in regions.all()]
    for rect in rects:
        assert rect
        assert rect["x"] >= -0.5 and rect["x"] + rect["width"] <= width + 0.5
        assert rect["y"] + rect["height"] <= height + 0.5
    for index, one in enumerate(rects):
        for other in rects[index + 1 :]:
            assert one and other
            across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
            down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
            assert across <= 1 or down <= 1, (one, other)


def test_touch_targets_are_large_enough(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, "phone")
    open_lesson(page, "/one-weight?seed=7&at=0.8")
    seen = 0
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(150)
        sizes = page.locator(
            "button:visible, select:visible, input:visible, [role=tab]:visible"
        ).evaluate_all(
            """all => all.filter((one) => !one.closest('.mirror, .visually-hidden')).map((one) => {
                const {width, height} = one.getBoundingClientRect();
                return [width, height, one.outerHTML.slice(0, 140)];
            })"""
        )
        seen += len(sizes)
        assert [one for one in sizes if one[0] < 30 or one[1] < 39.5] == []
    assert seen > 40


def test_a_phone_steps_and_selects_by_touch(new_page: Callable[..., Page]) -> None:
    page = opened(new_page, "phone")
    open_lesson(page)
    page.get_by_label("Unit of a step").select_option("phase")
    page.get_by_role("button", name="Step forward").tap()
    at_step(page, 5)
    page.get_by_role("button", name="Step forward").tap()
    at_step(page, 9)
    page.get_by_role("tab", name="Chain rule").tap()
    expect(page.locator(".boxes .result")).to_contain_text("−24.0")
    box = page.locator('.mirror button.node[data-name="x"]').bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("sel=x"))


def test_the_browser_loads_nothing_inline(page: Page) -> None:
    open_lesson(page)
    html = page.evaluate("async () => await (await fetch(location.href)).text()")
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
