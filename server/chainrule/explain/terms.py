"""Terms of ops as they are shown: with the names of nodes for the letters of formulas, and links to go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf, isfinite
from typing import TypeVar

from chainrule.engine.latex import substitute
from chainrule.engine.op import ARGUMENTS
from chainrule.engine.tape import Node
from chainrule.engine.terms import Factor as OpFactor
from chainrule.engine.terms import Source as OpSource
from chainrule.engine.terms import Term as OpTerm
from chainrule.explain.symbols import at, grouped, number, partial, plain, symbol
from chainrule.protocol.model import Factor, Source, Term
from chainrule.trace import Record

MAX_TERMS = 200
"""Longer sums are cut, the largest terms first, with the rest as one term."""
RULE_TERMS = 6
"""How many terms a rule writes out."""
DOTS = r"\dots"
T = TypeVar("T")
_POWER = re.compile(r"\^\{(\d{1,3})-1\}")


def plugged(record: Record, node: Node, formula: str, more: dict[str, str]) -> str:
    """A formula of the op with the names of its nodes in it."""
    letters = {letter: symbol(record, child) for letter, child in zip(ARGUMENTS, node.inputs, strict=False)}
    return _POWER.sub(_lowered, substitute(formula, {"z": symbol(record, node), **letters, **more}))


def _lowered(match: re.Match[str]) -> str:
    """x^{2-1} is x, and x^{3-1} is x^{2}."""
    power = int(match[1]) - 1
    return "" if power == 1 else f"^{{{power}}}"


def _ordered(terms: Sequence[OpTerm]) -> Sequence[OpTerm]:
    """Of a sum that is cut, what makes it stands first: what is not finite, then by size. A short one keeps its order."""
    if len(terms) <= MAX_TERMS:
        return terms
    return sorted(terms, key=lambda term: -abs(term.value) if isfinite(term.value) else -inf)


def sum_rule(terms: Sequence[OpTerm]) -> str:
    """Numbers of a sum of products: 2 × 3 + 4 × 5."""
    products = [_product(term) if term is not None else DOTS for term in shortened(_ordered(terms))]
    return (
        " + ".join(
            grouped(text) if k > 0 and text.startswith("-") else text for k, text in enumerate(products)
        )
        or "0"
    )


def _product(term: OpTerm) -> str:
    factors = [number(factor.value) for factor in term.factors]
    return r" \times ".join(text if k == 0 else grouped(text) for k, text in enumerate(factors))


def shortened(parts: Sequence[T]) -> list[T | None]:
    """The first few of many, None for those in between, and the last."""
    return list(parts) if len(parts) <= RULE_TERMS else [*parts[: RULE_TERMS - 1], None, parts[-1]]


def node_terms(record: Record, node: Node, terms: Sequence[OpTerm]) -> list[Term]:
    """The op's terms with names of nodes for its letters; the tail of a long sum as one term."""
    terms = _ordered(terms)
    shown = terms if len(terms) <= MAX_TERMS else terms[: MAX_TERMS - 1]
    result = []
    for term in shown:
        factors = [_factor(record, node, factor) for factor in term.factors]
        result.append(Term(label=_term_label(node, term), factors=factors, value=term.value))
    if len(shown) < len(terms):
        result.append(rest_term([term.value for term in terms[len(shown) :]]))
    return result


def rest_term(values: Sequence[float]) -> Term:
    """What is not written out, as one term."""
    rest = sum(values)
    return Term(label=f"… {len(values)} more", factors=[Factor(label=DOTS, value=rest)], value=rest)


def _factor(record: Record, node: Node, factor: OpFactor) -> Factor:
    label = plugged(record, node, factor.label, {"g": partial(record, node)})
    origin = _origin(node, factor)
    if origin is None:
        return Factor(label=label, value=factor.value)
    of, index = origin
    if of == "upstream":
        source = Source(name=str(node.name), what="grad", index=list(index))
        return Factor(label=at(label, index), value=factor.value, source=source)
    read = node if of == "out" else node.inputs[of]
    source = Source(name=str(read.name), what="value", index=list(index))
    if label == symbol(record, read):
        label = at(label, index)
    return Factor(label=label, value=factor.value, source=source)


def _origin(node: Node, factor: OpFactor) -> OpSource | None:
    """Where to go on from a factor: the first that is no constant of the expression."""
    for source in factor.sources:
        if not isinstance(source.of, int) or node.inputs[source.of].kind != "constant":
            return source
    return factor.source


def _term_label(node: Node, term: OpTerm) -> str:
    """The nodes that a term is made of, for people who read no formula."""
    names = []
    for factor in term.factors:
        origin = _origin(node, factor)
        if origin is None:
            continue
        if origin.of == "upstream":
            names.append(f"∂{plain(node)}")
        else:
            names.append(plain(node if origin.of == "out" else node.inputs[origin.of]))
    return " × ".join(names)
