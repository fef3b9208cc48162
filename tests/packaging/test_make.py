"""What make says and does where something is missing, and that it does nothing where nothing is."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

import page
from support.installed import environment


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments], cwd=page.ROOT, env=environment(), capture_output=True, text=True
    )


def own_lines(answer: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what was printed, without the line that make adds when a command fails."""
    lines = (answer.stdout + answer.stderr).splitlines()
    return [line for line in lines if not re.match(r"make(\[\d+\])?: \*\*\* ", line)]


def test_a_python_that_is_too_old_is_one_clear_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    folder = tmp_path / "venv"
    answer = make(f"PYTHON={old}", f"venv={folder}", f"{folder}/.python")
    assert answer.returncode != 0
    assert own_lines(answer) == [f"chainrule: Python 3.11 or newer is needed, and {old} is Python 3.9.2"]
    assert not folder.exists()


def test_no_python_at_all_is_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    answer = make("PYTHON=no-such-python", f"venv={folder}", f"{folder}/.python")
    assert answer.returncode != 0
    [line] = own_lines(answer)
    assert line.startswith("chainrule: Python 3.11 or newer is needed, and no-such-python is ")


def test_the_next_make_run_only_serves() -> None:
    answer = make("--dry-run", "run", "PORT=8123")
    assert answer.returncode == 0
    assert own_lines(answer) == ["exec .venv/bin/chainrule serve --port 8123"]


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = make("run", f"PORT={port}")
    assert answer.returncode != 0
    [line] = own_lines(answer)
    assert str(port) in line


def test_every_command_is_explained() -> None:
    makefile = (page.ROOT / "Makefile").read_text(encoding="utf-8")
    phony, *_ = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    contributing = (page.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = make("help").stdout
    for target in set(phony.split()) - {"help"}:
        assert f"make {target}" in contributing
        assert f"make {target} " in listed
