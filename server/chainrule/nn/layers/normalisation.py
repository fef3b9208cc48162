"""Normalisations, with statistics or without."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import DType
from chainrule.engine.functions.creation import ones, tensor, zeros
from chainrule.engine.tape import state
from chainrule.engine.tensor import Tensor
from chainrule.nn import init
from chainrule.nn.init import Generator
from chainrule.nn.layers.basic import weights
from chainrule.nn.module import Module
from chainrule.nn.normalisation import batch_norm, layer_norm
from chainrule.nn.parameter import Parameter


class _BatchNorm(Module):
    """Each channel (axis 1) to mean 0 and variance 1, then times weight plus bias.

    In training the statistics are those of the batch, and ``running_mean`` and ``running_var`` (unbiased) move
    towards them by ``momentum``; in evaluation these are used. On a tape they are written there as buffers.
    """

    ranks: tuple[int, ...] = ()
    may_miss = ("num_batches_tracked",)

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight: Parameter | None
        self.bias: Parameter | None
        self.running_mean: Tensor | None
        self.running_var: Tensor | None
        self.num_batches_tracked: Tensor | None
        for name in ("weight", "bias"):
            self.register_parameter(name, weights(num_features, dtype=dtype) if affine else None)
        tracked = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("running_var", ones(num_features, dtype=dtype) if tracked else None)
        self.register_buffer("num_batches_tracked", tensor(0) if tracked else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Mean 0, variance 1, nothing counted."""
        if self.running_mean is not None and self.running_var is not None:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
        if self.num_batches_tracked is not None:
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        self.reset_running_stats()
        if self.weight is not None and self.bias is not None:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        if input.ndim not in self.ranks:
            wanted = " or ".join(f"{rank}D" for rank in self.ranks)
            raise ValueError(f"expected {wanted} input (got {input.ndim}D input)")
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            momentum = self._counted(momentum)
        return batch_norm(
            input, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or self.running_mean is None, momentum, self.eps,
        )  # fmt: skip

    def _counted(self, momentum: float) -> float:
        """One more batch; without a momentum the statistics are the mean over all batches."""
        assert self.num_batches_tracked is not None
        if state.tape is not None:
            if self.momentum is None:
                raise NotImplementedError(
                    "momentum=None counts batches, which a tape does not: give a momentum"
                )
            return momentum
        batches = int(self.num_batches_tracked.item()) + 1
        init.constant_(self.num_batches_tracked, batches)
        return 1.0 / batches if self.momentum is None else momentum

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    """For (N, C) and (N, C, L)."""

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """For images, (N, C, H, W)."""

    ranks = (4,)


class LayerNorm(Module):
    """The last axes of each sample to mean 0 and variance 1, then times weight plus bias."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.weight: Parameter | None
        self.bias: Parameter | None
        self.register_parameter("weight", weights(*shape, dtype=dtype) if elementwise_affine else None)
        self.register_parameter("bias", weights(*shape, dtype=dtype) if elementwise_affine and bias else None)
        self.reset_parameters()

    def reset_parameters(self, generator: Generator | None = None) -> None:
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )
