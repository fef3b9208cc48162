"""A parameter after its update: where it stood, and the step that the optimizer took."""

from __future__ import annotations

import re
from typing import NamedTuple

from chainrule.engine.tape import Node
from chainrule.explain.symbols import at, element, grouped, number, partial, symbol
from chainrule.nn.optimizers import Detail
from chainrule.protocol.model import Factor, Source, Term
from chainrule.trace import ParameterUpdate, Record

_LAST = re.compile(r"(?P<base>\\theta|\\tilde\\theta) - \\eta\\,(?P<step>.+)")
"""All rules end so: the place they start from, minus the learning rate times a direction."""


class Updated(NamedTuple):
    """The explanation of a new value."""

    formula: str
    rule: str
    terms: list[Term]


def updated_value(record: Record, step: int, node: Node, index: tuple[int, ...]) -> Updated | None:
    """How the update made an element of a parameter; None before it, or where there is none."""
    first = record.layout.forward + record.layout.backward
    for k, change in enumerate(record.updates):
        if change.node is node and step >= first + k:
            return _explained(record, change, index)
    return None


def _explained(record: Record, change: ParameterUpdate, index: tuple[int, ...]) -> Updated | None:
    if change.update is None:
        return None
    node, details = change.node, change.update.details
    own = symbol(record, node)
    old, new = element(node, node.value, index), element(node, change.update.value, index)
    match = _LAST.fullmatch(details[-1].formula)
    optimizer = record.start.regime.optimizer
    direction = None if match is None else _last_named(details, match["step"])
    if match is None or direction is None or optimizer is None:
        difference = new - old
        terms = [_was(own, index, old), _moved(r"\Delta", difference)]
        rule = f"{number(old)} + {grouped(number(difference))} = {number(new)}"
        return Updated(f"{own}' = {own} + \\Delta", rule, terms)
    base = _last_named(details[:-1], match["base"])
    start = old if base is None else element(node, base.value, index)
    rate, amount = float(optimizer.hyper["lr"]), element(node, direction.value, index)
    label = _in_symbols(record, node, direction.symbol)
    source = None
    if direction is details[0]:
        source = Source(name=str(node.name), what="grad", index=list(index))
    terms = [
        _was(own, index, start) if base is None else _moved(base.symbol, start, own),
        Term(
            label="step",
            factors=[
                Factor(label=r"-\eta", value=-rate),
                Factor(label=label, value=amount, source=source),
            ],
            value=-rate * amount,
        ),
    ]
    step_text = rf"{number(rate, 'float64')} \times {grouped(number(amount))}"
    formula = f"{at(own + chr(39), index)} = {_in_symbols(record, node, details[-1].formula)}"
    return Updated(formula, f"{number(start)} - {step_text} = {number(new)}", terms)


def _last_named(details: list[Detail], name: str) -> Detail | None:
    return next((detail for detail in reversed(details) if detail.symbol == name), None)


def _was(own: str, index: tuple[int, ...], value: float) -> Term:
    return Term(label="before", factors=[Factor(label=at(own, index), value=value)], value=value)


def _moved(label: str, value: float, own: str | None = None) -> Term:
    text = label if own is None else label.replace(r"\theta", f"{{{own}}}")
    return Term(
        label="step" if own is None else "decayed", factors=[Factor(label=text, value=value)], value=value
    )


def _in_symbols(record: Record, node: Node, formula: str) -> str:
    r"""A detail's LaTeX with the parameter's own name: \theta - \eta\,g → w - \eta\,∂L/∂w."""
    named = re.sub(r"\\theta(?![A-Za-z])", lambda _: f"{{{symbol(record, node)}}}", formula)
    return re.sub(r"(?<![A-Za-z\\{])g(?![A-Za-z])", lambda _: partial(record, node), named)
