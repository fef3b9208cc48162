"""Runs: several networks that are trained side by side in one session, each by an optimizer of its own."""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.nn.optimizers import Optimizer

__all__ = ["Runs", "run_of"]


def run_of(name: str) -> str:
    """The run that a parameter belongs to: ``adam`` of ``adam/hidden1.weight``; empty where it belongs to none."""
    run, slash, _ = name.partition("/")
    return run if slash else ""


class Runs:
    """The optimizers of several runs, by the runs' names. Nothing of one run has to do with another.

    Attributes
    ----------
    optimizers
        In order of the runs.
    """

    __slots__ = ("optimizers",)

    def __init__(self, optimizers: Mapping[str, Optimizer]) -> None:
        self.optimizers = dict(optimizers)

    def __repr__(self) -> str:
        return f"Runs({', '.join(f'{name}={one!r}' for name, one in self.optimizers.items())})"

    def of(self, name: str) -> Optimizer:
        """The optimizer of a parameter's run."""
        return self.optimizers[run_of(name)]
