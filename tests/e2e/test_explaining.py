"""A number is followed back to what made it, through the iterations; NaN to where it began."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Page, expect

from e2e.stepping import at_step, badge, open_lesson, press, query


def address(at: str, **config: object) -> str:
    return f"/one-weight?at={at}&c={quote(json.dumps(config))}"


def test_an_update_is_followed_back_to_the_first_weight(page: Page) -> None:
    open_lesson(page, address("2.9", lr=0.01, optimizer="momentum"))
    inspector = page.get_by_role("tabpanel")
    expect(inspector.locator(".detail")).to_have_count(3)
    inspector.locator(".detail dd button").last.click()
    for iteration in (2, 1):
        inspector.locator(".product button").first.click()
        expect(inspector.locator("[aria-current]")).to_have_text(f"w · iteration {iteration}")
    expect(inspector.locator(".factor").first).to_contain_text("2.0")
    expect(inspector.locator(".factor").first.get_by_role("button")).to_have_count(0)
    inspector.get_by_role("button", name="Go there").click()
    at_step(page, 10)
    expect(page.locator("header")).to_contain_text("iteration 1")
    expect(inspector.locator("[aria-current]")).to_have_text("w")
    assert query(page, "at") == "0.9"


def test_nan_leads_to_where_it_began(page: Page) -> None:
    open_lesson(page, address("40.9", lr=5))
    expect(page.locator("p.now")).to_contain_text("already NaN")
    note = page.get_by_role("note").first
    expect(note).to_contain_text("began in iteration 20, step 10: the value of w")
    note.get_by_role("button", name="Go there").click()
    expect(page.locator("header")).to_contain_text("iteration 20")
    at_step(page, 10)
    expect(badge(page)).to_contain_text("Update")
    expect(page.get_by_role("tabpanel")).to_contain_text("It began here")


def test_playing_stops_once_where_infinity_begins(page: Page) -> None:
    open_lesson(page, address("9.5", lr=5))
    page.get_by_role("radio", name="iteration").click()
    press(page, "Space")
    expect(page.get_by_text("Stopped: the value of loss is no longer finite")).to_be_visible()
    expect(page.locator("header")).to_contain_text("iteration 11")
    at_step(page, 5)
    press(page, "Space")
    expect(page.locator("header")).to_contain_text(re.compile(r"iteration (1[2-9]|[2-9]\d|\d{3,})"))


def test_the_timeline_can_be_taken_along(page: Page, tmp_path: Path) -> None:
    open_lesson(page, address("1.3"))
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_text("Timeline as JSON lines").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "one-weight-2-4.jsonl"
    messages = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    frames = [message for message in messages if message["type"] == "frame"]
    assert [(f["cursor"]["iteration"], f["cursor"]["step"]) for f in frames] == [
        (iteration, step) for iteration in (0, 1) for step in range(10)
    ]
