"""Whether a statement's tokens form an assignment or an expression; its tree from ``ast`` if they do."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.language.functions import FUNCTIONS
from chainrule.language.limits import Limits
from chainrule.language.refusals import refuse
from chainrule.language.tokens import Token, after, span, unclosed
from chainrule.protocol.model import Place

BINARY = frozenset({"+", "-", "*", "/", "**", "@"})


@dataclass(frozen=True, slots=True)
class Statement:
    """``name = expression``, or an expression alone. ``tree`` is what ``ast`` made of it."""

    name: str | None
    name_place: Place | None
    tree: ast.expr
    tokens: Sequence[Token]
    _numbers: dict[tuple[int, int], Token] = field(repr=False)
    _lines: Sequence[str] = field(repr=False)

    @property
    def line(self) -> int:
        """The line that it begins on."""
        return self.tokens[0].line

    @property
    def place(self) -> Place:
        return span(self.tokens[0], self.tokens[-1])

    def place_of(self, node: ast.expr) -> Place:
        """Where a part of the tree stands in the program."""
        line, column = self._position(node.lineno, node.col_offset)
        end_line, end_column = self._position(node.end_lineno or node.lineno, node.end_col_offset or 0)
        if isinstance(node, ast.Constant) and (line, column) in self._numbers:
            return self._numbers[line, column].place
        return Place(line=line, column=column, end_line=end_line, end_column=end_column)

    def number(self, node: ast.Constant) -> Token | None:
        """The number as it was written."""
        return self._numbers.get(self._position(node.lineno, node.col_offset))

    def _position(self, lineno: int, offset: int) -> tuple[int, int]:
        # ast counts bytes of UTF-8; people count characters.
        before = self._lines[lineno - 1].encode()[:offset].decode(errors="ignore")
        return self.tokens[0].line + lineno - 2, len(before) + 1


def parse_statement(tokens: Sequence[Token], limits: Limits) -> Statement:
    """Check a statement and have it parsed; raises a refusal that points at the first mistake."""
    name: Token | None = None
    expression = tokens
    if len(tokens) > 1 and tokens[1].text == "=" and tokens[0].kind == "name":
        name, expression = tokens[0], tokens[2:]
        if not expression:
            raise refuse(after(tokens[1]), "nothing_assigned", name=name.text)
    _check_assignments(tokens, expression)
    _check(expression, limits)
    first = tokens[0].line
    rows: list[list[str]] = [[] for _ in range(tokens[-1].line - first + 1)]
    numbers: dict[tuple[int, int], Token] = {}
    for token in expression:
        row = rows[token.line - first]
        row.extend(" " * (token.column - 1 - len(row)))
        text = token.written if token.kind == "name" else token.text
        if token.kind == "number":
            # Python would spend a long time on an integer of ten thousand digits; its value is in the token.
            numbers[token.line, token.column] = token
            text = "1"
        row.extend(text.ljust(token.width))
    # Inside parentheses an expression may be indented and take several rows.
    lines = ["".join(row) for row in rows]
    try:
        tree = ast.parse("(\n" + "\n".join(lines) + "\n)", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise refuse(span(expression[0], expression[-1]), "not_an_expression") from error
    return Statement(
        name=name.text if name else None,
        name_place=name.place if name else None,
        tree=tree,
        tokens=tokens,
        _numbers=numbers,
        _lines=["(", *lines, ")"],
    )


def _check_assignments(tokens: Sequence[Token], expression: Sequence[Token]) -> None:
    depth = 0
    for token in expression:
        if token.text in ("(", "["):
            depth += 1
        elif token.text in (")", "]"):
            depth -= 1
        elif token.text == "=":
            if depth > 0:
                raise refuse(token.place, "argument_by_name")
            if expression is not tokens:
                raise refuse(token.place, "second_assignment")
            if token is tokens[0]:
                raise refuse(token.place, "assigned_name_missing")
            raise refuse(span(tokens[0], tokens[tokens.index(token) - 1]), "assigned_not_a_name")


def _check(tokens: Sequence[Token], limits: Limits) -> None:
    """The grammar of expressions, as an automaton: at each token either an operand or an operator is due."""
    brackets: list[tuple[Token, str]] = []
    previous: Token | None = None
    operand_due = True
    method_due = False
    signs = 0
    for token in tokens:
        if method_due:
            if token.kind != "name":
                raise refuse(token.place, "method_name_missing")
            method_due = False
            operand_due = False
        elif operand_due:
            signs = signs + 1 if token.text in ("+", "-") and not token.is_operand else 0
            if signs > limits.depth:
                raise refuse(token.place, "too_many_signs")
            operand_due = _operand(token, previous, brackets)
        else:
            operand_due, method_due = _operator(token, previous, brackets)
        previous = token
    assert previous is not None
    if method_due or (operand_due and not brackets) or (operand_due and previous.text not in ("(", "[")):
        raise refuse(after(previous), "missing_after", sign=previous.text)
    if brackets:
        raise unclosed(brackets[-1][0])


def _operand(token: Token, previous: Token | None, brackets: list[tuple[Token, str]]) -> bool:
    """Take a token where an operand is due; whether one is still due after it."""
    if token.is_operand:
        return False
    text = token.text
    if text in ("+", "-"):
        return True
    if text == "(":
        brackets.append((token, "group"))
        return True
    if text == "[":
        brackets.append((token, "list"))
        return True
    if text in (")", "]"):
        if not brackets:
            raise _unopened(token)
        opening, kind = brackets[-1]
        _check_partner(opening, token)
        if previous is opening and kind != "call":
            raise refuse(span(opening, token), "brackets_empty")
        if previous is opening or (previous is not None and previous.text == "," and kind != "group"):
            brackets.pop()
            return False
    if previous is not None and previous.text == "*" and text == "*":
        raise refuse(span(previous, token), "power_with_space")
    if previous is not None and (previous.text in BINARY or previous.text in (",", "=")):
        raise refuse(span(previous, token), "missing_after", sign=previous.text)
    if text == ".":
        raise refuse(token.place, "missing_before_point")
    raise refuse(token.place, "missing_before", sign=text)


def _operator(token: Token, previous: Token | None, brackets: list[tuple[Token, str]]) -> tuple[bool, bool]:
    """Take a token where an operator is due; whether an operand, or a method's name, is due after it."""
    assert previous is not None
    text = token.text
    if token.is_operand:
        if brackets and token.line > brackets[-1][0].line:
            raise unclosed(brackets[-1][0])
        raise _two_operands(previous, token)
    if text in BINARY:
        return True, False
    if text == ".":
        return False, True
    if text == ",":
        if not brackets or brackets[-1][1] == "group":
            if previous.kind == "number":
                raise refuse(token.place, "decimal_comma")
            raise refuse(token.place, "comma_outside")
        return True, False
    if text == "(":
        if previous.kind != "name":
            raise refuse(span(previous, token), "multiplication_missing", left=previous.text)
        brackets.append((token, "call"))
        return True, False
    if text == "[":
        raise refuse(token.place, "element_picked")
    if text in (")", "]"):
        if not brackets:
            raise _unopened(token)
        _check_partner(brackets[-1][0], token)
        brackets.pop()
        return False, False
    raise refuse(token.place, "sign_misplaced", sign=text)


def _two_operands(previous: Token, token: Token) -> Exception:
    if previous.kind == "name" and previous.text in FUNCTIONS:
        return refuse(
            span(previous, token), "parentheses_missing", function=previous.text, argument=token.text
        )
    if previous.kind == "name" and previous.text in ("print", "del", "assert"):
        return refuse(span(previous, token), "statement_unknown", name=previous.text)
    return refuse(span(previous, token), "operator_missing", left=previous.text, right=token.text)


def _unopened(token: Token) -> Exception:
    partner = "(" if token.text == ")" else "["
    return refuse(token.place, "bracket_unopened", bracket=token.text, partner=partner)


def _check_partner(opening: Token, closing: Token) -> None:
    partner = ")" if opening.text == "(" else "]"
    if closing.text != partner:
        raise refuse(closing.place, "bracket_mismatch", bracket=opening.text, partner=partner)
