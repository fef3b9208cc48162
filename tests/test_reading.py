from __future__ import annotations

import math

import pytest

from chainrule.reading import read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-24", -24.0),
        ("−24", -24.0),
        ("-24,0", -24.0),
        (" +1.5 ", 1.5),
        ("1/3", 1 / 3),
        ("−1 / 18", -1 / 18),
        ("0,5/2", 0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("2E+2", 200.0),
        ("∞", math.inf),
        ("−∞", -math.inf),
        ("-Infinity", -math.inf),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert read_number(text) == value


def test_nan_is_read() -> None:
    assert math.isnan(read_number("NaN"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "x",
        "1/0",
        "1/2/3",
        "1,000.5",
        "1.2.3",
        "--1",
        "1e",
        "0x10",
        "٣",
        "1_0",
        "9" * 65,
        "True",
        "1e400",
        "-1e400",
        "1/1e-400",
        "1e400/2",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_number(text)
