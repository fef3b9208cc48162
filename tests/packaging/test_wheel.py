from __future__ import annotations

import re
import subprocess
import zipfile
from email.parser import Parser

import pytest

from chainrule.cli import main
from support.installed import Installed, environment

pytestmark = pytest.mark.slow


def test_the_wheel_holds_the_built_page_and_all_that_it_loads(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = set(wheel.namelist())
        index = wheel.read("chainrule/static/index.html").decode()
    loaded = re.findall(r'(?:src|href)="/([^"]+)"', index)
    assert any(name.endswith(".js") for name in loaded)
    assert {f"chainrule/static/{name}" for name in loaded} <= names


def test_the_wheel_holds_the_package_and_nothing_beside_it(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
    assert "chainrule/cli.py" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"chainrule"}
    assert not [name for name in names if "node_modules" in name or name.endswith((".ts", ".svelte", ".pyc"))]


def test_the_wheel_holds_the_shipped_data_with_their_licences(installed: Installed) -> None:
    folder = installed.source / "server" / "chainrule" / "data" / "shipped"
    names = [path.name for path in folder.iterdir()]
    assert "digits.npz" in names and "digits.LICENSE.md" in names
    with zipfile.ZipFile(installed.wheel) as wheel:
        for name in names:
            assert wheel.read(f"chainrule/data/shipped/{name}") == (folder / name).read_bytes()
        licences = [name for name in wheel.namelist() if ".dist-info/licenses/" in name]
    assert {name for name in names if "LICENSE" in name} <= {name.split("/")[-1] for name in licences}


def test_the_wheel_says_what_it_is(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as wheel:
        [metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        fields = Parser().parsestr(wheel.read(metadata).decode())
        assert [name for name in wheel.namelist() if name.endswith("/licenses/LICENSE")]
    assert fields["License-Expression"] == "MIT"
    assert fields["Requires-Python"] == ">=3.11"
    assert not [
        each for each in fields.get_all("Requires-Dist", []) if "torch" in each and "extra" not in each
    ]


def test_the_command_is_on_the_path_and_runs_away_from_the_repository(
    installed: Installed, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = subprocess.run(
        [installed.bin / "chainrule", "schema"],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert answer.returncode == 0, answer.stderr
    assert main(["schema"]) == 0
    assert answer.stdout == capsys.readouterr().out
