"""The whole run: trained, travelled over its curve, changed on the way, and both branches seen."""

from __future__ import annotations

import os
import re
import signal

from playwright.sync_api import Locator, Page, expect

from e2e.running import Problems, Server
from e2e.stepping import at_step, badge, come_to_rest, open_lesson, press


def curve(page: Page) -> Locator:
    return page.get_by_role("slider", name="Loss of the whole run")


def iteration(page: Page) -> int:
    return int(curve(page).get_attribute("aria-valuenow") or 0)


def trained(page: Page, first: int, last: int) -> None:
    """Go by iterations to the ends of those from ``first`` to ``last``, as the page counts them."""
    for at in range(first, last + 1):
        press(page, "Control+ArrowRight")
        expect(page.locator("header")).to_contain_text(re.compile(rf"iteration {at}\b"))


def across(page: Page, share: float) -> tuple[float, float]:
    box = curve(page).bounding_box()
    assert box
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def test_a_run_is_travelled_by_dragging_and_forks_where_it_is_changed(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    trained(page, 1, 21)
    expect(curve(page)).to_have_attribute("aria-valuemax", "21")
    # Test points are measured every so many iterations: the line below says in which.
    told = page.locator(".run .measured span").first
    expect(told).to_have_attribute("title", re.compile(r"^as measured in iteration \d+$"))
    loss = re.search(r"loss (\S+)", curve(page).get_attribute("aria-valuetext") or "")
    assert loss
    page.mouse.move(*across(page, 0.98))
    page.mouse.down()
    for share in (0.9, 0.8, 0.7, 0.6, 0.5):
        page.mouse.move(*across(page, share))
    expect(curve(page)).to_have_attribute("aria-valuenow", "11")
    page.mouse.up()
    at_step(page, 26)
    # Back through the update, and a change there.
    press(page, "ArrowLeft", 6)
    at_step(page, 20)
    rate = page.get_by_label("learning rate", exact=True)
    rate.fill("2")
    rate.press("Enter")
    expect(page.locator(".run path.branch")).to_have_count(1)
    expect(page.locator(".run circle.fork")).to_have_count(1)
    expect(page.locator(".run text").filter(has_text="start")).to_be_visible()
    page.locator("main").click(position={"x": 5, "y": 300})
    trained(page, 11, 14)
    expect(curve(page)).to_have_attribute("aria-valuemax", "14")
    assert iteration(page) == 14
    # The other branch is where it was.
    page.get_by_label("Branch", exact=True).select_option(label="start")
    expect(curve(page)).to_have_attribute("aria-valuemax", "21")
    expect(curve(page)).to_have_attribute("aria-valuenow", "14")
    curve(page).focus()
    press(page, "End")
    expect(curve(page)).to_have_attribute("aria-valuenow", "21")
    expect(curve(page)).to_have_attribute("aria-valuetext", re.compile(re.escape(loss[1])))
    expect(page.locator(".run path.branch")).to_have_count(1)


def test_the_curve_goes_by_keys(page: Page) -> None:
    open_lesson(page, "/one-weight")
    trained(page, 1, 15)
    curve(page).focus()
    for key, place in (("Home", 1), ("ArrowRight", 2), ("PageUp", 12), ("PageDown", 2), ("End", 15)):
        press(page, key)
        expect(curve(page)).to_have_attribute("aria-valuenow", str(place))
    press(page, "Home")
    page.get_by_label(re.compile("^weight w")).fill("9")
    press(page, "Enter")
    expect(page.locator(".run path.branch")).to_have_count(1)
    curve(page).focus()
    expect(curve(page)).to_have_attribute("aria-valuetext", re.compile("branch: edit w"))
    press(page, "ArrowUp")
    expect(curve(page)).to_have_attribute("aria-valuetext", re.compile("branch: start"))
    expect(curve(page)).to_have_attribute("aria-valuemax", "15")


def test_a_click_on_another_curve_goes_there(page: Page) -> None:
    open_lesson(page, "/one-weight")
    trained(page, 1, 9)
    curve(page).focus()
    press(page, "Home")
    expect(curve(page)).to_have_attribute("aria-valuenow", "1")
    page.get_by_label(re.compile("^weight w")).fill("60")
    press(page, "Enter")
    expect(page.locator(".run path.branch")).to_have_count(1)
    path = page.locator(".run path.branch").get_attribute("d") or ""
    x, y = re.findall(r"[ML]([\d.]+) ([\d.]+)", path)[6]
    box = curve(page).bounding_box()
    assert box
    page.mouse.click(box["x"] + float(x), box["y"] + float(y))
    expect(curve(page)).to_have_attribute("aria-valuetext", re.compile("iteration 7, .*branch: start"))


def test_one_click_trains_on_and_pausing_lands_on_a_step(page: Page) -> None:
    open_lesson(page, "/playground")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_title("iterations per second")).to_have_text(re.compile(r"^[\d,]+/s$"))
    expect(curve(page)).to_have_attribute("aria-valuemax", re.compile(r"\d{3,}"), timeout=30_000)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    reached = come_to_rest(page)
    at_step(page, 26, 26)
    expect(curve(page)).to_have_attribute("aria-valuenow", str(reached))
    # One step back is the last update but one, of the same iteration.
    press(page, "ArrowLeft")
    at_step(page, 25, 26)
    expect(page.locator("header")).to_contain_text(re.compile(rf"iteration {reached}\b"))
    # Slower, the steps are seen, one edge at a time.
    page.get_by_label("Speed").select_option("2")
    press(page, "Home")
    at_step(page, 1)
    press(page, "Space")
    # Which of the next steps one looks in on depends on the machine.
    expect(badge(page)).to_contain_text(re.compile(r"step ([3-9]|1\d|2[0-6]) of 26"))
    press(page, "Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.locator("header")).to_contain_text(re.compile(r"iteration 1\b"))


def side_by_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Two runs side by side")


def losses(page: Page) -> Locator:
    """The losses of the current run and of the other."""
    return side_by_side(page).get_by_role("row", name=re.compile("^loss")).get_by_role("cell")


def compared(page: Page, field: str, value: str | None = None) -> None:
    form = side_by_side(page).locator("form")
    form.get_by_label("with another").select_option(label=field)
    if value is not None:
        form.get_by_label("value").select_option(label=value)
    form.get_by_role("button", name="Compare").click()
    expect(side_by_side(page).get_by_role("button", name="Swap")).to_be_visible()
    expect(side_by_side(page).get_by_role("img", name="over the plane")).to_have_count(2)


def test_two_optimizers_side_by_side(page: Page) -> None:
    open_lesson(page, "/playground", set_up=True)
    trained(page, 1, 5)
    compared(page, "method", "Adam")
    heads = side_by_side(page).get_by_role("columnheader")
    expect(heads).to_have_text([re.compile("^SGD"), "Adam"])
    expect(page.locator(".run path.there")).to_have_count(1)
    trained(page, 6, 9)
    expect(page.locator(".run .both")).to_contain_text(re.compile(r"SGD\s*[\d.]+.*Adam\s*[\d.]+", re.DOTALL))
    sgd, adam = losses(page).all_inner_texts()
    assert sgd != adam
    expect(page.locator("header")).to_contain_text("iteration 9")
    # Back to the start: one seed, so the same numbers.
    press(page, "Home")
    press(page, "Shift+ArrowRight")
    # Until the frame of the start has come, those of iteration 9 stand there, and none where nothing is computed yet.
    for one, before in ((losses(page).first, sgd), (losses(page).nth(1), adam)):
        expect(one).to_have_text(re.compile(rf"^\s*(?!—|{re.escape(before)}\s*$)\S"))
    expect(losses(page).nth(1)).to_have_text(losses(page).first.inner_text())
    # Each at the place of the other.
    page.get_by_role("button", name="Swap").click()
    expect(heads).to_have_text([re.compile("^Adam"), "SGD"])
    expect(page.get_by_label("method", exact=True)).to_have_value("adam")
    page.locator("main").click(position={"x": 5, "y": 300})
    curve(page).focus()
    press(page, "End")
    expect(curve(page)).to_have_attribute("aria-valuenow", "9")
    press(page, "Control+ArrowRight")
    expect(losses(page)).to_have_text([adam, sgd])
    # The address has both runs.
    expect(page).to_have_url(re.compile("vs="))
    page.reload()
    expect(heads).to_have_text([re.compile("^Adam"), "SGD"])
    expect(losses(page)).to_have_text([adam, sgd])
    side_by_side(page).get_by_role("button", name="End").click()
    expect(side_by_side(page).locator("form")).to_be_visible()
    expect(page).not_to_have_url(re.compile("vs="))


def test_with_and_without_batch_norm_after_the_server_lost_it(
    own_server: Server, page: Page, problems: Problems
) -> None:
    problems.allow("WebSocket|ERR_CONNECTION|404|502|503")
    open_lesson(page, f"{own_server.address}/playground", set_up=True)
    compared(page, "batch norm")
    heads = side_by_side(page).get_by_role("columnheader")
    expect(heads).to_have_text([re.compile("^no batch norm"), "batch norm"])
    trained(page, 1, 4)
    before = losses(page).all_inner_texts()
    for worker in own_server.workers():
        os.kill(worker, signal.SIGKILL)
    press(page, "Control+ArrowRight")
    expect(page.locator("header")).to_contain_text("iteration 5", timeout=30_000)
    press(page, "Control+ArrowLeft")
    expect(losses(page)).to_have_text(before)
    press(page, "Control+z")
    expect(side_by_side(page).locator("form")).to_be_visible()
