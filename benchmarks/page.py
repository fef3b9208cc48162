"""The page in Chromium: key press to painted step, script time per animation frame, size of the first load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.table import Row, summary

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import chromium

PRESSES = 60

# Times are taken inside the page: a key press when it is dispatched, a painted step when the page acknowledges its
# frame (it does so after the first drawing of it), script time around each animation callback.
WATCH = """
window.watched = {pressed: 0, painted: [], scripts: []};
addEventListener('keydown', () => { watched.pressed = performance.now(); }, true);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (watched.pressed && typeof data === 'string' && data.includes('"ack"')) {
    watched.painted.push(performance.now() - watched.pressed);
    watched.pressed = 0;
  }
  return send.call(this, data);
};
const request = window.requestAnimationFrame.bind(window);
let frame = -1;
window.requestAnimationFrame = (callback) => request((time) => {
  const begun = performance.now();
  callback(time);
  const took = performance.now() - begun;
  if (time === frame) watched.scripts[watched.scripts.length - 1] += took;
  else watched.scripts.push(took);
  frame = time;
});
"""


def measure(address: str) -> Iterator[Row]:
    """Rows of the page that is served at ``address``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGUMENTS))
        try:
            yield from _first_load(browser.new_page(), address)
            yield from _presses(browser.new_page(viewport={"width": 1440, "height": 900}), address)
        finally:
            browser.close()


# The page's own mark: its first picture stands, idle, and it begins to fetch what a visit may need next.
STANDS = "chainrule-stands"


def _first_load(page: Page, address: str) -> Iterator[Row]:
    """
    Bytes on the wire, headers and all, as compressed by the service: what the page asks for until its first picture
    stands, and what it fetches after that without being asked to.
    """
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    begun: dict[str, float] = {}
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        begun[event["requestId"]] = event["wallTime"] * 1000

    def named(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["response"]["url"]

    def sized(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.responseReceived", named)
    session.on("Network.loadingFinished", sized)
    page.goto(f"{address}/one-weight?lang=en&theme=light")
    # Waiting for a condition would need eval, which the page's policy forbids.
    while not page.evaluate(f"performance.getEntriesByName('{STANDS}').length"):
        page.wait_for_timeout(100)
    page.wait_for_timeout(3000)
    stands = page.evaluate(f"performance.timeOrigin + performance.getEntriesByName('{STANDS}')[0].startTime")
    kinds = {"fonts": 0, "all but fonts": 0}
    later = 0
    for request, size in sizes.items():
        url = names.get(request, "")
        if "elk.worker" in url:
            continue
        if begun[request] >= stands:
            later += size
        else:
            kinds["fonts" if ".woff2" in url else "all but fonts"] += size
    for kind, size in kinds.items():
        yield Row(f"first load before the layout worker, {kind}", "kB", size / 1000)
    yield Row("first load before the layout worker, together", "kB", sum(kinds.values()) / 1000)
    yield Row("fetched ahead, once the first picture stands", "kB", later / 1000)
    page.close()


def _presses(page: Page, address: str) -> Iterator[Row]:
    page.add_init_script(WATCH)
    page.goto(f"{address}/one-weight?lang=en&theme=light")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    page.evaluate("() => { watched.painted = []; watched.scripts = []; }")
    for _ in range(PRESSES):
        page.keyboard.press("ArrowRight")
        # Let the movement end: the scripts of its frames are measured too.
        page.wait_for_timeout(450)
    watched = page.evaluate("watched")
    yield summary("key press to the next step painted", "ms", watched["painted"])
    yield summary("script per animation frame, while a step moves", "ms", watched["scripts"])
    page.close()
