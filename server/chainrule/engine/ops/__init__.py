"""All ops. Importing this package fills the registry; a new module of ops is listed here."""

from chainrule.engine.ops import (
    attention,
    classification,
    comparison,
    convolution,
    dropout,
    einsum,
    elementwise,
    linalg,
    loss,
    normalisation,
    normalisation_eval,
    pair_loss,
    pooling,
    reduce,
    shape,
    softmax,
)

__all__ = [
    "attention",
    "classification",
    "comparison",
    "convolution",
    "dropout",
    "einsum",
    "elementwise",
    "linalg",
    "loss",
    "normalisation",
    "normalisation_eval",
    "pair_loss",
    "pooling",
    "reduce",
    "shape",
    "softmax",
]
