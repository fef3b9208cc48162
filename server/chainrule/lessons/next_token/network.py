"""The network: characters and places embedded, blocks of attention and linear layers, and a score for every next character."""

from __future__ import annotations

from chainrule.engine.backend import host
from chainrule.engine.backend.dtypes import DTYPES
from chainrule.engine.functions import elementwise
from chainrule.engine.functions.indexing import masked_fill
from chainrule.engine.functions.linalg import einsum
from chainrule.engine.functions.softmax import softmax
from chainrule.engine.tensor import Tensor, leaf
from chainrule.lessons.network import called
from chainrule.lessons.next_token.config import Config
from chainrule.nn import init
from chainrule.nn.layers import Embedding, LayerNorm, Linear, weights
from chainrule.nn.module import Module

HIDDEN = -1e9
"""The score of a place that may not be seen: so low that softmax makes exactly 0 of it, and yet finite."""


class Attention(Module):
    """Each place takes from the values of those that it sees, by how well its query meets their keys, once for each head."""

    def __init__(self, config: Config, dtype: str) -> None:
        super().__init__()
        width = int(config.width)
        self.heads, self.causal = int(config.heads), config.causal
        self.query, self.key, self.value, self.out = (
            Linear(width, width, dtype=DTYPES[dtype]) for _ in range(4)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, places, width) → the same shape. Its ``attention`` is (n, heads, places that look, places looked at)."""
        n, places, width = x.shape
        each = (n, places, self.heads, width // self.heads)
        q = called("q", called("query", self.query(x)).reshape(*each))
        k = called("k", called("key", self.key(x)).reshape(*each))
        v = called("v", called("value", self.value(x)).reshape(*each))
        met = called("met", einsum("nthd,nshd->nhts", q, k))
        scores = called("scores", met * (width // self.heads) ** -0.5)
        if self.causal:
            future = leaf(host.triu(host.ones((places, places), dtype=bool), 1), kind="constant")
            scores = called("masked", masked_fill(scores, future, HIDDEN))
        attention = called("attention", softmax(scores, -1))
        mixed = called("mixed", einsum("nhts,nshd->nthd", attention, v))
        return called("attended", self.out(called("joined", mixed.flatten(2))))


class Block(Module):
    """Attention, then two linear layers at each place; each with a normalisation before it and a way around it."""

    def __init__(self, config: Config, dtype: str) -> None:
        super().__init__()
        width = int(config.width)
        self.residual, self.norm = config.residual, config.norm
        if config.norm:
            self.norm1 = LayerNorm(width, dtype=DTYPES[dtype])
        self.attention = Attention(config, dtype)
        if config.norm:
            self.norm2 = LayerNorm(width, dtype=DTYPES[dtype])
        self.up = Linear(width, 4 * width, dtype=DTYPES[dtype])
        self.down = Linear(4 * width, width, dtype=DTYPES[dtype])

    def forward(self, x: Tensor) -> Tensor:
        attended = self.attention(called("normed1", self.norm1(x)) if self.norm else x)
        x = called("looked", x + attended) if self.residual else attended
        hidden = called("up", self.up(called("normed2", self.norm2(x)) if self.norm else x))
        down = called("down", self.down(called("hidden", elementwise.relu(hidden))))
        return called("passed", x + down) if self.residual else down


class Writer(Module):
    """(n, places) tokens → (n, places, vocabulary) logits: at each place, a score for every next character."""

    def __init__(self, config: Config, vocabulary: int, dtype: str) -> None:
        super().__init__()
        width = int(config.width)
        self.token = Embedding(vocabulary, width, dtype=DTYPES[dtype])
        if config.position:
            self.position = Positions(config.context, width, dtype)
        self.block1 = Block(config, dtype)
        if int(config.blocks) > 1:
            self.block2 = Block(config, dtype)
        if config.norm:
            self.norm = LayerNorm(width, dtype=DTYPES[dtype])
        self.output = Linear(width, vocabulary, dtype=DTYPES[dtype])
        self.placed, self.deep, self.normed = config.position, int(config.blocks) > 1, config.norm

    def forward(self, tokens: Tensor) -> Tensor:
        x = called("character", self.token(tokens))
        if self.placed:
            x = called("embedded", self.position(x))
        x = self.block1(x)
        if self.deep:
            x = self.block2(x)
        if self.normed:
            x = called("normed", self.norm(x))
        return called("z", self.output(x))


class Positions(Module):
    """Numbers of its own for each place of the window."""

    def __init__(self, context: int, width: int, dtype: str) -> None:
        super().__init__()
        self.weight = weights(context, width, dtype=DTYPES[dtype])
        self.reset_parameters()

    def reset_parameters(self, generator: init.Generator | None = None) -> None:
        init.normal_(self.weight, 0.0, 1.0, generator)

    def forward(self, x: Tensor) -> Tensor:
        places = x.shape[1]
        own = self.weight if places == self.weight.shape[0] else self.weight[:places]
        return x + own
