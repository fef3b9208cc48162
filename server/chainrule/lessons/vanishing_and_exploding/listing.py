"""The PyTorch program that does the same, from the lesson's points and first values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from chainrule.language.listing import number_lines
from chainrule.lessons.options import optimizer_code
from chainrule.lessons.training import clip_code, schedule_step_code, scheduler_code
from chainrule.lessons.vanishing_and_exploding.config import NORMED, SKIPPING, Config
from chainrule.lessons.vanishing_and_exploding.network import ACTIVATIONS, INPUTS

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.protocol.model import ListingLine, StepKind


class Listing(NamedTuple):
    """Its lines, and which of them a step belongs to."""

    lines: tuple[ListingLine, ...]
    steps: Mapping[StepKind, int]
    variables: Mapping[str, int]

    def of(self, node: Node) -> int | None:
        """The line that computes a node: that of its kind of variable, ``z`` for ``plain/z7``; else of the sum."""
        label = node.label or ""
        if "/" not in label:
            return self.variables.get("total")
        variable = label.rpartition("/")[2]
        if variable == "z":
            return self.variables.get("output")
        return self.variables.get(variable.rstrip("0123456789"))


def write(config: Config, dtype: str) -> Listing:
    """The program. ``columns`` stands for the page's own batches and first values."""
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    norm = f"nn.BatchNorm1d({config.width}{suffix}, track_running_stats=False)"
    code: list[str] = []
    variables: dict[str, int] = {}

    def let(variable: str, line: str) -> None:
        code.append(line)
        variables[variable] = len(code)

    code += [
        "import torch",
        "from torch import nn",
        "from torch.nn import functional as F",
        "from columns import batches, first_values",
        "",
        f"DEPTH, WIDTH = {config.depth}, {config.width}",
        "",
        "",
        "class Column(nn.ModuleDict):",
        "    def __init__(self, norm, skips):",
        f'        super().__init__({{"layer1": nn.Linear({INPUTS}, WIDTH{suffix})}})',
        "        self.norm, self.skips = norm, skips",
        "        for k in range(2, DEPTH + 1):",
        f'            self[f"layer{{k}}"] = nn.Linear(WIDTH, WIDTH{suffix})',
        f'        self["output"] = nn.Linear(WIDTH, 1{suffix})',
        "        for k in range(1, DEPTH + 1) if norm else ():",
        f'            self[f"norm{{k}}"] = {norm}',
        "",
        "    def forward(self, h):",
        "        for k in range(1, DEPTH + 1):",
        "            before = h",
    ]
    let("z", '            h = self[f"layer{k}"](h)')
    code.append("            if self.norm:")
    let("n", '                h = self[f"norm{k}"](h)')
    bend = ACTIVATIONS[config.activation][1]
    if bend != "{}":
        let("a", f"            h = {bend.format('h')}")
    code.append("            if k in self.skips:")
    let("h", "                h = h + before")
    let("output", '        return self["output"](h)')
    code += ["", "", "columns = {"]
    for name in config.columns:
        skips = "range(2, DEPTH + 1)" if name in SKIPPING else repr(config.skips if name == "plain" else [])
        code.append(f'    "{name}": Column(norm={name in NORMED}, skips={skips}),')
    code += ["}", "optimizers, schedulers = [], []", "for name, column in columns.items():"]
    code.append("    column.load_state_dict(first_values[name])")
    made = (optimizer_code(config) or "").format("column.parameters()")
    code.append(f"    optimizer = torch.optim.{made}")
    code += [f"    {line}" for line in scheduler_code(config)]
    code.append("    optimizers.append(optimizer)")
    scheduled = schedule_step_code(config)
    if scheduled:
        code.append("    schedulers.append(scheduler)")
    code += ["", "for x, y in batches:"]
    steps: dict[StepKind, int] = {"load": len(code)}
    clear = "optimizer.zero_grad()"
    code += [
        "    for optimizer in optimizers:",
        f"        {clear}" if config.zero_grad else f"        pass  # {clear}",
    ]
    steps["zero_grad"] = len(code)
    let(
        "loss",
        "    losses = [F.binary_cross_entropy_with_logits(column(x), y) for column in columns.values()]",
    )
    let("total", "    sum(losses).backward()")
    steps["seed"] = steps["backward"] = len(code)
    clips = clip_code(config, "column.parameters()")
    if clips:
        code += ["    for column in columns.values():", *(f"        {line}" for line in clips)]
    code += ["    for optimizer in optimizers:", "        optimizer.step()"]
    steps["update"] = len(code)
    if scheduled:
        code += ["    for scheduler in schedulers:", *(f"        {line}" for line in scheduled)]
    return Listing(number_lines(code), steps, variables)
