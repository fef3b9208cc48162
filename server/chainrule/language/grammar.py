"""Whether a statement's tokens form an assignment or an expression; its tree from ``ast`` if they do."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainrule.language.functions import FUNCTIONS
from chainrule.language.limits import Limits, refuse
from chainrule.language.tokens import Token, after, span, unclosed
from chainrule.protocol.model import Place

BINARY = frozenset({"+", "-", "*", "/", "**", "@"})
SPOKEN = {"+": "+", "-": "-", "*": "*", "/": "/", "**": "**", "@": "@", ",": "the comma", "=": "="}


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
            raise refuse(after(tokens[1]), "Nothing is assigned.", f"Write {name.text} = and then a number.")
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
        raise refuse(
            span(expression[0], expression[-1]),
            "This cannot be read as an expression.",
            "Split it over several lines, with a name for each part.",
        ) from error
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
                raise refuse(
                    token.place,
                    "Arguments are not given by name here.",
                    "Write only the values: sum(x), maximum(a, b).",
                )
            if expression is not tokens:
                raise refuse(
                    token.place,
                    "A statement assigns one name.",
                    "Write a = 2 and b = 2 on lines of their own.",
                )
            if token is tokens[0]:
                raise refuse(token.place, "A name is missing before =.", "Write x = 2.")
            raise refuse(
                span(tokens[0], tokens[tokens.index(token) - 1]),
                "Left of = stands one name.",
                "Write a name, =, and an expression: f = x * y.",
            )


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
                raise refuse(token.place, "After a point stands the name of a function.", "Write x.exp().")
            method_due = False
            operand_due = False
        elif operand_due:
            signs = signs + 1 if token.text in ("+", "-") and not token.is_operand else 0
            if signs > limits.depth:
                raise refuse(token.place, "Too many signs in a row.", "One is enough.")
            operand_due = _operand(token, previous, brackets)
        else:
            operand_due, method_due = _operator(token, previous, brackets)
        previous = token
    assert previous is not None
    if method_due or (operand_due and not brackets) or (operand_due and previous.text not in ("(", "[")):
        raise refuse(
            after(previous),
            f"Something is missing after {SPOKEN.get(previous.text, previous.text)}.",
            "Add a number or a name.",
        )
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
            raise refuse(
                span(opening, token),
                "There is nothing between the brackets.",
                "Write a number or a name there.",
            )
        if previous is opening or (previous is not None and previous.text == "," and kind != "group"):
            brackets.pop()
            return False
    if previous is not None and previous.text == "*" and text == "*":
        raise refuse(span(previous, token), "A power is written without a space.", "Write **.")
    if previous is not None and (previous.text in BINARY or previous.text in (",", "=")):
        raise refuse(
            span(previous, token),
            f"Something is missing after {SPOKEN[previous.text]}.",
            "Add a number or a name.",
        )
    raise refuse(
        token.place,
        f"Something is missing before {SPOKEN.get(text, text)}.",
        "Add a number or a name." if text != "." else "Write x.exp() or exp(x).",
    )


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
                raise refuse(token.place, "A comma does not separate decimals here.", "Write a point: 0.5.")
            raise refuse(
                token.place,
                "A comma stands between the arguments of a function or the numbers of a list.",
                "For a vector write [1, 2].",
            )
        return True, False
    if text == "(":
        if previous.kind != "name":
            raise refuse(
                span(previous, token), "A multiplication sign is missing.", f"Write {previous.text} * (…)."
            )
        brackets.append((token, "call"))
        return True, False
    if text == "[":
        raise refuse(
            token.place,
            "Single elements cannot be picked with [ ].",
            "Use sum(x * [1, 0]) to pick the first of two.",
        )
    if text in (")", "]"):
        if not brackets:
            raise _unopened(token)
        _check_partner(brackets[-1][0], token)
        brackets.pop()
        return False, False
    raise refuse(token.place, f"{text} has no meaning here.", "Use + - * / ** @ between numbers and names.")


def _two_operands(previous: Token, token: Token) -> Exception:
    if previous.kind == "name" and previous.text in FUNCTIONS:
        hint = f"Write {previous.text}({token.text})."
        return refuse(span(previous, token), "A function's argument stands in parentheses.", hint)
    if previous.kind == "name" and previous.text in ("print", "del", "assert"):
        return refuse(
            span(previous, token), f"{previous.text} has no meaning here.", "Write a line such as f = x * y."
        )
    return refuse(
        span(previous, token),
        "An operator is missing between these two.",
        f"Write {previous.text} * {token.text}.",
    )


def _unopened(token: Token) -> Exception:
    partner = "(" if token.text == ")" else "["
    return refuse(
        token.place, f"This {token.text} was never opened.", f"Remove it, or add a {partner} before it."
    )


def _check_partner(opening: Token, closing: Token) -> None:
    partner = ")" if opening.text == "(" else "]"
    if closing.text != partner:
        raise refuse(
            closing.place, f"A {opening.text} is open here, and is closed by {partner}.", f"Write {partner}."
        )
