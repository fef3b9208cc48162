"""The start page: all lessons in order, a picture that is live, how far one has come, and the tour."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.running import Problems, Server
from e2e.stepping import at_step, badge, press
from e2e.test_everyone import axe


def card(page: Page, slug: str) -> Any:
    return page.locator(f'a[data-lesson="{slug}"]')


def moves(page: Page, slug: str) -> None:
    """Wait until the picture of a lesson shows some numbers and then others."""
    shown = card(page, slug).locator(".mirror")
    expect(shown.locator("button").first).to_be_attached()
    read = "all => all.map((one) => one.ariaLabel).join()"
    before = shown.locator("button").evaluate_all(read)
    while shown.locator("button").evaluate_all(read) == before:
        page.wait_for_timeout(100)


@pytest.mark.usefixtures("moving")
def test_lessons_stand_in_order_and_the_one_looked_at_is_live(page: Page, server: Server) -> None:
    page.goto("/")
    expect(page).to_have_title("Chainrule: step through backpropagation")
    brief = page.request.get("/api/lessons?brief=true").json()
    links = page.get_by_role("list", name="Lessons").get_by_role("link")
    expect(links).to_have_count(len(brief))
    for link, lesson in zip(links.all(), sorted(brief, key=lambda one: one["order"]), strict=True):
        expect(link).to_contain_text(lesson["title"]["en"])
        expect(link).to_contain_text(lesson["outcome"]["en"])
        assert link.get_attribute("href") == f"/{lesson['slug']}"
    moves(page, "one-weight")
    card(page, "circuit").hover()
    moves(page, "circuit")
    expect(page.locator(".live")).to_have_count(1)
    # What is small is no part of the page that one can reach.
    expect(page.locator(".live")).to_have_js_property("inert", True)
    card(page, "circuit").click()
    expect(page).to_have_title("Circuit · Chainrule")


@pytest.mark.usefixtures("moving")
def test_it_needs_little_before_it_stands(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    order: list[str] = []
    sizes: dict[str, int] = {}
    session.on(
        "Network.requestWillBeSent", lambda one: order.append(one["requestId"] + one["request"]["url"])
    )
    session.on(
        "Network.loadingFinished", lambda one: sizes.update({one["requestId"]: int(one["encodedDataLength"])})
    )
    page.goto("/")
    expect(page.locator(".live")).to_have_count(1)
    live = next(k for k, one in enumerate(order) if "/Live-" in one)
    before = {
        one: size for one in order[:live] for key, size in sizes.items() if one.startswith(f"{key}http")
    }
    assert any("api/lessons" in one for one in before)
    pictures = [size for one, size in before.items() if one.endswith(".webp")]
    assert sum(before.values()) - sum(pictures) < 200_000, before


def test_what_was_read_is_kept_and_goes_on_where_one_was(page: Page) -> None:
    page.goto("/one-weight?seed=5")
    at_step(page, 1)
    press(page, "PageDown")
    press(page, "PageDown")
    expect(page.get_by_role("region", name=re.compile("3 of"))).to_be_visible()
    while not page.evaluate("(localStorage.getItem('chainrule.progress') ?? '').includes('\"beat\":3')"):
        page.wait_for_timeout(100)
    address = page.url
    page.get_by_role("link", name="Chainrule").click()
    expect(card(page, "one-weight")).to_contain_text(re.compile(r"3 of \d+ read"))
    expect(card(page, "circuit")).not_to_contain_text("read")
    page.get_by_role("link", name="Go on with One weight").click()
    expect(page).to_have_url(address)


def test_without_movement_the_pictures_are_still(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    card(page, "circuit").hover()
    page.wait_for_timeout(1000)
    expect(page.locator(".live")).to_have_count(0)
    expect(card(page, "circuit").locator("img")).to_be_visible()


def test_a_server_that_is_away_is_waited_for(page: Page, problems: Problems) -> None:
    problems.allow("Failed to load resource|net::ERR")
    page.route("**/api/lessons*", lambda route: route.abort())
    page.goto("/")
    expect(page.get_by_role("status")).to_contain_text("cannot be reached")
    page.unroute("**/api/lessons*")
    expect(card(page, "one-weight")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_tour_goes_through_the_whole_cycle(new_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = new_page(size=size)
    page.goto("/")
    assert axe(page) == []
    page.get_by_role("link", name="Take the tour").click()
    tour = page.get_by_role("dialog")
    steps = [2, 5, 7, 9, 10, 9, 9, 1]
    for number, step in enumerate(steps, 1):
        expect(tour).to_contain_text(f"{number} of {len(steps)}")
        at_step(page, step)
        expect(page).to_have_url(re.compile(f"tour={number}"))
        # All of what is said is on the screen, and beside it something is lit.
        box = tour.bounding_box()
        lit = page.locator(".lit").bounding_box()
        assert box
        assert lit
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
        assert min(lit["width"], lit["height"]) > 30
        if number == 3:
            assert axe(page) == []
            page.reload()
            expect(tour).to_contain_text(f"{number} of {len(steps)}")
        press(page, "Enter")
    expect(tour).to_have_count(0)
    expect(page).not_to_have_url(re.compile("tour"))


def test_the_tour_can_be_left(page: Page) -> None:
    page.goto("/one-weight?tour=2")
    at_step(page, 5)
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page, "ArrowRight")
    at_step(page, 6)
    expect(badge(page)).to_contain_text("Backward", ignore_case=True)
