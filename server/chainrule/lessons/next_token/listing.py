"""The PyTorch program that does the same, from the lesson's text and first values."""

from __future__ import annotations

from chainrule.lessons.next_token.config import Config
from chainrule.lessons.program import Listing, Program


def write(config: Config, vocabulary: int, dtype: str) -> Listing:
    """The program. ``rhymes`` stands for the page's own batches and first values."""
    more = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    width, heads = int(config.width), int(config.heads)
    program = Program()
    lines = program.add

    def let(variable: str, expression: str) -> str:
        return program.let(variable, expression, 8)

    def norm(name: str, variable: str, now: str) -> str:
        return let(variable, f"self.{name}({now})") if config.norm else now

    program.start("rhymes")
    lines(
        f"heads, width, context = {heads}, {width}, {config.context}",
        "",
        "class Attention(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(
            f"        self.{name} = nn.Linear(width, width{more})"
            for name in ("query", "key", "value", "out")
        ),
        "",
        "    def forward(self, x):",
        "        each = (*x.shape[:2], heads, width // heads)",
    )
    for name in ("query", "key", "value"):
        let(name, f"self.{name}(x)")
        let(name[0], f"{name}.reshape(each)")
    let("met", 'torch.einsum("nthd,nshd->nhts", q, k)')
    now = let("scores", "met * (width // heads) ** -0.5")
    if config.causal:
        lines("        future = torch.ones(context, context).triu(1) > 0")
        now = let("masked", "scores.masked_fill(future, -1e9)")
    let("attention", f"torch.softmax({now}, -1)")
    let("mixed", 'torch.einsum("nhts,nshd->nthd", attention, v)')
    let("joined", "mixed.flatten(2)")
    let("attended", "self.out(joined)")
    lines("        return attended", "", "class Block(nn.Module):", "    def __init__(self):")
    lines("        super().__init__()")
    if config.norm:
        lines(f"        self.norm1 = nn.LayerNorm(width{more})")
    lines("        self.attention = Attention()")
    if config.norm:
        lines(f"        self.norm2 = nn.LayerNorm(width{more})")
    lines(
        f"        self.up = nn.Linear(width, 4 * width{more})",
        f"        self.down = nn.Linear(4 * width, width{more})",
        "",
        "    def forward(self, x):",
    )
    now = f"self.attention({norm('norm1', 'normed1', 'x')})"
    now = let("looked", f"x + {now}" if config.residual else now)
    if not config.residual:
        del program.variables["looked"]
    let("up", f"self.up({norm('norm2', 'normed2', now)})")
    let("hidden", "torch.relu(up)")
    let("down", "self.down(hidden)")
    lines(f"        return {let('passed', f'{now} + down')}" if config.residual else "        return down")
    if config.position:
        lines(
            "",
            "class Positions(nn.Module):",
            "    def __init__(self):",
            "        super().__init__()",
            f"        self.weight = nn.Parameter(torch.zeros(context, width{more}))",
            "",
            "    def forward(self, x):",
        )
        lines("        return " + let("embedded", "x + self.weight"))
    lines(
        "",
        "network = nn.ModuleDict({",
        f'    "token": nn.Embedding({vocabulary}, width{more}),',
    )
    if config.position:
        lines('    "position": Positions(),')
    blocks = range(1, int(config.blocks) + 1)
    lines(*(f'    "block{k}": Block(),' for k in blocks))
    if config.norm:
        lines(f'    "norm": nn.LayerNorm(width{more}),')
    lines(f'    "output": nn.Linear(width, {vocabulary}{more}),', "})")
    program.train(config)
    now = program.let("character", 'network["token"](x)')
    if config.position:
        lines(f'    h = network["position"]({now})')
        now = "h"
    for k in blocks:
        lines(f'    h = network["block{k}"]({now})')
        now = "h"
    if config.norm:
        now = program.let("normed", f'network["norm"]({now})')
    program.let("z", f'network["output"]({now})')
    program.let("each", "z.flatten(0, 1)")
    program.let("targets", "y.flatten()")
    program.let("loss", "F.cross_entropy(each, targets)")
    program.places[""] = program.variables["loss"]
    program.learn(config)
    return program.listing()
