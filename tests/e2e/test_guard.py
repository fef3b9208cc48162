"""The list of complaints, which every page of these tests is held to, can fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from e2e.running import Contexts, Problems, Server, reporting


@pytest.fixture
def seen() -> Problems:
    return Problems()


@pytest.fixture
def watched(browser: Browser, seen: Problems, server: Server) -> Iterator[Page]:
    """Give a page whose complaints are listed and do not fail the test."""
    context = reporting(browser.new_context())
    seen.watch(context)
    page = context.new_page()
    page.goto(server.address)
    assert seen.found == []
    yield page
    context.close()


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('a complaint')", "console error: a complaint"),
        ("console.warn('a worry')", "console warning: a worry"),
        ("setTimeout(() => { throw new Error('thrown') })", "page error: "),
        ("void Promise.reject(new Error('rejected'))", "page error: "),
        ("void fetch('/api/no-such-thing')", "console error: Failed to load resource"),
        ("document.body.setAttribute('style', 'color: red')", "content security policy: style-src"),
        (
            "document.body.append(Object.assign(document.createElement('script'), {text: '0'}))",
            "content security policy: script-src",
        ),
        ("void new WebSocket('ws://localhost:9/')", "content security policy: connect-src"),
    ],
)
def test_a_complaint_is_found(watched: Page, seen: Problems, script: str, complaint: str) -> None:
    watched.evaluate(script)
    for _ in range(100):
        if any(complaint in problem for problem in seen.found):
            break
        watched.wait_for_timeout(50)
    assert any(complaint in problem for problem in seen.found), seen.found


def test_a_request_to_another_host_is_found(watched: Page, seen: Problems, server: Server) -> None:
    watched.goto(f"http://localhost:{server.port}/")
    assert f"request to another host: http://localhost:{server.port}/" in seen.left()


def test_a_problem_that_a_test_allows_is_none(seen: Problems) -> None:
    seen.found = ["console error: Failed to load resource: 404", "page error: boom"]
    seen.allow("404")
    assert seen.left() == ["page error: boom"]


def test_a_context_that_is_handed_on_holds_nothing_of_the_test_before(
    contexts: Contexts, server: Server
) -> None:
    taken = []
    for _ in range(2):
        taken.append(contexts.take())
        page = taken[-1].new_page()
        page.goto(server.address)
        assert page.evaluate("localStorage.getItem('mark')") is None
        assert page.evaluate("document.cookie") == ""
        page.evaluate("localStorage.setItem('mark', '1'), void (document.cookie = 'mark=1; max-age=600')")
        assert page.evaluate("localStorage.getItem('mark') + document.cookie") == "1mark=1"
        contexts.give_back(taken[-1])
    assert taken[0] is taken[1]
