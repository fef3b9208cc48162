"""``torch.optim``'s names over the arithmetic of :mod:`chainrule.nn.optimizers`.

A step gives each parameter another value; the arrays that were its value before stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from chainrule.engine.backend import host
from chainrule.engine.grad_mode import enable_grad
from chainrule.engine.tape import Node, current_backend
from chainrule.engine.tensor import Tensor
from chainrule.nn.module import values_of
from chainrule.nn.optimizers import make_optimizer

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Lion", "Optimizer", "RMSprop"]


class Optimizer:
    """Updates tensors from their ``grad``.

    ``param_groups`` holds the tensors and hyperparameters; these may be changed between steps.

    Raises
    ------
    TypeError
        ``params`` is a tensor, or something in it is not one.
    ValueError
        No parameters, one that is not a leaf, or a hyperparameter out of range.
    """

    _name: str

    def __init__(self, params: Iterable[Any], **hyper: Any) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts"
            )
        given = list(params)
        if not given:
            raise ValueError("optimizer got an empty parameter list")
        self.defaults: dict[str, Any] = dict(make_optimizer(self._name, **hyper).hyper)
        self.param_groups: list[dict[str, Any]] = []
        # For each group, for each of its tensors: [tensor, its state, updates so far].
        self._slots: list[list[list[Any]]] = []
        self._made: dict[int, tuple[tuple[Any, ...], Any]] = {}
        self._now = itemgetter(*self.defaults)
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.defaults.items())})"
        )

    def add_param_group(self, group: dict[str, Any]) -> None:
        """More tensors, with hyperparameters of their own where given."""
        tensors = group["params"]
        tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {type(tensor).__name__}"
                )
            if not tensor.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        known = {id(slot[0]) for slots in self._slots for slot in slots}
        if known & {id(tensor) for tensor in tensors} or len({id(tensor) for tensor in tensors}) < len(
            tensors
        ):
            raise ValueError("some parameters appear in more than one parameter group")
        self._slots.append([[tensor, {}, 0] for tensor in tensors])
        self.param_groups.append({**self.defaults, **group, "params": tensors})

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to zero."""
        for group in self.param_groups:
            for tensor in group["params"]:
                if set_to_none:
                    tensor._grad = tensor._total = None
                elif tensor.grad is not None:
                    tensor.grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient. Returns what ``closure`` does, called before."""
        result = None
        if closure is not None:
            with enable_grad():
                result = closure()
        for k, group in enumerate(self.param_groups):
            current_backend().silently(self._update, self._optimizer(k, group), self._slots[k])
        return result

    @staticmethod
    def _update(optimizer: Any, slots: list[list[Any]]) -> None:
        """One update of every tensor of a group that has a gradient."""
        step: Any = None
        dtype = rate = None
        for slot in slots:
            tensor = slot[0]
            grad = tensor._total
            if grad is None:
                grad = tensor.grad_array
                if grad is None:
                    continue
            value = tensor._node.value
            if value.dtype is not dtype:
                backend = tensor._node.backend
                step = optimizer.bind(value, backend)
                rate = optimizer.plain_rate(value, backend)
                dtype = value.dtype
            slot[2] += 1
            if rate is not None and value.shape:
                tensor.replace(value - rate * grad)
            else:
                value, slot[1] = step(value, grad, slot[1], slot[2])
                tensor.replace(value)

    def state_dict(self) -> dict[str, Any]:
        """What is kept of each tensor, by its place, and the hyperparameters of each group. Values of now."""
        kept: dict[int, dict[str, Tensor]] = {}
        groups = []
        first = 0
        for group, slots in zip(self.param_groups, self._slots, strict=True):
            for place, (tensor, state, t) in enumerate(slots, start=first):
                if t:
                    backend = tensor.node.backend
                    found = {"step": host.asarray(float(t)), **state}
                    kept[place] = {
                        key: Tensor(Node(backend.asarray(array), backend, False, kind="constant"))
                        for key, array in found.items()
                    }
            places = list(range(first, first + len(slots)))
            groups.append({**{key: group[key] for key in group if key != "params"}, "params": places})
            first += len(slots)
        return {"state": kept, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from what :meth:`state_dict` says of an optimizer with as many tensors.

        Raises
        ------
        ValueError
            The groups are others.
        """
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(new["params"]) != len(slots) for new, slots in zip(groups, self._slots, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        for new, group, slots in zip(groups, self.param_groups, self._slots, strict=True):
            group.update({key: value for key, value in new.items() if key != "params"})
            for place, slot in zip(new["params"], slots, strict=True):
                found = dict(state_dict["state"].get(place, {}))
                node = slot[0].node
                slot[2] = int(found.pop("step").item()) if "step" in found else int(bool(found))
                slot[1] = {
                    key: node.backend.asarray(values_of(value), node.value.dtype)
                    for key, value in found.items()
                    if value is not None
                }

    def _optimizer(self, k: int, group: dict[str, Any]) -> Any:
        """The algorithm with the group's hyperparameters as they are now."""
        now = self._now(group)
        made = self._made.get(k)
        if made is None or made[0] != now:
            hyper = dict(zip(self.defaults, now, strict=True))
            made = self._made[k] = (now, make_optimizer(self._name, **hyper))
        return made[1]


def _hyper(given: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters among a constructor's arguments."""
    return {key: value for key, value in given.items() if key not in ("self", "params", "__class__")}


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum and Nesterov's where asked for."""

    _name = "sgd"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(params, **_hyper(locals()))


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of all squares so far (Duchi et al. 2011)."""

    _name = "adagrad"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(params, **_hyper(locals()))


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of the squares (Hinton 2012)."""

    _name = "rmsprop"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(params, **_hyper(locals()))


class Adam(Optimizer):
    """Running means of the gradient and of its squares, corrected for their start (Kingma and Ba 2015)."""

    _name = "adam"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, **_hyper(locals()))


class AdamW(Optimizer):
    """Adam with weight decay beside the gradient, not in it (Loshchilov and Hutter 2019)."""

    _name = "adamw"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(params, **_hyper(locals()))


class Lion(Optimizer):
    """Steps of one size, in the direction of a mean of signs (Chen et al. 2023). PyTorch has none."""

    _name = "lion"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, **_hyper(locals()))
