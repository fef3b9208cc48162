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
from chainrule.engine.functions.creation import (
    arange,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    initial_seed,
    is_tensor,
    linspace,
    manual_seed,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from chainrule.engine.functions.elementwise import (
    abs,
    absolute,
    acos,
    add,
    arccos,
    arcsin,
    arctan,
    arctan2,
    asin,
    atan,
    atan2,
    ceil,
    clamp,
    clamp_,
    clamp_max,
    clamp_min,
    clip,
    clip_,
    cos,
    cosh,
    div,
    erf,
    exp,
    expm1,
    fix,
    floor,
    fmod,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    mul,
    neg,
    pow,
    reciprocal,
    relu,
    relu_,
    remainder,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    sub,
    tan,
    tanh,
    trunc,
    where,
)
from chainrule.engine.functions.indexing import (
    gather,
    index_select,
    masked_fill,
    masked_select,
    take_along_dim,
    tril,
    triu,
)
from chainrule.engine.functions.inspection import allclose, equal, isfinite, isinf, isnan, numel
from chainrule.engine.functions.joining import (
    cat,
    chunk,
    concat,
    concatenate,
    hstack,
    narrow,
    select,
    split,
    stack,
    unbind,
    vstack,
)
from chainrule.engine.functions.linalg import (
    addmm,
    addmv,
    baddbmm,
    bmm,
    diagonal,
    dot,
    einsum,
    matmul,
    mm,
    mv,
    outer,
)
from chainrule.engine.functions.reduction import (
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    cumsum,
    logsumexp,
    max,
    mean,
    min,
    norm,
    prod,
    std,
    sum,
    var,
)
from chainrule.engine.functions.shape import (
    broadcast_tensors,
    broadcast_to,
    flatten,
    flip,
    meshgrid,
    movedim,
    permute,
    ravel,
    repeat_interleave,
    reshape,
    roll,
    squeeze,
    t,
    tile,
    transpose,
    unflatten,
    unsqueeze,
)
from chainrule.engine.functions.softmax import _safe_softmax as _safe_softmax
from chainrule.engine.functions.softmax import log_softmax, softmax
from chainrule.engine.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from chainrule.engine.tensor import Size, Tensor

float = float32
moveaxis = movedim
swapaxes = swapdims = transpose
double = float64
long = int64

__all__ = [
    "Size", "Tensor", "__version__", "abs", "absolute", "acos", "add", "addmm", "addmv", "all",
    "allclose", "amax", "amin", "any", "arange", "arccos", "arcsin", "arctan", "arctan2", "argmax",
    "argmin", "asin", "atan", "atan2", "baddbmm", "bmm", "bool", "broadcast_tensors", "broadcast_to",
    "cat", "ceil", "chunk", "clamp", "clamp_", "clamp_max", "clamp_min", "clip", "clip_", "concat",
    "concatenate", "cos", "cosh", "cumsum", "diagonal", "div", "dot", "double", "dtype", "einsum",
    "empty", "empty_like", "enable_grad", "equal", "erf", "exp", "expm1", "eye", "fix", "flatten",
    "flip", "float", "float32", "float64", "floor", "fmod", "full", "full_like", "gather",
    "get_default_dtype", "hstack", "index_select", "initial_seed", "int64", "is_grad_enabled",
    "is_tensor", "isfinite", "isinf", "isnan", "linspace", "log", "log1p", "log2", "log10",
    "log_softmax", "logaddexp", "logsumexp", "long", "manual_seed", "masked_fill", "masked_select",
    "matmul", "max", "maximum", "mean", "meshgrid", "min", "minimum", "mm", "moveaxis", "movedim",
    "mul", "mv", "narrow", "neg", "nn", "no_grad", "norm", "numel", "ones", "ones_like", "optim",
    "outer", "permute", "pow", "prod", "rand", "rand_like", "randint", "randn", "randn_like",
    "randperm", "ravel", "reciprocal", "relu", "relu_", "remainder", "repeat_interleave", "reshape",
    "roll", "round", "rsqrt", "select", "set_default_dtype", "set_grad_enabled", "sigmoid", "sign",
    "sin", "sinh", "softmax", "split", "sqrt", "square", "squeeze", "stack", "std", "sub", "sum",
    "swapaxes", "swapdims", "t", "take_along_dim", "tan", "tanh", "tensor", "tile",
    "transpose", "tril", "triu", "trunc", "unbind", "unflatten", "unsqueeze", "var", "vstack", "where",
    "zeros", "zeros_like",
]  # fmt: skip
