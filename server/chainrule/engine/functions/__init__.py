"""PyTorch's functions on tensors, by noun. Importing this package makes most of them methods of ``Tensor`` too."""

from chainrule.engine.functions import creation, elementwise, linalg, reduction, shape, softmax

__all__ = ["creation", "elementwise", "linalg", "reduction", "shape", "softmax"]
