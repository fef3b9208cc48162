"""Any command, sensible or not, for tests of whatever a session may be asked."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(
    [
        "w",
        "x",
        "W",
        "b",
        "X",
        "Y",
        "f",
        "q",
        "loss",
        "mul",
        "mul#0",
        "add#0",
        "matmul#0",
        "mul#0.edit",
        "mul#0.delta",
        "pow#0",
        "constant#0",
        "mean#0",
        "hidden1.weight",
        "sgd/x",
        "nothing",
        "δ",
        " ",
    ]
)
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -2.5, 1e300, "NaN", "Infinity", "-Infinity"]),
    st.floats(-4, 4),
)
VALUES = st.one_of(
    NUMBERS, st.lists(NUMBERS, max_size=3), st.lists(st.lists(NUMBERS, max_size=2), max_size=3)
)
INDEX = st.lists(st.integers(0, 3), max_size=3)
CONFIGS = st.dictionaries(
    st.sampled_from(["lr", "optimizer", "zero_grad", "dtype", "w", "preset", "rows", "momentum", "nothing"]),
    st.sampled_from(
        [0.1, -1.0, 0, 2, 3.0, "sgd", "adam", "none", "fan-out", "max", True, "float64", None, "1/18"]
    ),
    max_size=2,
)
CONDITIONS = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("step"),
            "step_kind": st.sampled_from(["seed", "update", None]),
            "node": st.none() | NAMES,
        }
    ),
    st.just({"kind": "non_finite"}),
    st.fixed_dictionaries(
        {
            "kind": st.just("grad"),
            "name": st.none() | NAMES,
            "relation": st.sampled_from(["<", ">"]),
            "threshold": st.floats(-1, 30),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("metric"),
            "metric": st.sampled_from(["loss", "w", "test_loss", "accuracy", "nothing"]),
            "relation": st.sampled_from(["<", ">"]),
            "threshold": st.floats(-1, 5),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("rising"), "iterations": st.integers(1, 3)}),
    st.fixed_dictionaries(
        {
            "kind": st.just("stalled"),
            "metric": st.sampled_from(["loss", "w", "test_loss", "accuracy", "nothing"]),
            "iterations": st.integers(1, 40),
        }
    ),
    st.just({"kind": "dead"}),
)


def command(type: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:  # noqa: A002
    return st.fixed_dictionaries({"type": st.just(type), **fields})


COMMANDS = st.one_of(
    command(
        "step", unit=st.sampled_from(["step", "phase", "iteration", "epoch"]), count=st.integers(-40, 40)
    ),
    command(
        "seek",
        iteration=st.integers(0, 40),
        step=st.integers(0, 25),
        branch=st.none() | st.integers(0, 8),
    ),
    command("edit", name=NAMES, value=VALUES, index=st.none() | INDEX, coalesce=st.booleans()),
    command("configure", config=CONFIGS),
    command("undo"),
    command("compare", config=st.none() | CONFIGS, name=st.sampled_from([None, "other"])),
    command("compare", branch=st.integers(0, 8)),
    command(
        "breakpoint",
        action=st.sampled_from(["add", "add", "remove", "clear", "on", "off"]),
        condition=st.none() | CONDITIONS,
        breakpoint=st.none() | st.integers(0, 4),
    ),
    command(
        "explain",
        name=NAMES,
        what=st.sampled_from(["value", "grad", "contribution"]),
        index=INDEX,
        argument=st.none() | st.integers(0, 2),
    ),
    command("gradcheck", name=NAMES),
    command("pytorch", name=NAMES, what=st.sampled_from(["value", "grad"])),
    command("sweep", name=NAMES, low=st.floats(-1, 1), high=st.floats(), count=st.integers(2, 4)),
    command("sample", row=st.integers(0, 12)),
    command("arrows", name=NAMES, first=st.none() | INDEX, second=st.none() | INDEX),
    command(
        "unfold",
        layer=st.sampled_from(["hidden1", "output", "x", "nothing"]),
        unit=st.integers(0, 5),
        source=st.none() | st.integers(0, 5),
        row=st.integers(0, 12),
    ),
    command(
        "map", low=st.none() | st.lists(st.floats(-4, 4), min_size=2, max_size=2), count=st.integers(2, 5)
    ),
    command("differences"),
    command("token", row=st.integers(0, 5), position=st.integers(0, 5)),
    command(
        "write",
        text=st.sampled_from(["", "the", "what?", "π"]),
        length=st.integers(0, 3),
        temperature=st.sampled_from([0.0, 1.0]),
    ),
    command("nudge", name=NAMES, index=INDEX, h=st.floats(-1, 1)),
    command("fire", name=NAMES),
    command("predict", on=st.booleans()),
    command("guess", value=st.sampled_from(["1", "−24", "1/3", "?", "1,5"])),
    command("subscribe", names=st.none() | st.lists(NAMES, max_size=3)),
    command("cancel"),
    command("play", unit=st.sampled_from(["step", "epoch"]), rate=st.sampled_from([None, 1000.0])),
    command("pause"),
)


def shaping(names: list[str], configs: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Commands that make branches and go to and fro between them, most of them allowed."""
    return st.one_of(
        command(
            "edit",
            name=st.sampled_from(names),
            value=st.sampled_from([0.5, -2.0, 0.25]),
            coalesce=st.booleans(),
        ),
        command("configure", config=st.sampled_from(configs)),
        command("configure", config=st.sampled_from(configs)),
        command("step", unit=st.sampled_from(["step", "phase", "iteration"]), count=st.integers(-6, 6)),
        command("step", unit=st.just("iteration"), count=st.integers(1, 4)),
        command("seek", iteration=st.integers(0, 9), step=st.integers(0, 9), branch=st.integers(0, 9)),
        command("compare", config=st.sampled_from(configs)),
        command("compare", branch=st.integers(0, 5)),
        command("undo"),
        COMMANDS,
    )
