"""The PyTorch program of a lesson, written line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chainrule.language.listing import LOOP, number_lines
from chainrule.lessons.options import OptimizerConfig, optimizer_code
from chainrule.lessons.training import TrainingConfig, clip_code, schedule_step_code, scheduler_code

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.protocol.model import ListingLine, StepKind

PARAMETERS = "network.parameters()"


@dataclass(frozen=True)
class Listing:
    """Its lines, and which of them a step belongs to.

    Attributes
    ----------
    variables
        The line that gives a variable its value; a node is labelled like its variable.
    places
        The line of nodes without a variable: by their names, or by the scope that they are in, "" being that of all others.
    """

    lines: tuple[ListingLine, ...]
    steps: Mapping[StepKind, int]
    variables: Mapping[str, int]
    places: Mapping[str, int]

    def of(self, node: Node) -> int | None:
        """The line that computes a node."""
        label, name, scope = node.label or "", str(node.name), node.scope.partition("#")[0]
        for key, lines in ((label, self.variables), (name, self.places), (scope, self.places)):
            if key in lines:
                return lines[key]
        return self.places.get("")


class RunsListing(Listing):
    """That of several runs in one loop: nodes are labelled ``run/variable``, those of all runs together are ``total``."""

    def of(self, node: Node) -> int | None:
        label = node.label or ""
        return self.variables.get(label.rpartition("/")[2] if "/" in label else "total")


@dataclass
class Program:
    """Lines in the order in which they are written."""

    code: list[str] = field(default_factory=list)
    steps: dict[StepKind, int] = field(default_factory=dict)
    variables: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def add(self, *lines: str) -> int:
        """The number of the last of them."""
        self.code += lines
        return len(self.code)

    def let(self, variable: str, expression: str, indent: int = 4) -> str:
        """A line that gives a variable its value; the variable."""
        self.variables[variable] = self.add(f"{' ' * indent}{variable} = {expression}")
        return variable

    def listing(self, kind: type[Listing] = Listing) -> Listing:
        """All of it."""
        return kind(number_lines(self.code), self.steps, self.variables, self.places)

    # -- what training loops have in common

    def start(self, page: str) -> None:
        """What is imported; ``page`` stands for the page's own batches and first values."""
        self.add(
            "import torch",
            "from torch import nn",
            "from torch.nn import functional as F",
            f"from {page} import batches, first_values",
            "",
        )

    def train(self, config: TrainingConfig, batch: str = "x, y") -> None:
        """From the network's first values to where gradients are cleared, the optimizer made and the loop begun."""
        self.add(
            "network.load_state_dict(first_values)",
            f"optimizer = {optimizer_made(config, PARAMETERS)}",
            *scheduler_code(config),
            "",
        )
        self.steps["load"] = self.add(f"for {batch} in batches:")
        self.clear(config)

    def repeat(self, config: OptimizerConfig, parameters: str) -> None:
        """The same where there is one batch: a loop without an end."""
        self.add(f"optimizer = {optimizer_made(config, parameters)}", "", LOOP)
        self.clear(config)

    def clear(self, config: OptimizerConfig) -> None:
        """Where gradients are cleared, or would be."""
        self.steps["zero_grad"] = self.add(
            "    optimizer.zero_grad()" if config.zero_grad else "    # optimizer.zero_grad()"
        )

    def learn(self, config: OptimizerConfig) -> None:
        """From the loss to the end of the update."""
        clip, schedule = (
            (clip_code(config, PARAMETERS), schedule_step_code(config))
            if isinstance(config, TrainingConfig)
            else ([], [])
        )
        self.steps["seed"] = self.steps["backward"] = self.add("    loss.backward()")
        self.add(*(f"    {line}" for line in clip))
        self.steps["update"] = self.add("    optimizer.step()")
        self.add(*(f"    {line}" for line in schedule))


def optimizer_made(config: OptimizerConfig, parameters: str) -> str:
    """PyTorch's call that makes the optimizer of these parameters."""
    return f"torch.optim.{(optimizer_code(config) or '').format(parameters)}"
