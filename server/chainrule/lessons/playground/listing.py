"""The PyTorch program that does what the playground does, from its points and its first values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from chainrule.language.listing import number_lines
from chainrule.lessons.options import number_code, optimizer_code
from chainrule.lessons.playground.config import Config
from chainrule.lessons.playground.network import ACTIVATIONS
from chainrule.lessons.training import clip_code, schedule_step_code, scheduler_code

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.protocol.model import ListingLine, StepKind

LOSS_CODE = {
    "bce": "F.binary_cross_entropy_with_logits({}, y)",
    "ce": "F.cross_entropy({}, y)",
    "mse": "F.mse_loss({}, y)",
    "huber": "F.huber_loss({}, y)",
    "mae": "F.l1_loss({}, y)",
}
PARAMETERS = "network.parameters()"


class Listing(NamedTuple):
    """Its lines, and which of them a step belongs to."""

    lines: tuple[ListingLine, ...]
    steps: Mapping[StepKind, int]
    variables: Mapping[str, int]
    scopes: Mapping[str, int]

    def of(self, node: Node) -> int | None:
        """The line that computes a node: that of its variable, else of its layer's norm, the loss or the penalties."""
        scope = node.scope.partition("#")[0]
        line = self.variables.get(node.label or "")
        if line is not None:
            return line
        if scope in ("l1", "l2") or (not scope and node.op is not None and node.op.name == "add"):
            return self.scopes.get("total")
        return self.scopes.get(scope)


class _Writer:
    """Lines in the order in which they are written."""

    def __init__(self) -> None:
        self.code: list[str] = []
        self.variables: dict[str, int] = {}
        self.scopes: dict[str, int] = {}

    def add(self, *lines: str) -> int:
        """The number of the first of them."""
        self.code += lines
        return len(self.code) - len(lines) + 1

    def let(self, variable: str, expression: str) -> str:
        """A line of the loop that gives a variable its value; the variable."""
        self.variables[variable] = self.add(f"    {variable} = {expression}")
        return variable


def write(config: Config, dtype: str) -> Listing:
    """The program. ``playground`` stands for the page's own points and first values."""
    w = _Writer()
    w.add(
        "import torch",
        "from torch import nn",
        "from torch.nn import functional as F",
        "from playground import batches, first_values",
        "",
    )
    names = _modules(w, config, dtype)
    listed = ", ".join(f'"{name}": {name}' for name in names)
    w.add(
        f"network = nn.ModuleDict({{{listed}}})",
        "network.load_state_dict(first_values)",
        f"optimizer = torch.optim.{(optimizer_code(config) or '').format(PARAMETERS)}",
        *scheduler_code(config),
        "",
    )
    steps: dict[StepKind, int] = {"load": w.add("for x, y in batches:")}
    steps["zero_grad"] = w.add(
        "    optimizer.zero_grad()" if config.zero_grad else "    # optimizer.zero_grad()"
    )
    _loss(w, config, _forward(w, config))
    steps["seed"] = steps["backward"] = w.add("    loss.backward()")
    w.add(*(f"    {line}" for line in clip_code(config, PARAMETERS)))
    steps["update"] = w.add("    optimizer.step()")
    w.add(*(f"    {line}" for line in schedule_step_code(config)))
    return Listing(number_lines(w.code), steps, w.variables, w.scopes)


def _modules(w: _Writer, config: Config, dtype: str) -> list[str]:
    """The lines that make the layers, and their names in order of registration."""
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    names, widths = [], config.widths
    for k, units in enumerate(widths[1:], 1):
        last = k == len(widths) - 1
        names.append("output" if last else f"hidden{k}")
        w.add(f"{names[-1]} = nn.Linear({widths[k - 1]}, {units}{suffix})")
        if config.batch_norm and not last:
            names.append(f"norm{k}")
            w.add(f"norm{k} = nn.BatchNorm1d({units}{suffix})")
    return names


def _forward(w: _Writer, config: Config) -> str:
    """The lines of the forward pass; the variable that holds what comes out."""
    before = "x"
    for k, (activation, skip) in enumerate(zip(config.activations, config.skips, strict=True), 1):
        now = w.let(f"z{k}", f"hidden{k}({before})")
        if config.batch_norm:
            now = w.let(f"n{k}", f"norm{k}({now})")
        w.scopes[f"hidden{k}"] = w.variables[now]
        call = ACTIVATIONS[activation][1]
        if call != "{}":
            now = w.let(f"a{k}", call.format(now))
        if config.dropout:
            now = w.let(f"d{k}", f"F.dropout({now}, {number_code(config.dropout)})")
        before = w.let(f"h{k}", f"{now} + {before}") if skip else now
    output = w.let("z", f"output({before})")
    w.scopes["output"] = w.variables[output]
    return output


def _loss(w: _Writer, config: Config, output: str) -> None:
    penalised = bool(config.l1 or config.l2)
    of_data = "data_loss" if penalised else "loss"
    w.scopes[""] = w.add(f"    {of_data} = {LOSS_CODE[config.loss].format(output)}")
    if not penalised:
        return
    layers = [*(f"hidden{k}" for k in range(1, len(config.hidden) + 1)), "output"]
    w.add(f"    weights = [{', '.join(f'{name}.weight' for name in layers)}]")
    terms = [of_data]
    if config.l1:
        terms.append(f"{number_code(config.l1)} * sum(w.abs().sum() for w in weights)")
    if config.l2:
        terms.append(f"{number_code(config.l2 / 2)} * sum((w * w).sum() for w in weights)")
    w.scopes["total"] = w.add(f"    loss = {' + '.join(terms)}")
