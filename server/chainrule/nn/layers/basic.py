"""Layers without windows or statistics."""

from __future__ import annotations

import math
from typing import Any

from chainrule.engine.backend import DType, host
from chainrule.engine.dispatch import get_default_dtype
from chainrule.engine.functions.indexing import embedding
from chainrule.engine.functions.shape import flatten
from chainrule.engine.op import OPS
from chainrule.engine.tape import Node, apply, current_backend
from chainrule.engine.tensor import Tensor
from chainrule.nn import init
from chainrule.nn.functional import dropout, linear
from chainrule.nn.init import Generator
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter

_LINEAR = OPS["linear"]


def weights(*shape: int, dtype: DType | None = None) -> Parameter:
    """A parameter of that shape, to be filled."""
    backend = current_backend()
    values = backend.asarray(host.zeros(shape), dtype or get_default_dtype())
    return Parameter(Tensor(Node(values, backend, False, kind="parameter")))


class Identity(Module):
    """What comes in goes out. Any arguments are ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:  # noqa: A002
        return input


class Flatten(Module):
    """The axes from ``start_dim`` to ``end_dim`` as one."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Linear(Module):
    """``input @ weight.T + bias``; weight (out, in), bias (out), both U(−1/√in, 1/√in) at first."""

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, dtype: DType | None = None
    ) -> None:
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = weights(out_features, in_features, dtype=dtype)
        self.bias: Parameter | None
        self.register_parameter("bias", weights(out_features, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self, generator: Generator | None = None) -> None:
        init.kaiming_uniform_(self.weight, a=math.sqrt(5), generator=generator)
        if self.bias is not None:
            init.default_bias_(self.bias, self.weight, generator)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        bias = self.bias
        if bias is None:
            return linear(input, self.weight)
        return Tensor(apply(_LINEAR, (input._node, self.weight._node, bias._node)))

    def extra_repr(self) -> str:
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class Embedding(Module):
    """A row of ``weight`` (num_embeddings, embedding_dim) for each index; N(0, 1) at first.

    The row ``padding_idx`` is 0 at first and gets no gradient.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise AssertionError("Padding_idx must be within num_embeddings")
            padding_idx %= num_embeddings
        self.padding_idx = padding_idx
        self.weight = weights(num_embeddings, embedding_dim, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self, generator: Generator | None = None) -> None:
        values = init.drawn(generator).normal(0.0, 1.0, self.weight.shape)
        if self.padding_idx is not None:
            values[self.padding_idx] = 0.0
        init.fill(self.weight, values)

    @classmethod
    def from_pretrained(
        cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None
    ) -> Embedding:
        """An embedding of given rows, by default not trained."""
        rows, width = embeddings.shape
        made = cls(rows, width, padding_idx)
        made.weight = Parameter(embeddings.detach(), requires_grad=not freeze)
        return made

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return embedding(input, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        return text if self.padding_idx is None else f"{text}, padding_idx={self.padding_idx}"


class Dropout(Module):
    """In training, elements are 0 with probability ``p``, the others times 1/(1 − p).

    On a tape the mask is drawn by (seed, scope, iteration).
    """

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        if inplace:
            raise NotImplementedError("inplace=True is not supported: recorded values never change")
        self.p, self.inplace = p, inplace

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"
