from __future__ import annotations

import pytest
from hypothesis import settings

from chainrule.engine.backend import be_quiet

# How long an example takes says something about the machine, and nothing about the program.
settings.register_profile("chainrule", deadline=None)
settings.load_profile("chainrule")


@pytest.fixture(autouse=True)
def quiet_engine() -> None:
    """Pytest puts filters of its own in the place of all others."""
    be_quiet()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
