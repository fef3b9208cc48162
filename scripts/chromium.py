"""Finds a Chromium that starts; run as a script, it installs one where there is none.

In this order: the machine's own, Debian's package (as root, or where sudo asks for no password), the download
of the test runner.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# The one without windows takes a fifth less of a core for the same tests.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
)
DEBIAN = ("chromium-headless-shell", "chromium")
"""Its packages, the better one first: older releases have the second alone."""
APPLICATIONS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


class NoChromiumError(Exception):
    """No browser to test with; the message is one line that says what to do."""


def starts(executable: Path) -> bool:
    """Say whether this browser opens a page: some are stubs, and some lack their libraries."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            str(executable),
            "--headless",
            *ARGUMENTS,
            f"--user-data-dir={profile}",
            "--dump-dom",
            "about:blank",
        ]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=90)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return answer.returncode == 0 and "<html" in answer.stdout


def _downloaded() -> Path | None:
    """Return the browser that the test runner has downloaded, if it has."""
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    path = Path(answer.stdout.strip() or "/nonexistent")
    return path if answer.returncode == 0 and path.is_file() else None


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("CHAINRULE_CHROMIUM"):
        yield Path(chosen)
        return
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield from (path for path in APPLICATIONS if path.is_file())
    if downloaded := _downloaded():
        yield downloaded


@cache
def find() -> Path:
    """Return a browser of this machine that starts."""
    for candidate in _candidates():
        if starts(candidate):
            return candidate
    raise NoChromiumError(
        "no Chromium that starts was found: run scripts/chromium.py, or set CHAINRULE_CHROMIUM"
    )


def _apt() -> list[str] | None:
    """Return how to call apt-get here, or None where one may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    return None


def _install_from_debian(apt: list[str]) -> tuple[Path | None, str]:
    """Return the browser that starts, or why there is none."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def call(*arguments: str) -> str:
        done = subprocess.run([*apt, "-qq", *arguments], env=environment, capture_output=True, text=True)
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return "" if done.returncode == 0 else lines[-1] if lines else f"status {done.returncode}"

    call("update")
    reason = ""
    for package in DEBIAN:
        print(f"Installing Debian's {package}", flush=True)
        reason = call("install", "--yes", "--no-install-recommends", package)
        if not reason and (path := shutil.which(package)) and starts(Path(path)):
            return Path(path), ""
    return None, reason or "what it installed does not start"


def _download() -> str:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    done = subprocess.run(command, capture_output=True, text=True)
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return "" if done.returncode == 0 else lines[-1] if lines else f"status {done.returncode}"


def ensure() -> Path:
    """Return a browser that starts; install one where there is none."""
    try:
        return find()
    except NoChromiumError:
        if "CHAINRULE_CHROMIUM" in os.environ:
            raise
    tried = []
    if apt := _apt():
        installed, reason = _install_from_debian(apt)
        if installed:
            return installed
        tried.append(f"apt: {reason}")
    else:
        tried.append("apt: not available, or not allowed")
    print("Downloading the test runner's Chromium", flush=True)
    reason = _download()
    tried.append(f"playwright: {reason or 'what it downloaded does not start'}")
    if not reason and (found := _downloaded()) and starts(found):
        return found
    raise NoChromiumError(f"no Chromium for the tests in the browser; install one ({'; '.join(tried)})")


if __name__ == "__main__":
    try:
        print(f"Chromium: {ensure()}")
    except NoChromiumError as error:
        sys.exit(f"chainrule: {error}")
