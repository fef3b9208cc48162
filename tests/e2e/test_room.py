"""A class in a room: one presents, others follow on their phones, and nothing that breaks on the way ends the lesson."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from chainrule.protocol.server import Explanation
from e2e.running import Problems, Server
from e2e.stepping import MINUS, at_step, badge, middle, node, open_lesson, press, query
from e2e.test_next_token import ADDRESS, SMALL, engine, exactly
from support.sessions import send, the

PHONE = {"size": (390, 844), "has_touch": True}
REFUSED = "WebSocket connection to .* failed|ERR_CONNECTION|Failed to load resource|ERR_INTERNET"


@dataclass
class Class:
    """A presenter in a room, and how others come in."""

    server: Server
    new_page: Callable[..., Page]
    presenter: Page
    code: str

    def join(self, written: str | None = None) -> Page:
        """Another device follows."""
        page = self.new_page(**PHONE)
        page.goto(f"{self.server.address}/room/{written or self.code}")
        expect(page.locator(".band")).to_contain_text(f"Following {self.code}")
        expect(page.locator("main[aria-busy=false]")).to_be_visible()
        return page

    def chip(self) -> None:
        expect(self.presenter.locator("button.chip")).to_be_visible()


def present(page: Page) -> str:
    """From *Present* to a code on the screen: two clicks."""
    page.get_by_role("button", name="Present").click()
    page.get_by_role("button", name="Open a room").click()
    code = page.locator("p.code")
    expect(code).to_have_text(re.compile(r"^[2-9A-HJ-NP-Z]{3}-[2-9A-HJ-NP-Z]{3}$"))
    return code.inner_text()


def ask(presenter: Page, text: str | None = None) -> None:
    """Write the question that suggests itself, and put it: one key each."""
    press(presenter, "q")
    if text is not None:
        expect(presenter.locator("textarea")).to_have_value(text)
    expect(presenter.locator("aside form button.solid")).to_be_focused()
    press(presenter, "Enter")
    expect(presenter.locator("textarea")).to_have_count(0)


def opened(server: Server, new_page: Callable[..., Page]) -> Class:
    page = new_page()
    open_lesson(page, f"{server.address}/one-weight")
    return Class(server, new_page, page, present(page))


@pytest.fixture
def room(server: Server, new_page: Callable[..., Page]) -> Class:
    return opened(server, new_page)


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
    expect(presenter.locator("button.chip")).to_contain_text("2")

    # What the presenter looks at, the class looks at.
    presenter.locator('.mirror button.node[data-name="w"]').focus()
    press(presenter, "Enter")
    an.get_by_role("button", name="The numbers behind it").click()
    expect(an.locator(".sheet")).to_contain_text("w")
    an.get_by_role("button", name="lower").click()

    # One key writes the question, another one puts it.
    ask(presenter, "What is ∂L/∂w?")
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
    presenter.get_by_role("button", name="Reveal", exact=True).click()
    expect(presenter.locator(".correct")).to_contain_text("24.0")
    expect(an.locator(".result")).to_contain_text("right")
    expect(binh.locator(".result")).to_contain_text("right sign")

    presenter.get_by_role("button", name="Step on").click()
    for page in (presenter, an, binh):
        at_step(page, 5, 10)


def test_a_class_predicts_from_the_projector_and_the_gradient_is_revealed(room: Class) -> None:
    presenter = room.presenter
    an, binh = room.join(), room.join()
    # Switched on where one presents: there is no set-up on the projector.
    switch = presenter.get_by_role("button", name="Predict, then reveal")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    press(presenter, "PageDown", 2)
    at_step(presenter, 4, 10)
    press(presenter, "ArrowRight", 3)
    # What reaches the difference, and what it passes on: withheld on every page until the room reveals it.
    for step, right in ((7, f"{MINUS}8"), (8, f"{MINUS}8")):
        for page in (presenter, an, binh):
            at_step(page, step, 10)
        expect(presenter.locator("form.card")).to_be_visible()
        press(presenter, "Escape")
        ask(presenter)
        for follower, answer in ((an, right), (binh, "7")):
            field = follower.locator(".question form input")
            field.fill(answer)
            field.press("Enter")
            expect(follower.locator(".state")).to_contain_text("Sent")
        expect(presenter.get_by_text("2 of 2 answered")).to_be_visible()
        expect(presenter.locator("aside li", has_text="7.0")).to_be_visible()
        for page in (presenter, an, binh):
            expect(page.locator(".verdict")).to_have_count(0)
        presenter.get_by_role("button", name="Reveal", exact=True).click()
        expect(presenter.locator(".correct")).to_contain_text(f"{right}.0")
        expect(an.locator(".result")).to_contain_text("right")
        expect(binh.locator(".result")).to_contain_text("not this")
        presenter.get_by_role("button", name="Step on").click()
    for page in (presenter, an, binh):
        at_step(page, 9, 10)


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


RING_TO = """part => {
    const middle = (one) => {
        const box = one?.getBoundingClientRect();
        return box && [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [ring, there] = [document.querySelector('main .layer i'), document.querySelector(`main ${part}`)].map(middle);
    return ring && there ? Math.hypot(ring[0] - there[0], ring[1] - there[1]) : Infinity;
}"""
"""How many pixels the ring is away from a part of the picture."""


def points_at(presenter: Page, follower: Page, part: str) -> None:
    """Move the presenter's mouse to a part of the picture until the follower's ring is there."""
    expect(follower.locator(f"main {part}")).to_be_attached()
    away = 0.0
    for turn in range(100):
        x, y = middle(presenter.locator(f"main {part}"))
        presenter.mouse.move(x + turn % 2, y)
        follower.wait_for_timeout(100)
        away = follower.evaluate(RING_TO, part)
        if away < 8:
            return
    raise AssertionError(f"the ring is {away:.0f} pixels beside {part}")


def test_a_class_sees_one_token_s_own_gradient_explained_to_the_last_digit(
    server: Server, new_page: Callable[..., Page]
) -> None:
    """What the presenter explains by one token's own loss is explained by that to all, term by term."""
    session = engine(20)
    send(session, "step", unit="phase", count=2)
    page = new_page()
    step = session.info().cursor.step
    open_lesson(page, f"{server.address}{ADDRESS}&at=20.{step}&token=3.0")
    expect(page.locator(".mirror[aria-busy=false]")).to_be_visible()

    def explained(left: int) -> str:
        """Explain a cell by keyboard; its value as the engine has it."""
        # Until the token's answer has come, the matrix has no gradients.
        expect(page.locator("p.verdict")).not_to_be_empty()
        page.locator('[data-part="matrix0"]').focus()
        press(page, "Alt+ArrowLeft", left)
        press(page, "Enter")
        expect(page).to_have_url(re.compile(rf"explain=grad:[^:]+:0\.0\.3\.{3 - left}::::0\.3"))
        what, name, index, *_ = str(query(page, "explain")).split(":")
        element = [int(k) for k in index.split(".")]
        own = {"row": 0, "position": 3}
        told = the(Explanation, send(session, "explain", name=name, what=what, index=element, own=own))
        assert isinstance(told.value, float)
        return exactly(told.value)

    value = explained(1)
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector.locator(".value")).to_have_text(value)
    # Its one term, and the products within that.
    products = inspector.locator("ul .product")
    expect(products).to_have_count(1 + SMALL["context"])
    terms = products.all_text_contents()
    room = Class(server, new_page, page, present(page))
    sheets = []
    for follower in (room.join(), room.join()):
        follower.get_by_role("button", name="The numbers behind it").click()
        sheet = follower.locator(".sheet")
        expect(sheet).to_contain_text("token 4 of window 1 alone")
        expect(sheet.locator(".value")).to_have_text(value)
        expect(sheet.locator("ul .product")).to_have_text(terms)
        sheets.append(sheet)
    # Another one, from the projector, once the code has gone.
    press(page, "Escape")
    other = explained(2)
    assert other != value
    for sheet in sheets:
        expect(sheet.locator(".value")).to_have_text(other)


def test_the_pointer_is_at_the_same_part_of_the_picture_on_a_window_of_another_size(room: Class) -> None:
    presenter, follower = room.presenter, room.join()
    press(presenter, "l")
    points_at(presenter, follower, '.mirror .node[data-name="w"]')
    for lesson, part in (
        ("Playground", '.mirror [data-unit="1.3"]'),
        ("Map and hiker", '.mirror [aria-label^="Adam:"]'),
        ("Vanishing", '.mirror [data-column="batchnorm"]'),
        ("Convolution", '.mirror [data-stage="2"]'),
    ):
        presenter.locator(".lesson-trigger").click()
        presenter.get_by_role("menuitem", name=re.compile(lesson)).click()
        points_at(presenter, follower, part)


def test_a_reload_and_a_lost_network_end_nothing(room: Class, problems: Problems) -> None:
    problems.allow(REFUSED)
    presenter, follower = room.presenter, room.join()
    press(presenter, "ArrowRight")
    at_step(follower, 2, 10)

    # The presenter's page is loaded again, whatever its address has come to: the class stays where it is, with its
    # question.
    ask(presenter)
    expect(follower.locator(".question form input")).to_be_visible()
    expect(presenter).to_have_url(re.compile(r"[?&]at=0\.1\b"))
    presenter.evaluate("history.replaceState(null, '', location.href.replace(/at=[^&]*&?/, ''))")
    presenter.reload()
    room.chip()
    expect(presenter.get_by_text("0 of 1 answered")).to_be_visible()
    expect(follower.locator(".question form input")).to_be_visible()
    at_step(presenter, 2, 10)
    at_step(follower, 2, 10)
    expect(presenter).to_have_url(re.compile(r"[?&]at=0\.1\b"))
    assert "config=" not in presenter.url
    presenter.get_by_role("button", name="Reveal", exact=True).click()
    presenter.get_by_role("button", name="Step on").click()
    at_step(follower, 3, 10)

    # The phone leaves the network, and comes back to where the class is.
    follower.context.set_offline(True)
    press(presenter, "ArrowRight")
    at_step(presenter, 4, 10)
    follower.context.set_offline(False)
    at_step(follower, 4, 10)


def test_who_was_disconnected_for_not_reading_is_told_why(room: Class) -> None:
    follower = room.new_page(**PHONE)

    def stalled(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        # As the server says it: a page that really reads nothing would have to be stopped for a minute.
        server.on_message(
            lambda told: route.send(
                told.replace('"stalled":false', '"stalled":true') if isinstance(told, str) else told
            )
        )

    follower.route_web_socket(re.compile("/ws"), stalled)
    follower.goto(f"{room.server.address}/room/{room.code}")
    expect(follower.get_by_text("You are back with the class")).to_be_visible()
    at_step(follower, 1, 10)


def test_a_server_that_is_killed_in_the_middle_of_a_question_comes_back_with_all_of_it(
    own_server: Server, new_page: Callable[..., Page], problems: Problems
) -> None:
    problems.allow(REFUSED)
    room = opened(own_server, new_page)
    presenter, follower = room.presenter, room.join()
    press(presenter, "PageDown", 2)
    at_step(follower, 4, 10)
    ask(presenter)
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
    presenter.get_by_role("button", name="Reveal", exact=True).click()
    expect(follower.locator(".result")).to_contain_text("right")
    presenter.get_by_role("button", name="Step on").click()
    for page in (presenter, follower):
        at_step(page, 5, 10)


def test_another_device_takes_over_and_the_room_ends(room: Class) -> None:
    old, follower = room.presenter, room.join()
    node(old, "w").focus()
    press(old, "e")
    old.get_by_role("textbox", name="Value of w").fill("5")
    press(old, "Enter")
    expect(node(follower, "w")).to_have_attribute("aria-label", re.compile("value 5.0"))
    press(old, "ArrowRight")
    at_step(old, 2, 10)
    old.locator("aside").get_by_role("button", name="More").click()
    old.get_by_role("button", name="Hand over").click()
    pin = old.locator(".pin b").inner_text()

    new = room.new_page()
    new.goto(f"{room.server.address}/room/{room.code}")
    new.get_by_role("button", name="Present from this device").click()
    new.get_by_label("The number on the presenter's screen").fill(pin)
    new.get_by_role("button", name="Take over").click()
    expect(new.locator("button.chip")).to_contain_text(room.code)
    at_step(new, 2, 10)
    # Who presented follows now.
    expect(old).to_have_url(re.compile(f"/room/{room.code}$"))
    press(new, "ArrowRight")
    for page in (new, old, follower):
        at_step(page, 3, 10)
    # It is the same session: what was done before can be undone here.
    press(new, "Control+z")
    expect(node(follower, "w")).to_have_attribute("aria-label", re.compile("value 2.0"))

    new.locator("button.chip").click()
    new.locator("button.chip").click()
    new.locator("aside").get_by_role("button", name="More").click()
    new.get_by_role("button", name="End the room").click()
    new.get_by_role("button", name="End the room").click()
    expect(follower.get_by_role("heading", name="The room is over")).to_be_visible()
    expect(new.get_by_role("button", name="Open a room")).to_be_visible()
    # There is no such room any more.
    follower.reload()
    expect(follower.get_by_role("heading", name=f"There is no room {room.code}")).to_be_visible()


def test_a_phone_presents_too(server: Server, new_page: Callable[..., Page]) -> None:
    phone = new_page(**PHONE)
    open_lesson(phone, f"{server.address}/one-weight")
    phone.get_by_role("button", name="More").click()
    phone.get_by_role("menuitemcheckbox", name="Present").click()
    phone.get_by_role("button", name="Open a room").click()
    expect(phone.locator("button.chip")).to_be_visible()
    phone.get_by_role("banner").get_by_role("button", name="More").click()
    phone.get_by_role("menuitemcheckbox", name="Presenting").click()
    expect(phone.locator("button.chip")).to_have_count(0)
    expect(phone.get_by_role("tab", name="Lesson")).to_be_visible()


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
