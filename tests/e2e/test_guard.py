"""The list of complaints, which every page of these tests is held to, can fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from e2e.home import is_home
from e2e.running import Contexts, Problems, Server, reporting
from e2e.stepping import open_lesson


@pytest.fixture
def seen() -> Problems:
    return Problems()


@pytest.fixture(scope="module")
def kept(browser: Browser) -> Iterator[Page]:
    context = reporting(browser.new_context())
    yield context.new_page()
    context.close()


@pytest.fixture
def watched(kept: Page, seen: Problems, server: Server) -> Iterator[Page]:
    """Give a page whose complaints are listed and do not fail the test."""
    seen.watch(kept.context)
    if kept.url != f"{server.address}/":
        kept.goto(server.address)
    assert seen.found == []
    yield kept
    seen.leave(kept.context)


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


@pytest.mark.parametrize(
    ("left", "as_new"),
    [
        ("document.body.dataset.mark = '1'", False),
        ("document.querySelector('footer select').value = 'null'", False),
        ("document.querySelector('.mirror button').focus()", True),
    ],
)
def test_a_page_waits_at_home_where_nothing_is_left_on_it(
    contexts: Contexts, left: str, as_new: bool
) -> None:
    context = contexts.take()
    page = context.pages[0]
    open_lesson(page, f"{contexts.home.server}/one-weight")
    page.evaluate(left)
    contexts.give_back(context)
    assert is_home(page) is as_new


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
