"""Every op with every sample of its record: what generated tests run through."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import pytest

from chainrule.engine.backend import Backend, HostArray, host
from chainrule.engine.backward import Contribution, backward
from chainrule.engine.op import FIXED, OPS, Op, Sample
from chainrule.engine.tape import Node, Tape, apply, leaf_node, use_backend


class Call(NamedTuple):
    """One op on one sample."""

    op: Op
    sample: Sample
    smooth: bool
    name: str


def calls(smooth: bool = True, edges: bool = False) -> Iterator[Call]:
    for op in OPS.values():
        if smooth:
            for k, sample in enumerate(op.samples):
                yield Call(op, sample, True, f"{op.name}-{k}")
        if edges:
            for k, sample in enumerate(op.edges):
                yield Call(op, sample, False, f"{op.name}-edge{k}")


def each(of: Iterator[Call]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make one test for each op, which runs for all of its calls: to count a test takes longer than to run one.

    The call that failed is named below its traceback.
    """
    grouped = {name: list(those) for name, those in groupby(of, lambda call: call.op.name)}

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        def run(op: str, **others: Any) -> None:
            for call in grouped[op]:
                try:
                    test(call=call, **others)
                except Exception as error:
                    error.add_note(f"the call {call.name}: {call.sample}")
                    raise

        signature = inspect.signature(test)
        run.__name__ = test.__name__
        run.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[
                one.replace(name="op") if name == "call" else one
                for name, one in signature.parameters.items()
            ]
        )
        marked: Callable[..., None] = pytest.mark.parametrize("op", list(grouped))(run)
        return marked

    return decorate


class Outcome(NamedTuple):
    """What an op gave, on the host."""

    value: HostArray
    grads: list[HostArray]
    node: Node
    upstream: Any
    contributions: list[Contribution]


def seed_like(value: HostArray) -> HostArray:
    """An upstream gradient whose elements all differ; the same wherever it is made."""
    ramp = 1.0 + 0.25 * host.arange(value.size, dtype=host.float64)
    return host.asarray(ramp.reshape(value.shape), dtype=value.dtype)


def passes(op: Op, argument: int) -> bool:
    """Whether a gradient passes through an argument."""
    return op.vjps[argument] is not FIXED


def floating(x: Any) -> bool:
    """Whether an argument is made of floating-point numbers; integers are indices, booleans masks."""
    return host.asarray(x).dtype.kind == "f"


NAMES = ("x", "y", "z", "u", "v")
"""The arguments in expressions."""


def leaves(call: Call, backend: Backend, dtype: str) -> tuple[Node, ...]:
    """Floating-point arguments in ``dtype``; the others keep their own type."""
    with use_backend(backend):
        return tuple(
            leaf_node(
                backend.asarray(x, dtype) if floating(x) else backend.asarray(host.asarray(x)),
                backend,
                kind="input",
                requires_grad=passes(call.op, k),
            )
            for k, x in enumerate(call.sample.inputs)
        )


def evaluate(call: Call, backend: Backend, dtype: str = "float64", g: HostArray | None = None) -> Outcome:
    """Run a call forwards, and backwards from ``g``."""
    inputs = leaves(call, backend, dtype)
    # On a tape, so that also a node that needs no gradient knows where it came from.
    with Tape(backend):
        node = apply(call.op, inputs, call.sample.attrs)
    value = backend.to_numpy(node.value)
    upstream = backend.asarray(seed_like(value) if g is None else g)
    contributions = list(backward(node, upstream))[1:] if call.op.differentiable else []
    grads = [backend.to_numpy(c.value) for c in contributions]
    return Outcome(value, grads, node, upstream, contributions)
