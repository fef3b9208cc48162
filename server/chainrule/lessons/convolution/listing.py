"""The PyTorch program that does the same, from the lesson's digits and first values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from chainrule.language.listing import number_lines
from chainrule.lessons.convolution.config import CLASSES, SIDE, Config
from chainrule.lessons.convolution.network import ACTIVATIONS, POOLINGS
from chainrule.lessons.options import optimizer_code
from chainrule.lessons.training import clip_code, schedule_step_code, scheduler_code

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.protocol.model import ListingLine, StepKind

PARAMETERS = "network.parameters()"


class Listing(NamedTuple):
    """Its lines, and which of them a step belongs to."""

    lines: tuple[ListingLine, ...]
    steps: Mapping[StepKind, int]
    variables: Mapping[str, int]
    scopes: Mapping[str, int]

    def of(self, node: Node) -> int | None:
        """The line that computes a node: that of its variable, else of its layer or of the loss."""
        return self.variables.get(node.label or "", self.scopes.get(node.scope.partition("#")[0]))


def write(config: Config, dtype: str) -> Listing:
    """The program. ``digits`` stands for the page's own batches and first values."""
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    left = config.filters2 * (SIDE // 4) ** 2
    code = [
        "import torch",
        "from torch import nn",
        "from torch.nn import functional as F",
        "from digits import batches, first_values",
        "",
        f"conv1 = nn.Conv2d(1, {config.filters1}, {config.reach}, padding={config.reach // 2}{suffix})",
        f"conv2 = nn.Conv2d({config.filters1}, {config.filters2}, 3, padding=1{suffix})",
        f"output = nn.Linear({left}, {CLASSES}{suffix})",
        'network = nn.ModuleDict({"conv1": conv1, "conv2": conv2, "output": output})',
        "network.load_state_dict(first_values)",
        f"optimizer = torch.optim.{(optimizer_code(config) or '').format(PARAMETERS)}",
        *scheduler_code(config),
        "",
        "for x, y in batches:",
    ]
    steps: dict[StepKind, int] = {"load": len(code)}
    code.append("    optimizer.zero_grad()" if config.zero_grad else "    # optimizer.zero_grad()")
    steps["zero_grad"] = len(code)
    variables: dict[str, int] = {}
    scopes: dict[str, int] = {}

    def let(variable: str, expression: str, scope: str) -> str:
        code.append(f"    {variable} = {expression}")
        variables[variable] = len(code)
        scopes.setdefault(scope, len(code))
        return variable

    now = "x"
    activation, pooling = ACTIVATIONS[config.activation][1], POOLINGS[config.pooling][1]
    for k in (1, 2):
        now = let(f"z{k}", f"conv{k}({now})", f"conv{k}")
        if activation != "{}":
            now = let(f"a{k}", activation.format(now), f"conv{k}")
        now = let(f"p{k}", pooling.format(now), f"conv{k}")
    now = let("f", f"{now}.flatten(1)", "")
    now = let("z", f"output({now})", "output")
    let("loss", f"F.cross_entropy({now}, y)", "")
    scopes[""] = variables["loss"]
    code.append("    loss.backward()")
    steps["seed"] = steps["backward"] = len(code)
    code += [f"    {line}" for line in clip_code(config, PARAMETERS)]
    code.append("    optimizer.step()")
    steps["update"] = len(code)
    code += [f"    {line}" for line in schedule_step_code(config)]
    return Listing(number_lines(code), steps, variables, scopes)
