"""A forward pass that was traced once and is run again with other leaves: the same calls, hence the same bits."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array
from chainrule.engine.plan import Plan, Workspace
from chainrule.engine.tape import Node


class Repeat:
    """The calls of one forward pass.

    Parameters
    ----------
    nodes
        All nodes of a tape, the last of which all others lead to. Their values are let go of.
    given
        The leaves that are another time others; all else stays.
    """

    def __init__(self, nodes: Sequence[Node], given: Sequence[Node]) -> None:
        self._plan = Plan(nodes, nodes[-1], (), {})
        places = {node: place for place, node in enumerate(given)}
        self._given = [places.get(leaf) for leaf in self._plan.leaves]
        self._fixed = [leaf.value if leaf not in places else None for leaf in self._plan.leaves]
        for node in nodes:
            node.value = None

    def __call__(self, arrays: Sequence[Array]) -> list[Node]:
        """The nodes with other arrays in place of those that were given, each of the same shape and dtype."""
        with self._plan.backend.quiet():
            return self._plan.tape(self._run(arrays))

    def value(self, arrays: Sequence[Array]) -> Array:
        """The value of the last node alone."""
        with self._plan.backend.quiet():
            return self._run(arrays)[self._plan.root]

    def _run(self, arrays: Sequence[Array]) -> Workspace:
        return self._plan.run(
            [
                fixed if place is None else arrays[place]
                for place, fixed in zip(self._given, self._fixed, strict=True)
            ]
        )
