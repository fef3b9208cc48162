"""What the image would do, held against what is run elsewhere, and done as far as it goes without a container."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator

import pytest

from chainrule.api.app import create_app
from e2e.running import Server, free_port
from support import docker
from support.installed import Installed, environment

PROJECT = tomllib.loads((docker.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD, FINAL = docker.stages((docker.ROOT / "Dockerfile").read_text(encoding="utf-8"))
SERVE = docker.exec_form(FINAL.one("CMD"))
HEALTH = FINAL.one("HEALTHCHECK")
PROBE = docker.exec_form(HEALTH.split("CMD", 1)[1].strip())
PORT = SERVE[SERVE.index("--port") + 1]


def test_both_stages_stand_on_the_oldest_python_that_is_supported() -> None:
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert BUILD.base == FINAL.base == f"python:{oldest}-slim"
    makefile = (docker.ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in makefile
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"


def test_the_versions_are_those_that_make_installs() -> None:
    makefile = (docker.ROOT / "Makefile").read_text(encoding="utf-8")
    for command in (BUILD.run("pip wheel"), re.findall(r"^pip := (.*)$", makefile, re.MULTILINE)[0].split()):
        constraints = command[command.index("--constraint") + 1]
        assert (docker.ROOT / constraints).is_file()
        assert constraints == "constraints.txt"


def test_the_second_stage_takes_the_wheels_and_nothing_else_of_the_first() -> None:
    made = BUILD.run("pip wheel")
    wheels = made[made.index("--wheel-dir") + 1]
    assert FINAL.all("COPY") == [f"--from={BUILD.name} {wheels} {wheels}"]
    used = FINAL.run("pip install")
    assert used[used.index("--find-links") + 1] == wheels
    assert "--no-index" in used


def test_it_does_not_run_as_root() -> None:
    keywords = [keyword for keyword, _ in FINAL.instructions]
    user = FINAL.one("USER")
    assert user not in {"root", "0"}
    [made] = [rest for rest in FINAL.all("RUN") if "useradd" in rest]
    assert re.search(rf"useradd [^&]*\b{user}\b", made)
    # Whatever needs root comes before, and what is served comes after.
    assert keywords.index("USER") > max(index for index, word in enumerate(keywords) if word == "RUN")
    assert keywords.index("USER") < keywords.index("CMD")


def test_the_folder_for_lasting_things_belongs_to_the_user() -> None:
    data = SERVE[SERVE.index("--data") + 1]
    assert FINAL.one("VOLUME") == data
    assert any(f"--owner {FINAL.one('USER')} {data}" in rest for rest in FINAL.all("RUN"))


def test_it_serves_as_make_run_does_but_for_every_address() -> None:
    makefile = (docker.ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"\$\(bin\)/chainrule serve --port \$\(PORT\)", makefile)
    assert SERVE[:2] == ["chainrule", "serve"]
    assert PORT == re.findall(r"^PORT \?= (\d+)$", makefile, re.MULTILINE)[0] == FINAL.one("EXPOSE")
    assert SERVE[SERVE.index("--host") + 1] == "0.0.0.0"


def test_the_health_check_asks_a_path_that_exists() -> None:
    [(port, path)] = re.findall(r"http://127\.0\.0\.1:(\d+)(/[^']*)'", PROBE[-1])
    assert port == PORT
    assert path in create_app().openapi()["paths"]


@pytest.fixture(scope="module")
def container(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """What CMD starts, from the wheels that the image would hold, on another port and another folder."""
    folder = tmp_path_factory.mktemp("container")
    command = (str(installed.bin / SERVE[0]), *SERVE[1:])
    server = Server(free_port(), folder / "data", folder / "log", command)
    server.start()
    yield server
    server.stop()


def probe(installed: Installed, port: int) -> int:
    command = [word.replace(f":{PORT}/", f":{port}/") for word in PROBE]
    assert command[0] == "python"
    return subprocess.run(
        [installed.bin / "python", *command[1:]], env=environment(), capture_output=True
    ).returncode


@pytest.mark.slow
def test_the_health_check_tells_a_server_that_answers_from_none(
    installed: Installed, container: Server
) -> None:
    assert probe(installed, container.port) == 0
    assert probe(installed, free_port()) != 0
