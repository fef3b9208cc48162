"""Circuit: ready-made expressions and any that a person types, gate by gate."""

from __future__ import annotations

from typing import Any, get_args

from chainrule.engine.backend import Backend
from chainrule.lessons.circuit.example import Example
from chainrule.lessons.circuit.examples import CUSTOM, EXAMPLES
from chainrule.lessons.circuit.model import Circuit, Config, build_circuit
from chainrule.lessons.lesson import Lesson, text
from chainrule.lessons.options import OptimizerName, optimizer_fields
from chainrule.protocol.model import Beat, ConfigField, Preset


def beats(config: Config) -> list[Beat]:
    """The preset's narrative."""
    return list(EXAMPLES[config.preset].beats)


def build(config: Config, seed: int, backend: Backend, dtype: str) -> Circuit:
    """The model; nothing in it is random. Refusals: ``expression_error``, ``invalid_config``."""
    return build_circuit(config, dtype)


def _preset(example: Example) -> Preset:
    config: dict[str, Any] = {"preset": example.id, "values": {}}
    if example is not CUSTOM:
        config["code"] = example.code
    return Preset(
        id=example.id, title=example.title, summary=example.summary, config=config, beats=list(example.beats)
    )


LESSON = Lesson(
    slug="circuit",
    order=2,
    title=text("Circuit", "Mạch tính toán"),
    summary=text(
        "Any expression as a circuit of small gates: gradients flow back through it, and add where wires "
        "meet.",
        "Biểu thức nào cũng là một mạch gồm những cổng nhỏ: gradient chảy ngược qua mạch và cộng lại ở chỗ "
        "các dây gặp nhau.",
    ),
    outcome=text(
        "Upstream times local, gate by gate; and where a value is used twice, its gradients add.",
        "Gradient từ trên nhân với đạo hàm tại chỗ, từng cổng một; giá trị nào được dùng hai lần thì các gradient của nó cộng lại.",
    ),
    Config=Config,
    fields=(
        ConfigField(
            name="preset",
            title=text("circuit", "mạch"),
            applies="rebuild",
            control="choice",
            choices=list(EXAMPLES),
        ),
        ConfigField(
            name="code",
            title=text("expression", "biểu thức"),
            applies="rebuild",
            control="code",
            presets={example.id: example.code for example in EXAMPLES.values()},
        ),
        ConfigField(name="values", title=text("values", "giá trị"), applies="rebuild", control="none"),
        *optimizer_fields(get_args(OptimizerName)),
    ),
    presets=tuple(_preset(example) for example in EXAMPLES.values()),
    plot=None,
    beats=beats,
    build=build,
)
