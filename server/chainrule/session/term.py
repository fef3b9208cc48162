"""The own loss term of a sample as the root of an iteration: so its gradient is explained as that of the batch is."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from chainrule.engine.backend import Array
from chainrule.engine.backward import Contribution, walk
from chainrule.engine.tape import Node
from chainrule.explain import code
from chainrule.explain.symbols import OWN_LOSS
from chainrule.protocol.model import Cursor, Own, Source, Term
from chainrule.protocol.server import Explanation
from chainrule.trace import Arrivals, Record


class OwnRecord(Record):
    """An iteration as an own loss term sees it: the nodes of the batch and those that make the term, and its gradients.

    What has been reached is told by the steps of the batch: a contribution arrives when that of the batch does which
    goes through the same edge; those of the term's own nodes as the backward pass begins.

    Attributes
    ----------
    batch
        The iteration.
    of
        Whose own loss it is.
    beside
        The nodes of the term that are not on the tape, each after those that it is made of.
    """

    def __init__(self, batch: Record, root: Node, of: Own) -> None:
        """``root`` is the term, shape (). The caller is in ``backend.quiet()``."""
        super().__init__(batch.iteration, batch.start, batch.end, batch.computed)
        self.batch, self.of = batch, of
        self._root = root
        self.beside = _beside(batch, root)
        self._contributions = list(walk(root, None, None))

    @property
    def root(self) -> Node:
        return self._root

    @cached_property
    def nodes(self) -> list[Node]:
        return [*self.batch.nodes, *self.beside]

    @property
    def contributions(self) -> list[Contribution]:
        return self._contributions

    @cached_property
    def grads(self) -> dict[Node, Array]:
        """The gradient by every node that the term reaches."""
        return {contribution.target: contribution.total for contribution in self._contributions}

    @cached_property
    def _value_steps(self) -> dict[int, int]:
        there = self.batch.value_step(self.batch.root)
        steps = {node.index: self.batch.value_step(node) for node in self.batch.nodes}
        return steps | {node.index: there for node in self.beside}

    @cached_property
    def arrivals(self) -> dict[int, Arrivals]:
        found: dict[int, Arrivals] = {}
        for contribution in self._contributions:
            target = contribution.target.index
            arrivals = found.setdefault(target, Arrivals([], []))
            # The order of the steps is that of the tape, and so is that of the contributions.
            step = max(self._step(contribution), *arrivals.steps[-1:], 0)
            arrivals.steps.append(step)
            arrivals.contributions.append(contribution)
        return found

    def _step(self, contribution: Contribution) -> int:
        """The step of the batch at which it has come so far."""
        known = self.batch.arrivals.get(contribution.target.index)
        if known is None or contribution.target.index not in self.batch.positions:
            return self.batch.first_backward
        edge = (contribution.node, contribution.argument)
        for step, other in zip(known.steps, known.contributions, strict=True):
            if (other.node, other.argument) == edge:
                return step
        # What the batch brings together in one node comes to the term through its own.
        return known.steps[0]

    def stale_grad(self, node: Node) -> Array | None:
        return None

    def _whole(self, step: int) -> None:
        """The plan knows of the batch's gradients alone."""


def _beside(batch: Record, root: Node) -> list[Node]:
    """The nodes that a term is made of beside the tape, named after their ops."""
    on_tape = set(batch.nodes)
    found: dict[Node, None] = {}
    left = [root]
    while left:
        node = left.pop()
        if node not in on_tape and node not in found:
            found[node] = None
            left.extend(node.inputs)
    counts: Counter[str] = Counter()
    ordered = sorted(found, key=lambda node: node.index)
    for node in ordered:
        what = node.op.name if node.op is not None else node.kind
        node.name = f"own.{what}#{counts[what]}"
        counts[what] += 1
    root.label = OWN_LOSS
    return ordered


def told(record: OwnRecord, found: Explanation) -> Explanation:
    """An explanation of a number of this record: its numbers lead on to others of it."""
    names = record.batch.by_name
    more: dict[str, object] = {"own": record.of}

    def owned(source: Source | None) -> Source | None:
        if source is None or (source.what in ("value", "detail") and source.name in names):
            return source
        return source.model_copy(update={"own": record.of})

    def led(term: Term) -> Term:
        factors = [one.model_copy(update={"source": owned(one.source)}) for one in term.factors]
        return term.model_copy(update={"factors": factors})

    node = record.by_name[found.name]
    if found.what == "grad":
        more["python"] = code.own_grad_code(record.root, node, tuple(found.index))
    elif found.what == "contribution" and found.argument is not None:
        more["python"] = code.own_contribution_code(record.root, node, found.argument, tuple(found.index))
    if found.what == "grad" or found.name not in names:
        more["path"] = "/commands"
    if found.what == "grad" and found.value is None and _passed_by(record, node, found.cursor):
        # The loss does not depend on it at all.
        more |= {"value": 0.0, "rule": f"{found.formula} = 0"}
    return found.model_copy(
        update={**more, "terms": [led(term) for term in found.terms], "began": owned(found.began)}
    )


def _passed_by(record: OwnRecord, node: Node, cursor: Cursor) -> bool:
    """Whether the backward pass has gone by a node without anything of the term's."""
    expected = record.batch.expected(node)
    return record.expected(node) == 0 < expected <= record.batch.arrived(node, cursor.step)
