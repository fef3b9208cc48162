"""Optimizers: from a gradient to a change of the weight.

Pure functions of (value, gradient, state, t) that also tell every intermediate number on the way, because the
optimizer is something to look into and not only to use. Formulas, defaults and order of operations are those of
``torch.optim`` (the algorithms are printed in its documentation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chainrule.engine.backend import Array, Backend, Namespace
from chainrule.engine.tape import current_backend

State = Mapping[str, Array]


class Detail(NamedTuple):
    r"""A named intermediate of an update.

    ``symbol`` and ``formula`` are LaTeX: \theta the parameter, g the gradient as it is used, other letters
    earlier symbols or hyperparameters (:data:`SYMBOLS`).
    """

    symbol: str
    formula: str
    value: Array


class Update(NamedTuple):
    """What an update gives: the new value, the new state, and the way there (first g, last the new value).

    ``known`` are the numbers that the details begin with, by symbol: the hyperparameters, the count t, and under
    the symbol of a detail what the update before left of it (m before, in the formula of m). For the latter
    ``kept`` says under which key the state holds it.
    """

    value: Array
    state: dict[str, Array]
    details: list[Detail]
    known: dict[str, Array | float]
    kept: dict[str, str]


SYMBOLS: dict[str, str] = {
    "lr": r"\eta",
    "momentum": r"\mu",
    "dampening": r"\tau",
    "weight_decay": r"\lambda",
    "lr_decay": r"\gamma",
    "alpha": r"\alpha",
    "beta1": r"\beta_1",
    "beta2": r"\beta_2",
    "eps": r"\epsilon",
}
"""LaTeX of the hyperparameters."""

NEW = r"\theta'"


def _by_symbol(hyper: Mapping[str, Any]) -> dict[str, float]:
    """Hyperparameters by their symbols."""
    found: dict[str, float] = {}
    for key, value in hyper.items():
        if key == "betas":
            found.update({SYMBOLS[f"beta{k}"]: float(beta) for k, beta in enumerate(value, 1)})
        elif key in SYMBOLS:
            found[SYMBOLS[key]] = float(value)
    return found


class _Way:
    """Collects details. Arrays of shape () stay arrays: NumPy's arithmetic makes scalars of them."""

    def __init__(self, backend: Backend, grad: Array, known: dict[str, Array | float]) -> None:
        self.backend = backend
        self.known = known
        self.keys: dict[str, str] = {}
        self.details: list[Detail] = []
        self.add("g", r"\frac{\partial L}{\partial \theta}", grad)

    def add(self, symbol: str, formula: str, value: Array) -> Array:
        array = self.backend.asarray(value)
        self.details.append(Detail(symbol, formula, array))
        return array

    def kept(self, symbol: str, state: State, key: str, at_first: Array) -> Array:
        """What the last update left under a symbol that this one computes anew."""
        before = state.get(key, at_first)
        self.known[symbol] = self.backend.asarray(before)
        self.keys[symbol] = key
        return before

    def decayed(self, value: Array, grad: Array, weight_decay: float) -> Array:
        """L2 regularisation: weight decay that goes through the gradient."""
        if not weight_decay:
            return grad
        return self.add("g", r"g + \lambda\,\theta", grad + weight_decay * value)

    def end(self, formula: str, value: Array, state: dict[str, Array]) -> Update:
        return Update(self.add(NEW, formula, value), state, self.details, self.known, self.keys)


class _Unsaid:
    """In place of :class:`_Way` where nobody looks: the same arithmetic, of which nothing is kept."""

    details: tuple[Detail, ...] = ()

    def add(self, symbol: str, formula: str, value: Array) -> Array:
        return value

    def kept(self, symbol: str, state: State, key: str, at_first: Array) -> Array:
        return state.get(key, at_first)

    def decayed(self, value: Array, grad: Array, weight_decay: float) -> Array:
        return grad + weight_decay * value if weight_decay else grad

    def end(self, formula: str, value: Array, state: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
        return value, state


_UNSAID = _Unsaid()


class Optimizer:
    """An algorithm with its hyperparameters.

    Attributes
    ----------
    name
        As in :data:`OPTIMIZERS`.
    hyper
        All hyperparameters by name, defaults filled in.
    """

    __slots__ = ("_bound", "_rule", "_symbols", "hyper", "name")

    def __init__(self, name: str, rule: Rule, hyper: Mapping[str, Any]) -> None:
        self.name = name
        self.hyper: dict[str, Any] = dict(hyper)
        self._rule = rule
        self._symbols = _by_symbol(self.hyper)
        self._bound: dict[Any, Step] = {}

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.hyper.items())})"

    def update(
        self, value: Array, grad: Array, state: State, t: int, backend: Backend | None = None
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
        """
        backend = backend or current_backend()
        with backend.quiet():
            way = _Way(backend, grad, {**self._symbols, "t": float(t)})
            update: Update = self._rule(backend.xp, way, value, grad, state, t, **self.hyper)
        return update

    def bind(self, like: Array, backend: Backend) -> Step:
        """(value, grad, state, t) → (new value, new state) for parameters of the dtype of ``like``.

        What :meth:`update` gives, to the last bit, without the way there. The caller is in ``backend.quiet()``.
        """
        step = self._bound.get(like.dtype)
        if step is None:
            step = self._bound[like.dtype] = self._bind(like, backend)
        return step

    def _bind(self, like: Array, backend: Backend) -> Step:
        hyper, rule, xp, array_type = self.hyper, self._rule, backend.xp, backend.array_type
        if rule is _sgd and not hyper["momentum"] and not hyper["weight_decay"]:
            # NumPy takes half the time to multiply by a number that is an array already.
            lr = xp.full((), hyper["lr"], dtype=like.dtype, device=like.device)

            def plain(value: Array, grad: Array, state: State, t: int) -> tuple[Array, State]:
                value = value - lr * grad
                return (value if type(value) is array_type else backend.asarray(value)), state

            return plain

        def step(value: Array, grad: Array, state: State, t: int) -> tuple[Array, State]:
            after: tuple[Array, State] = rule(xp, _UNSAID, value, grad, state, t, **hyper)
            if type(after[0]) is array_type:
                return after
            return backend.asarray(after[0]), {key: backend.asarray(array) for key, array in after[1].items()}

        return step


Step = Callable[[Array, Array, State, int], tuple[Array, State]]
Rule = Callable[..., Any]


def _sgd(
    xp: Namespace,
    way: Any,
    value: Array,
    grad: Array,
    state: State,
    t: int,
    *,
    lr: float,
    momentum: float,
    dampening: float,
    weight_decay: float,
    nesterov: bool,
) -> Any:
    g = way.decayed(value, grad, weight_decay)
    if not momentum:
        return way.end(r"\theta - \eta\,g", value - lr * g, {})
    if "momentum_buffer" not in state:
        v = way.add("v", "g", g)
    else:
        fresh = r"(1 - \tau)\,g" if dampening else "g"
        buffer = way.kept("v", state, "momentum_buffer", g)
        v = way.add("v", rf"\mu\,v + {fresh}", momentum * buffer + (1.0 - dampening) * g)
    if not nesterov:
        return way.end(r"\theta - \eta\,v", value - lr * v, {"momentum_buffer": v})
    ahead = way.add("u", r"g + \mu\,v", g + momentum * v)
    return way.end(r"\theta - \eta\,u", value - lr * ahead, {"momentum_buffer": v})


def _adagrad(
    xp: Namespace,
    way: Any,
    value: Array,
    grad: Array,
    state: State,
    t: int,
    *,
    lr: float,
    lr_decay: float,
    weight_decay: float,
    initial_accumulator_value: float,
    eps: float,
) -> Any:
    g = way.decayed(value, grad, weight_decay)
    before = way.kept("s", state, "sum", xp.full_like(value, initial_accumulator_value))
    s = way.add("s", "s + g^2", before + g * g)
    rate = lr / (1.0 + (t - 1) * lr_decay)
    eta = r"\frac{\eta}{1 + (t - 1)\,\gamma}" if lr_decay else r"\eta"
    scaled = way.add("u", r"\frac{g}{\sqrt{s} + \epsilon}", g / (xp.sqrt(s) + eps))
    return way.end(rf"\theta - {eta}\,u", value - rate * scaled, {"sum": s})


def _rmsprop(
    xp: Namespace,
    way: Any,
    value: Array,
    grad: Array,
    state: State,
    t: int,
    *,
    lr: float,
    alpha: float,
    eps: float,
    weight_decay: float,
    momentum: float,
    centered: bool,
) -> Any:
    g = way.decayed(value, grad, weight_decay)
    zero = xp.zeros_like(value)
    before = way.kept("s", state, "square_avg", zero)
    s = way.add("s", r"\alpha\,s + (1 - \alpha)\,g^2", alpha * before + (1.0 - alpha) * (g * g))
    after = {"square_avg": s}
    spread, symbol = s, "s"
    if centered:
        mean = way.kept("m", state, "grad_avg", zero)
        mean = way.add("m", r"\alpha\,m + (1 - \alpha)\,g", alpha * mean + (1.0 - alpha) * g)
        after["grad_avg"] = mean
        spread, symbol = s - mean * mean, "s - m^2"
    scaled = way.add("u", rf"\frac{{g}}{{\sqrt{{{symbol}}} + \epsilon}}", g / (xp.sqrt(spread) + eps))
    if not momentum:
        return way.end(r"\theta - \eta\,u", value - lr * scaled, after)
    buffer = way.kept("v", state, "momentum_buffer", zero)
    v = way.add("v", r"\mu\,v + u", momentum * buffer + scaled)
    after["momentum_buffer"] = v
    return way.end(r"\theta - \eta\,v", value - lr * v, after)


def _adam(
    xp: Namespace,
    way: Any,
    value: Array,
    grad: Array,
    state: State,
    t: int,
    *,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    decoupled: bool,
) -> Any:
    beta1, beta2 = betas
    zero = xp.zeros_like(value)
    theta = r"\theta"
    if decoupled:
        g = grad
        if weight_decay:
            theta = r"\tilde\theta"
            value = way.add(theta, r"\theta - \eta\,\lambda\,\theta", value * (1.0 - lr * weight_decay))
    else:
        g = way.decayed(value, grad, weight_decay)
    m_before = way.kept("m", state, "exp_avg", zero)
    v_before = way.kept("v", state, "exp_avg_sq", zero)
    m = way.add("m", r"\beta_1\,m + (1 - \beta_1)\,g", m_before + (g - m_before) * (1.0 - beta1))
    v = way.add("v", r"\beta_2\,v + (1 - \beta_2)\,g^2", beta2 * v_before + (1.0 - beta2) * (g * g))
    m_hat = way.add(r"\hat m", r"\frac{m}{1 - \beta_1^t}", m / (1.0 - beta1**t))
    v_hat = way.add(r"\hat v", r"\frac{v}{1 - \beta_2^t}", v / (1.0 - beta2**t))
    scaled = way.add("u", r"\frac{\hat m}{\sqrt{\hat v} + \epsilon}", m_hat / (xp.sqrt(v_hat) + eps))
    return way.end(rf"{theta} - \eta\,u", value - lr * scaled, {"exp_avg": m, "exp_avg_sq": v})


def _adam_l2(*args: Any, **hyper: Any) -> Any:
    return _adam(*args, decoupled=False, **hyper)


def _adamw(*args: Any, **hyper: Any) -> Any:
    return _adam(*args, decoupled=True, **hyper)


class Recipe(NamedTuple):
    """An algorithm with PyTorch's defaults, and which of its hyperparameters have a control of their own."""

    rule: Rule
    defaults: dict[str, Any]
    controls: tuple[str, ...]


_SGD: dict[str, Any] = {"lr": 1e-3, "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}
_ADAM: dict[str, Any] = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}

OPTIMIZERS: dict[str, Recipe] = {
    "sgd": Recipe(_sgd, _SGD, ("lr", "weight_decay")),
    "momentum": Recipe(_sgd, {**_SGD, "momentum": 0.9}, ("lr", "momentum", "weight_decay")),
    "nesterov": Recipe(_sgd, {**_SGD, "momentum": 0.9, "nesterov": True}, ("lr", "momentum", "weight_decay")),
    "adagrad": Recipe(
        _adagrad,
        {"lr": 1e-2, "lr_decay": 0.0, "weight_decay": 0.0, "initial_accumulator_value": 0.0, "eps": 1e-10},
        ("lr", "weight_decay"),
    ),
    "rmsprop": Recipe(
        _rmsprop,
        {"lr": 1e-2, "alpha": 0.99, "eps": 1e-8, "weight_decay": 0.0, "momentum": 0.0, "centered": False},
        ("lr", "alpha", "weight_decay"),
    ),
    "adam": Recipe(_adam_l2, _ADAM, ("lr", "betas", "weight_decay")),
    "adamw": Recipe(_adamw, {**_ADAM, "weight_decay": 1e-2}, ("lr", "betas", "weight_decay")),
}
"""All optimizers by name. ``momentum`` and ``nesterov`` are SGD with those switched on."""


def make_optimizer(name: str, lr: float | None = None, **hyper: Any) -> Optimizer:
    """An optimizer by name; what is not given is PyTorch's default.

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
    return Optimizer(name, recipe.rule, merged)


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
