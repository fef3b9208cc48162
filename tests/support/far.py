"""PyTorch on the CPU, taken for a device with a memory of its own: every way to the host is counted."""

from __future__ import annotations

from typing import Any

from chainrule.engine.backend import Array, DType, HostArray, get_backend
from chainrule.engine.backend.far import TorchFar


class Counted(TorchFar):
    """What computes on a GPU, on the CPU. ``transfers`` counts copies to the host, ``bytes`` what they held."""

    def __init__(self, lacks: tuple[DType, ...] = ()) -> None:
        import torch

        self.lacks = lacks
        self.transfers = self.bytes = 0
        super().__init__("torch", get_backend("torch").xp, torch.device("cpu"), "far")

    def _missing(self) -> tuple[DType, ...]:
        return self.lacks

    def _fetch(self, array: Array) -> HostArray:
        self.transfers += 1
        self.bytes += array.nbytes
        # A copy, as from another memory.
        return super()._fetch(array.clone())


def waits() -> Any:
    """A context that counts, in ``count``, how often a program waits for one number: ``float``, ``bool`` and ``item``."""
    from torch.utils._python_dispatch import TorchDispatchMode

    mode: Any = TorchDispatchMode

    class Waits(mode):  # type: ignore[misc]
        count = 0

        def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.count += "_local_scalar_dense" in str(function)
            return function(*args, **(kwargs or {}))

    return Waits()
