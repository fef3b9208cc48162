"""What a model offers that reads text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from chainrule.engine.backend import Array, HostArray


class OfText(Protocol):
    """What a model of text has beside :class:`Model`. Its batch is ``x``, (n, context) tokens, and ``y``, what follows each.

    Attributes
    ----------
    characters
        What each token stands for.
    context
        Tokens in a window.
    stages
        The nodes that hold what is known at each place: the embeddings, then what each block passes on.
    attention
        The nodes of attention, (n, heads, places, places).
    logits
        The node of the scores, (n, places, tokens).
    """

    @property
    def characters(self) -> str: ...
    @property
    def context(self) -> int: ...
    @property
    def stages(self) -> Sequence[str]: ...
    @property
    def attention(self) -> Sequence[str]: ...
    @property
    def logits(self) -> str: ...

    def follow(self, values: Mapping[str, Array], tokens: HostArray) -> HostArray:
        """(n, places) tokens, at most ``context`` places → (n, places, characters) scores of what follows each.

        In evaluation mode, given the parameters and buffers.
        """
        ...
