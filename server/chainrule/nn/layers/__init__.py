"""Layers with PyTorch's names, arguments, first values and printed form."""

from chainrule.nn.layers.basic import Dropout, Embedding, Flatten, Identity, Linear, weights
from chainrule.nn.layers.images import AdaptiveAvgPool2d, AvgPool2d, Conv2d, MaxPool2d
from chainrule.nn.layers.normalisation import BatchNorm1d, BatchNorm2d, LayerNorm

__all__ = [
    "AdaptiveAvgPool2d", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Conv2d", "Dropout", "Embedding", "Flatten",
    "Identity", "LayerNorm", "Linear", "MaxPool2d", "weights",
]  # fmt: skip
