"""Random graphs of 5 to 200 ops of the whole registry, run here and by PyTorch.

What an op can be applied to is read from its record. Either it takes values of the graph as they are, with the
attributes of one of its samples, where that is possible and nothing becomes too steep. Or it takes a sample's
arguments, each of which values of the graph shift a little: then domains and shapes are right whatever the op is.
"""

from __future__ import annotations

import random
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.engine.backend import host
from chainrule.engine.backward import backward
from chainrule.engine.op import OPS, Op, Sample
from chainrule.engine.tape import Tape, apply
from chainrule.engine.tensor import Tensor, leaf
from support.calls import floating, passes
from support.examples import examples

NAMES = [op.name for op in OPS.values() if any(np.asarray(x).size for s in op.samples for x in s.inputs)]
PROGRAMS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 2**32 - 1)), min_size=5, max_size=200)
"""Which op comes next, and a seed for all choices that it leaves."""
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
SHAPES = [(), (1,), (3,), (2, 3), (3, 2), (2, 2, 3)]
LARGEST, STEEPEST = 4.0, 20.0
ROOM = 64
"""Elements of what the graph goes on with."""


class Pair(NamedTuple):
    """A value here, and PyTorch's."""

    ours: Tensor
    theirs: Any

    @property
    def array(self) -> Any:
        return self.ours.node.value


class Graph:
    """A graph that grows on both sides, of floating-point values of one type."""

    def __init__(self, dtype: str, seed: int) -> None:
        self.dtype = dtype
        self.tolerance = TOLERANCE[dtype]
        self.random = random.Random(seed)
        draw = np.random.default_rng(seed)
        self.leaves = [self.leaf(draw.uniform(-1.5, 1.5, shape), True) for shape in SHAPES]
        self.pool = list(self.leaves)
        self.applied: list[str] = []

    def leaf(self, data: Any, requires_grad: bool = False) -> Pair:
        array = np.asarray(data)
        if array.dtype.kind == "f":
            array = array.astype(self.dtype)
        return Pair(
            leaf(array, requires_grad=requires_grad), torch.tensor(array, requires_grad=requires_grad)
        )

    def run(self, text: str, *arguments: Pair) -> Pair:
        """Evaluate an expression in x0, x1, … on both sides and compare.

        PyTorch's value is replaced by ours, so that both stand on the same side of every kink, and rounding is not
        amplified from op to op.
        """
        value = eval(text, {"torch": chainrule, **{f"x{k}": x.ours for k, x in enumerate(arguments)}})
        return self.compared(text, value, arguments)

    def compared(self, text: str, value: Tensor, arguments: tuple[Pair, ...]) -> Pair:
        expected = eval(text, {"torch": torch, **{f"x{k}": x.theirs for k, x in enumerate(arguments)}})
        array, there = value.node.value, expected.detach().numpy()
        assert array.dtype == there.dtype, text
        assert array.shape == there.shape, text
        scale = max([1.0, *(size(x.array) for x in arguments), size(array)])
        np.testing.assert_allclose(
            array, there, rtol=self.tolerance, atol=self.tolerance * scale, err_msg=text
        )
        expected.data = torch.from_numpy(array.copy())
        return Pair(value, expected)

    def some(self) -> Pair:
        """A value of the graph, more often a late one."""
        late = self.pool[-5:]
        return self.random.choice(late if self.random.random() < 0.7 else self.pool)

    def fitted(self, x: Pair, shape: tuple[int, ...]) -> Pair:
        """A value in another shape."""
        count, have = int(np.prod(shape, dtype=int)), x.array.size
        if x.array.shape != (have,):
            x = self.run("torch.reshape(x0, (-1,))", x)
        if count > have:
            x = self.run(f"x0.repeat({-(-count // have)})", x)
        if count != x.array.size:
            x = self.run(f"x0[:{count}]", x)
        return x if shape == (count,) else self.run(f"torch.reshape(x0, {shape!r})", x)

    def near(self, data: Any) -> Pair:
        """A sample's argument, shifted by values of the graph."""
        sample = np.asarray(data, dtype=self.dtype)
        shift = self.fitted(self.some(), sample.shape)
        # Towards 0, so that a probability stays one.
        return self.run("x0 * (0.98 + 0.02 * torch.cos(x1))", self.leaf(sample), shift)

    def apply(self, name: str, seed: int) -> None:
        """Apply an op to something."""
        self.random.seed(seed)
        op = OPS[name]
        sample = self.random.choice([s for s in op.samples if all(np.asarray(x).size for x in s.inputs)])
        text = op.call([f"x{k}" for k in range(len(sample.inputs))], sample.attrs)
        result = None
        if self.random.random() < 0.6:
            free = [
                self.some() if passes(op, k) and floating(x) else self.leaf(x)
                for k, x in enumerate(sample.inputs)
            ]
            result = self.tried(op, text, tuple(free))
        if result is None:
            bound = [
                self.near(x) if passes(op, k) and floating(x) else self.leaf(x)
                for k, x in enumerate(sample.inputs)
            ]
            result = self.run(text, *bound)
            # A mask is multiplied with; a type that is there already is not cast to; PyTorch has no one call for the others.
            several = ("dropout", "cast", "running_mean", "running_var")
            assert result.ours.node.op is op or name in several, text
        self.applied.append(name)
        self.keep(result)

    def tried(self, op: Op, text: str, arguments: tuple[Pair, ...]) -> Pair | None:
        """The op on values as they are; None where it cannot be, or is too steep there."""
        try:
            value = eval(text, {"torch": chainrule, **{f"x{k}": x.ours for k, x in enumerate(arguments)}})
        except (RuntimeError, ValueError, IndexError, TypeError):
            return None
        node = value.node
        if node.op is not op or node.value.size > 4 * ROOM or steepness(node) > STEEPEST:
            return None
        return self.compared(text, value, arguments)

    def keep(self, x: Pair) -> None:
        """Go on with a value: not too large, neither in number nor in size."""
        if str(x.array.dtype) != self.dtype or not x.array.size or not np.isfinite(x.array).all():
            return
        if x.array.size > ROOM:
            x = self.run(f"torch.reshape(x0, (-1,))[:{ROOM // 4}]", x)
        if size(x.array) > LARGEST:
            x = self.run("torch.tanh(x0)", x)
        self.pool.append(x)

    def check_gradients(self) -> None:
        """The gradient of every leaf, of the sum of all values."""
        ours, theirs = self.pool[0].ours.sum(), self.pool[0].theirs.sum()
        for x in self.pool[1:]:
            ours, theirs = ours + x.ours.sum(), theirs + x.theirs.sum()
        theirs.backward()
        contributions = list(backward(ours.node))
        grads = {c.target: c.total for c in contributions}
        # Terms of both signs may cancel: measured against the largest, not against what is left of them.
        scale = max([1.0, *(size(c.value) for c in contributions)])
        assert np.isfinite(scale), "a graph in which nothing can be compared"
        for x in self.leaves:
            grad, there = grads[x.ours.node], x.theirs.grad.numpy()
            assert grad.dtype == there.dtype
            assert grad.shape == there.shape
            np.testing.assert_allclose(
                grad, there, rtol=self.tolerance, atol=self.tolerance * scale, err_msg=str(self.applied)
            )


def size(array: Any) -> float:
    """The largest absolute value; of what is not finite, none."""
    array = np.asarray(array, dtype=np.float64)
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0)) if array.size else 0.0


def steepness(node: Any) -> float:
    """How large a contribution can be for an upstream gradient of ones; infinity where something is not finite."""
    values = [child.value for child in node.inputs]
    arrays = [node.value]
    with node.backend.quiet():
        for k, child in enumerate(node.inputs):
            if child.requires_grad and node.requires_grad:
                g = np.ones_like(node.value)
                arrays.append(node.op.vjps[k].apply(host, g, node.value, values, node.attrs))
    return max(float(np.abs(a).max(initial=0.0)) if np.isfinite(a).all() else np.inf for a in arrays)


def on_both(program: list[tuple[str, int]], dtype: str) -> Graph:
    with Tape(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's, about shapes that broadcast in losses
        graph = Graph(dtype, program[0][1])
        for name, seed in program:
            graph.apply(name, seed)
        graph.check_gradients()
    return graph


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@examples(150)
@given(program=PROGRAMS)
def test_random_graphs(dtype: str, program: list[tuple[str, int]]) -> None:
    on_both(program, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(12))
def test_long_random_graphs(dtype: str, seed: int) -> None:
    """Two hundred ops, the whole registry among them."""
    draw = random.Random(seed)
    names = NAMES * 3
    draw.shuffle(names)
    graph = on_both([(name, draw.getrandbits(32)) for name in names[:200]], dtype)
    assert len(graph.applied) == 200


@pytest.mark.parametrize("name", NAMES)
def test_every_op_finds_something_to_be_applied_to(name: str) -> None:
    on_both([(name, seed) for seed in range(5)], "float64")


def test_a_wrong_vjp_would_be_noticed() -> None:
    right = OPS["tanh"].vjps[0]
    kept = right.apply
    program = [("tanh", 1), ("mul", 2), ("tanh", 3), ("matmul", 4), ("tanh", 5)]
    on_both(program, "float64")
    try:
        right.apply = lambda xp, g, out, inputs, attrs: kept(xp, g, out, inputs, attrs) * (1.0 + 1e-7)
        with pytest.raises(AssertionError):
            on_both(program, "float64")
    finally:
        right.apply = kept


def test_a_wrong_forward_would_be_noticed() -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    y = apply(OPS["exp"], (leaf(x.numpy()).node,))
    np.testing.assert_allclose(y.value, torch.exp(x).numpy(), rtol=1e-15)
    assert not np.allclose(y.value, torch.exp(x * 1.000001).numpy(), rtol=1e-12)


def test_samples_have_arguments_that_a_graph_can_shift() -> None:
    assert all(isinstance(s, Sample) for op in OPS.values() for s in op.samples)
    assert len(NAMES) >= len(OPS) - 2
