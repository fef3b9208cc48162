"""What an edit makes of that which an iteration starts from."""

from __future__ import annotations

from dataclasses import replace

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.protocol.client import EditCommand
from chainrule.protocol.model import Param
from chainrule.trace import Carry, Record, is_edit
from chainrule.trace.carry import CARRIED


def target(record: Record, name: str) -> Node:
    """The node that is edited under a name.

    Raises
    ------
    Refusal
        ``unknown_name``; ``edit_refused``: it cannot be edited.
    """
    node = record.find(name)
    if is_edit(node):
        node = node.inputs[0]
    if node.kind == "constant":
        raise _refused(
            f"{name} is a constant of the program.",
            "Edit a variable, or change the configuration.",
            reason="edit_constant",
            name=name,
        )
    if node.draw is not None:
        raise _refused(
            f"{name} is drawn anew in each iteration.",
            "Edit what it is multiplied with.",
            reason="edit_drawn",
            name=name,
        )
    return node


def edited(record: Record, node: Node, command: EditCommand) -> Carry:
    """What the iteration of ``record`` starts from when ``node`` is set.

    Raises
    ------
    Refusal
        ``edit_refused``: the value has another shape.
    """
    start, name = record.start, str(node.name)
    value = _value(node, command, _current(start, node))
    if node.kind in CARRIED:
        return replace(start, values={**start.values, name: value})
    if node.op is None:
        return replace(start, fixed={**start.fixed, name: value})
    return replace(start, interventions={**start.interventions, name: value})


def _current(start: Carry, node: Node) -> Array:
    """What the node's value is now, for an edit of one element."""
    known = start.interventions.get(str(node.name))
    return node.value if known is None or node.op is None else known


def _value(node: Node, command: EditCommand, current: Array) -> Array:
    dtype, index = node.value.dtype, None if command.index is None else tuple(command.index)
    try:
        data: HostArray = host.asarray(command.value, dtype=host.float64)
    except (ValueError, TypeError) as error:
        raise _refused(
            "The value is a ragged list.", "Give rows of equal length.", reason="edit_ragged"
        ) from error
    shape = node.shape
    if index is not None:
        if len(index) != len(shape) or any(i >= length for i, length in zip(index, shape, strict=False)):
            raise _refused(
                f"There is no element {list(index)} in shape {list(shape)}.",
                "Use an index that exists.",
                reason="edit_no_element",
                index=str(list(index)),
                shape=str(list(shape)),
            )
        if data.size != 1:
            raise _refused(
                "One element takes one number.",
                "Leave out the index to set the whole tensor.",
                reason="edit_one_number",
            )
        whole = host.array(node.backend.to_numpy(current), dtype=host.float64)
        whole[index] = data.item()
        data = whole
    elif data.shape != shape:
        if data.size != 1 or host.prod(shape) != 1:
            raise _refused(
                f"The value has shape {list(data.shape)}, {node.name} has {list(shape)}.",
                "Give a value of the same shape, or an index and one number.",
                reason="edit_shape",
                name=str(node.name),
                got=str(list(data.shape)),
                expected=str(list(shape)),
            )
        data = data.reshape(shape)
    with node.backend.quiet():
        return node.backend.asarray(data, dtype)


def _refused(detail: str, hint: str, *, reason: str, **params: Param) -> Refusal:
    return Refusal(
        "edit_refused", 422, "This cannot be edited so", detail, hint, reason=reason, params=params
    )
