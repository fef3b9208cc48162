"""What all models have in common: a configuration, leaves, and a listing beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from chainrule.engine.backend import Array, HostArray
from chainrule.engine.tensor import leaf
from chainrule.lessons.lesson.model import LeafSpec
from chainrule.protocol.model import ListingLine, StepKind

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.engine.tensor import Tensor


class Clearing(Protocol):
    """A configuration that says whether gradients are cleared."""

    @property
    def zero_grad(self) -> bool: ...


class Lines(Protocol):
    """The PyTorch program that does the same."""

    @property
    def lines(self) -> tuple[ListingLine, ...]: ...
    @property
    def steps(self) -> Mapping[StepKind, int]: ...

    def of(self, node: Node) -> int | None:
        """The line that computes a node."""
        ...


K = TypeVar("K", bound=Clearing, covariant=True)


@dataclass(frozen=True, eq=False)
class LessonModel(Generic[K]):
    """A model whose data are all in its leaves; one with other data has a ``batch`` of its own."""

    config: K
    leaves: tuple[LeafSpec, ...]
    lines: Lines

    @property
    def zero_grad(self) -> bool:
        return self.config.zero_grad

    @property
    def iterations_per_epoch(self) -> int:
        return 1

    @property
    def watch(self) -> tuple[str, ...]:
        return ()

    @property
    def loss_label(self) -> str:
        return "loss"

    @property
    def listing(self) -> tuple[ListingLine, ...]:
        return self.lines.lines

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        if kind == "forward":
            return None if node is None else self.lines.of(node)
        return self.lines.steps.get(kind)

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        return {leaf.name: leaf.value for leaf in self.leaves if leaf.kind in ("input", "target")}

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """Names of parameters and buffers."""
        return tuple(spec.name for spec in self.leaves if spec.kind in ("parameter", "buffer"))

    def given(self, values: Mapping[str, Array]) -> dict[str, Tensor]:
        """Parameters and buffers with these values, by name, on the active tape; they take no gradient."""
        return {
            spec.name: leaf(values[spec.name], name=spec.name, kind=spec.kind)
            for spec in self.leaves
            if spec.name in self.carried
        }
