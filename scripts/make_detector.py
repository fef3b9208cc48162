"""Trains the shipped detector anew and writes its parameters: ``python scripts/make_detector.py`` (two minutes)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from chainrule.engine.backend import get_backend
from chainrule.lessons import LESSONS
from chainrule.trace import Regime, initial_carry, run_iteration

TARGET = Path(__file__).resolve().parent.parent / "server" / "chainrule" / "data" / "shipped" / "detector.npz"
ITERATIONS, SEED = 2_000, 7


def main() -> None:
    """Train the default configuration."""
    lesson, backend = LESSONS["detection"], get_backend()
    config = lesson.Config()
    model = lesson.build(config, SEED, backend, "float32")
    carry = initial_carry(Regime(config, model, model.optimizer(), backend, "float32"))
    for iteration in range(ITERATIONS):
        carry = run_iteration(carry, iteration, keep=False).end
    found = {name: backend.to_numpy(value).astype(np.float16) for name, value in carry.values.items()}
    np.savez_compressed(TARGET, allow_pickle=False, **found)


if __name__ == "__main__":
    main()
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
