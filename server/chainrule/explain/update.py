"""A parameter after its update: where it stood, and the step that the optimizer took."""

from __future__ import annotations

import re
from typing import NamedTuple

from chainrule.engine.tape import Node
from chainrule.explain import arithmetic
from chainrule.explain.history import History
from chainrule.explain.symbols import at, element, grouped, number, partial, symbol
from chainrule.nn.optimizers import Detail
from chainrule.protocol.model import Factor, Source, Term
from chainrule.trace import ParameterUpdate, Record

_LAST = re.compile(r"(?P<base>\\theta|\\tilde\\theta) - \\eta\\,(?P<step>.+)")
"""All rules end so: the place they start from, minus the learning rate times a direction."""


class Updated(NamedTuple):
    """The explanation of a number of an update."""

    formula: str
    rule: str
    terms: list[Term]


def update_of(record: Record, step: int, node: Node) -> ParameterUpdate | None:
    """The update of a parameter; None before it, or where there is none."""
    first = record.layout.forward + record.layout.backward
    for k, change in enumerate(record.updates):
        if change.node is node and step >= first + k:
            return change
    return None


def updated_value(
    record: Record, step: int, node: Node, index: tuple[int, ...], history: History | None
) -> Updated | None:
    """How the update made an element of a parameter; None before it, or where there is none."""
    change = update_of(record, step, node)
    if change is None:
        return None
    made = None if history is None else history.parameter(str(node.name), index, record.iteration)
    return _explained(record, change, index, None if made is None else made.source)


def explained_detail(
    record: Record, change: ParameterUpdate, k: int, index: tuple[int, ...], history: History | None
) -> Updated:
    """The numbers that line ``k`` of an update reads. They are no sum: the rule says how they go together."""
    assert change.update is not None
    node, detail = change.node, change.update.details[k]
    name, own = str(node.name), symbol(record, node)
    terms = []
    for read in arithmetic.reads(change, k, index):
        source = None
        if read.origin == "gradient":
            source = Source(name=name, what="grad", index=list(index))
        elif read.origin == "detail":
            source = Source(name=name, what="detail", index=list(index), symbol=read.symbol)
        elif read.origin == "kept" and history is not None and change.slot.updates > 1:
            source = history.kept(name, read.symbol, index, record.iteration)
        elif read.origin == "parameter" and history is not None:
            source = history.parameter(name, index, record.iteration).source
        label = read.symbol.replace(r"\theta", own) if read.origin == "parameter" else read.symbol
        terms.append(
            Term(
                label="reads",
                factors=[Factor(label=label, value=read.value, source=source)],
                value=read.value,
            )
        )
    formula = f"{detail.symbol} = {detail.formula}"
    return Updated(_own(record, node, formula), arithmetic.rule(change, k, index), terms)


def _own(record: Record, node: Node, formula: str) -> str:
    return re.sub(r"\\theta(?![A-Za-z])", lambda _: f"{{{symbol(record, node)}}}", formula)


def _explained(
    record: Record, change: ParameterUpdate, index: tuple[int, ...], made: Source | None
) -> Updated:
    node = change.node
    own = symbol(record, node)
    if change.update is None:
        old = element(node, node.value, index)
        return Updated(f"{own}' = {own}", f"{own}' = {number(old)}", [_was(own, index, old, made)])
    details = change.update.details
    old, new = element(node, node.value, index), element(node, change.update.value, index)
    match = _LAST.fullmatch(details[-1].formula)
    optimizer = record.start.regime.optimizer_of(str(node.name))
    direction = None if match is None else _last_named(details, match["step"])
    if match is None or direction is None or optimizer is None:
        difference = new - old
        terms = [_was(own, index, old, made), _moved(r"\Delta", difference)]
        rule = f"{number(old)} + {grouped(number(difference))} = {number(new)}"
        return Updated(f"{own}' = {own} + \\Delta", rule, terms)
    base = _last_named(details[:-1], match["base"])
    start = old if base is None else element(node, base.value, index)
    rate, amount = optimizer.rate(change.slot.updates), element(node, direction.value, index)
    label = _in_symbols(record, node, direction.symbol)
    source = Source(name=str(node.name), what="detail", index=list(index), symbol=direction.symbol)
    if direction is details[0]:
        source = Source(name=str(node.name), what="grad", index=list(index))
    terms = [
        _was(own, index, start, made) if base is None else _decayed(node, base, index, own),
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


def _was(own: str, index: tuple[int, ...], value: float, made: Source | None) -> Term:
    factor = Factor(label=at(own, index), value=value, source=made)
    return Term(label="before", factors=[factor], value=value)


def _moved(label: str, value: float) -> Term:
    return Term(label="step", factors=[Factor(label=label, value=value)], value=value)


def _decayed(node: Node, base: Detail, index: tuple[int, ...], own: str) -> Term:
    value = element(node, base.value, index)
    source = Source(name=str(node.name), what="detail", index=list(index), symbol=base.symbol)
    label = base.symbol.replace(r"\theta", f"{{{own}}}")
    return Term(label="decayed", factors=[Factor(label=label, value=value, source=source)], value=value)


def _in_symbols(record: Record, node: Node, formula: str) -> str:
    r"""A detail's LaTeX with the parameter's own name: \theta - \eta\,g → w - \eta\,∂L/∂w."""
    named = re.sub(r"\\theta(?![A-Za-z])", lambda _: f"{{{symbol(record, node)}}}", formula)
    return re.sub(r"(?<![A-Za-z\\{])g(?![A-Za-z])", lambda _: partial(record, node), named)
