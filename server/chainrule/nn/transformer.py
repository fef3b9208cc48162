"""Multi-head attention and the block of a transformer, with PyTorch's parameters."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from chainrule.engine.backend import BOOL, DType, host
from chainrule.engine.dispatch import get_default_dtype
from chainrule.engine.functions.elementwise import relu
from chainrule.engine.functions.softmax import softmax
from chainrule.engine.tape import leaf_node
from chainrule.engine.tensor import Tensor, leaf
from chainrule.nn import functional, init
from chainrule.nn.init import Generator
from chainrule.nn.layers import Dropout, LayerNorm, Linear, weights
from chainrule.nn.module import Module
from chainrule.nn.parameter import Parameter

Mask = Tensor | None


class MultiheadAttention(Module):
    """Each position takes from the values of others by how well its query meets their keys, once for each head.

    ``in_proj_weight`` (3 E, E) and ``in_proj_bias`` (3 E) make queries, keys and values; ``out_proj`` joins the heads.

    Parameters
    ----------
    embed_dim, num_heads
        E, and into how many parts it is divided.
    batch_first
        (N, L, E) instead of (L, N, E). Without a batch it is (L, E).
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        batch_first: bool = False,
        *,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and "
                f"num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.dropout, self.batch_first = dropout, batch_first
        self.in_proj_weight = weights(3 * embed_dim, embed_dim, dtype=dtype)
        self.in_proj_bias: Parameter | None
        self.register_parameter("in_proj_bias", weights(3 * embed_dim, dtype=dtype) if bias else None)
        self.out_proj = _OutProjection(embed_dim, embed_dim, bias=bias, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self, generator: Generator | None = None) -> None:
        init.xavier_uniform_(self.in_proj_weight, generator=generator)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Mask = None,
        need_weights: bool = True,
        attn_mask: Mask = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output, in the shape of the query, and the weights (N, L, S) or (N, heads, L, S); None: not asked for.

        Parameters
        ----------
        key_padding_mask
            (N, S): True where a key is not to be looked at; or numbers that are added.
        attn_mask
            (L, S) or (N · heads, L, S): True where a query must not look; or numbers that are added.
        is_causal
            A hint that ``attn_mask`` is causal (:func:`causal_mask`); nothing depends on it.

        Raises
        ------
        RuntimeError
            A mask has the wrong shape, or ``is_causal`` is said without one.
        """
        batched = query.ndim == 3
        if not batched:
            query, key, value = (x.reshape(1, *x.shape) for x in (query, key, value))
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.reshape(1, *key_padding_mask.shape)
        elif not self.batch_first:
            same = (key is query, value is key)
            query = query.transpose(0, 1)
            key = query if same[0] else key.transpose(0, 1)
            value = key if same[1] else value.transpose(0, 1)
        q, k, v = self._projected(query, key, value)
        mask = self._mask(q, k, key_padding_mask, attn_mask, is_causal)
        dropped = self.dropout if self.training else 0.0
        weight = None
        if need_weights:
            scores = (q * (1.0 / math.sqrt(self.head_dim))) @ k.transpose(-2, -1)
            weight = softmax(scores if mask is None else scores + mask, -1)
            if dropped:
                weight = functional.dropout(weight, dropped)
            heads = weight @ v
        else:
            heads = functional.scaled_dot_product_attention(q, k, v, mask, dropped)
        out: Tensor = self.out_proj(heads.transpose(1, 2).reshape(*query.shape))
        if not batched:
            out = out.reshape(*out.shape[1:])
        elif not self.batch_first:
            out = out.transpose(0, 1)
        if weight is not None and average_attn_weights:
            weight = weight.mean(1)
        if weight is not None and not batched:
            weight = weight.reshape(*weight.shape[1:])
        return out, weight

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values by head, (N, heads, positions, head_dim)."""
        size = self.embed_dim
        if key is query and value is key:
            n, length, _ = query.shape
            # One product for all three; (N, L, 3, heads, d) → (3, N, heads, L, d).
            joined = functional.linear(query, self.in_proj_weight, self.in_proj_bias)
            parts = joined.reshape(n, length, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
            return parts[0], parts[1], parts[2]
        made = []
        for k, x in enumerate((query, key, value)):
            own = slice(k * size, (k + 1) * size)
            bias = None if self.in_proj_bias is None else self.in_proj_bias[own]
            part = functional.linear(x, self.in_proj_weight[own], bias)
            made.append(part.reshape(*x.shape[:2], self.num_heads, self.head_dim).transpose(1, 2))
        return made[0], made[1], made[2]

    def _mask(self, q: Tensor, k: Tensor, padding: Mask, attention: Mask, is_causal: bool) -> Mask:
        """Both masks as numbers to add to the scores (N, heads, L, S)."""
        n, heads, length, _ = q.shape
        size = k.shape[2]
        if attention is not None:
            shape = tuple(attention.shape)
            if shape not in ((length, size), (n * heads, length, size)):
                raise RuntimeError(
                    f"The shape of the {attention.ndim}D attn_mask is {shape}, but should be {(length, size)} or "
                    f"{(n * heads, length, size)}."
                )
            attention = _added(attention, q)
            if len(shape) == 3:
                attention = attention.reshape(n, heads, length, size)
        elif is_causal:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        if padding is None:
            return attention
        if tuple(padding.shape) != (n, size):
            raise RuntimeError(
                f"expecting key_padding_mask shape of {(n, size)}, but got {tuple(padding.shape)}"
            )
        padding = _added(padding, q).reshape(n, 1, 1, size)
        return padding if attention is None else attention + padding


class _OutProjection(Linear):
    """Its bias is 0 at first."""

    def reset_parameters(self, generator: Generator | None = None) -> None:
        super().reset_parameters(generator)
        if self.bias is not None:
            init.zeros_(self.bias)


_OutProjection.__name__ = "NonDynamicallyQuantizableLinear"  # as PyTorch prints it


def _constant(array: Any, like: Tensor) -> Tensor:
    node = like._node
    return Tensor(leaf_node(node.backend.asarray(array, node.value.dtype), node.backend, kind="constant"))


def _added(mask: Tensor, like: Tensor) -> Tensor:
    """A mask as numbers to add: where it is True, −∞."""
    if mask.dtype is not BOOL:
        return mask
    return _constant(host.where(mask._host(), -host.inf, 0.0), like)


def causal_mask(size: int, dtype: DType | None = None) -> Tensor:
    """0 where a position may look (itself and those before it), else −∞; shape (size, size)."""
    mask = host.where(host.tri(size, dtype=bool), 0.0, -host.inf)
    return leaf(mask, kind="constant", dtype=dtype or get_default_dtype())


class TransformerEncoderLayer(Module):
    """Attention and two linear layers, each with a way around it and a normalisation.

    Parameters
    ----------
    norm_first
        Normalise before attention and the linear layers, instead of after.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Callable[[Tensor], Tensor] = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        *,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout, bias, batch_first, dtype=dtype)
        self.linear1 = Linear(d_model, dim_feedforward, bias, dtype=dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, dtype=dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)
        self.activation = _activation(activation)

    def forward(
        self,
        src: Tensor,
        src_mask: Mask = None,
        src_key_padding_mask: Mask = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The same shape as ``src``; the masks are those of :class:`MultiheadAttention`."""

        def attended(x: Tensor) -> Tensor:
            out, _ = self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)
            result: Tensor = self.dropout1(out)
            return result

        def fed(x: Tensor) -> Tensor:
            hidden = self.dropout(self.activation(self.linear1(x)))
            result: Tensor = self.dropout2(self.linear2(hidden))
            return result

        if self.norm_first:
            src = src + attended(self.norm1(src))
            return src + fed(self.norm2(src))
        src = self.norm1(src + attended(src))
        result: Tensor = self.norm2(src + fed(src))
        return result


def _activation(given: str | Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    if not isinstance(given, str):
        return given
    if given not in ("relu", "gelu"):
        raise RuntimeError(f"activation should be relu/gelu, not {given}")
    found: Callable[[Tensor], Tensor] = getattr(functional, given)
    return found
