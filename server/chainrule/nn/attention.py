"""Attention: what each position takes from the others."""

from __future__ import annotations

import math
from contextlib import nullcontext

from chainrule.engine.backend import BOOL, host
from chainrule.engine.functions.elementwise import where
from chainrule.engine.functions.softmax import softmax
from chainrule.engine.tape import leaf_node, state
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

    It is recorded as the primitives that it is made of, in a scope of its own.

    Parameters
    ----------
    attn_mask
        Booleans (True: takes part) or numbers that are added to the scores; broadcasts to (…, L, S).
    is_causal
        A position sees itself and those before it.
    scale
        1/√E by default.

    Raises
    ------
    RuntimeError
        Both a mask and ``is_causal``; or the shapes do not go together.
    """
    if attn_mask is not None and is_causal:
        raise RuntimeError("Explicit attn_mask should not be set when is_causal=True")
    tape = state.tape
    with nullcontext() if tape is None else tape.part("attention"):
        factor = 1.0 / math.sqrt(query.shape[-1]) if scale is None else float(scale)
        scores = (query * factor) @ key.transpose(-2, -1)
        if is_causal:
            attn_mask = _causal(scores)
        if attn_mask is not None:
            booleans = attn_mask.dtype is BOOL
            scores = where(attn_mask, scores, -math.inf) if booleans else scores + attn_mask
        weights = softmax(scores, -1)
        if dropout_p > 0.0:
            weights = dropout(weights, dropout_p)
        return weights @ value


def _causal(scores: Tensor) -> Tensor:
    """0 where a position may look and −∞ where it may not, (L, S)."""
    node = scores._node
    rows, columns = node.value.shape[-2:]
    mask = host.where(host.tri(rows, columns, dtype=bool), 0.0, -host.inf)
    return Tensor(leaf_node(node.backend.asarray(mask, node.value.dtype), node.backend, kind="constant"))
