"""What the page fetches before its first picture stands: little, and nothing that only a later step needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from e2e.running import SAVING, Problems, reporting
from e2e.stepping import load_lesson, open_lesson

AIM = 250_000
"""Bytes on the wire, headers and all, as the service compresses them; the workers of the layout come beside it."""


@pytest.fixture
def page(browser: Browser, base_url: str, problems: Problems) -> Iterator[Page]:
    """Give a page that has nothing of an earlier visit."""
    context = reporting(browser.new_context(base_url=base_url))
    problems.watch(context)
    yield context.new_page()
    context.close()


def fetched(page: Page, address: str, *, ahead: bool = True) -> tuple[dict[str, int], dict[str, int]]:
    """Sizes by path: of what was asked for before the first picture stood, and of what came after."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    begun: dict[str, float] = {}
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        # The page before may still fetch what it wants later.
        if urlsplit(event["documentURL"]).path != urlsplit(address).path:
            return
        begun[event["requestId"]] = event["wallTime"] * 1000
        names[event["requestId"]] = event["request"]["url"].partition("//")[2].partition("/")[2]

    def done(event: dict[str, Any]) -> None:
        # What was asked for before one looked belongs to another page.
        if event["requestId"] in begun:
            sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", done)
    open_lesson(page, address)
    # The policy of the page forbids what waiting for a condition would need.
    mark = "chainrule-fetched" if ahead else "chainrule-stands"
    while not page.evaluate("mark => performance.getEntriesByName(mark).length", mark):
        page.wait_for_timeout(100)
    stood = page.evaluate(
        "performance.timeOrigin + performance.getEntriesByName('chainrule-stands')[0].startTime"
    )
    session.detach()
    first = {names[one]: size for one, size in sizes.items() if begun[one] < stood}
    return first, {names[one]: size for one, size in sizes.items() if names[one] not in first}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_the_first_picture_of_each_lesson_needs_little(page: Page, language: str) -> None:
    """One page after the other, without the browser's cache: a new browser for each would take far longer."""
    page.add_init_script(SAVING)
    needed = {}
    for lesson in page.request.get("/api/lessons").json():
        first, _ = fetched(page, f"/{lesson['slug']}?lang={language}", ahead=False)
        # The measure itself: code, style, a font and the lesson were seen.
        for part in (".js", ".css", "-first", "api/lessons/"):
            assert any(part in name for name in first), f"{part} was not seen"
        needed[lesson["slug"]] = sum(first.values())
    assert len(needed) > 8
    assert not {slug: size for slug, size in needed.items() if size >= AIM}


@pytest.mark.parametrize("address", ["/one-weight?lang=vi", "/playground?lang=en"])
def test_what_only_a_later_step_needs_comes_later(page: Page, address: str) -> None:
    first, later = fetched(page, address)
    for part in ("editor-", "Focused-", "LossCurve-", "Rest-", "Opened-", "Help-", "refusals-"):
        assert not any(part in name for name in first), f"{part} came before the first picture"
    for part in ("Focused-", "LossCurve-", "Rest-", "Opened-", "refusals-"):
        assert any(part in name for name in later), f"{part} was not fetched ahead"
    # The graph comes first only where it is what is seen first.
    assert any("GraphStage-" in name for name in (later if "playground" in address else first))


def test_a_shared_step_needs_little_more(page: Page) -> None:
    first, _ = fetched(page, "/one-weight?lang=en&at=0.8")
    assert any("Focused-" in name for name in first), "what the step is about is shown at once"
    assert sum(first.values()) < AIM + 20_000, first


def test_what_was_laid_out_once_is_laid_out_no_more(page: Page) -> None:
    """ELK, the largest part of all, is not even fetched; and what is there is where it was."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    places = """() => [...document.querySelectorAll('.mirror button')]
        .map((one) => [one.dataset.name, one.style.cssText])"""

    def load() -> tuple[bool, object]:
        asked.clear()
        load_lesson(page, "/one-weight?seed=1")
        return any("elk" in url for url in asked), page.evaluate(places)

    fetched_first, first = load()
    assert fetched_first
    assert "left" in str(first)
    fetched_again, again = load()
    assert not fetched_again
    assert again == first
