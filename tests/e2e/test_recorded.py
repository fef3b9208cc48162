"""A lesson in one file: it opens without a server, and shows what was recorded with the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from e2e.stepping import MINUS, at_step, node, open_lesson, press


def test_a_lesson_that_is_taken_along_needs_no_network(
    page: Page, tmp_path: Path, new_context: Callable[..., BrowserContext]
) -> None:
    open_lesson(page, "/one-weight")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Lesson as one file").click()
    assert download.value.suggested_filename == "one-weight.html"
    file = tmp_path / "one weight.html"
    download.value.save_as(file)
    context = new_context()
    # What waits at home has a session, and would say that it is lost.
    for opened in context.pages:
        opened.goto("about:blank")
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    # It has one lesson, and says what of it.
    expect(
        page.get_by_role("status").filter(has_text="every step of the lesson’s first iterations")
    ).to_be_visible()
    at_step(page, 1, 10)
    expect(page.get_by_role("banner").get_by_text("1 · One weight")).to_be_visible()
    expect(page.get_by_role("button", name="Choose a lesson")).to_have_count(0)
    # The picture too, which workers lay out.
    expect(node(page, "w")).to_be_attached()
    expect(page.locator("figure svg, figure canvas").first).to_be_visible()
    press(page, "PageDown", 7)
    at_step(page, 9, 10)
    expect(page.locator("aside.left h1, aside.left h2").first).to_contain_text("gradient of w")
    # A number explains itself, as it did when it was recorded.
    node(page, "w").focus()
    press(page, "Enter")
    page.locator("aside.right").get_by_role("button", name=f"{MINUS}24").first.click()
    expect(page.locator("aside.right")).to_contain_text("3.0")
    # Between the parts of the lesson it does not, and says where it would.
    press(page, "ArrowRight", 4)
    at_step(page, 3, 10)
    node(page, "w").focus()
    press(page, "Enter")
    page.locator("aside.right dd button").first.click()
    expect(page.get_by_text("PageUp and PageDown lead there")).to_be_visible()
    press(page, "ArrowLeft", 4)
    at_step(page, 9, 10)
    # On a projector as well; what needs a session is not offered.
    press(page, "p")
    expect(page.get_by_role("button", name="Open a room")).to_have_count(0)
    press(page, "PageUp")
    at_step(page, 8, 10)
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    context.set_offline(False)
