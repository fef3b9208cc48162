"""The PyTorch program that does the same, from the lesson's digits and first values."""

from __future__ import annotations

from chainrule.lessons.convolution.config import CLASSES, SIDE, Config
from chainrule.lessons.convolution.network import POOLINGS
from chainrule.lessons.network import ACTIVATIONS
from chainrule.lessons.program import Listing, Program


def write(config: Config, dtype: str) -> Listing:
    """The program. ``digits`` stands for the page's own batches and first values."""
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    left = config.filters2 * (SIDE // 4) ** 2
    program = Program()
    program.start("digits")
    program.add(
        f"conv1 = nn.Conv2d(1, {config.filters1}, {config.reach}, padding={config.reach // 2}{suffix})",
        f"conv2 = nn.Conv2d({config.filters1}, {config.filters2}, 3, padding=1{suffix})",
        f"output = nn.Linear({left}, {CLASSES}{suffix})",
        'network = nn.ModuleDict({"conv1": conv1, "conv2": conv2, "output": output})',
    )
    program.train(config)
    now = "x"
    activation, pooling = ACTIVATIONS[config.activation][1], POOLINGS[config.pooling][1]
    for k in (1, 2):
        now = program.let(f"z{k}", f"conv{k}({now})")
        if activation != "{}":
            now = program.let(f"a{k}", activation.format(now))
        now = program.let(f"p{k}", pooling.format(now))
    program.let("f", f"{now}.flatten(1)")
    program.let("z", "output(f)")
    program.let("loss", "F.cross_entropy(z, y)")
    program.learn(config)
    return program.listing()
