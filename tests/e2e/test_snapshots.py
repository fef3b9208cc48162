"""What does not fit an address is kept by the server, under a short one. Nobody is asked, and nothing is lost."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from e2e.running import Problems, Server
from e2e.stepping import at_step, node, open_lesson, press, query

SHORT = re.compile(r"/one-weight\?s=[a-z2-7]{12}(&|$)")
# As many edits, one an iteration, as do not fit an address.
MANY = 13


def edit(page: Page, value: str) -> None:
    field = page.get_by_role("textbox", name="Value of w")
    node(page, "w").focus()
    press(page, "e")
    if not field.count():
        # The picture was still on its way to the step.
        page.wait_for_timeout(600)
        press(page, "e")
    field.fill(value)
    press(page, "Enter")
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(rf"value {value}0*, "))


def on(page: Page, iteration: int) -> None:
    """To the first step of the next iteration."""
    press(page, "Control+ArrowRight")
    press(page, "ArrowRight")
    expect(page).to_have_url(re.compile(rf"at={iteration}\.0"))


def edits(page: Page, address: str = "/one-weight") -> None:
    """Open the lesson with one edit less than is too many, and make the last one."""

    def made(k: int) -> dict[str, object]:
        command = {"type": "edit", "name": "w", "value": k + 0.5, "coalesce": False}
        return {"cursor": {"branch": 0, "iteration": k, "step": 0}, "command": command}

    journal = json.dumps([made(k) for k in range(MANY - 1)], separators=(",", ":"))
    open_lesson(page, f"{address}?seed=7&at={MANY - 2}.0&j={quote(journal)}")
    assert query(page, "s") is None
    on(page, MANY - 1)
    edit(page, f"{MANY - 1}.5")


def short_address(page: Page) -> str:
    """The address when it holds all changes: as soon as one has paused for a moment."""
    page.wait_for_timeout(300)
    while page.evaluate("Boolean(history.state?.lacking)"):
        page.wait_for_timeout(50)
    expect(page).to_have_url(SHORT)
    return page.url


def label(page: Page) -> str:
    return node(page, "w").get_attribute("aria-label") or ""


def test_many_edits_have_a_short_address(page: Page, new_page: Callable[..., Page]) -> None:
    open_lesson(page)
    for k in range(MANY):
        if k:
            on(page, k)
        edit(page, f"{k}.5")
    on(page, MANY)
    press(page, "Shift+ArrowRight")
    press(page, "Shift+ArrowRight")
    at_step(page, 9)
    short_address(page)
    expect(page).to_have_url(re.compile(r"at=\d+\.8"))
    assert len(page.url) < 100
    here = label(page)
    assert "gradient −" in here or re.search(r"gradient \d", here)

    other = new_page()
    open_lesson(other, page.url)
    at_step(other, 9)
    expect(node(other, "w")).to_have_attribute("aria-label", here)
    expect(other).to_have_url(page.url)
    # Each is a session of its own: what one does the other does not see.
    edit(other, "100.0")
    expect(node(page, "w")).to_have_attribute("aria-label", here)
    expect(other).not_to_have_url(page.url)
    expect(other).to_have_url(SHORT)


def test_one_moves_on_under_a_short_address(page: Page) -> None:
    edits(page)
    short_address(page)
    short = query(page, "s")
    page.wait_for_timeout(1100)
    press(page, "Shift+ArrowRight")
    at_step(page, 5)
    assert query(page, "s") == short
    page.reload()
    at_step(page, 5)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(rf"value {MANY - 1}\.50*, "))
    # The session is gone on with; until it has told what was changed in it, the entry of the history holds that.
    short_address(page)
    assert query(page, "s") == short
    page.wait_for_timeout(1100)
    press(page, "ArrowRight")
    at_step(page, 6)
    page.go_back()
    at_step(page, 5)
    assert query(page, "s") == short


def test_back_and_forward_over_an_edit(page: Page) -> None:
    edits(page)
    first = short_address(page)
    page.wait_for_timeout(1100)
    edit(page, "77.0")
    second = short_address(page)
    assert second != first
    page.go_back()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(rf"value {MANY - 1}\.50*, "))
    expect(page).to_have_url(first)
    page.go_forward()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(r"value 77\.0, "))
    expect(page).to_have_url(second)


def test_a_reload_before_the_snapshot_is_made_loses_nothing(page: Page) -> None:
    page.route("**/api/snapshots", lambda route: route.abort("timedout"))
    edits(page)
    while page.evaluate("history.state?.lacking?.journal.length") != MANY:
        page.wait_for_timeout(50)
    page.reload()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(rf"value {MANY - 1}\.50*, "))
    assert query(page, "s") is None
    page.unroute("**/api/snapshots")
    expect(page).to_have_url(SHORT)


@pytest.fixture
def page(page: Page, problems: Problems) -> Page:
    # The browser itself reports a request that a test breaks off, or that leads nowhere.
    problems.allow(r"Failed to load resource.*/api/snapshots")
    return page


def test_sharing_does_not_wait_for_the_address(page: Page, new_page: Callable[..., Page]) -> None:
    edits(page)
    edit(page, "55.0")
    page.evaluate("void (navigator.clipboard.writeText = () => Promise.reject(new Error('no')))")
    page.get_by_role("button", name="Copy link").click()
    shown = page.get_by_role("dialog").get_by_role("textbox")
    expect(shown).to_have_value(SHORT)
    other = new_page()
    open_lesson(other, shown.input_value())
    expect(node(other, "w")).to_have_attribute("aria-label", re.compile(r"value 55\.0, "))


def test_a_long_program_has_a_short_address(page: Page, new_page: Callable[..., Page]) -> None:
    lines = [f"x{k} = {k}.5" for k in range(200)] + ["f = " + " + ".join(f"x{k} * x{k}" for k in range(3))]
    code = "\n".join([*lines, f"g = f * f  # {'long ' * 100}"])
    open_lesson(page, "/circuit")
    session = page.request.post(
        "/api/snapshots", data={"lesson": "circuit", "config": {"preset": "custom", "code": code}}
    ).json()
    open_lesson(page, session["url"])
    press(page, "Shift+ArrowRight")
    expect(page).to_have_url(re.compile(rf"/circuit\?s={session['id']}&at=0\.\d+"))
    expect(node(page, "x2")).to_have_attribute("aria-label", re.compile("value 2.5,"))


def test_it_outlives_the_server(own_server: Server, new_page: Callable[..., Page]) -> None:
    page = new_page()
    edits(page, f"{own_server.address}/one-weight")
    address = short_address(page)
    page.goto("about:blank")
    own_server.stop()
    own_server.start()
    again = new_page()
    open_lesson(again, address)
    expect(node(again, "w")).to_have_attribute("aria-label", re.compile(rf"value {MANY - 1}\.50*, "))


@pytest.mark.parametrize(
    ("lang", "said", "offered"),
    [
        ("en", "nothing behind this link any more", "Begin “One weight” anew"),
        ("vi", "không còn dẫn tới đâu", "Bắt đầu lại bài"),
    ],
)
def test_an_unknown_one_is_said_plainly(page: Page, lang: str, said: str, offered: str) -> None:
    page.goto(f"/one-weight?s=aaaaaaaaaaaa&at=0.8&lang={lang}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(said)
    page.get_by_role("link", name=re.compile(offered)).click()
    at_step(page, 1)
    expect(node(page, "w")).to_be_attached()
    assert query(page, "s") is None


def test_a_lost_one_is_said_on_the_way_back(
    own_server: Server, new_page: Callable[..., Page], problems: Problems
) -> None:
    problems.allow(r"Failed to load resource.*/api/snapshots")
    page = new_page()
    edits(page, f"{own_server.address}/one-weight")
    lost = short_address(page)
    shutil.rmtree(own_server.data / "snapshots")
    page.get_by_role("button", name="seed 7").click()
    page.get_by_role("textbox", name="seed").fill("12")
    press(page, "Enter")
    # The other seed keeps the edits, and has a short address of its own.
    expect(page).not_to_have_url(lost)
    expect(page).to_have_url(SHORT)
    page.reload()
    expect(node(page, "w")).to_be_attached()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nothing behind this link any more")


def test_what_the_server_does_not_keep_is_said(
    own_server: Server,
    new_page: Callable[..., Page],
    problems: Problems,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problems.allow(r"Failed to load resource.*/api/snapshots")
    own_server.stop()
    monkeypatch.setenv("CHAINRULE_MAX_SNAPSHOTS", "1")
    own_server.start()
    page = new_page()
    page.request.post(f"{own_server.address}/api/snapshots", data={"lesson": "one-weight"})
    edits(page, f"{own_server.address}/one-weight")
    expect(page.get_by_text("The address lacks your latest changes")).to_be_visible()
    page.reload()
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(rf"value {MANY - 1}\.50*, "))
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text(re.compile("too many (links|snapshots)")).first).to_be_visible()
