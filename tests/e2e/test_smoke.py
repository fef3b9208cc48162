from __future__ import annotations

import urllib.request

from playwright.sync_api import Page, expect

from e2e.running import Server


def test_the_page_opens(page: Page) -> None:
    page.goto("/one-weight")
    expect(page).to_have_title("One weight · Chainrule")
    expect(page.get_by_role("main")).to_be_visible()


def test_the_page_is_served_under_a_strict_policy(server: Server) -> None:
    with urllib.request.urlopen(server.address) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
