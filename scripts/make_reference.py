"""Writes the small reference values that the engine's tests compare with, from PyTorch 2.13.

Run it where PyTorch is installed, after an op, a sample or an optimizer was added:

    make parity && PYTHONPATH=.venv/torch .venv/bin/python scripts/make_reference.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "server")]

from support.calls import NAMES, Call, calls, floating, passes  # noqa: E402
from support.optimizer_cases import CASES, GRADIENTS, STEPS, VALUE  # noqa: E402
from support.torch_scripts import SCRIPTS, outcome  # noqa: E402

VERSION = "2.13."


def evaluate(call: Call, dtype: torch.dtype) -> dict[str, Any]:
    """Value and gradients of the expression that the op's record gives for PyTorch."""
    inputs = [
        torch.tensor(x, dtype=dtype if floating(x) else None, requires_grad=passes(call.op, k))
        for k, x in enumerate(call.sample.inputs)
    ]
    names = NAMES[: len(inputs)]
    text = call.op.call(names, call.sample.attrs)
    value = eval(text, {"torch": torch, **dict(zip(names, inputs, strict=True))})  # noqa: S307  (our own record)
    ramp = 1.0 + 0.25 * torch.arange(value.numel(), dtype=torch.float64)
    if call.op.differentiable:
        value.backward(ramp.reshape(value.shape).to(value.dtype))
    return {
        "dtype": str(value.dtype).removeprefix("torch."),
        "value": value.tolist(),
        "grads": [x.grad.tolist() for x in inputs if call.op.differentiable and x.requires_grad],
    }


def optimize(case: dict[str, Any]) -> list[list[float]]:
    """The parameter after some of the updates."""
    parameter = torch.tensor(VALUE, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, case["torch"])([parameter], **case["hyper"])
    kept = []
    for t in range(1, STEPS + 1):
        parameter.grad = torch.tensor(GRADIENTS[t - 1], dtype=torch.float64)
        optimizer.step()
        if t in (1, 2, 10, STEPS):
            kept.append(parameter.tolist())
    return kept


def write(path: Path, content: dict[str, Any]) -> None:
    """One entry per line, so that a change can be read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for key, value in content.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            lines.append(f"  {json.dumps(key)}: {{\n{inner}\n  }}")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")


def main() -> None:
    if not torch.__version__.startswith(VERSION):
        sys.exit(f"PyTorch {VERSION}x is wanted, not {torch.__version__}")
    note = "Made by scripts/make_reference.py; do not edit."
    dtypes = {"float32": torch.float32, "float64": torch.float64}
    entries = {
        f"{call.name}-{name}": evaluate(call, dtype)
        for call in calls(edges=True)
        for name, dtype in dtypes.items()
    }
    head = {"note": note, "torch": torch.__version__}
    write(ROOT / "tests" / "engine" / "reference" / "ops.json", {**head, "calls": entries})
    prints = {name: outcome(script, torch).splitlines() for name, script in SCRIPTS.items()}
    write(ROOT / "tests" / "engine" / "reference" / "scripts.json", {**head, "prints": prints})
    updates = {name: optimize(case) for name, case in CASES.items()}
    write(ROOT / "tests" / "nn" / "reference" / "optimizers.json", {**head, "updates": updates})


if __name__ == "__main__":
    main()
