"""Writes constraints.txt: the newest versions that fit what pyproject.toml asks for."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

import page

TARGET = page.ROOT / "constraints.txt"
HEADER = "# Every version that `make` installs, so that two machines run the same. Renew with `make constraints`.\n"
TOOLS = ("editables", page.NODE_WHEEL)


def main() -> int:
    project = tomllib.loads((page.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["test"],
        *TOOLS,
    ]
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        frozen = subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True)
    TARGET.write_text(HEADER + "".join(sorted(frozen.stdout.splitlines(keepends=True), key=str.lower)))
    print(f"Wrote {TARGET.relative_to(page.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
