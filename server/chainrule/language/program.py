"""Source text → a program: leaves, and a flat list of op applications.

Nothing that a person typed is executed: the tree that ``ast`` makes is read against the few forms below, and turned
into instructions for the engine.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.language.arithmetic import FOLD, Nested, broadcast, literal, matmul, negate
from chainrule.language.functions import ALIASES, CONSTANTS, FUNCTIONS, NAMESPACES, RESERVED, allowed
from chainrule.language.grammar import Statement, parse_statement
from chainrule.language.instructions import (
    ATOM,
    PRECEDENCE,
    SIGN,
    Argument,
    Constant,
    Instruction,
    Leaf,
    Program,
    Result,
)
from chainrule.language.limits import Limits, refuse
from chainrule.language.tokens import statements
from chainrule.protocol.model import Place

START = Place(line=1, column=1, end_line=1, end_column=2)


@dataclass(frozen=True, slots=True)
class _Operand:
    argument: Argument
    shape: tuple[int, ...]
    place: Place


BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
}


def parse(source: str, limits: Limits | None = None) -> Program:
    """Read a program. Raises :class:`~chainrule.errors.Refusal` ``expression_error`` with a place, and nothing else."""
    limits = limits or Limits()
    return _Reader(source, limits).read()


@dataclass
class _Reader:
    source: str
    limits: Limits
    leaves: list[Leaf] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)
    names: dict[str, _Operand] = field(default_factory=dict)
    taken: dict[str, None] = field(default_factory=dict)
    statement: int = 0

    def read(self) -> Program:
        rows = statements(self.source, self.limits)
        if not rows:
            raise refuse(START, "There is nothing to compute.", "Write a line such as f = x * y.")
        parsed = [parse_statement(tokens, self.limits) for tokens in rows]
        # A second x is called x_1, and must not meet an x_1 that the program has of its own.
        self.taken = dict.fromkeys(RESERVED)
        own = {s.name for s in parsed if s.name}
        last: _Operand | None = None
        name: str | None = None
        for self.statement, statement in enumerate(parsed):
            self._check_name(statement)
            result = self._convert(statement)
            is_last = self.statement == len(parsed) - 1
            if statement.name is None:
                if not is_last:
                    raise refuse(
                        statement.place,
                        "The value of this line is not used.",
                        "Give it a name: q = …, or remove it.",
                    )
                name = self._fresh("f", own)
            else:
                name = self._fresh(statement.name, own - {statement.name})
                result = self._assign(statement, result, name)
            last = result
        assert last is not None
        assert name is not None
        place = parsed[-1].place
        if not isinstance(last.argument, Result):
            raise refuse(
                place,
                "The last line computes nothing.",
                "End with the result, such as f = x * y, or its name alone.",
            )
        if math.prod(last.shape) != 1:
            raise refuse(
                place,
                f"The result has shape {last.shape}; a gradient starts from one number.",
                "Reduce it with sum(…) or mean(…).",
            )
        output = self.instructions[last.argument.index]
        if output.label is None:
            output.label = name
        if not self._requires_grad(last.argument.index):
            raise refuse(
                place,
                "The result depends on no variable.",
                "Add a line such as x = 2 above, and use x in the result.",
            )
        return Program(
            self.source, tuple(self.leaves), tuple(self.instructions), last.argument.index, output.label
        )

    def _requires_grad(self, output: int) -> bool:
        reaches: list[bool] = []
        for instruction in self.instructions[: output + 1]:
            reaches.append(
                any(
                    isinstance(a, Leaf) or (isinstance(a, Result) and reaches[a.index])
                    for a in instruction.arguments
                )
            )
        return reaches[output]

    def _check_name(self, statement: Statement) -> None:
        name, place = statement.name, statement.name_place
        if name is None or place is None:
            return
        if name in FUNCTIONS:
            raise refuse(place, f"{name} is a function here.", "Choose another name.")
        if name in RESERVED:
            raise refuse(
                place, f"{name} has a meaning of its own in the PyTorch lines.", "Choose another name."
            )

    def _fresh(self, name: str, others: set[str]) -> str:
        if name not in self.taken:
            return name
        k = 1
        while (candidate := f"{name}_{k}") in self.taken or candidate in others:
            k += 1
        return candidate

    def _assign(self, statement: Statement, operand: _Operand, unique: str) -> _Operand:
        assert statement.name is not None
        assert statement.name_place is not None
        argument = operand.argument
        if isinstance(argument, Constant):
            leaf = Leaf(unique, argument.value, argument.code, statement.name_place, self.statement)
            self.leaves.append(leaf)
            self._count(statement.place)
            operand = _Operand(leaf, operand.shape, operand.place)
            self.taken[unique] = None
        elif isinstance(argument, Result):
            instruction = self.instructions[argument.index]
            if instruction.label is None:
                instruction.label = unique
                self.taken[unique] = None
        self.names[statement.name] = operand
        return operand

    def _count(self, place: Place) -> None:
        if len(self.leaves) + len(self.instructions) > self.limits.nodes:
            raise refuse(
                place, f"The graph has more than {self.limits.nodes:,} nodes.", "Compute less at once."
            )

    # Expressions, from the leaves of the tree upwards, with a stack of its own instead of recursion.

    def _convert(self, statement: Statement) -> _Operand:
        done: list[_Operand] = []
        pending: list[tuple[ast.expr, bool]] = [(statement.tree, False)]
        while pending:
            node, visited = pending.pop()
            children = self._children(node, statement)
            if not visited and children:
                pending.append((node, True))
                pending.extend((child, False) for child in reversed(children))
                continue
            operands = done[len(done) - len(children) :]
            del done[len(done) - len(children) :]
            done.append(self._combine(node, operands, statement))
        (result,) = done
        return result

    def _children(self, node: ast.expr, statement: Statement) -> Sequence[ast.expr]:
        if isinstance(node, ast.BinOp):
            return (node.left, node.right)
        if isinstance(node, ast.UnaryOp):
            return (node.operand,)
        if isinstance(node, ast.List):
            return node.elts
        if isinstance(node, ast.Call):
            method = node.func
            if isinstance(method, ast.Attribute) and not _is_namespace(method.value):
                return (method.value, *node.args)
            return node.args
        if isinstance(node, (ast.Name, ast.Constant)):
            return ()
        if isinstance(node, ast.Attribute):
            raise refuse(
                statement.place_of(node),
                f".{node.attr} is not available here.",
                "Call functions: x.exp() or exp(x).",
            )
        raise refuse(
            statement.place_of(node),
            "This form is not available here.",
            f"Use + - * / ** @, parentheses, numbers, names, lists of numbers and {allowed()}.",
        )

    def _combine(self, node: ast.expr, operands: Sequence[_Operand], statement: Statement) -> _Operand:
        place = statement.place_of(node)
        if isinstance(node, ast.Constant):
            return self._number(node, place, statement)
        if isinstance(node, ast.Name):
            return self._name(node.id, place)
        if isinstance(node, ast.List):
            return self._list(operands, place)
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, operands[0], place)
        if isinstance(node, ast.BinOp) and (op := BINARY.get(type(node.op))):
            return self._binary(op, operands, place)
        if isinstance(node, ast.Call):
            return self._call(node, operands, place, statement)
        raise refuse(place, "This form is not available here.", "Use + - * / ** @ and functions.")

    def _number(self, node: ast.Constant, place: Place, statement: Statement) -> _Operand:
        token = statement.number(node)
        if token is None:
            raise refuse(place, "There are only numbers here.", "Write a number such as 2 or 0.5.")
        value = float(token.text)
        text = token.text
        plain = len(text) <= 17 and math.isfinite(value) and not (text.isdigit() and text[0] == "0")
        return _Operand(Constant(value, text if plain else literal(value)), (), place)

    def _name(self, name: str, place: Place) -> _Operand:
        if name in self.names:
            known = self.names[name]
            return _Operand(known.argument, known.shape, place)
        if name in CONSTANTS:
            value, code = CONSTANTS[name]
            return _Operand(Constant(value, code), (), place)
        if name in FUNCTIONS:
            raise refuse(place, f"{name} is a function.", f"Give it an argument: {name}(x).")
        near = difflib.get_close_matches(name, [*self.names, *FUNCTIONS], n=1, cutoff=0.75)
        hint = f"Add a line such as {name} = 1 above."
        if near:
            hint += f" Or did you mean {near[0]}?"
        raise refuse(place, f"{name} has no value yet.", hint)

    def _list(self, operands: Sequence[_Operand], place: Place) -> _Operand:
        values: list[Nested] = []
        for operand in operands:
            if not isinstance(operand.argument, Constant):
                raise refuse(operand.place, "A list holds numbers only.", "Write its numbers: [1, 2, 3].")
            if operand.shape != operands[0].shape:
                raise refuse(
                    operand.place,
                    "The rows of a list must have equal lengths.",
                    "Write a matrix as [[1, 2], [3, 4]].",
                )
            values.append(operand.argument.value)
        shape = (len(values), *operands[0].shape)
        if len(shape) > 2:
            raise refuse(place, "Lists are nested at most twice.", "Write a matrix as [[1, 2], [3, 4]].")
        codes = [operand.argument.code for operand in operands if isinstance(operand.argument, Constant)]
        return _Operand(Constant(values, "[" + ", ".join(codes) + "]"), shape, place)

    def _unary(self, node: ast.UnaryOp, operand: _Operand, place: Place) -> _Operand:
        argument = operand.argument
        if isinstance(node.op, ast.UAdd):
            return _Operand(argument, operand.shape, place)
        if not isinstance(node.op, ast.USub):
            raise refuse(place, "This sign is not available here.", "Use + and -.")
        if isinstance(argument, Constant):
            value = negate(argument.value)
            if isinstance(value, list):
                return _Operand(Constant(value, literal(value)), operand.shape, place)
            code = argument.code if argument.precedence >= PRECEDENCE["neg"] else f"({argument.code})"
            return _Operand(Constant(value, f"-{code}", PRECEDENCE["neg"]), (), place)
        return self._apply("neg", (operand,), operand.shape, place)

    def _binary(self, op: str, operands: Sequence[_Operand], place: Place) -> _Operand:
        left, right = operands
        if op == "matmul":
            return self._matmul(left, right, place)
        a, b = left.argument, right.argument
        if (
            isinstance(a, Constant)
            and isinstance(b, Constant)
            and not isinstance(a.value, list)
            and not isinstance(b.value, list)
        ):
            return _Operand(_fold(op, a, b), (), place)
        return self._apply(op, (left, right), self._broadcast(left, right, place), place)

    def _broadcast(self, left: _Operand, right: _Operand, place: Place) -> tuple[int, ...]:
        shape = broadcast(left.shape, right.shape)
        if shape is None:
            raise refuse(
                place,
                f"Shapes {left.shape} and {right.shape} do not go together.",
                "Sizes must be equal, or 1, counted from the right.",
            )
        return shape

    def _matmul(self, left: _Operand, right: _Operand, place: Place) -> _Operand:
        shape = matmul(left.shape, right.shape)
        if shape is None:
            if not left.shape or not right.shape:
                raise refuse(place, "@ multiplies vectors and matrices.", "Use * for numbers.")
            raise refuse(
                place,
                f"Shapes {left.shape} and {right.shape} cannot be multiplied with @.",
                f"The last size of the left ({left.shape[-1]}) must equal the first of the right ({right.shape[0]}).",
            )
        return self._apply("matmul", (left, right), shape, place)

    def _call(
        self, node: ast.Call, operands: Sequence[_Operand], place: Place, statement: Statement
    ) -> _Operand:
        name, name_place = _called(node, statement)
        if name in self.names and not isinstance(node.func, ast.Attribute):
            raise refuse(
                place,
                f"{name} is a number here, not a function.",
                f"A multiplication sign may be missing: {name} * (…).",
            )
        function = FUNCTIONS.get(name)
        if function is None:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.7)
            hint = f"Available: {allowed()}."
            if name in ALIASES:
                hint = f"Write {ALIASES[name]}."
            elif near:
                hint = f"Did you mean {near[0]}? {hint}"
            raise refuse(name_place, f"There is no function {name}.", hint)
        count, arity = len(operands), function.arity
        if count != arity and not (function.chained and count > arity):
            if function.chained and count == 1:
                raise refuse(place, f"{name} chooses between two values and got one.", f"Write {name}(a, b).")
            example = f"{name}({', '.join('ab'[:arity] if arity > 1 else 'x')})"
            plural = "" if arity == 1 else "s"
            raise refuse(
                place, f"{name} takes {arity} argument{plural} and got {count}.", f"Write {example}."
            )
        if name == "pow":
            return self._binary("pow", operands, place)
        if name == "matmul":
            return self._matmul(operands[0], operands[1], place)
        if arity == 1:
            shape = () if name in ("sum", "mean") else operands[0].shape
            return self._apply(function.op, operands, shape, place)
        result = operands[0]
        for operand in operands[1:]:
            result = self._apply(
                function.op, (result, operand), self._broadcast(result, operand, place), place
            )
        return result

    def _apply(self, op: str, operands: Sequence[_Operand], shape: tuple[int, ...], place: Place) -> _Operand:
        if math.prod(shape) > self.limits.elements:
            raise refuse(
                place,
                f"The result has {math.prod(shape):,} elements.",
                f"At most {self.limits.elements:,} are allowed.",
            )
        self.instructions.append(
            Instruction(op, tuple(o.argument for o in operands), shape, self.statement, place)
        )
        self._count(place)
        return _Operand(Result(len(self.instructions) - 1), shape, place)


def _is_namespace(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in NAMESPACES


def _called(node: ast.Call, statement: Statement) -> tuple[str, Place]:
    """The name of the function that is called, and where it stands."""
    if isinstance(node.func, ast.Name):
        return node.func.id, statement.place_of(node.func)
    if isinstance(node.func, ast.Attribute):
        return node.func.attr, statement.place_of(node.func)
    place = statement.place_of(node)
    raise refuse(place, "Only functions can be called.", "A multiplication sign may be missing: a * (…).")


def _fold(op: str, a: Constant, b: Constant) -> Constant:
    """Two numbers become one, as they do in Python before PyTorch sees them."""
    assert isinstance(a.value, float)
    assert isinstance(b.value, float)
    value = FOLD[op](a.value, b.value)
    precedence = PRECEDENCE[op]
    left = a.code if a.precedence >= precedence else f"({a.code})"
    right = b.code if b.precedence > precedence else f"({b.code})"
    code = f"{left} {SIGN[op]} {right}"
    # Python computes with integers of any length and refuses 1/0: then the number itself is written.
    exact = max(abs(a.value), abs(b.value), abs(value)) < 2.0**53 and op != "pow"
    if not exact or (op == "div" and b.value == 0.0) or len(code) > 40:
        return Constant(value, literal(value), ATOM if value >= 0 else PRECEDENCE["neg"])
    return Constant(value, code, precedence)
