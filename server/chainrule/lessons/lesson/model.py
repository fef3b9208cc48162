"""What a lesson trains, as a session sees it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from chainrule.engine.backend import Array, HostArray, host
from chainrule.protocol.model import ListingLine, StepKind

if TYPE_CHECKING:
    from chainrule.engine.tape import Node
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer
    from chainrule.nn.runs import Runs


def host_array(value: object, dtype: str) -> HostArray:
    """A leaf's value; numbers too large for the dtype become infinite."""
    with host.errstate(over="ignore"):
        return host.asarray(value, dtype)


@dataclass(frozen=True, eq=False)
class LeafSpec:
    """A leaf of the model: its name, what it is, and its first value (in the session's dtype).

    Parameters and buffers carry over from one iteration to the next: an update changes a parameter, and the forward
    pass a buffer (:meth:`chainrule.engine.tape.Tape.write`). Inputs and targets come with the batch.

    ``config_field`` is the field of the configuration that sets it, if one does.
    """

    name: str
    kind: Literal["parameter", "buffer", "input", "target"]
    value: HostArray
    requires_grad: bool = False
    config_field: str | None = None


class Evaluates(Protocol):
    """What a model may have beside :class:`Model`: measurements that no gradient comes from.

    Attributes
    ----------
    evaluate_every
        Iterations from one measurement to the next; iteration 0 is measured.
    """

    @property
    def evaluate_every(self) -> int: ...

    def evaluate(self, values: Mapping[str, Array]) -> Mapping[str, float]:
        """Metrics in evaluation mode, given the parameters and buffers: a pure function of them.

        Names are those of the protocol where they apply: ``test_loss``, ``accuracy``, ``test_accuracy``. Where it takes
        long, the model may have ``evaluate_in_parts`` too, which gives the same and pauses in between.
        """
        ...


class Prepares(Protocol):
    """What a model may have whose batches are made of what takes long to make, and is kept once it is."""

    def prepare(self, iteration: int) -> Generator[None, None, None]:
        """Make what the batch of an iteration is made of; pauses in between."""
        ...


class Answers(Protocol):
    """What a model may have beside :class:`Model`: what it says to any inputs.

    Attributes
    ----------
    examples
        All inputs that are trained on, (n, …).
    """

    @property
    def examples(self) -> HostArray: ...

    def outputs(self, values: Mapping[str, Array], inputs: HostArray) -> Tensor:
        """Its output in evaluation mode, computed on a tape of its own, given the parameters and buffers."""
        ...


class Model(Protocol):
    """What a lesson computes.

    It may also measure (:class:`Evaluates`), answer (:class:`Answers`), and be seen over the plane (:class:`OfPlane`).

    Attributes
    ----------
    leaves
        In order of registration, which is the order of updates.
    zero_grad
        Whether gradients are cleared at the start of each iteration.
    iterations_per_epoch
        Batches that make one pass over the data.
    listing
        The PyTorch program that does the same.
    watch
        Scalar leaves whose value at the start of each iteration is kept beside the loss.
    loss_label
        What the result is called.
    """

    @property
    def leaves(self) -> tuple[LeafSpec, ...]: ...
    @property
    def zero_grad(self) -> bool: ...
    @property
    def iterations_per_epoch(self) -> int: ...
    @property
    def listing(self) -> tuple[ListingLine, ...]: ...
    @property
    def watch(self) -> tuple[str, ...]: ...
    @property
    def loss_label(self) -> str: ...

    def batch(self, iteration: int) -> Mapping[str, HostArray]:
        """Values of the inputs and targets in an iteration."""
        ...

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        """Compute the loss, one number, on the active tape.

        The same ops in every iteration with inputs of these shapes: what differs between iterations comes in through
        the leaves, or is drawn (:func:`chainrule.engine.tape.drawn`).
        """
        ...

    def optimizer(self) -> Optimizer | Runs | None:
        """A new optimizer, or one for each run; None where nothing is updated."""
        ...

    def line_for(self, kind: StepKind, node: Node | None) -> int | None:
        """The line of the listing that a step belongs to."""
        ...
