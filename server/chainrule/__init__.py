"""Chainrule: a step debugger for backpropagation.

``import chainrule as torch`` runs small PyTorch scripts. The service is in ``chainrule.cli`` and is not imported here.
"""

# ruff: noqa: A001, N811, N813  (these are PyTorch's names)

__version__ = "0.1.0"

from chainrule import nn, optim
from chainrule.engine.backend import BOOL as bool
from chainrule.engine.backend import FLOAT32 as float32
from chainrule.engine.backend import FLOAT64 as float64
from chainrule.engine.backend import INT64 as int64
from chainrule.engine.backend import DType as dtype
from chainrule.engine.dispatch import get_default_dtype, set_default_dtype
from chainrule.engine.functions.creation import full, is_tensor, ones, ones_like, tensor, zeros, zeros_like
from chainrule.engine.functions.elementwise import (
    abs,
    absolute,
    add,
    cos,
    div,
    exp,
    log,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    relu,
    sigmoid,
    sin,
    sqrt,
    sub,
    tanh,
)
from chainrule.engine.functions.linalg import matmul
from chainrule.engine.functions.reduction import mean, sum
from chainrule.engine.functions.shape import permute, reshape, transpose
from chainrule.engine.functions.softmax import log_softmax, softmax
from chainrule.engine.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from chainrule.engine.tensor import Size, Tensor

float = float32
double = float64
long = int64

__all__ = [
    "Size", "Tensor", "__version__", "abs", "absolute", "add", "bool", "cos", "div", "double", "dtype",
    "enable_grad", "exp", "float", "float32", "float64", "full", "get_default_dtype", "int64",
    "is_grad_enabled", "is_tensor", "log", "log_softmax", "long", "matmul", "maximum", "mean", "minimum", "mul", "neg",
    "nn", "no_grad", "ones", "ones_like", "optim", "permute", "pow", "relu", "reshape",
    "set_default_dtype", "set_grad_enabled", "sigmoid", "sin", "softmax", "sqrt", "sub", "sum", "tanh", "tensor",
    "transpose", "zeros", "zeros_like",
]  # fmt: skip
