"""PyTorch's functions on tensors, by noun. Importing this package makes most of them methods of ``Tensor`` too."""

from chainrule.engine.functions import (
    activation,
    creation,
    elementwise,
    indexing,
    inspection,
    joining,
    linalg,
    reduction,
    shape,
    softmax,
)

__all__ = [
    "activation",
    "creation",
    "elementwise",
    "indexing",
    "inspection",
    "joining",
    "linalg",
    "reduction",
    "shape",
    "softmax",
]
