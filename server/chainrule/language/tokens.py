"""Text → statements of tokens: what may be written at all, and kind words for what may not.

The text is looked at here before ``ast`` sees any of it, so that what reaches Python's parser is short, not deep, and
spelled in Python. Typographic signs that have one meaning (− × · ÷) are read as the sign on the keyboard.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chainrule.language.functions import FUNCTIONS
from chainrule.language.limits import Limits
from chainrule.language.refusals import refuse
from chainrule.protocol.model import Place

Kind = Literal["number", "name", "operator"]

SIGNS: dict[str, str] = {
    **dict.fromkeys("−–—‐‑﹣－", "-"),
    **dict.fromkeys("×✕✖·⋅∙•∗＊\u0387", "*"),
    **dict.fromkeys("÷∕／", "/"),
    "＋": "+",
    "＝": "=",
    "（": "(",
    "）": ")",
    "，": ",",
    "；": ";",
}
"""One character for one, so that columns stay where they are."""

_NUMBER = re.compile(r"(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SUPERSCRIPTS = {c: unicodedata.normalize("NFKC", c).replace("−", "-") for c in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ"}
_SUBSCRIPTS = {c: unicodedata.normalize("NFKC", c) for c in "₀₁₂₃₄₅₆₇₈₉"}
_REFUSED = re.compile(r"//=?|\*\*=|[-+*/@%&|^]=|==|!=|<=|>=|:=|->|<<|>>|&&|\|\||\.\.\.?|[^\w\s]")

_BAD_OPERATORS: dict[str, str] = {
    "^": "power_sign",
    "//": "floor_division",
    "%": "remainder",
    "|": "bars",
    "!": "factorial",
    "√": "root_sign",
    "∑": "sum_sign",
    "∞": "infinity_sign",
    "\\": "backslash",
    ":": "colon",
    ":=": "colon_assignment",
    "{": "braces",
    "}": "braces",
    "'": "quotes",
    '"': "quotes",
    "`": "quotes",
    "...": "ellipsis",
    "..": "two_points",
}
_KEYWORDS: dict[str, str] = {
    **dict.fromkeys(("import", "from"), "import"),
    **dict.fromkeys(("for", "while", "break", "continue"), "loop"),
    **dict.fromkeys(("if", "else", "elif", "and", "or", "not", "is", "in", "True", "False"), "condition"),
    **dict.fromkeys(("def", "lambda", "return", "class", "yield"), "definition"),
}
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the program. Lines and columns count from 1; ``text`` is in Python's spelling."""

    kind: Kind
    text: str
    line: int
    column: int
    width: int
    written: str

    @property
    def place(self) -> Place:
        return Place(
            line=self.line, column=self.column, end_line=self.line, end_column=self.column + self.width
        )

    @property
    def is_operand(self) -> bool:
        return self.kind != "operator"


def span(first: Token, last: Token) -> Place:
    """From the beginning of one token to the end of another."""
    return Place(
        line=first.line, column=first.column, end_line=last.line, end_column=last.column + last.width
    )


def after(token: Token) -> Place:
    """The character just after a token, where something is missing."""
    column = token.column + token.width
    return Place(line=token.line, column=column, end_line=token.line, end_column=column + 1)


def statements(source: str, limits: Limits) -> list[list[Token]]:
    """The program as statements; raises a refusal at the first thing that cannot be part of one."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(source) > limits.source:
        place = Place(line=len(lines), column=1, end_line=len(lines), end_column=len(lines[-1]) + 1)
        raise refuse(place, "program_too_long", characters=len(source), most=limits.source)
    result: list[list[Token]] = []
    current: list[Token] = []
    open_brackets: list[Token] = []
    for number, line in enumerate(lines, start=1):
        for token in _tokens(line, number):
            if token.text == ";" and not open_brackets:
                if current:
                    result.append(current)
                current = []
                continue
            if token.text in ("(", "["):
                open_brackets.append(token)
                if len(open_brackets) > limits.depth:
                    raise refuse(token.place, "brackets_too_deep", most=limits.depth)
            elif token.text in (")", "]") and open_brackets:
                open_brackets.pop()
            elif token.text == "=" and open_brackets and open_brackets[0].line < number:
                raise unclosed(open_brackets[-1])
            current.append(token)
            if len(current) > limits.tokens:
                raise refuse(token.place, "statement_too_long")
        if current and not open_brackets:
            result.append(current)
            current = []
    if current:
        result.append(current)
    return result


def unclosed(bracket: Token) -> Exception:
    """The refusal of a bracket without its partner."""
    partner = ")" if bracket.text == "(" else "]"
    return refuse(bracket.place, "bracket_unclosed", bracket=bracket.text, partner=partner)


def _tokens(line: str, number: int) -> Iterator[Token]:
    position = 0
    while position < len(line):
        character = line[position]
        if character == "#":
            return
        if character.isspace() or character in "\u200b\ufeff":
            position += 1
            continue
        character = SIGNS.get(character, character)
        if match := _NUMBER.match(line, position):
            token = _number(match, number)
        elif character.isidentifier():
            token = _name(line, position, number)
        else:
            token = _operator(line, position, character, number)
        yield token
        position += token.width


def _number(match: re.Match[str], line_number: int) -> Token:
    text, line, start, end = match.group(), match.string, match.start(), match.end()
    token = Token("number", text, line_number, start + 1, end - start, text)
    following = line[end : end + 1]
    if following == ".":
        place = Place(line=line_number, column=start + 1, end_line=line_number, end_column=end + 2)
        raise refuse(place, "two_decimal_points")
    if following and following not in SIGNS and ("a" + following).isidentifier():
        rest = end
        while rest < len(line) and line[rest] not in SIGNS and ("a" + line[rest]).isidentifier():
            rest += 1
        place = Place(line=line_number, column=start + 1, end_line=line_number, end_column=rest + 1)
        raise refuse(place, "number_touches_name", number=text, name=line[end:rest])
    return token


def _name(line: str, start: int, number: int) -> Token:
    end = start + 1
    while end < len(line) and line[end] not in SIGNS and ("a" + line[end]).isidentifier():
        end += 1
    written = line[start:end]
    text = unicodedata.normalize("NFKC", written)
    token = Token("name", text, number, start + 1, end - start, written)
    if text in _KEYWORDS:
        raise refuse(token.place, _KEYWORDS[text])
    if keyword.iskeyword(text) or not text.isidentifier():
        raise refuse(token.place, "python_word", name=text)
    if text.startswith("__") or len(text) > LONGEST_NAME:
        raise refuse(token.place, "name_not_allowed", most=LONGEST_NAME)
    return token


def _operator(line: str, position: int, character: str, number: int) -> Token:
    def token(width: int, text: str) -> Token:
        return Token("operator", text, number, position + 1, width, line[position : position + width])

    if character in _SUPERSCRIPTS:
        end = position
        while end < len(line) and line[end] in _SUPERSCRIPTS:
            end += 1
        power = "".join(_SUPERSCRIPTS[c] for c in line[position:end])
        raise refuse(token(end - position, "").place, "raised_digits", power=power)
    if character in _SUBSCRIPTS:
        raise refuse(token(1, "").place, "lowered_digit", digit=_SUBSCRIPTS[character])
    following = SIGNS.get(line[position + 1 : position + 2], line[position + 1 : position + 2])
    if character == "*" and following == "*":
        third = line[position + 2 : position + 3]
        if third != "=":
            return token(2, "**")
    elif character in "+-*/@()[],=.;" and not (
        (character in "+-*/@=" and following == "=")
        or (character == "/" and following == "/")
        or (character == "-" and following == ">")
        or (character == "." and following == ".")
    ):
        return token(1, character)
    match = _REFUSED.match(line, position)
    found = match.group() if match else character
    place = token(max(len(found), 1), "").place
    if found in ("==", "!=", "<=", ">=", "<", ">", "≤", "≥", "≠", "&", "&&", "||", "~", "?"):
        raise refuse(place, "comparison")
    if found.endswith("=") and len(found) > 1 and found != ":=":
        raise refuse(place, "assignment_operator", found=found, sign=found[:-1])
    if found in _BAD_OPERATORS:
        of_e = found == "^" and re.search(r"(?<!\w)e\s*$", line[:position])
        raise refuse(place, "power_sign_of_e" if of_e else _BAD_OPERATORS[found])
    shown = found if found.isprintable() else f"U+{ord(found[0]):04X}"
    raise refuse(place, "character", character=shown, allowed=list(FUNCTIONS))
