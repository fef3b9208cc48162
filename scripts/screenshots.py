"""Takes pictures from the running program: for the README two stills and a short animation, for the start page one a lesson.

    python scripts/screenshots.py [--out docs/images]

The browser's clock is stepped by hand, so every frame of the animation is the picture at an exact time, however slow
the machine is.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Page, Response, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import chromium  # noqa: E402
from e2e.running import Server, free_port  # noqa: E402

SIZE = ViewportSize(width=1440, height=900)
STILLS = ROOT / "frontend" / "src" / "panels" / "start" / "stills"
PLACES = {
    "one-weight": "0.8",
    "circuit": "0.6",
    "one-layer": "0.12",
    "map-and-hiker": "60.60",
    "playground": "240.17",
    "vanishing-and-exploding": "30.900",
    "convolution": "400.20",
    "detection": "300.0",
    "next-token": "300.150",
}
"""What the start page shows of a lesson before it moves: iteration and step."""
FRAME_MS = 40
MOVE_FRAMES = 12
HOLD_MS = 900
# From the seed to the new weight: one press of the right arrow each.
FIRST, LAST = 5, 9


def open_at(page: Page, address: str, place: str, lesson: str = "one-weight") -> None:
    """Open a lesson at a step of an iteration, with the picture drawn."""
    page.goto(f"{address}/{lesson}?seed=7&at={place}&lang=en&theme=light")
    page.wait_for_load_state("networkidle")
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_timeout(1500)


def still(page: Page, address: str, target: Path) -> None:
    """The gradient arriving at the weight: the moment that the lesson is built around."""
    open_at(page, address, "0.8")
    page.screenshot(path=target)


def network(page: Page, address: str, target: Path) -> None:
    """A trained network in the middle of a backward pass: what is passed on, and what stays."""
    open_at(page, address, "240.17", "playground")
    page.screenshot(path=target)


def animation(page: Page, address: str, target: Path) -> None:
    """The backward pass and the update, one press of a key after the other."""
    page.clock.install(time=0)
    open_at(page, address, f"0.{FIRST - 1}")
    page.clock.pause_at(60_000)
    frames: list[Image.Image] = []
    durations: list[int] = []

    def take(count: int) -> None:
        for _ in range(count):
            page.clock.run_for(FRAME_MS)
            shot = Image.open(io.BytesIO(page.screenshot()))
            durations.append(FRAME_MS)
            frames.append(shot.convert("RGB").resize((960, 600), Image.Resampling.LANCZOS))

    take(2)
    for _ in range(FIRST, LAST + 1):
        page.keyboard.press("ArrowRight")
        # The answer comes over a real socket: let it arrive before time goes on.
        time.sleep(0.3)
        take(MOVE_FRAMES)
        durations[-1] = HOLD_MS
    frames[0].save(
        target,
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=80,
        method=4,
        minimize_size=True,
    )


def opens(lesson: str) -> Callable[[Response], bool]:
    """Say of an answer whether it is that of a session of this lesson."""

    def does(answer: Response) -> bool:
        asked = answer.request
        at = asked.method == "POST" and urlsplit(answer.url).path == "/api/sessions"
        return at and (asked.post_data_json or {}).get("lesson") == lesson

    return does


def lesson_stills(page: Page, address: str, target: Path, language: str, theme: str) -> None:
    """Each lesson as the start page shows it, at a place that says what it is about."""
    page.goto(f"{address}/?lang={language}&theme={theme}")
    page.locator(".live .mirror button").first.wait_for(state="attached")
    for card in page.locator("[data-lesson]").all():
        slug = card.get_attribute("data-lesson") or ""
        with page.expect_response(opens(slug)) as made:
            if page.locator(f'a.active[data-lesson="{slug}"]').count():
                page.reload()
            else:
                card.hover()
        session = f"{address}/api/sessions/{made.value.json()['id']}/commands"
        page.wait_for_timeout(1500)
        iteration, _, step = PLACES.get(slug, "0.0").partition(".")
        page.request.post(session, data={"type": "pause"})
        place = {"type": "seek", "iteration": int(iteration), "step": int(step)}
        page.request.post(session, data=place, timeout=300_000)
        page.wait_for_timeout(1500)
        shot = Image.open(io.BytesIO(card.locator(".picture").screenshot()))
        shot.convert("RGB").save(target / f"{slug}.{language}.{theme}.webp", quality=82, method=6)


def main() -> None:
    """Write all pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--start", action="store_true", help="those of the start page alone")
    parser.add_argument("--languages", nargs="+", default=["en", "vi"])
    given = parser.parse_args()
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(free_port(), Path(folder) / "data", Path(folder) / "server.log")
        server.start()
        address = server.address
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.ARGUMENTS)
        if not given.start:
            still(browser.new_page(viewport=SIZE), address, out / "one-weight.png")
            network(browser.new_page(viewport=SIZE), address, out / "playground.png")
            animation(browser.new_page(viewport=SIZE), address, out / "backward.webp")
        for language in given.languages:
            for theme in ("light", "dark"):
                page = browser.new_page(viewport=SIZE, device_scale_factor=2)
                lesson_stills(page, address, STILLS, language, theme)
        browser.close()
        server.stop()
    for picture in sorted([*out.iterdir(), *STILLS.glob("*.webp")]):
        print(f"{picture}  {picture.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
