"""The PyTorch program that does the same, from the lesson's scenes and first values."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.lessons.detection.config import KINDS, Config
from chainrule.lessons.options import number_code
from chainrule.lessons.program import Listing, Program


def write(config: Config, dtype: str, places: Mapping[str, str]) -> Listing:
    """The program. ``scenes`` stands for the page's own batches and first values.

    ``places`` says for which variable each node without one of its own is computed.
    """
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    few = config.filters
    widths = (
        (3, few, 2),
        (few, 2 * few, 2),
        (2 * few, 4 * few, 2),
        (4 * few, 4 * few, 1),
        (4 * few, 4 * few, 1),
    )
    program = Program()
    program.start("scenes")
    program.add(
        "network = nn.ModuleDict({",
        *(
            f'    "conv{k}": nn.Conv2d({a}, {b}, 3, stride={stride}, padding=1{suffix}),'
            for k, (a, b, stride) in enumerate(widths, 1)
        ),
        f'    "head": nn.Conv2d({4 * few}, {5 + len(KINDS)}, 1{suffix}),',
        "})",
    )
    program.train(config, "x, true, has, kind")
    now = "x"
    for k in range(1, 6):
        program.let(f"z{k}", f'network["conv{k}"]({now})')
        now = program.let(f"a{k}", f"torch.relu(z{k})")
    program.let("z", f'network["head"]({now})')
    for variable, expression in (*_corners(), *_mismatch(config), *_terms(config)):
        program.let(variable, expression)
    program.learn(config)
    lines = program.variables
    program.places |= {name: lines[variable] for name, variable in places.items() if variable in lines}
    return program.listing()


def _corners() -> tuple[tuple[str, str], ...]:
    return (
        ("c", "torch.sigmoid(z[:, 0:2])"),
        ("s", "torch.exp(z[:, 2:4])"),
        ("h", "s / 2"),
        ("low", "c - h"),
        ("high", "c + h"),
    )


def _mismatch(config: Config) -> tuple[tuple[str, str], ...]:
    low, high = "true[:, 0:2]", "true[:, 2:4]"
    if config.box_loss == "l1":
        return (("d", f"(abs(low - {low}) + abs(high - {high})).sum(1)"),)
    overlaps = (
        ("m", f"torch.relu(torch.minimum(high, {high}) - torch.maximum(low, {low}))"),
        ("both", "m[:, 0] * m[:, 1]"),
        ("size", "high - low"),
        ("true_size", f"{high} - {low}"),
        ("union", "size[:, 0] * size[:, 1] + true_size[:, 0] * true_size[:, 1] - both"),
        ("iou", "both / union"),
    )
    if config.box_loss == "iou":
        return (*overlaps, ("d", "1 - iou"))
    return (
        *overlaps,
        ("around", f"torch.maximum(high, {high}) - torch.minimum(low, {low})"),
        ("hull", "around[:, 0] * around[:, 1]"),
        ("giou", "iou - (hull - union) / hull"),
        ("d", "1 - giou"),
    )


def _terms(config: Config) -> tuple[tuple[str, str], ...]:
    weights = [number_code(w) for w in (config.box_weight, config.objectness_weight, config.class_weight)]
    return (
        ("box_cells", "d * has"),
        ("o", "z[:, 4]"),
        ("objectness_cells", 'F.binary_cross_entropy_with_logits(o, has, reduction="none")'),
        ("k", "z[:, 5:]"),
        ("class_cells", 'F.cross_entropy(k, kind, reduction="none")'),
        ("box_loss", "box_cells.sum((1, 2)).mean()"),
        ("objectness_loss", "objectness_cells.sum((1, 2)).mean()"),
        ("class_loss", "class_cells.sum((1, 2)).mean()"),
        ("loss", f"{weights[0]} * box_loss + {weights[1]} * objectness_loss + {weights[2]} * class_loss"),
    )
