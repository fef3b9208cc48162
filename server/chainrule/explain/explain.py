"""Any number → the numbers that made it, each of which can be explained in turn.

A value is made by its op from the values of the arguments; a contribution by a VJP from the upstream gradient and the
pinned values; a gradient by adding contributions; a parameter by the optimizer, in this iteration or an earlier one.
What was given (the lesson's numbers, edits, data) and the seed are where it ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chainrule.engine.backward import Contribution, contribution_terms, value_terms
from chainrule.engine.latex import substitute
from chainrule.engine.op import ARGUMENTS
from chainrule.engine.tape import Node
from chainrule.engine.terms import Term as OpTerm
from chainrule.errors import Refusal
from chainrule.explain import arithmetic, code
from chainrule.explain.history import History
from chainrule.explain.symbols import at, element, grouped, number, partial, plain, symbol
from chainrule.explain.terms import DOTS, MAX_TERMS, node_terms, plugged, rest_term, shortened, sum_rule
from chainrule.explain.update import explained_detail, update_of, updated_value
from chainrule.protocol.client import ExplainCommand
from chainrule.protocol.model import Cursor, Factor, Source, Term
from chainrule.protocol.server import Explanation
from chainrule.trace import Record, is_delta, is_edit

Index = tuple[int, ...]
BY_TERMS = frozenset({"add", "mul"})
"""Elementwise ops whose rule reads best as a sum of products; that of the others is their formula with numbers in it."""


class Answer(NamedTuple):
    """What an explanation says about a number. ``value`` is None where it has not been reached."""

    value: float | None
    formula: str
    rule: str
    terms: list[Term]
    python: str
    path: str
    convention: str | None = None


def explain(
    record: Record,
    cursor: Cursor,
    command: ExplainCommand,
    *,
    shown: int | None = None,
    history: History | None = None,
    seq: int = 0,
) -> Explanation:
    """Answer an ``explain`` command at a cursor.

    Parameters
    ----------
    record
        The iteration that the cursor is in.
    history
        Where what the iteration starts from was made; without it, that is where explaining ends.
    shown
        The step whose state may be seen, where that is not the cursor's (a withheld gradient).

    Raises
    ------
    Refusal
        ``unknown_name``, or ``invalid_index`` for an element, argument or symbol that does not exist.
    """
    step = cursor.step if shown is None else shown
    node = record.find(command.name)
    target, argument = node, None
    if command.what == "contribution":
        argument = _argument(node, command.argument)
        target = node.inputs[argument]
    index = _index(target, command.index)
    with node.backend.quiet():
        if argument is not None:
            answer = _contribution(record, step, node, argument, index)
        elif command.what == "grad":
            answer = _gradient(record, step, node, index, history)
        elif command.what == "detail":
            answer = _detail(record, step, node, command.symbol, index, history)
        else:
            answer = _value(record, step, node, index, history)
    terms = [_placed(term, record, cursor, step, command.place is not None) for term in answer.terms]
    answer = answer._replace(terms=terms)
    return Explanation(
        seq=seq,
        id=command.id,
        cursor=cursor,
        name=str(node.name),
        what=command.what,
        index=list(index),
        argument=argument,
        symbol=command.symbol,
        shape=list(target.shape),
        **answer._asdict(),
    )


def _placed(term: Term, record: Record, cursor: Cursor, step: int, elsewhere: bool) -> Term:
    """A term whose sources have a place where that is not the cursor.

    So for those who stand elsewhere; and ops have read a parameter as it was before its update.
    """
    factors = []
    for factor in term.factors:
        source, place = factor.source, cursor if elsewhere else None
        if source is not None and source.place is None:
            if source.what == "value" and update_of(record, step, record.by_name[source.name]) is not None:
                before = record.layout.forward + record.layout.backward - 1
                place = cursor.model_copy(update={"step": before})
            if place is not None:
                source = source.model_copy(update={"place": place})
                factor = factor.model_copy(update={"source": source})
        factors.append(factor)
    return term.model_copy(update={"factors": factors})


def _argument(node: Node, argument: int | None) -> int:
    carrying = [k for k, child in enumerate(node.inputs) if child.requires_grad]
    if argument is None and len(carrying) == 1:
        return carrying[0]
    if argument is None or argument not in carrying:
        listed = ", ".join(map(str, carrying)) or "none"
        raise _invalid_index(
            f"{node.name} passes no gradient to argument {argument}."
            if argument is not None
            else f"{node.name} has several edges.",
            f"Arguments that carry a gradient: {listed}.",
        )
    return argument


def _index(node: Node, index: Sequence[int]) -> Index:
    shape = node.shape
    if not index and all(size == 1 for size in shape):
        return (0,) * len(shape)
    if len(index) != len(shape) or any(i >= size for i, size in zip(index, shape, strict=True)):
        raise _invalid_index(
            f"{node.name} has shape {shape}, so {list(index)} is no element of it.",
            f"Give {len(shape)} indices, each from 0 and below its size.",
        )
    return tuple(index)


def _invalid_index(detail: str, hint: str) -> Refusal:
    return Refusal("invalid_index", 422, "No such element", detail, hint)


# -- values


def _value(record: Record, step: int, node: Node, index: Index, history: History | None) -> Answer:
    array = record.value_at(node, step)
    python, path = code.value_code(node, index), code.tensor_path(record, node, "value")
    if node.op is None:
        return _leaf_value(record, step, node, index, history)
    formula = _formula(record, node)
    if array is None:
        return Answer(None, formula, "", [], python, path)
    value = element(node, array, index)
    edited = _edited_value(node, index, value)
    if edited is not None:
        return Answer(value, formula, number(value), edited, python, path)
    terms = value_terms(node, index)
    if node.op.name in BY_TERMS or not _one_number_each(node):
        rule = sum_rule(terms)
    else:
        numbers = {
            letter: grouped(number(element(child, child.value, _aligned(child, index))))
            for letter, child in zip(ARGUMENTS, node.inputs, strict=False)
        }
        rule = substitute(node.op.formula.partition("=")[2].strip(), numbers, parenthesize=False)
    return Answer(value, formula, f"{rule} = {number(value)}", node_terms(record, node, terms), python, path)


def _one_number_each(node: Node) -> bool:
    """Whether an element of the value is made of one element of each argument."""
    assert node.op is not None
    rules = (node.op.vjps[k] for k in range(len(node.inputs)))
    return all(vjp.local is not None and vjp.form in ("elementwise", "routing") for vjp in rules)


def _formula(record: Record, node: Node) -> str:
    assert node.op is not None
    letters = dict(zip(ARGUMENTS, (symbol(record, child) for child in node.inputs), strict=False))
    return substitute(node.op.formula, {"z": symbol(record, node), **letters})


def _edited_value(node: Node, index: Index, value: float) -> list[Term] | None:
    """The terms of an edited activation where y + δ does not give it: beside an infinite y there is only the edit."""
    if not is_edit(node):
        return None
    y, delta = (element(child, child.value, index) for child in node.inputs)
    total = y + delta
    if total - total == 0.0:
        return None
    label = r"y'"
    return [Term(label="edit", factors=[Factor(label=label, value=value)], value=value)]


def _aligned(child: Node, index: Index) -> Index:
    """The element of an argument that broadcasting brings to ``index``."""
    own = index[len(index) - len(child.shape) :]
    return tuple(0 if size == 1 else i for i, size in zip(own, child.shape, strict=True))


def _leaf_value(record: Record, step: int, node: Node, index: Index, history: History | None) -> Answer:
    python, path = code.value_code(node, index), code.tensor_path(record, node, "value")
    own = at(symbol(record, node), index)
    array = record.value_at(node, step)
    if array is None:
        return Answer(None, own, "", [], python, path)
    value = element(node, array, index)
    changed = updated_value(record, step, node, index, history)
    if changed is not None:
        return Answer(value, changed.formula, changed.rule, changed.terms, python, path)
    if is_delta(node):
        return _delta_value(record, node, index, value, python, path)
    label, source = plain(node), None
    if history is not None and node.kind == "parameter":
        label, source = history.parameter(str(node.name), index, record.iteration)
    terms = [Term(label=label, factors=[Factor(label=own, value=value, source=source)], value=value)]
    return Answer(
        value, own, own if own == number(value) else f"{own} = {number(value)}", terms, python, path
    )


def _detail(
    record: Record, step: int, node: Node, name: str | None, index: Index, history: History | None
) -> Answer:
    """An intermediate of a parameter's update."""
    change = next((change for change in record.updates if change.node is node), None)
    place = None if change is None or name is None else arithmetic.place_of(change, name)
    if change is None or place is None or change.update is None:
        known = [] if change is None or change.update is None else change.update.details
        listed = ", ".join(dict.fromkeys(detail.symbol for detail in known)) or "none"
        raise _invalid_index(f"The update of {node.name} has no {name!r}.", f"Symbols of it: {listed}.")
    detail = change.update.details[place]
    formula = f"{detail.symbol} = {detail.formula}"
    key = change.update.kept.get(detail.symbol)
    python = "" if key is None else code.state_code(node, key, index)
    if update_of(record, step, node) is None:
        return Answer(None, formula, "", [], python, "/commands")
    value = element(node, detail.value, index)
    if place == 0:
        source = Source(name=str(node.name), what="grad", index=list(index))
        factor = Factor(label=at(partial(record, node), index), value=value, source=source)
        terms = [Term(label="reads", factors=[factor], value=value)]
        return Answer(value, formula, number(value), terms, python, "/commands")
    found = explained_detail(record, change, place, index, history)
    return Answer(value, found.formula, found.rule, found.terms, python, "/commands")


def _delta_value(record: Record, node: Node, index: Index, value: float, python: str, path: str) -> Answer:
    """δ = y′ − y of an edited activation."""
    edited = record.by_name[f"{str(node.name).removesuffix('.delta')}.edit"]
    before = edited.inputs[0]
    new, old = element(edited, edited.value, index), element(before, before.value, index)
    minus = Factor(label="-1", value=-1.0)
    terms = [
        Term(label="y′", factors=[Factor(label="y'", value=new)], value=new),
        Term(
            label=plain(before),
            factors=[minus, _read(record, before, index, symbol(record, before))],
            value=-old,
        ),
    ]
    rule = f"{number(new)} - {grouped(number(old))} = {number(value)}"
    return Answer(value, r"\delta = y' - y", rule, terms, python, path)


def _read(record: Record, node: Node, index: Index, label: str) -> Factor:
    source = Source(name=str(node.name), what="value", index=list(index))
    return Factor(label=at(label, index), value=element(node, node.value, index), source=source)


# -- contributions


def _contribution(record: Record, step: int, node: Node, argument: int, index: Index) -> Answer:
    target = node.inputs[argument]
    python, path = code.contribution_code(node, argument, index), "/commands"
    formula = _edge_formula(record, node, argument)
    found = _find(record, node, argument, step)
    if found is None:
        return Answer(None, formula, "", [], python, path)
    value = element(target, found.value, index)
    terms = _vjp_terms(found, index)
    return Answer(
        value,
        formula,
        f"{sum_rule(terms)} = {number(value)}",
        node_terms(record, node, terms),
        python,
        path,
        _convention(found, index),
    )


def _find(record: Record, node: Node, argument: int, step: int) -> Contribution | None:
    arrivals = record.arrivals.get(node.inputs[argument].index)
    if arrivals is None:
        return None
    for at_step, contribution in zip(arrivals.steps, arrivals.contributions, strict=True):
        if at_step <= step and contribution.node is node and contribution.argument == argument:
            return contribution
    return None


def _vjp_terms(contribution: Contribution, index: Index) -> list[OpTerm]:
    return contribution_terms(contribution.node, contribution.argument, contribution.upstream, index)


def _edge_formula(record: Record, node: Node, argument: int) -> str:
    r"""∂L/∂z · ∂z/∂w = ∂L/∂z · x."""
    assert node.op is not None
    vjp = node.op.vjps[argument]
    upstream = partial(record, node)
    if vjp.form == "contraction":
        return plugged(record, node, vjp.formula, {"g": upstream})
    z, target = symbol(record, node), symbol(record, node.inputs[argument])
    slope = plugged(record, node, vjp.formula, {})
    return rf"{upstream} \cdot \frac{{\partial {z}}}{{\partial {target}}} = {upstream} \cdot {grouped(slope)}"


def _convention(contribution: Contribution, index: Index) -> str | None:
    """The code of the convention that chose a local derivative on which this element depends."""
    node = contribution.node
    if node.op is None or contribution.argument < 0:
        return None
    vjp = node.op.vjps[contribution.argument]
    if vjp.convention is None or vjp.at_kink is None:
        return None
    xp = node.backend.xp
    kinks = vjp.at_kink(xp, node.value, [child.value for child in node.inputs], node.attrs)
    kinks = node.backend.to_numpy(xp.broadcast_to(node.backend.asarray(kinks), node.shape))
    for term in _vjp_terms(contribution, index):
        for factor in term.factors:
            for origin, place in factor.sources:
                if origin in ("upstream", "out") and bool(kinks[place]):
                    return vjp.convention
    return vjp.convention if kinks.ndim == 0 and bool(kinks) else None


# -- gradients


def _gradient(record: Record, step: int, node: Node, index: Index, history: History | None) -> Answer:
    python, path = code.grad_code(node, index), code.tensor_path(record, node, "grad")
    own = at(partial(record, node), index)
    array = record.grad_at(node, step)
    arrivals = record.arrivals.get(node.index)
    contributions = [] if arrivals is None else arrivals.contributions
    senders = Counter(contribution.node for contribution in contributions)
    parts = [_part(record, contribution, senders) for contribution in contributions]
    stale = record.stale_grad(node)
    if stale is not None:
        parts.insert(0, rf"{own}_{{\text{{before}}}}")
    formula = f"{own} = {' + '.join(part or DOTS for part in shortened(parts))}" if parts else own
    if array is None:
        return Answer(None, formula, "", [], python, path)
    value = element(node, array, index)
    terms: list[Term] = []
    if stale is not None:
        before = element(node, stale, index)
        source = None if history is None else history.gradient(str(node.name), index, record.iteration)
        factor = Factor(label=rf"{own}_{{\text{{before}}}}", value=before, source=source)
        terms.append(Term(label="before", factors=[factor], value=before))
    convention = None
    arrived = contributions[: record.arrived(node, step)]
    for contribution in arrived:
        amount = element(node, contribution.value, index)
        terms.append(_arrival(record, contribution, senders, index, amount))
        convention = convention or _convention(contribution, index)
    if len(terms) > MAX_TERMS:
        terms[MAX_TERMS - 1 :] = [rest_term([term.value for term in terms[MAX_TERMS - 1 :]])]
    rule = " + ".join(
        DOTS if term is None else number(term.value) if k == 0 else grouped(number(term.value))
        for k, term in enumerate(shortened(terms))
    )
    rule = f"{own} = {rule}" + (f" = {number(value)}" if len(terms) > 1 else "")
    return Answer(value, formula, rule, terms, python, path, convention)


def _part(record: Record, contribution: Contribution, senders: Mapping[Node, int]) -> str:
    """What one consumer adds, in symbols."""
    node, argument = contribution.node, contribution.argument
    if argument < 0:
        return "1"
    assert node.op is not None
    vjp = node.op.vjps[argument]
    upstream = partial(record, node)
    if vjp.form == "contraction":
        return plugged(record, node, vjp.formula, {"g": upstream})
    if senders[node] > 1:
        # ∂z/∂x would be the same for both arguments of x · x.
        return rf"{upstream} \cdot {grouped(plugged(record, node, vjp.formula, {}))}"
    z, target = symbol(record, node), symbol(record, contribution.target)
    return rf"{upstream} \cdot \frac{{\partial {z}}}{{\partial {target}}}"


def _arrival(
    record: Record, contribution: Contribution, senders: Mapping[Node, int], index: Index, amount: float
) -> Term:
    node, argument = contribution.node, contribution.argument
    if argument < 0:
        return Term(label="seed", factors=[Factor(label="1", value=amount)], value=amount)
    source = Source(name=str(node.name), what="contribution", index=list(index), argument=argument)
    factor = Factor(label=_part(record, contribution, senders), value=amount, source=source)
    return Term(label=plain(node), factors=[factor], value=amount)
