"""The rules of the optimizers: from a value and its gradient to the next value.

Each is a function of (xp, way, value, gradient, state, t) and its hyperparameters; the way is told every number
(:class:`chainrule.nn.updates.Way`), or nothing is kept of it. Formulas, and order of operations, are those of
``torch.optim``.
"""

from __future__ import annotations

from typing import Any

from chainrule.engine.backend import Array, Namespace
from chainrule.nn.updates import State


def sgd(
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


def adagrad(
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


def rmsprop(
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
    amsgrad: bool,
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
    after = {"exp_avg": m, "exp_avg_sq": v}
    spread, symbol = v, "v"
    if amsgrad:
        symbol = r"v_{\max}"
        most = way.kept(symbol, state, "max_exp_avg_sq", zero)
        spread = after["max_exp_avg_sq"] = way.add(symbol, r"\max(v_{\max}, v)", xp.maximum(most, v))
    m_hat = way.add(r"\hat m", r"\frac{m}{1 - \beta_1^t}", m / (1.0 - beta1**t))
    v_hat = way.add(r"\hat v", rf"\frac{{{symbol}}}{{1 - \beta_2^t}}", spread / (1.0 - beta2**t))
    scaled = way.add("u", r"\frac{\hat m}{\sqrt{\hat v} + \epsilon}", m_hat / (xp.sqrt(v_hat) + eps))
    return way.end(rf"{theta} - \eta\,u", value - lr * scaled, after)


def adam_l2(*args: Any, **hyper: Any) -> Any:
    return _adam(*args, decoupled=False, **hyper)


def adamw(*args: Any, **hyper: Any) -> Any:
    return _adam(*args, decoupled=True, **hyper)


def lion(
    xp: Namespace,
    way: Any,
    value: Array,
    grad: Array,
    state: State,
    t: int,
    *,
    lr: float,
    betas: tuple[float, float],
    weight_decay: float,
) -> Any:
    """Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", algorithm 2."""
    beta1, beta2 = betas
    theta = r"\theta"
    if weight_decay:
        theta = r"\tilde\theta"
        value = way.add(theta, r"\theta - \eta\,\lambda\,\theta", value * (1.0 - lr * weight_decay))
    m_before = way.kept("m", state, "exp_avg", xp.zeros_like(value))
    mixed = way.add("c", r"\beta_1\,m + (1 - \beta_1)\,g", beta1 * m_before + (1.0 - beta1) * grad)
    sign = way.add("u", r"\operatorname{sign}(c)", xp.sign(mixed))
    m = way.add("m", r"\beta_2\,m + (1 - \beta_2)\,g", beta2 * m_before + (1.0 - beta2) * grad)
    return way.end(rf"{theta} - \eta\,u", value - lr * sign, {"exp_avg": m})
