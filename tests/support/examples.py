"""The examples on which a property is tried: the same each time, or, where one searches for faults, ever new ones."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings
from hypothesis.internal.conjecture import providers

DEPTH = int(os.environ.get("CHAINRULE_FUZZ") or 0)
"""How many times as many examples are tried, each time new ones, as `make fuzz` does; 0 where they stay the same."""


def examples(count: int, **more: Any) -> settings:
    """Settings of a property that is tried on ``count`` examples, or on ``DEPTH`` times as many new ones."""
    return settings(max_examples=count * max(DEPTH, 1), **more)


def fix() -> None:
    """Let what is tried depend on nothing but the test.

    Hypothesis puts in numbers and words that it reads in the modules of the program which are loaded: by the tests
    that the process has run before, and by programs that differ from today's.
    """
    # How long an example takes says something about the machine, and nothing about the program.
    settings.register_profile("chainrule", examples(100), deadline=None, derandomize=DEPTH == 0)
    settings.load_profile("chainrule")
    if DEPTH == 0:
        providers._get_local_constants = providers.Constants  # type: ignore[attr-defined]
