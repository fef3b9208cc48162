"""The PyTorch program that does what the playground does, from its points and its first values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.lessons.network import ACTIVATIONS
from chainrule.lessons.options import number_code
from chainrule.lessons.playground.config import Config
from chainrule.lessons.program import Listing, Program

if TYPE_CHECKING:
    from chainrule.engine.tape import Node

LOSS_CODE = {
    "bce": "F.binary_cross_entropy_with_logits({}, y)",
    "ce": "F.cross_entropy({}, y)",
    "mse": "F.mse_loss({}, y)",
    "huber": "F.huber_loss({}, y)",
    "mae": "F.l1_loss({}, y)",
}


class _Listing(Listing):
    """With penalties, what adds them to the loss has no variable either."""

    def of(self, node: Node) -> int | None:
        if (
            node.label not in self.variables
            and not node.scope
            and node.op is not None
            and node.op.name == "add"
        ):
            return self.places.get("total")
        return super().of(node)


def write(config: Config, dtype: str) -> Listing:
    """The program. ``playground`` stands for the page's own points and first values."""
    program = Program()
    program.start("playground")
    names = _modules(program, config, dtype)
    listed = ", ".join(f'"{name}": {name}' for name in names)
    program.add(f"network = nn.ModuleDict({{{listed}}})")
    program.train(config)
    _loss(program, config, _forward(program, config))
    program.learn(config)
    return program.listing(_Listing)


def _modules(program: Program, config: Config, dtype: str) -> list[str]:
    """The lines that make the layers, and their names in order of registration."""
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    names, widths = [], config.widths
    for k, units in enumerate(widths[1:], 1):
        last = k == len(widths) - 1
        names.append("output" if last else f"hidden{k}")
        program.add(f"{names[-1]} = nn.Linear({widths[k - 1]}, {units}{suffix})")
        if config.batch_norm and not last:
            names.append(f"norm{k}")
            program.add(f"norm{k} = nn.BatchNorm1d({units}{suffix})")
    return names


def _forward(program: Program, config: Config) -> str:
    """The lines of the forward pass; the variable that holds what comes out."""
    before = "x"
    for k, (activation, skip) in enumerate(zip(config.activations, config.skips, strict=True), 1):
        now = program.let(f"z{k}", f"hidden{k}({before})")
        if config.batch_norm:
            now = program.let(f"n{k}", f"norm{k}({now})")
        program.places[f"hidden{k}"] = program.variables[now]
        call = ACTIVATIONS[activation][1]
        if call != "{}":
            now = program.let(f"a{k}", call.format(now))
        if config.dropout:
            now = program.let(f"d{k}", f"F.dropout({now}, {number_code(config.dropout)})")
        before = program.let(f"h{k}", f"{now} + {before}") if skip else now
    output = program.let("z", f"output({before})")
    program.places["output"] = program.variables[output]
    return output


def _loss(program: Program, config: Config, output: str) -> None:
    penalised = bool(config.l1 or config.l2)
    of_data = "data_loss" if penalised else "loss"
    program.places[""] = program.add(f"    {of_data} = {LOSS_CODE[config.loss].format(output)}")
    if not penalised:
        return
    layers = [*(f"hidden{k}" for k in range(1, len(config.hidden) + 1)), "output"]
    program.add(f"    weights = [{', '.join(f'{name}.weight' for name in layers)}]")
    terms = [of_data]
    if config.l1:
        terms.append(f"{number_code(config.l1)} * sum(w.abs().sum() for w in weights)")
    if config.l2:
        terms.append(f"{number_code(config.l2 / 2)} * sum((w * w).sum() for w in weights)")
    total = program.add(f"    loss = {' + '.join(terms)}")
    program.places |= dict.fromkeys(("l1", "l2", "total"), total)
