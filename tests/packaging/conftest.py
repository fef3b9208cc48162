from __future__ import annotations

import os
import subprocess
import sys
import venv

import pytest

import page
from support import docker
from support.installed import Installed, copy_packages, environment


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process for all that look at the installed package: it takes a minute to install.

    First, because xdist reads these marks in a hook of the same name.
    """
    for item in items:
        if "installed" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("installed"))


@pytest.fixture(scope="session")
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert any(item.nodeid.endswith("@installed") for item in request.session.items), "groups fall apart"
    build, final = docker.stages((docker.ROOT / "Dockerfile").read_text(encoding="utf-8"))
    folder = tmp_path_factory.mktemp("image")
    source, wheels = folder / "src", folder / "wheels"
    source.mkdir()
    docker.copy(build, docker.ROOT, source)
    assert page.installed()
    copy_packages(page.FRONTEND, source / "frontend")

    def pip(stage: docker.Stage, start: str, *options: str) -> None:
        _, *words = stage.run(start)
        words = [word.replace("/wheels", str(wheels)) for word in words if word != "--no-cache-dir"]
        command = [sys.executable, "-m", "pip", *options, *words]
        done = subprocess.run(command, cwd=source, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, f"{command}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}"

    pip(build, "pip wheel")
    # A pip of its own would take longer than what it installs.
    venv.create(folder / "venv", with_pip=False)
    pip(final, "pip install", "--python", str(folder / "venv" / "bin" / "python"))
    [wheel] = wheels.glob("chainrule-*.whl")
    return Installed(source, wheels, wheel, folder / "venv" / "bin")
