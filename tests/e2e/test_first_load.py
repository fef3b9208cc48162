"""What the page fetches before its first picture stands: little, and nothing that only a later step needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from e2e.running import Problems, reporting
from e2e.stepping import open_lesson

AIM = 250_000
"""Bytes on the wire, headers and all, as the service compresses them; the workers of the layout come beside it."""


@pytest.fixture
def page(browser: Browser, base_url: str, problems: Problems) -> Iterator[Page]:
    """Give a page that has nothing of an earlier visit."""
    context = reporting(browser.new_context(base_url=base_url))
    problems.watch(context)
    yield context.new_page()
    context.close()


def fetched(page: Page, address: str) -> tuple[dict[str, int], dict[str, int]]:
    """Sizes by path: of what was asked for before the first picture stood, and of what came after."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    begun: dict[str, float] = {}
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        begun[event["requestId"]] = event["wallTime"] * 1000
        names[event["requestId"]] = event["request"]["url"].partition("//")[2].partition("/")[2]

    def done(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", done)
    open_lesson(page, address)
    # The policy of the page forbids what waiting for a condition would need.
    while not page.evaluate("performance.getEntriesByName('chainrule-fetched').length"):
        page.wait_for_timeout(100)
    stood = page.evaluate(
        "performance.timeOrigin + performance.getEntriesByName('chainrule-stands')[0].startTime"
    )
    first = {names[one]: size for one, size in sizes.items() if begun[one] < stood}
    return first, {names[one]: size for one, size in sizes.items() if names[one] not in first}


@pytest.mark.parametrize(
    "address",
    [
        "/one-weight?lang=en",
        "/one-weight?lang=vi",
        "/circuit?lang=en",
        "/playground?lang=en",
        "/map-and-hiker?lang=en",
        "/vanishing-and-exploding?lang=en",
        "/convolution?lang=en",
        "/next-token?lang=vi",
    ],
)
def test_the_first_picture_needs_little(page: Page, address: str) -> None:
    first, later = fetched(page, address)
    assert sum(first.values()) < AIM, first
    # The measure itself: code, style, a font and the lesson were seen.
    for part in (".js", ".css", "-first", "api/lessons/"):
        assert any(part in name for name in first), f"{part} was not seen"
    for part in ("editor-", "Focused-", "LossCurve-", "Rest-", "Opened-", "Help-", "refusals-"):
        assert not any(part in name for name in first), f"{part} came before the first picture"
    for part in ("Focused-", "LossCurve-", "Rest-", "Opened-", "refusals-"):
        assert any(part in name for name in later), f"{part} was not fetched ahead"


def test_a_shared_step_needs_little_more(page: Page) -> None:
    first, _ = fetched(page, "/one-weight?lang=en&at=0.8")
    assert any("Focused-" in name for name in first), "what the step is about is shown at once"
    assert sum(first.values()) < AIM + 20_000, first
