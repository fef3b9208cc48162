"""A class in a room: one presents, others follow on their phones, and nothing that breaks on the way ends the lesson."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.running import Problems, Server
from e2e.stepping import MINUS, at_step, badge, node, open_lesson, press

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
REFUSED = "WebSocket connection to .* failed|ERR_CONNECTION|Failed to load resource|ERR_INTERNET"


@dataclass
class Class:
    """A presenter in a room, and how others come in."""

    server: Server
    context: Callable[..., BrowserContext]
    presenter: Page
    code: str

    def join(self, written: str | None = None) -> Page:
        """Another device follows."""
        page = self.context(**PHONE).new_page()
        page.goto(f"{self.server.address}/room/{written or self.code}")
        expect(page.locator(".band")).to_contain_text(f"Following {self.code}")
        expect(page.locator("main[aria-busy=false]")).to_be_visible()
        return page

    def chip(self) -> None:
        expect(self.presenter.locator(".chip")).to_be_visible()


def present(page: Page) -> str:
    """From *Present* to a code on the screen: two clicks."""
    page.get_by_role("button", name="Present").click()
    page.get_by_role("button", name="Open a room").click()
    code = page.locator("p.code")
    expect(code).to_have_text(re.compile(r"^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$"))
    return code.inner_text()


def opened(server: Server, new_context: Callable[..., BrowserContext]) -> Class:
    page = new_context().new_page()
    open_lesson(page, f"{server.address}/one-weight")
    return Class(server, new_context, page, present(page))


@pytest.fixture
def room(server: Server, new_context: Callable[..., BrowserContext]) -> Class:
    return opened(server, new_context)


def test_a_class_follows_answers_and_steps_on(room: Class) -> None:
    presenter = room.presenter
    # Where no phone can come, what to start instead is said, with no address that nobody reaches.
    expect(presenter.locator(".start")).to_contain_text("chainrule serve --host")
    expect(presenter.locator(".qr")).to_have_count(0)
    an = room.join(room.code.lower().replace("-", " "))
    press(presenter, "PageDown", 2)
    at_step(presenter, 4, 10)
    # Late, and at the same place.
    binh = room.join()
    for follower in (an, binh):
        at_step(follower, 4, 10)
        expect(follower.locator("footer")).to_have_count(0)
    expect(presenter.locator(".chip")).to_contain_text("2")

    # What the presenter looks at, the class looks at.
    presenter.locator('.mirror button.node[data-name="w"]').focus()
    press(presenter, "Enter")
    an.get_by_role("button", name="The numbers behind it").click()
    expect(an.locator(".sheet")).to_contain_text("w")
    an.get_by_role("button", name="lower").click()

    # One key writes the question, another one puts it.
    press(presenter, "q")
    expect(presenter.locator("textarea")).to_have_value("What is ∂L/∂w?")
    press(presenter, "Enter")
    for follower, answer in ((an, f"{MINUS}24,0"), (binh, "24")):
        field = follower.locator(".question form input")
        field.fill(answer)
        field.press("Enter")
        expect(follower.locator(".state")).to_contain_text("Sent")
    expect(presenter.get_by_text("2 of 2 answered")).to_be_visible()
    # Nobody is told what is right before all are.
    for page in (presenter, an, binh):
        expect(page.locator(".verdict")).to_have_count(0)
    binh.locator(".question form input").fill("-8")
    binh.locator(".question form input").press("Enter")
    expect(presenter.locator("aside li", has_text=f"{MINUS}8.0")).to_be_visible()
    presenter.get_by_role("button", name="Reveal").click()
    expect(presenter.locator(".correct")).to_contain_text("24.0")
    expect(an.locator(".result")).to_contain_text("right")
    expect(binh.locator(".result")).to_contain_text("right sign")

    presenter.get_by_role("button", name="Step on").click()
    for page in (presenter, an, binh):
        at_step(page, 5, 10)


def test_one_explores_alone_and_comes_back_and_the_room_goes_on_to_another_lesson(room: Class) -> None:
    presenter, follower = room.presenter, room.join()
    press(presenter, "ArrowRight")
    at_step(follower, 2, 10)
    # A step of a follower's moves nothing.
    press(follower, "ArrowRight")
    follower.get_by_role("button", name="On my own").click()
    expect(follower.locator("footer")).to_be_visible()
    at_step(follower, 2, 10)
    press(follower, "ArrowRight")
    at_step(follower, 3, 10)
    press(presenter, "Shift+ArrowRight")
    at_step(presenter, 5, 10)
    at_step(follower, 3, 10)
    follower.get_by_role("link", name="Back to the class").click()
    at_step(follower, 5, 10)

    presenter.locator(".lesson-trigger").click()
    presenter.get_by_role("menuitem", name=re.compile("Circuit")).click()
    for page in (presenter, follower):
        expect(badge(page)).to_contain_text(re.compile("step 1 of"))
    expect(follower.locator("h1")).to_have_text("A circuit of two gates")
    room.chip()


def test_a_reload_and_a_lost_network_end_nothing(room: Class, problems: Problems) -> None:
    problems.allow(REFUSED)
    presenter, follower = room.presenter, room.join()
    press(presenter, "ArrowRight")
    at_step(follower, 2, 10)

    # The presenter's page is loaded again.
    presenter.reload()
    room.chip()
    expect(follower.locator(".band")).to_contain_text("Following")
    press(presenter, "ArrowRight")
    at_step(follower, 3, 10)

    # The phone leaves the network, and comes back to where the class is.
    follower.context.set_offline(True)
    press(presenter, "ArrowRight")
    at_step(presenter, 4, 10)
    follower.context.set_offline(False)
    at_step(follower, 4, 10)


def test_a_server_that_is_killed_in_the_middle_of_a_question_comes_back_with_all_of_it(
    own_server: Server, new_context: Callable[..., BrowserContext], problems: Problems
) -> None:
    problems.allow(REFUSED)
    room = opened(own_server, new_context)
    presenter, follower = room.presenter, room.join()
    press(presenter, "PageDown", 2)
    at_step(follower, 4, 10)
    press(presenter, "q")
    press(presenter, "Enter")
    field = follower.locator(".question form input")
    field.fill(f"{MINUS}24")
    field.press("Enter")
    expect(follower.locator(".state")).to_contain_text("Sent")

    room.server.kill()
    expect(follower.locator(".band")).to_contain_text("Reconnecting")
    room.server.start()
    expect(follower.locator(".band")).to_contain_text(f"Following {room.code}", timeout=30_000)
    expect(presenter.get_by_text("1 of 1 answered")).to_be_visible(timeout=30_000)
    for page in (presenter, follower):
        at_step(page, 4, 10)
    presenter.get_by_role("button", name="Reveal").click()
    expect(follower.locator(".result")).to_contain_text("right")
    presenter.get_by_role("button", name="Step on").click()
    for page in (presenter, follower):
        at_step(page, 5, 10)


def test_another_device_takes_over_and_the_room_ends(room: Class) -> None:
    old, follower = room.presenter, room.join()
    press(old, "ArrowRight")
    at_step(old, 2, 10)
    old.get_by_role("button", name="Hand over").click()
    pin = old.locator(".pin b").inner_text()

    new = room.context().new_page()
    new.goto(f"{room.server.address}/room/{room.code}")
    new.get_by_role("button", name="Present from this device").click()
    new.get_by_label("The number on the presenter's screen").fill(pin)
    new.get_by_role("button", name="Take over").click()
    expect(new.locator(".chip")).to_contain_text(room.code)
    at_step(new, 2, 10)
    # Who presented follows now.
    expect(old).to_have_url(re.compile(f"/room/{room.code}$"))
    press(new, "ArrowRight")
    for page in (new, old, follower):
        at_step(page, 3, 10)

    new.locator(".chip").click()
    new.locator(".chip").click()
    new.get_by_role("button", name="End the room").click()
    new.get_by_role("button", name="End the room").click()
    expect(follower.get_by_role("heading", name="The room is over")).to_be_visible()
    expect(new.get_by_role("button", name="Open a room")).to_be_visible()
    # There is no such room any more.
    follower.reload()
    expect(follower.get_by_role("heading", name=f"There is no room {room.code}")).to_be_visible()


def test_notes_have_a_window_of_their_own_and_esc_leads_back_to_the_lecture(page: Page) -> None:
    open_lesson(page)
    press(page, "p")
    with page.expect_popup() as opened_now:
        page.get_by_role("button", name="Teacher's notes").click()
    notes = opened_now.value
    expect(notes.get_by_role("heading", level=1)).to_have_text("How sensitive is the loss to w?")
    press(page, "PageDown")
    at_step(page, 3, 10)
    expect(notes.get_by_role("heading", level=1)).to_have_text("Forward: the prediction")
    expect(notes.locator("dl")).to_contain_text("What is the local slope of the square here?")
    # The clicker works here too.
    notes.get_by_role("button", name="Next part").click()
    at_step(page, 4, 10)

    # An excursion: another step, another number.
    press(page, "ArrowRight", 2)
    at_step(page, 6, 10)
    page.locator('.mirror button.node[data-name="w"]').focus()
    press(page, "Enter")
    expect(notes.get_by_text("Esc goes back to “How far off?”")).to_be_visible()
    press(page, "Escape")
    at_step(page, 4, 10)
    expect(notes.get_by_text("Esc goes back")).to_have_count(0)
    expect(page.get_by_role("button", name="Presenting")).to_be_visible()


def test_the_lecture_goes_on_from_the_recording_when_the_server_is_away(
    own_server: Server, page: Page, problems: Problems
) -> None:
    problems.allow(REFUSED)
    open_lesson(page, f"{own_server.address}/one-weight")
    # The recording is made by a session of its own, which is given back when it stands.
    with page.expect_request(lambda request: request.method == "DELETE", timeout=20_000):
        press(page, "p")
    press(page, "PageDown", 2)
    at_step(page, 4, 10)
    own_server.kill()
    page.get_by_role("button", name="Go on with the recording").click()
    expect(page.get_by_text("From the recording")).to_be_visible()
    press(page, "ArrowRight", 5)
    at_step(page, 9, 10)
    expect(node(page, "w")).to_have_attribute("aria-label", re.compile(f"{MINUS}24"))
    press(page, "PageDown")
    own_server.start()
    page.get_by_role("button", name="Back to live").click()
    at_step(page, 10, 10)
    press(page, "ArrowLeft")
    at_step(page, 9, 10)
    expect(page.get_by_text("From the recording")).to_have_count(0)
