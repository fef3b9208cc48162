"""The PyTorch program that does what the playground does, from its points and its first values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chainrule.language.listing import number_lines
from chainrule.lessons.options import number_code, optimizer_code
from chainrule.lessons.playground.config import Config
from chainrule.lessons.playground.network import ACTIVATIONS

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.protocol.model import ListingLine, StepKind

LOSS_CODE = {
    "bce": "F.binary_cross_entropy_with_logits({}, y)",
    "mse": "F.mse_loss({}, y)",
    "huber": "F.huber_loss({}, y)",
}


class Listing(NamedTuple):
    """Its lines, and which of them a step belongs to."""

    lines: tuple[ListingLine, ...]
    steps: Mapping[StepKind, int]
    scopes: Mapping[str, int]

    def of(self, node: Node) -> int | None:
        """The line that computes a node: its layer's, the loss's, or that of the sum with the penalties."""
        scope = node.scope.partition("#")[0]
        if f"{scope} {node.label}" in self.scopes:
            return self.scopes[f"{scope} {node.label}"]
        return self.scopes.get(
            "total" if not scope and node.op is not None and node.op.name == "add" else scope
        )


def write(config: Config, names: Sequence[str], dtype: str) -> Listing:
    """The program. ``playground`` stands for the page's own points and first values."""
    widths = [len(config.features), *config.hidden, 1]
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    code = [
        "import torch",
        "from torch import nn",
        "from torch.nn import functional as F",
        "from playground import batches, first_values",
        "",
    ]
    for k, name in enumerate(names):
        code.append(f"{name} = nn.Linear({widths[k]}, {widths[k + 1]}{suffix})")
    code += [
        f"network = nn.ModuleDict({{{', '.join(f'{name!r}: {name}' for name in names)}}})".replace("'", '"'),
        "network.load_state_dict(first_values)",
        f"optimizer = torch.optim.{(optimizer_code(config) or '').format('network.parameters()')}",
        "",
        "for x, y in batches:",
    ]
    steps: dict[StepKind, int] = {"load": len(code)}
    code.append("    optimizer.zero_grad()" if config.zero_grad else "    # optimizer.zero_grad()")
    steps["zero_grad"] = len(code)
    scopes: dict[str, int] = {}
    before, call = "x", ACTIVATIONS[config.activation][1]
    for k, name in enumerate(names, 1):
        last = name == "output"
        z, a = ("z", "z") if last else (f"z{k}", f"a{k}")
        code.append(f"    {z} = {name}({before})")
        scopes[name] = len(code)
        before = z
        if not last and call != "{}":
            code.append(f"    {a} = {call.format(z)}")
            scopes[f"{name} {a}"] = len(code)
            before = a
    penalised = bool(config.l1 or config.l2)
    code.append(f"    {'data_loss' if penalised else 'loss'} = {LOSS_CODE[config.loss].format(before)}")
    scopes[""] = len(code)
    if penalised:
        code.append(f"    weights = [{', '.join(f'{name}.weight' for name in names)}]")
        terms = ["data_loss"]
        if config.l1:
            terms.append(f"{number_code(config.l1)} * sum(w.abs().sum() for w in weights)")
        if config.l2:
            terms.append(f"{number_code(config.l2 / 2)} * sum((w * w).sum() for w in weights)")
        code.append(f"    loss = {' + '.join(terms)}")
        scopes["l1"] = scopes["l2"] = scopes["total"] = len(code)
    code.append("    loss.backward()")
    steps["seed"] = steps["backward"] = len(code)
    code.append("    optimizer.step()")
    steps["update"] = len(code)
    return Listing(number_lines(code), steps, scopes)
