"""Attention: what each position takes from the others."""

from __future__ import annotations

import math
from contextlib import nullcontext

from chainrule.engine.backend import BOOL
from chainrule.engine.composites import attention, attention_weights
from chainrule.engine.dispatch import constant
from chainrule.engine.functions.elementwise import where
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply, state
from chainrule.engine.tensor import Tensor
from chainrule.nn.normalisation import dropout


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Tensor:
    """softmax(query · keyᵀ · scale + mask) · value; shapes (…, L, E), (…, S, E), (…, S, V) → (…, L, V).

    On a tape it is one node, or in ``Tape(opened={"attention"})`` the primitives inside it. Those stand in a scope of
    their own also where weights are dropped. Outside a tape they are what runs: they keep the weights of every call
    until its backward pass, which the VJPs of the one node may have to make anew.

    Parameters
    ----------
    attn_mask
        Booleans (True: takes part) or numbers that are added to the scores; broadcasts to (…, L, S). A query that
        may look at nothing gets 0.
    is_causal
        A position sees itself and those before it.
    scale
        1/√E by default.

    Raises
    ------
    RuntimeError
        Both a mask and ``is_causal``; the shapes do not go together; or the types differ or are not floating point.
    """
    if attn_mask is not None and is_causal:
        raise RuntimeError("Explicit attn_mask should not be set when is_causal=True")
    mask = _checked(query, key, value, attn_mask)
    factor = None if scale is None else float(scale)
    tape = state.tape
    if dropout_p > 0.0:
        with nullcontext() if tape is None else tape.part("attention"):
            weights = attention_weights(query, key, mask, is_causal=is_causal, scale=factor)
            return dropout(weights, dropout_p) @ value
    if tape is None:
        return attention(query, key, value, mask, is_causal=is_causal, scale=factor)
    inputs = tuple(x.node for x in (query, key, value, mask) if x is not None)
    return Tensor(apply(OPS["attention"], inputs, {"is_causal": is_causal, "scale": factor}))


def _checked(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor | None:
    """The mask as numbers to add, if arguments are what PyTorch takes."""
    dtype = query.dtype
    if key.dtype is not dtype or value.dtype is not dtype:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{dtype.name} key.dtype: {key.dtype.name} and value.dtype: {value.dtype.name} instead."
        )
    ranks = query.ndim, key.ndim, value.ndim
    if min(ranks) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be at least 2 dimensional, but got query.dim: "
            f"{ranks[0]} key.dim: {ranks[1]} and value.dim: {ranks[2]} instead."
        )
    if not dtype.is_floating_point:
        raise RuntimeError(f"scaled_dot_product_attention: not implemented for {dtype.name}")
    if mask is None or mask.dtype is dtype:
        return mask
    if mask.dtype is BOOL:
        free, hidden = (Tensor(constant(x, dtype)) for x in (0.0, -math.inf))
        return where(mask, free, hidden)
    if mask.dtype.name != "float32":
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{mask.dtype.name} and query.dtype: {dtype.name} instead."
        )
    return mask.to(dtype)
