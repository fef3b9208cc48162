"""Where a page waits between tests: on a lesson, from which the next one goes on as by Back and Forward.

Most of what a test costs would else be the start of one more page.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Error, Page, expect

HOME = "/one-weight?seed=1"
SIZE = (1280, 720)

TRAVEL = """async (address) => {
    history.pushState(null, '', address + '#');
    dispatchEvent(new PopStateEvent('popstate', {state: null}));
    const until = performance.now() + 10_000;
    // The page writes the address anew when the session is open and its first picture has come.
    while (location.href.includes('#')) {
        if (performance.now() > until) throw new Error('the page does not go to ' + address);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}"""
# Nothing has the focus, nothing is said, all is scrolled to its beginning.
TIDY = """() => {
    document.activeElement?.blur();
    document.querySelector('.toast button')?.click();
    for (const one of document.querySelectorAll('*')) if (one.scrollTop || one.scrollLeft) one.scrollTo(0, 0);
}"""
# All that one could see or reach: every element with its attributes and its own text, and what is in the fields. Names
# that only tie parts together count on; a menu that was opened once stands there for the next time, shut.
LOOKS = """() => {
    const attributes = (one) => [...one.attributes]
        .filter(({name}) => one.ariaHasPopup !== 'menu' || !/^(id|type|data-state|data-.*-trigger)$/.test(name))
        .map(({name, value}) => `${name}=${value}`.replace(/\\b(bits-)?c\\d+\\b/g, ''))
        .filter((said) => said !== 'style=')
        .sort();
    const text = (one) => [...one.childNodes].filter((child) => child.nodeType === 3)
        .map((child) => child.data.trim()).filter(Boolean);
    return JSON.stringify([
        [...document.querySelectorAll(':root, body, body *')].map((one) => [one.localName, ...attributes(one), ...text(one)]),
        [...document.querySelectorAll('input, select, textarea')].map((one) => [one.value, one.checked]),
        document.activeElement === document.body,
    ]);
}"""


def is_home(page: Page) -> bool:
    return bool(page.evaluate("home => location.pathname + location.search === home", HOME))


def stands(page: Page) -> None:
    expect(page.locator("main .badge")).to_be_visible()
    expect(page.locator("main[aria-busy=false]")).to_be_visible()
    # The mirror stands when the picture has its places.
    expect(page.locator(".mirror button").first).to_be_attached()


def travel(page: Page, address: str) -> None:
    """Go from one lesson to another, without loading the page."""
    page.evaluate(TRAVEL, address)
    if not address.startswith("/one-weight"):
        # What stood at home.
        expect(page.locator('.mirror [data-name="pow#0"]')).to_have_count(0)
    stands(page)


@dataclass
class Home:
    """Brings pages back to what they were when they were new.

    Attributes
    ----------
    server
        Address of the service.
    new
        All that one sees of a page which was just loaded at home.
    """

    server: str
    new: str = ""

    def move_in(self, page: Page) -> None:
        """Load a page at home in which nothing was ever stored."""
        page.goto(self.server + HOME)
        stands(page)
        self.new = self.new or self._looks(page)

    def come(self, page: Page) -> bool:
        """Go home, and say whether all is there as on a new page: nothing is left of what was done on it."""
        on_a_lesson = self._on_a_lesson(page)
        try:
            if on_a_lesson:
                page.evaluate(TIDY)
            if page.viewport_size != {"width": SIZE[0], "height": SIZE[1]}:
                page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
            if not on_a_lesson:
                return False
            travel(page, HOME)
        except (AssertionError, Error):
            # A test may have failed half-way.
            return False
        return self._looks(page) == self.new

    def _on_a_lesson(self, page: Page) -> bool:
        script = """([server, home]) => location.origin === server && document.querySelector('.app main .badge')
            && !/^\\/(room|$)/.test(location.pathname) && location.pathname + location.search !== home"""
        return bool(page.evaluate(script, [self.server, HOME]))

    def _looks(self, page: Page) -> str:
        """What one sees of it, as soon as that stays the same for a moment."""
        before = ""
        for _ in range(10):
            now = str(page.evaluate(LOOKS))
            if now in (before, self.new):
                return now
            before = now
            page.wait_for_timeout(200)
        return before
