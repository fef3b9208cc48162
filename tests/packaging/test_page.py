"""Finding Node, building the page, and what the built page must not contain."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import page
from support import docker
from support.installed import Installed, copy_packages


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2\n", "v22.12.0", "v22.20.1", "v24.0.0", "v26.3.1"])
def test_a_node_that_vite_runs_on(version: str) -> None:
    assert page.new_enough(version)


@pytest.mark.parametrize("version", ["", "v18.20.4", "v20.18.3", "v21.7.0", "v22.11.0", "node 24", "v24"])
def test_a_node_that_vite_does_not_run_on(version: str) -> None:
    assert not page.new_enough(version)


def stub(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("node", "npm", "wanted"),
    [
        (None, None, [page.NODE_WHEEL]),
        ("echo v20.19.0", None, [page.NODE_WHEEL]),
        ("echo v18.19.0", "exit 0", [page.NODE_WHEEL]),
        ("echo v20.19.0; exit 1", "exit 0", [page.NODE_WHEEL]),
        ("echo v20.19.0", "exit 0", []),
    ],
    ids=["no node", "no npm", "too old", "broken", "new enough"],
)
def test_the_wheel_with_node_is_wanted_only_where_the_machine_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str | None, npm: str | None, wanted: list[str]
) -> None:
    if node:
        stub(tmp_path, "node", node)
    if npm:
        stub(tmp_path, "npm", npm)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert page.requirements() == wanted


def test_no_node_at_all_is_one_clear_line(tmp_path: Path) -> None:
    script = "import sys, page; page.wheel_node = lambda: None; sys.exit(page.main(['build']))"
    environment = {**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(page.ROOT / "scripts")}
    answer = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert line.startswith("chainrule: Node 20.19 or newer")


@pytest.fixture(scope="module")
def sources(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the sources that a test may break."""
    copy = tmp_path_factory.mktemp("sources") / "copy"
    shutil.copytree(installed.source, copy, ignore=shutil.ignore_patterns("build", "static", "node_modules"))
    copy_packages(installed.source / "frontend", copy / "frontend")
    broken = "<script>\n  let a = ;\n</script>\n"
    (copy / "frontend" / "src" / "Broken.svelte").write_text(broken, encoding="utf-8")
    return copy


@pytest.mark.parametrize(
    ("file", "text", "named"),
    [
        (
            "main.ts",
            'import { missing } from "./no-such-file.js";\nmissing();\n',
            "'./no-such-file.js' in src/main.ts",
        ),
        ("main.ts", 'import Broken from "./Broken.svelte";\nBroken();\n', "Broken.svelte:2"),
        ("i18n/en.json", "{", "src/i18n/en.json"),
    ],
    ids=["missing file", "syntax", "messages"],
)
def test_a_failed_build_is_one_clear_line_that_says_where(
    sources: Path, file: str, text: str, named: str
) -> None:
    broken = sources / "frontend" / "src" / file
    whole = broken.read_text(encoding="utf-8")
    broken.write_text(text, encoding="utf-8")
    command = [sys.executable, "scripts/page.py", "build"]
    answer = subprocess.run(command, cwd=sources, capture_output=True, text=True)
    broken.write_text(whole, encoding="utf-8")
    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert line.startswith("chainrule: the page could not be built: ")
    assert named in line
    assert named in (sources / "build" / "page.log").read_text(encoding="utf-8")


def test_packages_that_cannot_be_had_are_one_clear_line(installed: Installed, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(installed.source, copy, ignore=shutil.ignore_patterns("build", "static", "node_modules"))
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}
    environment = {**os.environ, **nowhere, "npm_config_cache": str(tmp_path / "cache")}
    command = [sys.executable, "scripts/page.py", "install"]
    answer = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert answer.returncode == 1
    [line] = answer.stderr.splitlines()
    assert line.startswith("chainrule: the page's packages could not be installed: ")
    assert "127.0.0.1:9" in line


def test_the_lock_file_names_hashes_and_no_addresses() -> None:
    lock = json.loads((page.FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, each in packages.items() if "resolved" in each] == []
    assert [
        name for name, each in packages.items() if "integrity" not in each and "inBundle" not in each
    ] == []


def test_the_constraints_name_versions_and_no_addresses() -> None:
    lines = (page.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", pin)] == []


def test_the_built_page_keeps_to_a_strict_content_security_policy(installed: Installed) -> None:
    static = installed.source / "server" / "chainrule" / "static"
    index = (static / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)", index) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", index) == []
    for sheet in [static / "index.html", *static.rglob("*.css")]:
        text = sheet.read_text(encoding="utf-8")
        loaded = re.findall(r"""(?:url\(|@import\s+|\b(?:src|href)=)["']?([^"')\s>]+)""", text)
        assert [each for each in loaded if re.match(r"(\w+:)?//|data:", each)] == [], sheet.name


def test_dockerignore_rules() -> None:
    patterns = [".*", "docs", "**/node_modules", "a/b", "!a/b/keep"]
    assert docker.ignored(".git", patterns)
    assert docker.ignored("docs/x.md", patterns)
    assert docker.ignored("frontend/node_modules/x/y.js", patterns)
    assert docker.ignored("a/b/c", patterns)
    assert not docker.ignored("a/b/keep", patterns)
    assert not docker.ignored("frontend/.npmrc", patterns)
    assert not docker.ignored("frontend/docs", patterns)
