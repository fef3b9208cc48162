"""Composites: ops that can be recorded as one node or as the primitives inside it, with the same gradients.

``Tape(opened={"softmax"})`` opens them: the primitives stand in a scope that has the name which the one node would
have, so that nothing else on the tape is called differently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chainrule.engine.op import OPS, Attrs
from chainrule.engine.tape import Node
from chainrule.engine.tensor import Tensor

Function = Callable[..., Tensor]


def inside(name: str) -> Callable[[Function], Function]:
    """Say what is inside the op ``name``: a function of tensors, and of the op's attributes by keyword."""

    def register(function: Function) -> Function:
        def build(inputs: tuple[Node, ...], attrs: Attrs) -> Node:
            arguments: Any = [Tensor(node) for node in inputs]
            return function(*arguments, **attrs).node

        OPS[name].inside = build
        return function

    return register
