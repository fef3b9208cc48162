"""A network that trains while a page looks on, and a graph of a thousand nodes.

What a viewer costs the training is told as a ratio: the same session trains with and without one, in turns.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.table import Row, summary

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import chromium

NETWORKS = {"the default network": {}, "8×16": {"hidden": [16] * 8}}
ROUNDS = 5
SECONDS = 3.0
PRESSES = 60
NODES = 1_000

# Taken inside the page: binary messages as they arrive; a painted frame when the page acknowledges it, which it does
# after the first drawing of it; the time between an order to the layout worker and its answer.
WATCH = """
window.watched = {id: '', sizes: [], painted: 0, pressed: 0, presses: [], ordered: new Map(), layouts: []};
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    watched.id = new URL(this.url).pathname.split('/')[3];
    this.addEventListener('message', ({data}) => {
      if (typeof data !== 'string') watched.sizes.push(data.byteLength ?? data.size);
    });
  }
  send(data) {
    if (typeof data === 'string' && data.includes('"ack"')) {
      watched.painted += 1;
      if (watched.pressed) watched.presses.push(performance.now() - watched.pressed);
      watched.pressed = 0;
    }
    super.send(data);
  }
};
addEventListener('keydown', () => { watched.pressed = performance.now(); }, true);
const Hired = window.Worker;
window.Worker = class extends Hired {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({data}) => {
      const begun = watched.ordered.get(data?.id);
      if (begun !== undefined) watched.layouts.push(performance.now() - begun);
      watched.ordered.delete(data?.id);
    });
  }
  postMessage(data, ...more) {
    if (data?.request) watched.ordered.set(data.id, performance.now());
    super.postMessage(data, ...more);
  }
};
"""


def measure(address: str) -> Iterator[Row]:
    """Rows of the page that is served at ``address``."""
    with sync_playwright() as playwright, httpx.Client(base_url=address, timeout=120) as client:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=list(chromium.ARGUMENTS))
        try:
            for name, config in NETWORKS.items():
                yield from _network(_Viewer(browser, client, address, "playground"), name, config)
            yield from _large_graph(_Viewer(browser, client, address, "circuit"))
        finally:
            browser.close()


class _Viewer:
    """A page that looks at a session, and the session."""

    def __init__(self, browser: Browser, client: httpx.Client, address: str, lesson: str) -> None:
        self.client = client
        self.page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
        self.page.add_init_script(WATCH)
        self.page.goto(f"{address}/{lesson}?lang=en&theme=light")
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(1500)
        self.session = str(self.page.evaluate("watched.id"))
        self._metrics: CDPSession = self.page.context.new_cdp_session(self.page)
        # Processor time of the main thread: waiting for a core that is busy with something else is no part of it.
        self._metrics.send("Performance.enable", {"timeDomain": "threadTicks"})

    def command(self, **fields: Any) -> None:
        """Give the session a command, as any program may."""
        self.client.post(f"/api/sessions/{self.session}/commands", json=fields).raise_for_status()

    def reset(self) -> None:
        """Forget what was watched until now."""
        self.page.evaluate("Object.assign(watched, {sizes: [], painted: 0, presses: [], layouts: []})")

    @property
    def watched(self) -> dict[str, Any]:
        """What was watched."""
        found: dict[str, Any] = self.page.evaluate("({...watched, ordered: null})")
        return found

    def script(self) -> float:
        """Milliseconds for which the page's main thread has run JavaScript."""
        metrics = self._metrics.send("Performance.getMetrics")["metrics"]
        return 1000 * next(float(one["value"]) for one in metrics if one["name"] == "ScriptDuration")


def _network(viewer: _Viewer, name: str, config: dict[str, Any]) -> Iterator[Row]:
    alone = viewer.client.post("/api/sessions", json={"lesson": "playground", "config": config}).json()["id"]
    viewer.command(type="configure", config=config)
    viewer.page.wait_for_timeout(1500)
    watching, unwatched, painted, script, sizes = _Pace(), _Pace(), [], [], []
    for _ in range(ROUNDS):
        unwatched.train(viewer.client, alone, viewer.page)
        viewer.reset()
        before = viewer.script()
        seconds = watching.train(viewer.client, viewer.session, viewer.page)
        watched = viewer.watched
        painted.append(watched["painted"] / seconds)
        script.append((viewer.script() - before) / max(1, watched["painted"]))
        sizes.extend(watched["sizes"])
    yield Row(f"{name}: iterations per second, no viewer", "1/s", unwatched.per_second)
    yield Row(f"{name}: iterations per second, streaming", "1/s", watching.per_second)
    yield Row(f"{name}: streaming : no viewer", "", watching.per_second / unwatched.per_second)
    if unwatched.processor and watching.processor:
        ratio = unwatched.per_iteration / watching.per_iteration
        yield Row(f"{name}: the same, by the worker's processor time", "", ratio)
    yield summary(f"{name}: frames painted", "1/s", painted)
    yield summary(f"{name}: bytes per frame", "kB", [size / 1000 for size in sizes])
    yield summary(f"{name}: main-thread JavaScript per frame", "ms", script)
    yield from _presses(viewer, name)
    viewer.client.delete(f"/api/sessions/{alone}")
    viewer.page.close()


class _Pace:
    """Iterations of a session, the seconds that they took, and those of its worker's processor."""

    def __init__(self) -> None:
        self.iterations = 0
        self.seconds = 0.0
        self.processor = 0.0

    @property
    def per_second(self) -> float:
        return self.iterations / self.seconds

    @property
    def per_iteration(self) -> float:
        return self.processor / self.iterations

    def train(self, client: httpx.Client, session: str, page: Page) -> float:
        """Train flat out for a while; returns the seconds."""
        path = f"/api/sessions/{session}"
        play = {"type": "play", "unit": "iteration", "rate": None}
        client.post(f"{path}/commands", json=play).raise_for_status()
        page.wait_for_timeout(300)
        first, begun, busy = _iteration(client, path), time.perf_counter(), _processor()
        page.wait_for_timeout(1000 * SECONDS)
        last, ended, still = _iteration(client, path), time.perf_counter(), _processor()
        client.post(f"{path}/commands", json={"type": "pause"}).raise_for_status()
        self.iterations += last - first
        self.seconds += ended - begun
        self.processor += still - busy
        return ended - begun


def _iteration(client: httpx.Client, path: str) -> int:
    return int(client.get(path).json()["cursor"]["iteration"])


def _processor() -> float:
    """Seconds of processor time that the service's workers have taken; 0 where this cannot be known."""
    total = 0.0
    for known in Path("/proc").glob("[0-9]*"):
        try:
            if b"chainrule.host\0" not in (known / "cmdline").read_bytes():
                continue
            fields = (known / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if _descends(int(fields[1])):
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _descends(process: int) -> bool:
    """Whether a process was started by this one, or by one that was."""
    while process > 1:
        if process == os.getpid():
            return True
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def _presses(viewer: _Viewer, name: str) -> Iterator[Row]:
    viewer.page.wait_for_timeout(500)
    viewer.reset()
    for _ in range(PRESSES):
        viewer.page.keyboard.press("ArrowRight")
        viewer.page.wait_for_timeout(450)
    yield summary(f"{name}: key press to the next step painted", "ms", viewer.watched["presses"])


def _large_graph(viewer: _Viewer) -> Iterator[Row]:
    viewer.reset()
    viewer.command(type="configure", config={"preset": "custom", "code": large_program()})
    graph = viewer.client.get(f"/api/sessions/{viewer.session}/graph").json()
    name = f"a graph of {len(graph['nodes'])} nodes and {len(graph['edges'])} edges"
    for _ in range(120):
        viewer.page.wait_for_timeout(500)
        watched = viewer.watched
        if watched["layouts"]:
            break
    viewer.page.wait_for_timeout(2000)
    yield Row(f"{name}: layout, in its worker", "ms", max(viewer.watched["layouts"], default=float("nan")))
    yield from _presses(viewer, name)
    viewer.page.evaluate(FRAMES)
    before = viewer.script()
    viewer.reset()
    viewer.page.mouse.move(600, 400)
    for k in range(60):
        viewer.page.mouse.wheel(0, 120 if k % 20 < 10 else -120)
        viewer.page.wait_for_timeout(30)
    frames = max(1, int(viewer.page.evaluate("watched.frames")))
    yield Row(
        f"{name}: JavaScript per animation frame, while it is zoomed",
        "ms",
        (viewer.script() - before) / frames,
    )
    before = viewer.script()
    viewer.page.evaluate(FRAMES)
    for _ in range(20):
        viewer.page.keyboard.press("ArrowRight")
        viewer.page.wait_for_timeout(450)
    frames = max(1, int(viewer.page.evaluate("watched.frames")))
    yield Row(
        f"{name}: JavaScript per animation frame, while steps move", "ms", (viewer.script() - before) / frames
    )
    viewer.page.close()


FRAMES = """
watched.frames = 0;
if (!watched.counts) {
  watched.counts = true;
  const request = window.requestAnimationFrame.bind(window);
  let last = -1;
  window.requestAnimationFrame = (callback) => request((time) => {
    if (time !== last) watched.frames += 1;
    last = time;
    callback(time);
  });
}
"""


def large_program() -> str:
    """A program of ``NODES`` leaves and operations, each of which takes two that were there before."""
    chance = random.Random(7)
    names = "abcdefgh"
    lines = [f"{name}={k / 4 - 1}" for k, name in enumerate(names)]
    for _ in range(NODES - len(names)):
        target, one, other = chance.choice(names), *chance.sample(names, 2)
        op = chance.choice(("max", "min", "-"))
        lines.append(f"{target}={one}-{other}" if op == "-" else f"{target}={op}({one},{other})")
    return "\n".join(lines)
