from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Installed:
    """What the Dockerfile makes, made without a container: wheels, and an environment with the package."""

    source: Path
    wheels: Path
    wheel: Path
    bin: Path


def environment() -> dict[str, str]:
    """Return the machine's environment without what an outer make or Python has put into it."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))
    }


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def copy_packages(source: Path, target: Path) -> None:
    """Give a copy of the sources the page's packages. (A link to the folder would let npm empty the original.)"""
    packages = "node_modules"
    shutil.copytree(source / packages, target / packages, symlinks=True, copy_function=link_or_copy)
