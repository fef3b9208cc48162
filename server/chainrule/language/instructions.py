"""What a program is once it has been understood: leaves, and a flat list of op applications that can be run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainrule.engine.op import NO_ATTRS, OPS
from chainrule.engine.tape import Node, apply, leaf_node, state
from chainrule.language.arithmetic import Nested, shape_of
from chainrule.protocol.model import Place

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor

SIGN = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "matmul": "@"}
PRECEDENCE = {"add": 1, "sub": 1, "mul": 2, "div": 2, "matmul": 2, "neg": 3, "pow": 4}
ATOM = 5
ATTRS: Mapping[str, Mapping[str, Any]] = {name: {"axis": None, "keepdims": False} for name in ("sum", "mean")}


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, or nested lists of numbers, with the Python expression that gives it."""

    value: Nested
    code: str
    """As written where that is short, and exact."""
    precedence: int = 5

    @property
    def label(self) -> str:
        """What the picture prints."""
        return self.code.replace("math.", "").replace('float("inf")', "∞").replace('float("nan")', "NaN")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A variable that is given: ``x = -2``. It requires a gradient."""

    name: str
    value: Nested
    code: str
    place: Place
    statement: int
    requires_grad: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        return shape_of(self.value)

    @property
    def line(self) -> int:
        """The line of the source."""
        return self.place.line


@dataclass(frozen=True, slots=True)
class Result:
    """The value of an earlier instruction."""

    index: int


Argument = Constant | Leaf | Result


@dataclass(slots=True)
class Instruction:
    """One application of an op. ``label`` is the variable that it was assigned to first."""

    op: str
    arguments: tuple[Argument, ...]
    shape: tuple[int, ...]
    statement: int
    place: Place
    label: str | None = None


@dataclass(frozen=True)
class Program:
    """What a person typed, understood.

    Attributes
    ----------
    leaves
        In order of assignment. Names are unique: a name assigned again is called ``x_1``.
    instructions
        In an order in which they can be run.
    output
        The index of the instruction whose value is the result, one number.
    output_name
        The variable that holds it.
    """

    source: str
    leaves: tuple[Leaf, ...]
    instructions: tuple[Instruction, ...]
    output: int
    output_name: str

    def run(self, leaves: Mapping[str, Tensor], line_of: Callable[[int], int] | None = None) -> Tensor:
        """Compute the result on the active tape, from the leaves by name.

        Nodes carry the variable they were assigned to as their label, and as their line what ``line_of`` gives for
        the statement (without it: the line of the source).
        """
        return evaluate(self, leaves, line_of)


def evaluate(
    program: Program, leaves: Mapping[str, Tensor], line_of: Callable[[int], int] | None = None
) -> Tensor:
    """See :meth:`Program.run`."""
    from chainrule.engine.tensor import Tensor

    tape = state.tape
    dtype = next(iter(leaves.values())).node.value.dtype
    results: list[Node] = []

    def node_of(argument: Argument) -> Node:
        if isinstance(argument, Result):
            return results[argument.index]
        if isinstance(argument, Leaf):
            return leaves[argument.name].node
        value = state.backend.asarray(argument.value, dtype)
        return leaf_node(value, state.backend, kind="constant", label=argument.label)

    for instruction in program.instructions:
        if tape is not None:
            tape.line = line_of(instruction.statement) if line_of else instruction.place.line
        inputs = tuple([node_of(argument) for argument in instruction.arguments])
        node = apply(OPS[instruction.op], inputs, ATTRS.get(instruction.op, NO_ATTRS))
        node.label = instruction.label
        results.append(node)
    if tape is not None:
        tape.line = None
    return Tensor(results[program.output])
