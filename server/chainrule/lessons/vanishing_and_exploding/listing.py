"""The PyTorch program that does the same, from the lesson's points and first values."""

from __future__ import annotations

from chainrule.lessons.network import ACTIVATIONS
from chainrule.lessons.program import Listing, Program, RunsListing, optimizer_made
from chainrule.lessons.training import clip_code, schedule_step_code, scheduler_code
from chainrule.lessons.vanishing_and_exploding.config import NORMED, SKIPPING, Config
from chainrule.lessons.vanishing_and_exploding.network import INPUTS


def write(config: Config, dtype: str) -> Listing:
    """The program. ``columns`` stands for the page's own batches and first values."""
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    norm = f"nn.BatchNorm1d({config.width}{suffix}, track_running_stats=False)"
    program = Program()
    program.start("columns")
    program.add(
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
    )
    layers = range(1, config.depth + 1)

    def each(variable: str, line: str) -> None:
        """A line that makes a variable of each layer."""
        program.variables |= dict.fromkeys((f"{variable}{k}" for k in layers), program.add(line))

    each("z", '            h = self[f"layer{k}"](h)')
    program.add("            if self.norm:")
    each("n", '                h = self[f"norm{k}"](h)')
    bend = ACTIVATIONS[config.activation][1]
    if bend != "{}":
        each("a", f"            h = {bend.format('h')}")
    program.add("            if k in self.skips:")
    each("h", "                h = h + before")
    program.variables["z"] = program.add('        return self["output"](h)')
    program.add("", "", "columns = {")
    for name in config.columns:
        skips = "range(2, DEPTH + 1)" if name in SKIPPING else repr(config.skips if name == "plain" else [])
        program.add(f'    "{name}": Column(norm={name in NORMED}, skips={skips}),')
    program.add("}", "optimizers, schedulers = [], []", "for name, column in columns.items():")
    program.add("    column.load_state_dict(first_values[name])")
    program.add(f"    optimizer = {optimizer_made(config, 'column.parameters()')}")
    program.add(*(f"    {line}" for line in scheduler_code(config)))
    program.add("    optimizers.append(optimizer)")
    scheduled = schedule_step_code(config)
    if scheduled:
        program.add("    schedulers.append(scheduler)")
    program.steps["load"] = program.add("", "for x, y in batches:")
    clear = "optimizer.zero_grad()"
    program.steps["zero_grad"] = program.add(
        "    for optimizer in optimizers:",
        f"        {clear}" if config.zero_grad else f"        pass  # {clear}",
    )
    program.variables["loss"] = program.add(
        "    losses = [F.binary_cross_entropy_with_logits(column(x), y) for column in columns.values()]"
    )
    program.variables["total"] = program.add("    sum(losses).backward()")
    program.steps["seed"] = program.steps["backward"] = program.variables["total"]
    clips = clip_code(config, "column.parameters()")
    if clips:
        program.add("    for column in columns.values():", *(f"        {line}" for line in clips))
    program.steps["update"] = program.add("    for optimizer in optimizers:", "        optimizer.step()")
    if scheduled:
        program.add("    for scheduler in schedulers:", *(f"        {line}" for line in scheduled))
    return program.listing(RunsListing)
