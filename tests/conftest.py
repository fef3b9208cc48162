from __future__ import annotations

import pytest

import arithmetic  # noqa: F401  (before NumPy)
from chainrule.engine.backend import be_quiet
from support.examples import fix

fix()


@pytest.fixture(autouse=True)
def quiet_engine() -> None:
    """Pytest puts filters of its own in the place of all others."""
    be_quiet()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
