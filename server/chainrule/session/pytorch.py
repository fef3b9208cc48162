"""The same number from PyTorch, where it is installed. It is looked for only here, and only when asked."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Any

from chainrule.engine.tape import Node
from chainrule.explain.code import grad_code, value_code
from chainrule.protocol.client import PytorchCommand
from chainrule.protocol.server import PytorchResult
from chainrule.session.core import Core
from chainrule.trace import Record


@cache
def installed() -> bool:
    """Whether PyTorch can be imported."""
    return find_spec("torch") is not None


def pytorch(core: Core, command: PytorchCommand) -> PytorchResult:
    """Run the recorded tape again in PyTorch, and take one value or gradient from it."""
    record = core.record
    node = record.find(command.name)
    value = _run(record, node, command.what) if installed() else None
    return PytorchResult(
        name=str(node.name),
        what=command.what,
        code=code(node, command.what),
        installed=installed(),
        value=value,
    )


def code(node: Node, what: str) -> str:
    """The line that prints the number, given the variables of the listing."""
    expression, hash_sign, comment = (grad_code if what == "grad" else value_code)(node, ()).partition("  # ")
    read = "item" if all(length == 1 for length in node.shape) else "tolist"
    atom = expression.replace("_", "a").replace(".", "a").isalnum()
    return f"{expression if atom else f'({expression})'}.{read}(){hash_sign}{comment}"


def _run(record: Record, wanted: Node, what: str) -> object:
    import torch

    made: dict[int, Any] = {}
    for node in record.nodes:
        if node.op is None:
            data = node.backend.to_numpy(node.value)
            made[node.index] = torch.tensor(data.tolist(), dtype=getattr(torch, str(data.dtype)))
            made[node.index].requires_grad_(node.requires_grad)
        else:
            made[node.index] = _call(torch, node, [made[child.index] for child in node.inputs])
            if made[node.index].requires_grad:
                made[node.index].retain_grad()
    root = made[record.root.index]
    tensor = made[wanted.index]
    if what == "grad":
        if not root.requires_grad:
            return None
        for node in record.nodes:
            stale = record.stale_grad(node)
            if stale is not None and node.requires_grad:
                made[node.index].grad = torch.tensor(node.backend.to_numpy(stale).tolist()).to(
                    made[node.index].dtype
                )
        root.backward(torch.ones_like(root))
        tensor = tensor.grad
        if tensor is None:
            return None
    return tensor.detach().tolist()


def _call(torch: Any, node: Node, arguments: list[Any]) -> Any:
    op, attrs = node.op, node.attrs
    assert op is not None
    if op.torch == "to":
        return arguments[0].to(getattr(torch, attrs["dtype"]))
    if op.torch in ("reshape", "permute"):
        return getattr(torch, op.torch)(
            arguments[0], tuple(attrs["shape" if op.torch == "reshape" else "dims"])
        )
    given = {{"axis": "dim", "keepdims": "keepdim"}.get(key, key): value for key, value in attrs.items()}
    if given.get("dim", 0) is None:
        # PyTorch's reductions over everything take no keepdim.
        if given.get("keepdim"):
            given["dim"] = tuple(range(arguments[0].dim()))
        else:
            given = {}
    return getattr(torch, op.torch)(*arguments, **given)
