"""Iterations on a sheet: the same bits as traced ones, and nothing of the sheet is ever seen."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from chainrule.engine.backend import get_backend, host
from chainrule.engine.functions.elementwise import exp, relu, sigmoid, sqrt, tanh
from chainrule.engine.random import generator
from chainrule.engine.tape import drawn
from chainrule.engine.tensor import Tensor
from chainrule.lessons.lesson import LeafSpec, LessonConfig
from chainrule.nn import schedules
from chainrule.nn.clipping import Clipping
from chainrule.nn.functional import cross_entropy, gelu, layer_norm, linear, mse_loss, softmax
from chainrule.nn.optimizers import OPTIMIZERS, Optimizer, make_optimizer
from chainrule.session.view import non_finite_steps
from chainrule.trace import Carry, Record, Regime, initial_carry, run_iteration
from chainrule.trace.computed import Replayed
from chainrule.trace.written import Written
from support.lesson_runs import regime
from support.records import agree, both, same

Compute = Callable[[Mapping[str, Tensor]], Tensor]


class Layers:
    """Two layers and a scalar, with batches of another order of their elements in memory now and then."""

    zero_grad = True
    iterations_per_epoch = 1
    listing = ()
    watch = ("scale",)
    loss_label = "loss"

    def __init__(self, compute: Compute, optimizer: Optimizer, dtype: str, columns: bool = False) -> None:
        rng = host.random.default_rng(5)

        def spec(name: str, kind: Any, *shape: int) -> LeafSpec:
            return LeafSpec(name, kind, rng.normal(0, 0.5, shape).astype(dtype), kind == "parameter")

        self.leaves = (
            spec("a.weight", "parameter", 6, 3),
            spec("a.bias", "parameter", 6),
            spec("b.weight", "parameter", 2, 6),
            spec("b.bias", "parameter", 2),
            spec("scale", "parameter"),
            spec("x", "input", 7, 3),
            spec("y", "target", 7, 2),
        )
        self.forward, self._optimizer, self.dtype, self.columns = compute, optimizer, dtype, columns

    def batch(self, iteration: int) -> Any:
        rng = generator(7, "batch", "", iteration)
        x = rng.normal(size=(7, 3)).astype(self.dtype)
        if self.columns and iteration % 2 == 0:
            x = host.asfortranarray(x)
        return {"x": x, "y": rng.normal(size=(7, 2)).astype(self.dtype)}

    def optimizer(self) -> Any:
        return self._optimizer

    def line_for(self, kind: Any, node: Any) -> None:
        return None


def made(
    compute: Compute, optimizer: Optimizer | None = None, dtype: str = "float32", columns: bool = False
) -> Regime:
    model: Any = Layers(compute, optimizer or make_optimizer("sgd", 0.1), dtype, columns)
    return Regime(LessonConfig(), model, model.optimizer(), get_backend(), dtype)


def network(activation: Callable[[Tensor], Tensor]) -> Compute:
    """A perceptron whose activation is used twice, with a fan-out and a broadcast scalar."""

    def compute(leaves: Mapping[str, Tensor]) -> Tensor:
        hidden = activation(linear(leaves["x"], leaves["a.weight"], leaves["a.bias"]))
        out = linear(hidden, leaves["b.weight"], leaves["b.bias"])
        return (
            mse_loss(activation(out) * leaves["scale"] + out, leaves["y"]) + leaves["scale"] * leaves["scale"]
        )

    return compute


def masked(leaves: Mapping[str, Tensor]) -> Tensor:
    """With a mask that is drawn, and ops that cannot write into given memory."""
    hidden = exp(linear(leaves["x"], leaves["a.weight"], leaves["a.bias"]) * 0.1)
    mask = drawn(lambda i: (generator(7, "mask", "", i).random((7, 6)) < 0.5).astype(hidden.dtype.name))
    out = linear(hidden * Tensor(mask), leaves["b.weight"], leaves["b.bias"])
    return (sqrt(out * out + 1.0) - leaves["y"]).mean() * leaves["scale"]


def one_gradient_for_two(leaves: Mapping[str, Tensor]) -> Tensor:
    """The biases and the scale receive what arrives: of both parameters of a sum the gradient is the same array."""
    hidden = linear(leaves["x"], leaves["a.weight"]) + (leaves["a.bias"] + leaves["a.bias"])
    out = linear(tanh(hidden), leaves["b.weight"])
    return (out * out).mean() + (leaves["scale"] + (leaves["b.bias"][0] + leaves["b.bias"][1]))


def remembering(leaves: Mapping[str, Tensor]) -> Tensor:
    """With ops whose VJPs use what the forward pass has made of an array, if it is the same array."""
    hidden = layer_norm(linear(leaves["x"], leaves["a.weight"], leaves["a.bias"]), (6,))
    out = linear(softmax(hidden, 1), leaves["b.weight"], leaves["b.bias"]) * leaves["scale"]
    return cross_entropy(out, softmax(leaves["y"], 1))


def written(pairs: list[tuple[Record, Record]]) -> list[tuple[Record, Record]]:
    """Those that were run on a sheet: all from the third on."""
    assert [type(planned.computed) for planned, _ in pairs[2:]] == [Written] * (len(pairs) - 2)
    return pairs[2:]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", [tanh, sigmoid, relu, gelu])
def test_a_network(activation: Callable[[Tensor], Tensor], dtype: str) -> None:
    for planned, traced in written(both(made(network(activation), dtype=dtype))):
        agree(planned, traced)


@pytest.mark.parametrize("compute", [masked, one_gradient_for_two])
def test_what_cannot_be_written_to_its_place_is_copied(compute: Compute) -> None:
    for planned, traced in written(both(made(compute))):
        agree(planned, traced)


CLIPS = [None, Clipping(value=0.05), Clipping(norm=0.1), Clipping(value=0.05, norm=0.1)]


@pytest.mark.parametrize("clip", CLIPS, ids=["", "value", "norm", "both"])
@pytest.mark.parametrize("schedule", [None, schedules.cosine(4)], ids=["", "cosine"])
@pytest.mark.parametrize("name", [*OPTIMIZERS])
def test_every_optimizer_on_vectors(name: str, schedule: Any, clip: Clipping | None) -> None:
    for hyper in ({}, {"weight_decay": 0.1}):
        optimizer = make_optimizer(name, 0.05, clip=clip, schedule=schedule, **hyper)
        for planned, traced in written(both(made(network(tanh), optimizer))):
            agree(planned, traced)


def test_a_batch_that_lies_otherwise_in_memory_goes_past_the_sheet() -> None:
    pairs = both(made(network(tanh), make_optimizer("adam", 0.01), columns=True))
    for planned, traced in pairs:
        agree(planned, traced)
    assert [type(planned.computed) for planned, _ in pairs[2:]] == [Replayed, Written] * 2


def run(carry: Carry, iterations: range, **options: Any) -> list[Record]:
    found = []
    for iteration in iterations:
        found.append(run_iteration(carry, iteration, **options))
        carry = found[-1].end
    return found


def test_a_record_that_nobody_kept_is_computed_again() -> None:
    here = made(network(tanh), make_optimizer("momentum", 0.05))
    start = run(initial_carry(here), range(3))[-1].end
    kept, dropped = run(start, range(3, 9)), run(start, range(3, 9), keep=False)
    assert all(isinstance(record.computed, Written) for record in dropped)
    for a, b in zip(kept, dropped, strict=True):
        agree(b, a)


def test_records_do_not_change_when_the_sheet_is_written_again() -> None:
    here = made(network(tanh), make_optimizer("adam", 0.05))
    carry = run(initial_carry(here), range(3))[-1].end
    record = run_iteration(carry, 3)
    seen = [array.copy() for array in arrays_of(record)]
    run(record.end, range(4, 8))
    for before, after in zip(seen, arrays_of(record), strict=True):
        same(after, before)


def arrays_of(record: Record) -> list[Any]:
    found = [node.value for node in record.nodes]
    for c in record.contributions:
        found += [c.upstream, c.value, c.total]
    for carry in (record.start, record.end):
        found += [*carry.values.values(), *carry.grads.values()]
        for slot in carry.slots.values():
            found += slot.state.values()
    return [*found, record.loss]


def test_what_an_op_remembers_of_an_array_is_not_taken_for_the_next_iteration() -> None:
    here = made(remembering)
    planned = run(initial_carry(here), range(6))
    traced = run(initial_carry(here), range(6), trace=True)
    assert isinstance(planned[-1].computed, Written)
    for a, b in zip(planned, traced, strict=True):
        agree(a, b)


def test_the_iterations_after_an_edit_are_those_of_the_edited_parameter() -> None:
    here = made(network(tanh), make_optimizer("adam", 0.05))
    carry = run(initial_carry(here), range(4))[-1].end
    edited = dataclasses.replace(carry, values={**carry.values, "scale": host.asarray(2.0, "float32")})
    for planned, traced in zip(run(edited, range(4, 7)), run(edited, range(4, 7), trace=True), strict=True):
        assert isinstance(planned.computed, Written)
        agree(planned, traced)
    assert float(carry.values["scale"]) != 2.0


def test_parameters_that_were_not_updated_alike_go_past_the_sheet() -> None:
    here = made(network(tanh), make_optimizer("adam", 0.05))
    carry = run(initial_carry(here), range(4))[-1].end
    slots = dict(carry.slots)
    del slots["scale"]
    started_later = dataclasses.replace(carry, slots=slots)
    planned, traced = run_iteration(started_later, 4), run_iteration(started_later, 4, trace=True)
    assert not isinstance(planned.computed, Written)
    agree(planned, traced)


def test_nothing_is_said_of_numbers_that_are_too_large() -> None:
    here = made(network(tanh), make_optimizer("sgd", 1e30))
    with host.errstate(all="raise"):
        pairs = written(both(here))
        assert not pairs[-1][0].finite
    for planned, traced in pairs:
        agree(planned, traced)
        assert planned.finite == traced.finite
        found = non_finite_steps(planned)
        assert found == non_finite_steps(traced)
        assert isinstance(planned.computed, Replayed)
        assert planned.computed.surely_finite == (not found and isinstance(planned.computed, Written))
    assert non_finite_steps(pairs[-1][0])


def test_finite_looks_at_every_array() -> None:
    here = made(network(tanh), make_optimizer("sgd", 0.1))
    record = run(initial_carry(here), range(4))[-1]
    assert record.finite
    for part in ("values", "grads"):
        for name in ("a.weight", "scale"):
            bad = run_iteration(record.start, 3)
            getattr(bad.end, part)[name][...] = host.inf
            assert not bad.finite


def test_what_is_quickly_run_again_keeps_only_what_it_starts_from_until_somebody_looks() -> None:
    here = regime("playground", hidden=[32, 32], batch_size=50)
    records = run(initial_carry(here), range(12))
    expected = [run_iteration(record.start, record.iteration, trace=True) for record in records]
    sheet = records[-1].computed.writing.body  # type: ignore[attr-defined]
    assert all(record.computed.nbytes < sheet.nbytes / 10 for record in records[6:])
    # The last one's arrays stand on the sheet, those of the others do not; and looking at one takes nothing from another.
    for at in (11, 8, 10, 8, 7, 11):
        agree(records[at], expected[at])
        assert not any(host.shares_memory(node.value, sheet) for node in records[at].nodes)
        assert records[at].computed.nbytes > sheet.nbytes
    for at in (7, 8, 10, 11):
        agree(records[at], expected[at])
    agree(run(records[-1].end, range(12, 13))[0], run_iteration(records[-1].end, 12, trace=True))


def test_a_record_takes_what_it_started_from_and_its_arrays_once_somebody_looks() -> None:
    carry = run(initial_carry(regime("playground", hidden=[64, 64], batch_size=32)), range(20))[-1].end
    kept = []
    tracemalloc.start()
    for iteration in range(20, 40):
        kept.append(run_iteration(carry, iteration))
        carry = kept[-1].end
    light = tracemalloc.get_traced_memory()[0]
    said = sum(record.nbytes for record in kept)
    arrays, ends = 0, 0
    for record in kept:
        ends += sum(array.nbytes for array in (*record.end.values.values(), *record.end.grads.values()))
        arrays += record.computed.writing.body.nbytes  # type: ignore[attr-defined]
        record.computed.fill()  # type: ignore[attr-defined]
    full = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert all(isinstance(record.computed, Written) for record in kept)
    assert ends <= light <= 1.2 * ends
    assert ends + arrays <= full <= 1.1 * (ends + arrays)
    assert 0.9 * light <= said <= 1.2 * light
    assert 0.9 * full <= sum(record.nbytes for record in kept) <= 1.2 * full
