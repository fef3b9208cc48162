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

from chainrule.errors import Refusal
from chainrule.language.arithmetic import FOLD, Nested, broadcast, literal, matmul, negate
from chainrule.language.functions import ALIASES, CONSTANTS, FUNCTIONS, NAMESPACES, PREFIXES, RESERVED
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
from chainrule.language.limits import Limits
from chainrule.language.refusals import refuse
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
            raise refuse(START, "program_empty")
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
                    raise refuse(statement.place, "value_unused")
                name = self._fresh("f", own)
            else:
                name = self._fresh(statement.name, own - {statement.name})
                result = self._assign(statement, result, name)
            last = result
        assert last is not None
        assert name is not None
        place = parsed[-1].place
        if not isinstance(last.argument, Result):
            raise refuse(place, "last_line_computes_nothing")
        if math.prod(last.shape) != 1:
            raise refuse(place, "result_not_a_number", shape=str(last.shape))
        output = self.instructions[last.argument.index]
        if output.label is None:
            output.label = name
        if not self._requires_grad(last.argument.index):
            raise refuse(place, "no_variable")
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
            raise refuse(place, "name_is_a_function", name=name)
        if name in RESERVED:
            raise refuse(place, "name_reserved", name=name)

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
            raise refuse(place, "too_many_nodes", most=self.limits.nodes)

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
                if self._is_prefix(method.value):
                    raise _prefixed(method, statement)
                return (method.value, *node.args)
            return node.args
        if isinstance(node, (ast.Name, ast.Constant)):
            return ()
        if isinstance(node, ast.Attribute):
            if node.attr in CONSTANTS and self._is_prefix(node.value):
                raise _prefixed(node, statement)
            raise refuse(statement.place_of(node), "attribute", attribute=node.attr)
        raise _form(statement.place_of(node))

    def _is_prefix(self, node: ast.expr) -> bool:
        """Whether this is the name of a library, as in ``math.exp`` or ``torch.nn.functional.relu``."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in PREFIXES and node.id not in self.names

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
        raise _form(place)

    def _number(self, node: ast.Constant, place: Place, statement: Statement) -> _Operand:
        token = statement.number(node)
        if token is None:
            raise _form(place)
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
            raise refuse(place, "function_without_argument", function=name)
        near = difflib.get_close_matches(name, [*self.names, *FUNCTIONS], n=1, cutoff=0.75)
        if near:
            raise refuse(place, "name_unknown_near", name=name, near=near[0])
        raise refuse(place, "name_unknown", name=name)

    def _list(self, operands: Sequence[_Operand], place: Place) -> _Operand:
        values: list[Nested] = []
        for operand in operands:
            if not isinstance(operand.argument, Constant):
                raise refuse(operand.place, "list_of_numbers")
            if operand.shape != operands[0].shape:
                raise refuse(operand.place, "rows_unequal")
            values.append(operand.argument.value)
        shape = (len(values), *operands[0].shape)
        if len(shape) > 2:
            raise refuse(place, "list_too_deep")
        codes = [operand.argument.code for operand in operands if isinstance(operand.argument, Constant)]
        return _Operand(Constant(values, "[" + ", ".join(codes) + "]"), shape, place)

    def _unary(self, node: ast.UnaryOp, operand: _Operand, place: Place) -> _Operand:
        argument = operand.argument
        if isinstance(node.op, ast.UAdd):
            return _Operand(argument, operand.shape, place)
        if not isinstance(node.op, ast.USub):
            raise _form(place)
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
            raise refuse(place, "shapes_differ", left=str(left.shape), right=str(right.shape))
        return shape

    def _matmul(self, left: _Operand, right: _Operand, place: Place) -> _Operand:
        shape = matmul(left.shape, right.shape)
        if shape is None:
            if not left.shape or not right.shape:
                raise refuse(place, "matmul_of_numbers")
            raise refuse(
                place,
                "matmul_shapes",
                left=str(left.shape),
                right=str(right.shape),
                left_size=left.shape[-1],
                right_size=right.shape[0],
            )
        return self._apply("matmul", (left, right), shape, place)

    def _call(
        self, node: ast.Call, operands: Sequence[_Operand], place: Place, statement: Statement
    ) -> _Operand:
        name, name_place = _called(node, statement)
        if name in self.names and not isinstance(node.func, ast.Attribute):
            raise refuse(place, "number_called", name=name)
        function = FUNCTIONS.get(name)
        if function is None:
            raise _unknown_function(name, name_place)
        count, arity = len(operands), function.arity
        if count != arity and not (function.chained and count > arity):
            if function.chained and count == 1:
                raise refuse(place, "choice_of_one", function=name)
            if arity == 1:
                raise refuse(place, "argument_count_one", function=name, got=count, example=f"{name}(x)")
            example = f"{name}({', '.join('ab'[:arity])})"
            raise refuse(place, "argument_count", function=name, expected=arity, got=count, example=example)
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
            raise refuse(place, "too_many_elements", elements=math.prod(shape), most=self.limits.elements)
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
    raise refuse(place, "not_callable")


def _unknown_function(name: str, place: Place) -> Refusal:
    if name in ALIASES:
        return refuse(place, "function_otherwise", function=name, instead=ALIASES[name])
    allowed = list(FUNCTIONS)
    if near := difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.7):
        return refuse(place, "function_not_allowed_near", function=name, near=near[0], allowed=allowed)
    return refuse(place, "function_not_allowed", function=name, allowed=allowed)


def _prefixed(node: ast.Attribute, statement: Statement) -> Refusal:
    """The refusal of ``math.exp``: functions and constants have no prefix here."""
    place, name = statement.place_of(node), node.attr
    if name in CONSTANTS:
        instead = name
    elif name in FUNCTIONS:
        instead = f"{name}({'x' if FUNCTIONS[name].arity == 1 else 'a, b'})"
    else:
        return _unknown_function(name, place)
    return refuse(place, "prefix", prefix=ast.unparse(node.value), instead=instead)


def _form(place: Place) -> Refusal:
    return refuse(place, "form_not_available", allowed=list(FUNCTIONS))


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
