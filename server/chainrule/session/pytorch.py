"""The same number from PyTorch, where it is installed. It is looked for only here, and only when asked."""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
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
    # True is 1, as everywhere.
    return (tensor.to(torch.int8) if tensor.dtype is torch.bool else tensor.detach()).tolist()


def _call(torch: Any, node: Node, arguments: list[Any]) -> Any:
    """The op's PyTorch expression, as its record writes it, of tensors."""
    op = node.op
    assert op is not None
    names = {f"x{k}": x for k, x in enumerate(arguments)}
    text = op.call(list(names), node.attrs)
    return _interpret(ast.parse(text, mode="eval").body, {**names, "torch": torch, "float": float})


_OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod, ast.Pow: operator.pow, ast.MatMult: operator.matmul, ast.USub: operator.neg,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def _interpret(tree: ast.AST | None, names: Mapping[str, Any]) -> Any:
    """The value of an expression of the kinds that records are written in."""
    match tree:
        case None:
            return None
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return names[name]
        case ast.Attribute(value, name):
            return getattr(_interpret(value, names), name)
        case ast.Tuple(parts):
            return tuple(_interpret(part, names) for part in parts)
        case ast.List(parts):
            return [_interpret(part, names) for part in parts]
        case ast.Slice(lower, upper, step):
            return slice(*(_interpret(part, names) for part in (lower, upper, step)))
        case ast.Subscript(value, key):
            return _interpret(value, names)[_interpret(key, names)]
        case ast.Call(function, given, keywords):
            named = {str(word.arg): _interpret(word.value, names) for word in keywords}
            return _interpret(function, names)(*(_interpret(x, names) for x in given), **named)
        case ast.UnaryOp(sign, value):
            return _OPERATORS[type(sign)](_interpret(value, names))
        case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]):
            return _OPERATORS[type(sign)](_interpret(left, names), _interpret(right, names))
    raise TypeError(f"records hold no {type(tree).__name__}")
