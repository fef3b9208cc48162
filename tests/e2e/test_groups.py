"""Groups of the graph open and close, by mouse and by keyboard; what stays does not move; steps go by what is seen."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.stepping import at_step, node, open_lesson, press

pytestmark = pytest.mark.usefixtures("moving")


def group(page: Page, name: str) -> Locator:
    return page.locator(f".mirror .group[data-name='{name}']")


def places(page: Page) -> dict[str, tuple[float, float]]:
    """Where cards and frames are on the screen: left edge and, as a frame is higher than a card, the middle."""
    found = {}
    for one in page.locator(".mirror .node, .mirror .group").all():
        box = one.bounding_box()
        assert box is not None
        found[one.get_attribute("data-name") or ""] = (box["x"], box["y"] + box["height"] / 2)
    return found


def test_a_group_closes_and_opens_and_what_stays_does_not_move(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations")
    expect(group(page, "hidden1")).to_have_attribute("aria-expanded", "true")
    expect(node(page, "hidden1.weight")).to_have_count(1)
    page.wait_for_timeout(600)
    before = places(page)
    frame = group(page, "hidden1").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + 30, frame["y"] + 8)
    expect(node(page, "hidden1.weight")).to_have_count(0)
    expect(group(page, "hidden1")).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile("groups=!hidden1"))
    page.wait_for_timeout(600)
    after = places(page)
    assert after["hidden1"][0] == before["hidden1"][0]
    stays = [name for name in after if name != "hidden1"]
    assert len(stays) > 8
    for name in stays:
        assert after[name] == pytest.approx(before[name], abs=0.5), name
    # The card opens it again.
    card = group(page, "hidden1").bounding_box()
    assert card is not None
    page.mouse.click(card["x"] + card["width"] / 2, card["y"] + card["height"] / 2)
    expect(node(page, "hidden1.weight")).to_have_count(1)
    expect(page).not_to_have_url(re.compile("groups="))
    page.wait_for_timeout(600)
    assert places(page) == before


def test_what_an_address_closes_is_opened_without_moving_the_rest(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations&groups=!hidden1,!hidden2")
    expect(group(page, "hidden1")).to_have_attribute("aria-expanded", "false")
    page.wait_for_timeout(600)
    before = places(page)
    group(page, "hidden1").focus()
    press(page, "Enter")
    expect(node(page, "hidden1.weight")).to_have_count(1)
    page.wait_for_timeout(600)
    after = places(page)
    stays = [name for name in before if name != "hidden1"]
    assert len(stays) > 5
    for name in stays:
        assert after[name] == pytest.approx(before[name], abs=0.5), name


def test_groups_of_a_large_graph_open_apart_and_nothing_else_moves(page: Page) -> None:
    deep = quote(json.dumps({"hidden": [16] * 8}))
    open_lesson(page, f"/playground?zoom=operations&c={deep}")
    expect(group(page, "hidden1")).to_have_attribute("aria-expanded", "false")
    page.wait_for_timeout(600)
    before = places(page)
    assert len(before) == 6
    group(page, "hidden1").focus()
    press(page, "Enter")
    expect(node(page, "hidden1.weight")).to_have_count(1)
    page.wait_for_timeout(600)
    after = places(page)
    assert standing(before, after) == before
    # Others, one within another, and the first is closed: all that stays does so, on the screen too.
    for name in ("output", "hidden2..hidden8", "hidden4", "hidden1"):
        group(page, name).focus()
        page.wait_for_timeout(600)
        before = places(page)
        press(page, "Enter")
        expect(group(page, name)).to_have_attribute("aria-expanded", str(name != "hidden1").lower())
        page.wait_for_timeout(600)
        after = places(page)
        assert set(after) != set(before)
        stays = standing(before, after)
        assert len(stays) > 9
        for at, place in stays.items():
            assert place == pytest.approx(before[at], abs=0.5), (name, at)


def test_what_opens_beyond_the_screen_is_told_at_its_edge(page: Page) -> None:
    open_lesson(page, "/convolution?zoom=operations")
    weight = node(page, "output.weight")
    for name in ("conv1", "conv2"):
        group(page, name).click(force=True, position={"x": 9, "y": 9})
        expect(group(page, name)).to_have_attribute("aria-expanded", "true")
    told = page.get_by_role("button", name="Show the inside of output")
    expect(told).to_have_count(0)
    page.wait_for_timeout(600)
    before = places(page)
    group(page, "output").click(force=True, position={"x": 9, "y": 9})
    expect(told).to_be_in_viewport(ratio=1)
    after = places(page)
    assert standing(before, after) == before
    expect(weight).not_to_be_in_viewport()
    told.click()
    expect(weight).to_be_in_viewport()
    expect(told).to_have_count(0)
    expect(group(page, "output")).to_be_focused()
    # What has been seen is not told again.
    page.mouse.move(320, 150)
    page.mouse.down()
    page.mouse.move(320, 530, steps=4)
    page.mouse.up()
    expect(weight).not_to_be_in_viewport()
    expect(told).to_have_count(0)


def standing(
    before: dict[str, tuple[float, float]], after: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """Where is now what was there before."""
    return {name: place for name, place in after.items() if name in before}


def test_keys_open_and_close_and_the_address_holds_it(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations&groups=!output")
    expect(node(page, "output.weight")).to_have_count(0)
    expect(group(page, "output")).to_have_attribute("aria-label", re.compile("output.*1"))
    group(page, "output").focus()
    press(page, "Enter")
    expect(node(page, "output.weight")).to_have_count(1)
    expect(group(page, "output")).to_be_focused()
    press(page, "Enter")
    expect(node(page, "output.weight")).to_have_count(0)


def test_a_closed_group_is_one_step(page: Page) -> None:
    open_lesson(page, "/playground?zoom=operations&groups=!hidden1,!hidden2")
    at_step(page, 1, 26)
    press(page, "ArrowRight")
    at_step(page, 2)
    # z1 and a1, z2 and a2, then the linear op of the open group.
    for step in (4, 6, 7, 8, 9):
        press(page, "ArrowRight")
        at_step(page, step)
    for step in (10, 11, 12, 13, 17, 20):
        press(page, "ArrowRight")
        at_step(page, step)
    for step in (17, 13, 12):
        press(page, "ArrowLeft")
        at_step(page, step)
    press(page, "Shift+ArrowRight")
    at_step(page, 20)
