"""``torch.optim``'s names over the arithmetic of :mod:`chainrule.nn.optimizers`.

A step gives each parameter another value; the arrays that were its value before stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chainrule.engine.grad_mode import enable_grad
from chainrule.engine.tape import current_backend
from chainrule.engine.tensor import Tensor
from chainrule.nn.optimizers import make_optimizer

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]


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
        self._made: dict[int, tuple[dict[str, Any], Any]] = {}
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
            optimizer = self._optimizer(k, group)
            step: Any = None
            dtype = None
            with current_backend().quiet():
                for slot in self._slots[k]:
                    tensor, state, t = slot
                    grad = tensor._total
                    if grad is None:
                        grad = tensor.grad_array
                        if grad is None:
                            continue
                    node = tensor._node
                    value = node.value
                    if value.dtype is not dtype:
                        step = optimizer.bind(value, node.backend)
                        dtype = value.dtype
                    value, slot[1] = step(value, grad, state, t + 1)
                    slot[2] = t + 1
                    tensor.replace(value)
        return result

    def _optimizer(self, k: int, group: dict[str, Any]) -> Any:
        """The algorithm with the group's hyperparameters as they are now."""
        hyper = {key: value for key, value in group.items() if key != "params"}
        made = self._made.get(k)
        if made is None or made[0] != hyper:
            made = self._made[k] = (hyper, make_optimizer(self._name, **hyper))
        return made[1]


class SGD(Optimizer):
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
        super().__init__(
            params,
            lr=lr,
            momentum=momentum,
            dampening=dampening,
            weight_decay=weight_decay,
            nesterov=nesterov,
        )


class Adagrad(Optimizer):
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
        super().__init__(
            params,
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )


class RMSprop(Optimizer):
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
        super().__init__(
            params,
            lr=lr,
            alpha=alpha,
            eps=eps,
            weight_decay=weight_decay,
            momentum=momentum,
            centered=centered,
        )


class Adam(Optimizer):
    _name = "adam"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)


class AdamW(Optimizer):
    _name = "adamw"

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
