"""What an iteration starts from: a configuration with its model, and all that carries over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.engine.backend import Array, Backend, host
from chainrule.engine.packing import Packing
from chainrule.nn.optimizers import Optimizer
from chainrule.nn.runs import Runs, run_of

if TYPE_CHECKING:
    from chainrule.lessons.lesson import (
        Answers,
        Evaluates,
        LeafSpec,
        LessonConfig,
        Model,
        OfImages,
        OfMap,
        OfPlane,
        OfRuns,
        OfScenes,
        OfText,
        Prepares,
        Scored,
    )

CARRIED = ("parameter", "buffer")
"""Kinds of leaves whose values carry over."""

NO_ARRAYS: Mapping[str, Array] = {}


@dataclass(frozen=True, eq=False)
class Regime:
    """A configuration, the model built from it, and the optimizer that both name. In force from some iteration on.

    Of several runs, which train side by side, each has an optimizer of its own.
    """

    config: LessonConfig
    model: Model
    optimizer: Optimizer | Runs | None
    backend: Backend
    dtype: str
    plans: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """What :func:`run_iteration` knows of the topology: of no other regime, hence not copied by ``replace``."""
    taken: list[float] = field(default_factory=lambda: [0.0], init=False, repr=False)
    """The seconds that the last iteration took which was run in one go."""

    @cached_property
    def leaves(self) -> dict[str, LeafSpec]:
        """The model's leaves by name, in order of registration."""
        return {spec.name: spec for spec in self.model.leaves}

    @cached_property
    def evaluates(self) -> Evaluates | None:
        """The model, if it measures."""
        model: Any = self.model
        return model if hasattr(model, "evaluate") else None

    @cached_property
    def prepares(self) -> Prepares | None:
        """The model, if what batches are made of takes long to make."""
        model: Any = self.model
        return model if hasattr(model, "prepare") else None

    @cached_property
    def of_plane(self) -> OfPlane | None:
        """The model, if it learns from points of the plane."""
        model: Any = self.model
        return model if hasattr(model, "units") else None

    @cached_property
    def scored(self) -> Scored | None:
        """The model, if it says how it does on all its data."""
        model: Any = self.model
        return model if hasattr(model, "scores") else None

    @cached_property
    def of_images(self) -> OfImages | None:
        """The model, if it reads images."""
        model: Any = self.model
        return model if hasattr(model, "read") else None

    @cached_property
    def of_scenes(self) -> OfScenes | None:
        """The model, if it is a detector."""
        model: Any = self.model
        return model if hasattr(model, "scenes") else None

    @cached_property
    def of_text(self) -> OfText | None:
        """The model, if it reads text."""
        model: Any = self.model
        return model if hasattr(model, "follow") else None

    @cached_property
    def of_runs(self) -> OfRuns | None:
        """The model, if it trains several networks side by side."""
        model: Any = self.model
        return model if hasattr(model, "runs") else None

    @cached_property
    def of_map(self) -> OfMap | None:
        """The model, if its runs walk on one surface."""
        model: Any = self.model
        return model if hasattr(model, "heights") else None

    def carries_to(self, other: Regime) -> bool:
        """Whether parameters and buffers of this one can go on in the other: the same names, kinds and shapes."""
        mine, theirs = (
            {
                name: (spec.kind, spec.value.shape)
                for name, spec in regime.leaves.items()
                if spec.kind in CARRIED
            }
            for regime in (self, other)
        )
        return mine == theirs

    @cached_property
    def answers(self) -> Answers | None:
        """The model, if it says what it answers to any inputs."""
        model: Any = self.model
        return model if hasattr(model, "outputs") else None

    @cached_property
    def native(self) -> Any:
        """The library's own dtype of the values."""
        return self.backend.dtype(self.dtype)

    @cached_property
    def fed(self) -> tuple[str, ...]:
        """The leaves that come with the batch, in order of registration."""
        return tuple(spec.name for spec in self.model.leaves if spec.kind not in CARRIED)

    @cached_property
    def trained(self) -> tuple[str, ...]:
        """The parameters that an update changes, in order of registration."""
        if self.optimizer is None:
            return ()
        return tuple(s.name for s in self.model.leaves if s.kind == "parameter" and s.requires_grad)

    @cached_property
    def packing(self) -> Packing[str] | None:
        """Where in one vector each parameter lies; None where something carries over that is not trained."""
        carried = {s.name: host.shape(s.value) for s in self.model.leaves if s.kind in CARRIED}
        if self.backend.name != "numpy" or not carried or tuple(carried) != self.trained:
            return None
        clipped = self.clipping and len(set(map(run_of, carried))) > 1
        if clipped or len(set(map(self.optimizer_of, carried))) > 1:
            # A vector of all parameters goes through one algorithm, and has one norm.
            return None
        return Packing(carried, self.native)

    def optimizer_of(self, name: str) -> Optimizer | None:
        """What updates a parameter."""
        return self.optimizer.of(name) if isinstance(self.optimizer, Runs) else self.optimizer

    @cached_property
    def clipping(self) -> bool:
        """Whether gradients are kept within bounds."""
        return any(one is not None and one.clip is not None for one in map(self.optimizer_of, self.trained))

    def norms(self, grads: Iterable[tuple[str, Array | None]]) -> Mapping[str, Array | None]:
        """By parameter the norm of all gradients of its run together; those are left out that are not clipped by it.

        The caller is in ``backend.quiet()``.
        """
        if not self.clipping:
            return {}
        runs: dict[str, dict[str, Array]] = {}
        for name, grad in grads:
            if grad is not None:
                runs.setdefault(run_of(name), {})[name] = grad
        found: dict[str, Array | None] = {}
        for own in runs.values():
            optimizer = self.optimizer_of(next(iter(own)))
            if optimizer is not None:
                found |= dict.fromkeys(own, optimizer.norm(list(own.values()), self.backend))
        return found


class Slot(NamedTuple):
    """What an optimizer keeps for one parameter: how many updates it has made, and its arrays."""

    updates: int
    state: Mapping[str, Array]


FIRST = Slot(0, NO_ARRAYS)
"""What an optimizer keeps for a parameter before its first update."""


@dataclass(slots=True, eq=False)
class Carry:
    """All that an iteration starts from: what a keyframe holds. Never changed once it is made.

    Attributes
    ----------
    values
        The parameters and buffers.
    grads
        Gradients of leaves as the last iteration left them; ``zero_grad`` decides whether they stay.
    slots
        The optimizer's state per parameter.
    fixed
        Inputs and targets that were edited, and keep that value.
    regime
        The configuration in force.
    interventions
        Activations to be replaced (or shifted, :class:`Shift`), in this iteration only.
    """

    values: Mapping[str, Array]
    grads: Mapping[str, Array]
    slots: Mapping[str, Slot]
    fixed: Mapping[str, Array]
    regime: Regime
    interventions: Mapping[str, Array] = field(default_factory=dict)
    _nbytes: int = 0

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        if not self._nbytes:
            self._nbytes = self._sized()
        return self._nbytes

    def _sized(self) -> int:
        arrays = [*self.values.values(), *self.grads.values(), *self.fixed.values()]
        for slot in self.slots.values():
            arrays.extend(slot.state.values())
        return 512 + sum(160 + array_bytes(array) for array in arrays)


class Shift(NamedTuple):
    """An intervention by a fixed δ, where others say what the activation shall be."""

    delta: Array


def initial_carry(regime: Regime) -> Carry:
    """Where iteration 0 starts: the leaves' own values, no gradients, a new optimizer."""
    return Carry(
        values={
            spec.name: regime.backend.asarray(spec.value, regime.dtype)
            for spec in regime.model.leaves
            if spec.kind in CARRIED
        },
        grads={},
        slots={},
        fixed={},
        regime=regime,
    )


def array_bytes(array: Array) -> int:
    """Size of an array of any backend, in bytes."""
    size = 8
    for length in array.shape:
        size *= int(length)
    return size
