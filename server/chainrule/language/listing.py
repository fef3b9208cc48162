"""A program as the lines of PyTorch that do the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainrule.language.arithmetic import Nested, literal
from chainrule.language.instructions import (
    ATOM,
    PRECEDENCE,
    SIGN,
    Argument,
    Constant,
    Leaf,
    Program,
    Result,
)
from chainrule.protocol.model import ListingLine, StepKind

if TYPE_CHECKING:
    from chainrule.engine.tape import Node

Values = Mapping[str, Nested]
LOOP = "while True:"
"""A session goes on for as long as one steps, and so does its listing."""


@dataclass(frozen=True)
class Listing:
    """Numbered lines, and the line that is running at each kind of step.

    ``statements`` is the line of each statement of the program; ``steps`` that of the steps that belong to no node.
    """

    lines: tuple[ListingLine, ...]
    steps: Mapping[StepKind, int]
    statements: Mapping[int, int]

    def of(self, node: Node) -> int | None:
        """The line that computes a node."""
        return node.line


def tensor_code(value: Nested, dtype: str, *, requires_grad: bool = False, code: str | None = None) -> str:
    """``torch.tensor(…)`` with the value as floating-point numbers."""
    # Integers would make a tensor of integers, which cannot require a gradient.
    real = code is not None and any(mark in code for mark in (".", "/", "float("))
    arguments = [code if code is not None and real and not isinstance(value, list) else literal(value)]
    if dtype != "float32":
        arguments.append(f"dtype=torch.{dtype}")
    if requires_grad:
        arguments.append("requires_grad=True")
    return f"torch.tensor({', '.join(arguments)})"


def expressions(program: Program, dtype: str) -> list[str]:
    """One Python expression per statement that computes; "" for one that only names something."""
    texts: list[tuple[str, int]] = []
    statements = [""] * (1 + max(i.statement for i in program.instructions))

    def text_of(argument: Argument) -> tuple[str, int]:
        if isinstance(argument, Leaf):
            return argument.name, ATOM
        if isinstance(argument, Result):
            label = program.instructions[argument.index].label
            return (label, ATOM) if label is not None else texts[argument.index]
        if isinstance(argument.value, list):
            return tensor_code(argument.value, dtype), ATOM
        return argument.code, argument.precedence

    def wrapped(argument: Argument) -> str:
        """An argument of a function, which takes tensors only."""
        if isinstance(argument, Constant):
            return tensor_code(argument.value, dtype, code=argument.code)
        return text_of(argument)[0]

    for instruction in program.instructions:
        op, arguments = instruction.op, instruction.arguments
        precedence = PRECEDENCE.get(op, ATOM)
        if op == "neg":
            text, inner = text_of(arguments[0])
            text = f"-{text}" if inner >= precedence else f"-({text})"
        elif op in SIGN:
            text = _binary(op, text_of(arguments[0]), text_of(arguments[1]))
        else:
            text = f"torch.{op}({', '.join(wrapped(argument) for argument in arguments)})"
        texts.append((text, precedence))
        if instruction.label is not None:
            statements[instruction.statement] = f"{instruction.label} = {text}"
    return statements


def _binary(op: str, left: tuple[str, int], right: tuple[str, int]) -> str:
    precedence = PRECEDENCE[op]
    if op == "pow":
        keep_left, keep_right = left[1] > precedence, right[1] >= PRECEDENCE["neg"]
    else:
        keep_left, keep_right = left[1] >= precedence, right[1] > precedence
    a = left[0] if keep_left else f"({left[0]})"
    b = right[0] if keep_right else f"({right[0]})"
    return f"{a} {SIGN[op]} {b}"


def program_listing(
    program: Program, values: Values, dtype: str, optimizer: str | None, *, zero_grad: bool
) -> Listing:
    """The PyTorch program: leaves, then one pass, or with an optimizer a loop without an end.

    ``optimizer`` is the call that makes one without its parameters: ``SGD({}, lr=0.01)``.
    """
    body = expressions(program, dtype)
    lines = ["import torch", ""]
    if any("math." in text for text in (*body, *(leaf.code for leaf in program.leaves))):
        lines.insert(0, "import math")
    steps: dict[StepKind, int] = {}
    statements: dict[int, int] = {}
    for leaf in program.leaves:
        statements[leaf.statement] = len(lines) + 1
        value = values.get(leaf.name, leaf.value)
        code = leaf.code if value == leaf.value else None
        lines.append(f"{leaf.name} = {tensor_code(value, dtype, requires_grad=True, code=code)}")
    indent = ""
    if optimizer is not None:
        parameters = "[" + ", ".join(leaf.name for leaf in program.leaves) + "]"
        lines.append(f"optimizer = torch.optim.{optimizer.format(parameters)}")
        lines += ["", LOOP]
        indent = "    "
        steps["zero_grad"] = len(lines) + 1
        lines.append(indent + ("optimizer.zero_grad()" if zero_grad else "# optimizer.zero_grad()"))
    else:
        lines.append("")
    for number, text in enumerate(body):
        if text:
            statements[number] = len(lines) + 1
            lines.append(indent + text)
    steps["seed"] = steps["backward"] = len(lines) + 1
    lines.append(f"{indent}{program.output_name}.backward()")
    if optimizer is not None:
        steps["update"] = len(lines) + 1
        lines.append(f"{indent}optimizer.step()")
    return Listing(number_lines(lines), steps, statements)


def number_lines(lines: Sequence[str]) -> tuple[ListingLine, ...]:
    """Lines numbered from 1."""
    return tuple(ListingLine(number=k, code=code) for k, code in enumerate(lines, start=1))
