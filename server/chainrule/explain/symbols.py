"""Names of nodes and numbers, as LaTeX."""

from __future__ import annotations

import math
import re
from collections import Counter
from weakref import WeakKeyDictionary

from chainrule.engine.backend import Array, host
from chainrule.engine.tape import Node
from chainrule.trace import Record

_GREEK = frozenset(
    (
        *(
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
        ),
        *("nu", "xi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
    )
)
_NAME = re.compile(r"([A-Za-z]+)_?([0-9]*)", re.ASCII)
_OF_RUN = re.compile(r"(\w+)/([A-Za-z]+)_?([0-9]*)", re.ASCII)
_OF_LAYER = re.compile(r"(\w+(?:\.\w+)*)\.(weight|bias)", re.ASCII)
_OP = re.compile(r"(?:[\w.]*\.)?([a-z]\w*)#([0-9]+)")
_SPECIAL = re.compile(r"([\\{}$&#^_%~])")
OWN_LOSS = "ℓ"
"""The label of a sample's own loss."""
_SHOWN_DIGITS = 5
_EXACT_DIGITS = 6


def variable(name: str) -> str:
    r"""A variable's name as LaTeX: ``w0`` → ``w_{0}``, ``theta`` → ``\theta``, ``loss`` → ``\mathrm{loss}``.

    ``hidden1.weight`` → ``W_{\mathrm{hidden1}}``, and b for a bias; ``adam/x`` of a run → ``x_{\mathrm{adam}}``.
    """
    match = _OF_LAYER.fullmatch(name)
    if match is not None:
        return rf"{'W' if match[2] == 'weight' else 'b'}_{{\mathrm{{{_escaped(match[1])}}}}}"
    match = _OF_RUN.fullmatch(name)
    if match is not None:
        return rf"{variable(match[2])}_{{{match[3]}\mathrm{{{_escaped(match[1])}}}}}"
    match = _NAME.fullmatch(name)
    if match is None:
        return rf"\text{{{_escaped(name)}}}"
    word, digits = match.groups()
    symbol = word if len(word) == 1 else rf"\{word}" if word in _GREEK else rf"\mathrm{{{word}}}"
    return f"{symbol}_{{{digits}}}" if digits else symbol


def _escaped(name: str) -> str:
    def replacement(match: re.Match[str]) -> str:
        character = match.group()
        return {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}.get(
            character, "\\" + character
        )

    return _SPECIAL.sub(replacement, name)


def symbol(record: Record, node: Node) -> str:
    """A node in a formula: L for the loss, else its variable, its number, or its op's name."""
    if node is record.root and node.label == "loss":
        return "L"
    if node.label == OWN_LOSS:
        return r"\ell"
    if node.kind == "constant":
        label = node.label or ""
        if label == "δ":
            return r"\delta"
        if label in ("pi", "π"):
            return r"\pi"
        if label == "e":
            return "e"
        return number(element(node, node.value, ())) if not node.shape else variable(label or str(node.name))
    if node.label is not None:
        return variable(node.label)
    name = str(node.name)
    if node.op is None:
        return variable(name)
    match = _OP.fullmatch(name)
    if match is None:
        return rf"\text{{{_escaped(name)}}}"
    alone = _op_counts(record)[match[1]] == 1
    word = rf"\mathrm{{{_escaped(match[1])}}}"
    return word if alone else f"{word}_{{{match[2]}}}"


_counts: WeakKeyDictionary[Record, Counter[str]] = WeakKeyDictionary()


def _op_counts(record: Record) -> Counter[str]:
    counts = _counts.get(record)
    if counts is None:
        names = (node.op.name for node in record.operations if node.op is not None)
        counts = _counts[record] = Counter(names)
    return counts


def plain(node: Node) -> str:
    """A node in a sentence: its variable, its number, or its op."""
    return node.label or str(node.name)


def at(symbol: str, index: tuple[int, ...]) -> str:
    """An element: ``W[0,1]``, counted from zero as in code."""
    return f"{symbol}[{','.join(map(str, index))}]" if index else symbol


def partial(record: Record, node: Node) -> str:
    """The gradient of a node: ∂L/∂w."""
    # Without spaces: it stands in products as it is.
    return rf"\frac{{\partial{{{symbol(record, record.root)}}}}}{{\partial{{{symbol(record, node)}}}}}"


def element(node: Node, array: Array, index: tuple[int, ...]) -> float:
    """One element of an array of the node's backend, as a Python float. Only it leaves the device."""
    (value,) = node.backend.numbers([array[index]])
    return value


def number(value: float, dtype: str = "float32") -> str:
    """A number at display precision: what is short and exact is printed whole, else five digits."""
    if math.isnan(value):
        return r"\mathrm{NaN}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == 0.0:
        return "0"
    with host.errstate(over="ignore", under="ignore"):
        single = host.float32(value)
    exact = dtype == "float32" and float(single) == value
    text = host.format_float_scientific(single if exact else host.float64(value), unique=True, trim="-")
    mantissa, _, exponent = text.partition("e")
    if sum(c.isdigit() for c in mantissa) > _EXACT_DIGITS:
        mantissa, _, exponent = f"{value:.{_SHOWN_DIGITS - 1}e}".partition("e")
    power = int(exponent)
    if -4 <= power < 7:
        decimals = max(0, len(mantissa.lstrip("-").replace(".", "")) - 1 - power)
        return f"{float(mantissa + 'e' + exponent):.{decimals}f}"
    return rf"{mantissa} \times 10^{{{power}}}"


def grouped(text: str) -> str:
    """A number's LaTeX for where a sign or a product would bind wrongly."""
    return rf"\left({text}\right)" if text.startswith("-") or r"\times" in text else text
