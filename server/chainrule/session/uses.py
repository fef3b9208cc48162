"""Where a filter's weight was used: every product that its gradient is the sum of, place by place and image by image."""

from __future__ import annotations

import math

from chainrule.engine.backward import Contribution, contribution_terms
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.protocol.client import UsesCommand
from chainrule.protocol.server import UsesResult
from chainrule.session.core import Core
from chainrule.trace import Record


def uses(core: Core, command: UsesCommand) -> UsesResult:
    """The products of a weight's gradient: pixel that it met × gradient of what it helped to make.

    Raises
    ------
    Refusal
        ``no_filters``: it is no filter of images; ``not_computed``: its gradient has not been reached;
        ``invalid_index``: there is no such weight.
    """
    view = core.view()
    node = core.record.find(command.name)
    consumer = _consumer(core.record, node)
    if consumer is None:
        raise Refusal(
            "no_filters",
            422,
            "It has no filters",
            f"{command.name!r} is no filter of a convolution.",
            "Choose a weight of a convolution.",
        )
    index = tuple(command.index)
    if len(index) != len(node.shape) or any(i >= size for i, size in zip(index, node.shape, strict=True)):
        raise Refusal(
            "invalid_index",
            422,
            "No such element",
            f"{command.name} has shape {node.shape}, so {list(index)} is no element of it.",
            "Give four indices, each from 0 and below its size.",
        )
    found = _arrived(core.record, node, view.shown)
    if found is None:
        raise Refusal(
            "not_computed",
            409,
            "This has not been computed yet",
            f"The backward pass has not come to {command.name}.",
            "Step on, and ask again.",
        )
    count, _, rows, columns = consumer.shape
    row = min(command.row, count - 1)
    cells = rows * columns
    products = [[0.0] * cells for _ in range(count)]
    pixels: list[float | None] = [None] * cells
    slopes = [float(slope) for slope in core.backend.to_numpy(found.upstream[row, index[0]]).reshape(-1)]
    with core.backend.quiet():
        terms = contribution_terms(consumer, found.argument, found.upstream, index)
    for term in terms:
        pixel, arriving = term.factors
        assert arriving.source is not None
        image, _, y, x = arriving.source.place
        products[image][y * columns + x] = term.value
        if image == row and pixel.source is not None:
            pixels[y * columns + x] = pixel.value
    sums: list[float] = []
    for product in products[row]:
        sums.append(product + (sums[-1] if sums else 0.0))
    shares = [_sum(own) for own in products]
    return UsesResult(
        cursor=core.cursor(),
        name=str(node.name),
        index=list(index),
        row=row,
        node=str(consumer.name),
        source=str(consumer.inputs[0].name),
        rows=rows,
        columns=columns,
        pixels=pixels,
        slopes=slopes,
        products=products[row],
        sums=sums,
        shares=shares,
        total=_sum(shares),
    )


def _sum(numbers: list[float]) -> float:
    """Exactly rounded where all are finite."""
    return math.fsum(numbers) if all(math.isfinite(x) for x in numbers) else sum(numbers)


def _consumer(record: Record, node: Node) -> Node | None:
    """The convolution of a batch of images that has the node for its filters."""
    for one in record.nodes:
        if one.op is not None and one.op.name == "conv2d" and one.inputs[1] is node and len(one.shape) == 4:
            return one
    return None


def _arrived(record: Record, node: Node, shown: int) -> Contribution | None:
    arrivals = record.arrivals.get(node.index)
    if arrivals is None:
        return None
    for step, contribution in zip(arrivals.steps, arrivals.contributions, strict=True):
        if step <= shown and contribution.argument == 1:
            return contribution
    return None
