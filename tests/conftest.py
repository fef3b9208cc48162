from __future__ import annotations

import pytest
from hypothesis import settings

# How long an example takes says something about the machine, and nothing about the program.
settings.register_profile("chainrule", deadline=None)
settings.load_profile("chainrule")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
