"""Optimizers: from a gradient to a change of the weight.

Pure functions of (value, gradient, state, t) that also tell every intermediate number on the way, because the
optimizer is something to look into and not only to use. Formulas, defaults and order of operations are those of
``torch.optim`` (the algorithms are printed in its documentation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from chainrule.engine.backend import Array, Backend, Namespace
from chainrule.engine.tape import current_backend
from chainrule.nn.clipping import Clipping, scale_to, within
from chainrule.nn.rules import adagrad, adam_l2, adamw, lion, rmsprop, sgd
from chainrule.nn.schedules import Schedule
from chainrule.nn.updates import NEW, SYMBOLS, UNSAID, Detail, State, Update, Way, by_symbol

__all__ = [
    "NEW", "OPTIMIZERS", "SYMBOLS", "Clipping", "Detail", "Optimizer", "Recipe", "Rule", "State", "Step", "Update",
    "make_optimizer",
]  # fmt: skip

Step = Callable[..., tuple[Array, State]]
"""(value, grad, state, t, norm of all gradients) → (new value, new state). The norm is for clipping alone."""
Rule = Callable[..., Any]


class Optimizer:
    """An algorithm with its hyperparameters.

    Attributes
    ----------
    name
        As in :data:`OPTIMIZERS`.
    hyper
        All hyperparameters by name, defaults filled in.
    clip
        Within which bounds gradients are kept, before all else.
    schedule
        How the learning rate goes on from ``hyper["lr"]``.
    """

    __slots__ = ("_bound", "_plain", "_rates", "_rule", "_symbols", "clip", "hyper", "name", "schedule")

    def __init__(
        self,
        name: str,
        rule: Rule,
        hyper: Mapping[str, Any],
        clip: Clipping | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.name = name
        self.clip, self.schedule = clip, schedule
        self.hyper: dict[str, Any] = dict(hyper)
        self._rule = rule
        self._symbols = by_symbol(self.hyper)
        self._bound: dict[Any, Step] = {}
        self._rates: dict[Any, Array] = {}
        kept = self.hyper.get("momentum") or self.hyper["weight_decay"] or clip or schedule
        self._plain = rule is sgd and not kept

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.hyper.items())})"

    def rate(self, t: int) -> float:
        """The learning rate of update ``t``, from 1."""
        lr: float = self.hyper["lr"]
        return lr if self.schedule is None else self.schedule(lr, t - 1)

    def norm(self, grads: Sequence[Array], backend: Backend) -> Array | None:
        """The norm of all gradients together, shape (), where clipping asks for it. The caller is in ``quiet()``."""
        if self.clip is None:
            return None
        total = self.clip.total(backend.xp, grads)
        return None if total is None else backend.asarray(total)

    def update(
        self,
        value: Array,
        grad: Array,
        state: State,
        t: int,
        backend: Backend | None = None,
        norm: Array | None = None,
    ) -> Update:
        """One update of one parameter.

        Parameters
        ----------
        value, grad
            The parameter and its gradient; same shape and dtype. Neither is changed.
        state
            ``Update.state`` of the update before; empty for the first.
        t
            Which update of this parameter it is, from 1.
        backend
            Where the arrays live; the current backend by default.
        norm
            What :meth:`norm` says of the gradients of all parameters; by default that of this one.
        """
        backend = backend or current_backend()
        with backend.quiet():
            way = Way(backend, grad, {**self._symbols, "t": float(t)})
            hyper = self.hyper
            if self.schedule is not None:
                hyper = {**hyper, "lr": self.rate(t)}
                way.known[SYMBOLS["lr"]] = hyper["lr"]
            if self.clip is not None:
                norm = self.norm([grad], backend) if norm is None else norm
                way.known.update(_bounds(self.clip, norm))
                grad = _clipped(backend.xp, way, self.clip, grad, norm)
            update: Update = self._rule(backend.xp, way, value, grad, state, t, **hyper)
        return update

    def bind(self, like: Array, backend: Backend) -> Step:
        """(value, grad, state, t) → (new value, new state) for parameters of the dtype of ``like``.

        What :meth:`update` gives, to the last bit, without the way there. The caller is in ``backend.quiet()``.
        """
        step = self._bound.get(like.dtype)
        if step is None:
            step = self._bound[like.dtype] = self._bind(like, backend)
        return step

    def plain_rate(self, like: Array, backend: Backend) -> Array | None:
        """η in the dtype of ``like``, where an update is θ − η·g and nothing is kept; else None."""
        if not self._plain:
            return None
        rate = self._rates.get(like.dtype)
        if rate is None:
            # NumPy takes half the time to multiply by a number that is an array already.
            rate = backend.xp.full((), self.hyper["lr"], dtype=like.dtype, device=like.device)
            self._rates[like.dtype] = rate
        return rate

    def _bind(self, like: Array, backend: Backend) -> Step:
        hyper, rule, xp, array_type = self.hyper, self._rule, backend.xp, backend.array_type
        lr = self.plain_rate(like, backend)
        if lr is not None:

            def plain(
                value: Array, grad: Array, state: State, t: int, norm: Array | None = None
            ) -> tuple[Array, State]:
                value = value - lr * grad
                return (value if type(value) is array_type else backend.asarray(value)), state

            return plain

        clip, schedule = self.clip, self.schedule

        def step(
            value: Array, grad: Array, state: State, t: int, norm: Array | None = None
        ) -> tuple[Array, State]:
            if clip is not None:
                norm = self.norm([grad], backend) if norm is None else norm
                grad = _clipped(xp, UNSAID, clip, grad, norm)
            now = hyper if schedule is None else {**hyper, "lr": schedule(hyper["lr"], t - 1)}
            after: tuple[Array, State] = rule(xp, UNSAID, value, grad, state, t, **now)
            if type(after[0]) is array_type:
                return after
            return backend.asarray(after[0]), {key: backend.asarray(array) for key, array in after[1].items()}

        return step


def _clipped(xp: Namespace, way: Any, clip: Clipping, grad: Array, norm: Array | None) -> Array:
    if clip.value is not None:
        grad = way.add("g", r"\min(\max(g, -\nu), \nu)", within(xp, grad, clip.value))
    if norm is not None and clip.norm is not None:
        scaled = grad * scale_to(xp, norm, clip.norm)
        grad = way.add("g", r"g\,\min\left(1, \frac{\kappa}{N + 10^{-6}}\right)", scaled)
    return grad


def _bounds(clip: Clipping, norm: Array | None) -> dict[str, Array | float]:
    """The numbers of clipping by their symbols; N is the norm of all gradients."""
    named = {SYMBOLS["clip_value"]: clip.value, SYMBOLS["clip_norm"]: clip.norm, "N": norm}
    return {symbol: float(number) for symbol, number in named.items() if number is not None}


class Recipe(NamedTuple):
    """An algorithm with PyTorch's defaults.

    ``controls`` are the hyperparameters that have a control of their own; ``torch`` is the name of PyTorch's class,
    None where it has none.
    """

    rule: Rule
    defaults: dict[str, Any]
    controls: tuple[str, ...]
    torch: str | None


_SGD: dict[str, Any] = {"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}
_ADAM: dict[str, Any] = {
    "lr": 1e-3,
    "betas": (0.9, 0.999),
    "eps": 1e-8,
    "weight_decay": 0.0,
    "amsgrad": False,
}

OPTIMIZERS: dict[str, Recipe] = {
    "sgd": Recipe(sgd, _SGD, ("lr", "weight_decay"), "SGD"),
    "momentum": Recipe(sgd, {**_SGD, "momentum": 0.9}, ("lr", "momentum", "weight_decay"), "SGD"),
    "nesterov": Recipe(
        sgd, {**_SGD, "momentum": 0.9, "nesterov": True}, ("lr", "momentum", "weight_decay"), "SGD"
    ),
    "adagrad": Recipe(
        adagrad,
        {"lr": 1e-2, "lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10},
        ("lr", "weight_decay"),
        "Adagrad",
    ),
    "rmsprop": Recipe(
        rmsprop,
        {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False},
        ("lr", "alpha", "weight_decay"),
        "RMSprop",
    ),
    "adam": Recipe(adam_l2, _ADAM, ("lr", "betas", "weight_decay"), "Adam"),
    "adamw": Recipe(adamw, {**_ADAM, "weight_decay": 1e-2}, ("lr", "betas", "weight_decay"), "AdamW"),
    "lion": Recipe(
        lion, {"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0.0}, ("lr", "betas", "weight_decay"), None
    ),
}
"""All optimizers by name. ``momentum`` and ``nesterov`` are SGD with those switched on."""


def make_optimizer(
    name: str,
    lr: float | None = None,
    *,
    clip: Clipping | None = None,
    schedule: Schedule | None = None,
    **hyper: Any,
) -> Optimizer:
    """An optimizer by name; what is not given is PyTorch's default: no clipping, one learning rate throughout.

    Raises
    ------
    ValueError
        The name is unknown, or a number is out of its range.
    TypeError
        A hyperparameter that this algorithm does not have.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"unknown optimizer {name!r}: choose one of {', '.join(OPTIMIZERS)}")
    recipe = OPTIMIZERS[name]
    if lr is not None:
        hyper["lr"] = lr
    for key in hyper:
        if key not in recipe.defaults:
            raise TypeError(f"{name} has no hyperparameter {key!r}: it has {', '.join(recipe.defaults)}")
    merged = {**recipe.defaults, **hyper}
    _check(merged)
    for bound in clip or ():
        if bound is not None and not bound > 0.0:
            raise ValueError(f"Invalid bound of gradients: {bound}")
    return Optimizer(name, recipe.rule, merged, clip, schedule)


def _check(hyper: Mapping[str, Any]) -> None:
    for key, value in hyper.items():
        if key == "betas":
            for k, beta in enumerate(value):
                if not 0.0 <= beta < 1.0:
                    raise ValueError(f"Invalid beta parameter at index {k}: {beta}")
        elif not isinstance(value, bool) and key != "dampening" and not value >= 0.0:
            raise ValueError(f"Invalid {key} value: {value}")
    if hyper.get("nesterov") and (hyper["momentum"] <= 0 or hyper["dampening"] != 0):
        raise ValueError("Nesterov momentum requires a momentum and zero dampening")
