"""Writes the golden traces, which the tests of both sides read: ``make golden``."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import arithmetic  # noqa: F401  (before NumPy)
from chainrule.host import recording
from chainrule.protocol import CLIENT_MESSAGE
from chainrule.session import Session

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "golden"

TRACES: dict[str, tuple[str, dict[str, Any], int]] = {
    "one-weight": ("one-weight", {}, 3),
    "one-layer": ("one-layer", {}, 2),
    "map-and-hiker": ("map-and-hiker", {"hikers": ["sgd", "adam"]}, 2),
    "one-weight-adam": ("one-weight", {"optimizer": "adam", "lr": 0.1}, 2),
    "circuit": ("circuit", {}, 1),
    "circuit-fan-out": ("circuit", {"preset": "fan-out"}, 1),
    "circuit-max": ("circuit", {"preset": "max"}, 1),
    "circuit-sigmoid-neuron": ("circuit", {"preset": "sigmoid-neuron", "optimizer": "sgd"}, 2),
    "circuit-log-sum-exp": ("circuit", {"preset": "log-sum-exp"}, 1),
    "playground": ("playground", {"hidden": [3], "batch_size": 4}, 1),
    "vanishing-and-exploding": (
        "vanishing-and-exploding",
        {"depth": 3, "width": 2, "batch_size": 2, "columns": ["plain", "both"], "skips": [2]},
        1,
    ),
    "convolution": ("convolution", {"batch_size": 1, "filters1": 2, "filters2": 1}, 1),
}
"""Lesson, configuration and number of iterations of each; the seed is 7."""

UNFOLDED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "hidden": ({"hidden": [2, 2], "batch_size": 3}, {"layer": "hidden2", "unit": 1, "row": 2}),
    "output": ({"hidden": [2], "batch_size": 3}, {"layer": "output", "unit": 0, "row": 1}),
    "many": (
        {
            "hidden": [2],
            "batch_size": 2,
            "features": ["x", "y", "x_squared", "y_squared", "xy", "sin_x", "sin_y"],
        },
        {"layer": "hidden1", "unit": 0, "row": 0},
    ),
}
"""Of a unit of the playground that is unfolded: the configuration, and what is asked."""

DETECTED: tuple[dict[str, Any], dict[str, list[dict[str, Any]]]] = (
    {"batch_size": 3, "filters": 2, "scenes": 8},
    {
        "graph": [],
        "untrained": [
            {"type": "scene", "picture": "held_out", "row": 1},
            {"type": "detect", "picture": "held_out", "row": 1},
        ],
        "forward": [
            {"type": "step", "unit": "phase"},
            {"type": "scene", "row": 2},
            {"type": "detect", "row": 2},
        ],
        "backward": [
            {"type": "step", "unit": "phase"},
            {"type": "detect", "row": 2, "pulls": True, "compare": True, "maps": True},
            {"type": "precision"},
        ],
    },
)
"""Of a detector: the configuration, and what is asked one after the other, by the place where it is."""


TEXT: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "window": (
        {"batch_size": 2, "context": 5, "width": "8", "blocks": "2", "norm": False},
        {"row": 1, "position": 3},
    ),
}
"""Of a network that reads text: the configuration, and the token that is asked for."""


def lines(name: str) -> Iterator[str]:
    """The lines of one trace. Whether PyTorch is installed depends on the machine, and is no part of it."""
    lesson, config, iterations = TRACES[name]
    for line in recording.lines(lesson, config, 7, iterations):
        yield line.replace('"pytorch_installed":true', '"pytorch_installed":false')


def unfolded_lines(name: str) -> Iterator[str]:
    """A unit unfolded at each step of an iteration: the first answer, and of the others what differs."""
    config, asked = UNFOLDED[name]
    session = Session("playground", config, 7)
    total = session.core.record.layout.total
    for step in range(total):
        for command in ({"type": "seek", "iteration": 0, "step": step}, {"type": "unfold", **asked}):
            (message,) = (
                one
                for one in session.handle(CLIENT_MESSAGE.validate_python(command))
                if one.type in ("moved", "unfolded")
            )
        told = message.model_dump(mode="json")
        yield json.dumps(told if step == 0 else {"frame": told["frame"], "cells": told["cells"]})


def detected_lines(name: str) -> Iterator[str]:
    """What a detector answers in one place, without sequence numbers."""
    config, asked = DETECTED
    session = Session("detection", config, 7)
    if name == "graph":
        yield json.dumps({"type": "graph", "graph": session.graph().model_dump(mode="json")})
    for place, commands in asked.items():
        for command in commands:
            messages = session.handle(CLIENT_MESSAGE.validate_python(command))
            while session.job is not None:
                messages += session.advance(1.0)
            for message in messages:
                if place == name and message.type.endswith("_result"):
                    yield json.dumps({**message.model_dump(mode="json"), "seq": 0})


def text_lines(name: str) -> Iterator[str]:
    """What the view of text is sent: the graph, then at the start and the end of each part its frame, and the token asked for."""
    config, asked = TEXT[name]
    session = Session("next-token", config, 7)
    yield json.dumps({"type": "graph", "graph": session.graph().model_dump(mode="json")})
    viewer = session.viewer()
    viewer.subscribe(["x", "y"], ["sample"], row=asked["row"], only=True)
    record = session.core.record
    model: Any = record.start.regime.model
    parts = [str(record.find(node).name) for node in model.attention]
    chosen = {0, 1, record.layout.total - 1}
    for ref in record.steps():
        node = ref.node
        if node is not None and (str(node.name) in parts or node is record.root or node.scope == "position"):
            chosen.add(ref.index)
    chosen.add(record.first_backward + record.layout.backward - 1)
    for step in sorted(chosen):
        session.handle(_command({"type": "seek", "iteration": 0, "step": step}))
        frames = [one for one in viewer.pull(session) if one.type == "frame"]
        yield json.dumps(frames[-1].model_dump(mode="json"))
        viewer.ack(frames[-1].seq)
        for message in session.handle(_command({"type": "token", **asked})):
            if message.type == "token_result":
                yield json.dumps(message.model_dump(mode="json"))


def tex_commands() -> list[str]:
    """Every command of LaTeX in a text of the package: what the page must be able to show."""
    found: set[str] = set()
    for path in (ROOT / "server" / "chainrule").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                found.update(re.findall(r"\\(?:[a-zA-Z]{2,}|[,;:!{}|])", node.value))
    return sorted(found)


def _command(fields: dict[str, Any]) -> Any:
    return CLIENT_MESSAGE.validate_python(fields)


OTHERS: dict[str, tuple[Iterable[str], Callable[[str], Iterator[str]]]] = {
    "unfolded": (UNFOLDED, unfolded_lines),
    "detected": (DETECTED[1], detected_lines),
    "text": (TEXT, text_lines),
}
"""Folders of other recordings: their names, and what makes the lines of each."""


def main() -> int:
    """Write all traces, and the list of commands."""
    FOLDER.mkdir(exist_ok=True)
    FOLDER.joinpath("commands.json").write_text(json.dumps(tex_commands(), indent=1) + "\n", encoding="utf-8")
    for path in FOLDER.glob("*.jsonl"):
        if path.stem not in TRACES:
            path.unlink()
    for name in TRACES:
        text = "".join(f"{line}\n" for line in lines(name))
        FOLDER.joinpath(f"{name}.jsonl").write_text(text, encoding="utf-8")
    for folder, (names, made) in OTHERS.items():
        FOLDER.joinpath(folder).mkdir(exist_ok=True)
        for name in names:
            text = "".join(f"{line}\n" for line in made(name))
            FOLDER.joinpath(folder, f"{name}.jsonl").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
