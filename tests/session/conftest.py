from __future__ import annotations

from collections.abc import Iterator

import pytest

from chainrule.lessons import LESSONS
from support.lessons import TEST_LESSONS


@pytest.fixture(autouse=True, scope="session")
def test_lessons() -> Iterator[None]:
    LESSONS.update(TEST_LESSONS)
    yield
    for slug in TEST_LESSONS:
        del LESSONS[slug]
