"""The model of a typed program: its variables are leaves that require a gradient and count as parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chainrule.language import Program, parse
from chainrule.language.listing import Listing, program_listing
from chainrule.lessons.circuit.examples import EXAMPLES
from chainrule.lessons.lesson import KindFloat, LeafSpec, LessonModel, host_array, invalid_config
from chainrule.lessons.options import OptimizerConfig, OptimizerName, build_optimizer, optimizer_code

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer

WATCHED = 8
"""Scalar variables whose history is kept."""

PresetName = Literal["add-mul", "sigmoid-neuron", "fan-out", "max", "log-sum-exp", "custom"]
Variable = Annotated[str, Field(min_length=1, max_length=40)]


class Config(OptimizerConfig):
    """A preset, or code of one's own; ``values`` replaces the numbers that the code gives to variables.

    The two agree: without code it is the preset's, and with other code the preset is ``custom``.
    """

    preset: PresetName = "add-mul"
    code: Annotated[str, Field(max_length=10_000)] | None = None
    values: Annotated[dict[Variable, KindFloat], Field(max_length=1_000)] = Field(default_factory=dict)
    optimizer: OptimizerName = "none"

    @model_validator(mode="before")
    @classmethod
    def _agree(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        code, preset = fields.get("code"), fields.get("preset", "add-mul")
        if not isinstance(preset, str) or preset not in EXAMPLES:
            return fields
        if code is None:
            return {**fields, "code": EXAMPLES[preset].code}
        return fields if code == EXAMPLES[preset].code else {**fields, "preset": "custom"}

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields; another program begins with its own numbers.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        if "preset" in changes and "code" not in changes:
            changes = {"code": None, **changes}
        if "code" in changes and "values" not in changes:
            changes = {"values": {}, **changes}
        return super().merged(changes)

    @property
    def source(self) -> str:
        """The program."""
        return EXAMPLES[self.preset].code if self.code is None else self.code


@dataclass(frozen=True, eq=False)
class Circuit(LessonModel[Config]):
    """The model of a configuration."""

    lines: Listing
    program: Program

    @property
    def watch(self) -> tuple[str, ...]:
        return tuple(leaf.name for leaf in self.leaves if leaf.value.ndim == 0)[:WATCHED]

    @property
    def loss_label(self) -> str:
        return self.program.output_name

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        return self.program.run(leaves, self.lines.statements.__getitem__)

    def optimizer(self) -> Optimizer | None:
        return build_optimizer(self.config)


def build_circuit(config: Config, dtype: str) -> Circuit:
    """Read the program and put ``values`` in. Refusals: ``expression_error``, ``invalid_config``."""
    program = parse(config.source)
    shapes = {leaf.name: leaf.shape for leaf in program.leaves}
    for name in config.values:
        if shapes.get(name) != ():
            wrong = "is not one number" if name in shapes else "is not a variable of this circuit"
            scalars = [name for name, shape in shapes.items() if shape == ()]
            raise invalid_config(
                f"values: {name} {wrong}.",
                f"Numbers can be given to {', '.join(scalars)}." if scalars else "Leave values empty.",
                reason="config_not_a_variable",
                fields=["values"],
                name=name,
            )
    leaves = tuple(
        LeafSpec(
            leaf.name,
            "parameter",
            host_array(config.values.get(leaf.name, leaf.value), dtype),
            requires_grad=True,
        )
        for leaf in program.leaves
    )
    listing = program_listing(
        program,
        config.values,
        dtype,
        optimizer_code(config),
        zero_grad=config.zero_grad,
    )
    return Circuit(config, leaves, listing, program)
