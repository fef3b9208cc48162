from __future__ import annotations

import gc
import os
import sys

import pytest

import arithmetic  # noqa: F401  (before NumPy)
from chainrule.engine.backend import be_quiet
from support.examples import fix

fix()
# Hundreds of processes are started: each reads what the first one has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


# Thousands of tests are found, and stay: garbage is looked for when they run, and not among them.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is slow: of several processes none works on alone when the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def quiet_engine() -> None:
    """Pytest puts filters of its own in the place of all others."""
    be_quiet()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
