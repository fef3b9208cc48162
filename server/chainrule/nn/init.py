"""``torch.nn.init``: first values of parameters.

Each function fills a tensor and returns it. ``generator`` is a generator of :mod:`chainrule.engine.random`; without
one, numbers come from the sequence that ``manual_seed`` begins. PyTorch's own numbers cannot be had: its generator
is another one. Distributions, bounds and refusals are PyTorch's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from chainrule.engine import random
from chainrule.engine.backend import HostArray, host
from chainrule.engine.tensor import Tensor
from chainrule.nn.module import Module

Generator = host.random.Generator
Rule = Callable[[Module, Generator], None]
"""Gives a module's own parameters (not those of the modules in it) their first values."""


def initialise(module: Module, seed: int, rule: Rule | None = None, draw: int = 0) -> None:
    """Give every parameter below a first value that depends on nothing but (seed, module path, draw).

    So adding a layer does not change what another layer begins with. By default each module does what its
    ``reset_parameters(generator)`` says; a ``rule`` may call that, and do otherwise for some.
    """
    for path, part in reversed(list(module.named_modules())):
        (rule or reset)(part, random.generator(seed, "init", path, draw))


def reset(module: Module, generator: Generator) -> None:
    """PyTorch's default for this kind of module; nothing for one that says none."""
    own = getattr(module, "reset_parameters", None)
    if own is not None:
        own(generator)


def fill(tensor: Tensor, values: HostArray) -> Tensor:
    """Give a tensor these values."""
    node = tensor._node
    tensor.replace(node.backend.asarray(values, node.value.dtype))
    return tensor


def drawn(generator: Generator | None) -> Generator:
    """Where numbers come from: by default the sequence that ``manual_seed`` begins."""
    return random.next_generator("init") if generator is None else generator


def zeros_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    return constant_(tensor, 1.0)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """The same number everywhere."""
    return fill(tensor, host.full(tensor.shape, val))


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Numbers from a to b, all equally likely."""
    return fill(tensor, drawn(generator).uniform(a, b, tensor.shape))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Normally distributed numbers."""
    return fill(tensor, drawn(generator).normal(mean, std, tensor.shape))


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Normally distributed numbers, those outside [a, b] drawn again."""
    source = drawn(generator)
    values = source.normal(mean, std, tensor.shape)
    if not a < b or (std == 0.0 and not a <= mean <= b):
        raise ValueError(f"trunc_normal_: there is nothing between a={a} and b={b}")
    if min(abs(a - mean), abs(b - mean)) > 4.0 * std and not a <= mean <= b:
        raise ValueError(f"trunc_normal_: [{a}, {b}] is more than 4 standard deviations from the mean {mean}")
    outside = (values < a) | (values > b)
    while outside.any():
        values[outside] = source.normal(mean, std, int(outside.sum()))
        outside = (values < a) | (values > b)
    return fill(tensor, values)


def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix."""
    if tensor.ndim != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return fill(tensor, host.eye(*tensor.shape))


def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """By how much weights are enlarged to make up for what follows them."""
    if nonlinearity in ("linear", "conv1d", "conv2d", "conv3d", "sigmoid"):
        return 1.0
    if nonlinearity == "tanh":
        return 5.0 / 3.0
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, int | float)):
            raise ValueError(f"negative_slope {param} not a valid number")
        slope = 0.01 if param is None else param
        return math.sqrt(2.0 / (1.0 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4.0
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


def fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs a unit has, and how many units an input has: (out, in, …) → in × the rest, out × the rest."""
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    rest = math.prod(tensor.shape[2:])
    return tensor.shape[1] * rest, tensor.shape[0] * rest


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """U(−b, b), b = gain √(6 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    bound = gain * math.sqrt(6.0 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """N(0, s²), s = gain √(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(fans(tensor))), generator)


def _he(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']")
    fan = fans(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """U(−b, b), b = gain √(3 / fan) (He et al. 2015). ``a`` is the slope of a leaky ReLU."""
    if 0 in tensor.shape:
        return tensor
    bound = math.sqrt(3.0) * _he(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """N(0, s²), s = gain / √fan (He et al. 2015). ``a`` is the slope of a leaky ReLU."""
    if 0 in tensor.shape:
        return tensor
    return normal_(tensor, 0.0, _he(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Orthogonal rows or columns, whichever are fewer (Saxe et al. 2013). All axes but the first are one."""
    if tensor.ndim < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if 0 in tensor.shape:
        return tensor
    rows = tensor.shape[0]
    matrix = drawn(generator).normal(0.0, 1.0, (rows, math.prod(tensor.shape[1:])))
    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    q, r = host.linalg.qr(tall)
    q = q * host.sign(host.diag(r))  # all such matrices equally likely (Mezzadri 2007)
    return fill(tensor, gain * (q if tall is matrix else q.T).reshape(tensor.shape))


def default_bias_(bias: Tensor, weight: Tensor, generator: Generator | None = None) -> Tensor:
    """How linear and convolutional layers begin: U(−b, b), b = 1 / √fan_in of the weight."""
    fan_in, _ = fans(weight)
    bound = 1.0 / math.sqrt(fan_in) if fan_in else 0.0
    return uniform_(bias, -bound, bound, generator)
