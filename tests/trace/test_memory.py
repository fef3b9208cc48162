"""What iterations take in memory; one that does not fit is refused, and nothing has changed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from chainrule.engine.backend import get_backend, host
from chainrule.engine.tensor import Tensor
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.lesson import LeafSpec, LessonConfig
from chainrule.nn.binding import bound
from chainrule.nn.functional import mse_loss
from chainrule.nn.optimizers import make_optimizer
from chainrule.nn.transformer import TransformerEncoderLayer
from chainrule.trace import Regime, initial_carry, run_iteration
from chainrule.trace.computed import Replayed
from support.lessons import MatrixConfig, TestModel, lesson
from support.sessions import fingerprint, make, refused, send


class SizeConfig(MatrixConfig):
    rows: int = 1


def build(config: SizeConfig, *_: object) -> TestModel:
    return TestModel(
        config=config,
        leaves=(LeafSpec("w", "parameter", host.asarray(1.0, "float32"), requires_grad=True),),
        batch_of=lambda iteration: {},
        compute=lambda leaves: (leaves["w"].broadcast_to((config.rows, config.rows)) * 2.0).sum(),
    )


@pytest.fixture(autouse=True)
def a_lesson_of_any_size() -> Iterator[None]:
    LESSONS["test-size"] = lesson("test-size", SizeConfig, build, "rows")
    yield
    del LESSONS["test-size"]


def test_a_session_that_does_not_fit_is_not_made() -> None:
    with pytest.raises(Refusal) as caught:
        make("test-size", rows=2**24)
    assert (caught.value.code, caught.value.status) == ("limit_memory", 422)
    assert caught.value.detail == "The arrays of an iteration do not fit into the memory of cpu."


def test_a_change_that_does_not_fit_changes_nothing() -> None:
    session = make("test-size", rows=3)
    send(session, "step", unit="iteration", count=2)
    before = fingerprint(session)
    assert refused(send(session, "configure", config={"rows": 2**24})).code == "limit_memory"
    assert fingerprint(session) == before


class Transformer:
    """A block of a transformer that reproduces its input: normalisation, attention and gelu remember things."""

    zero_grad = True
    iterations_per_epoch = 1
    listing = ()
    watch = ()
    loss_label = "loss"

    def __init__(self) -> None:
        self.net = TransformerEncoderLayer(32, 4, 128, 0.0, "gelu", batch_first=True, norm_first=True)
        self.names = [name for name, _ in self.net.named_parameters()]
        self.given = host.random.default_rng(5).normal(size=(8, 32, 32)).astype("float32")
        self.leaves = (
            *(
                LeafSpec(name, "parameter", tensor.detach().numpy(), requires_grad=True)
                for name, tensor in self.net.named_parameters()
            ),
            LeafSpec("x", "input", self.given),
        )

    def batch(self, iteration: int) -> Any:
        return {"x": self.given}

    def forward(self, leaves: Any) -> Tensor:
        with bound(self.net, {name: leaves[name] for name in self.names}):
            return mse_loss(self.net(leaves["x"]), leaves["x"])

    def optimizer(self) -> Any:
        return make_optimizer("sgd", 0.01)

    def line_for(self, kind: Any, node: Any) -> None:
        return None


def owner(array: Any) -> Any:
    while array.base is not None:
        array = array.base
    return array


def test_a_record_takes_hardly_more_than_its_arrays() -> None:
    model: Any = Transformer()
    carry = initial_carry(Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32"))
    for iteration in range(4):
        carry = run_iteration(carry, iteration).end
    kept = []
    tracemalloc.start()
    for iteration in range(4, 10):
        kept.append(run_iteration(carry, iteration))
        carry = kept[-1].end
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert all(type(record.computed) is Replayed for record in kept)
    arrays = 0
    for record in kept:
        own = [node.value for node in record.nodes if node.op is not None] + [*record.end.values.values()]
        for c in record.contributions:
            own += [c.value, c.total]
        arrays += sum({id(array): array.nbytes for array in map(owner, own)}.values())
    assert arrays <= taken <= 1.1 * arrays


def test_of_iterations_that_nobody_keeps_only_what_carries_over_takes_memory() -> None:
    model: Any = Transformer()
    carry = initial_carry(Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32"))
    for iteration in range(4):
        carry = run_iteration(carry, iteration).end
    peaks = {}
    for keep in (True, False):
        tracemalloc.start()
        record = run_iteration(carry, 4, keep=keep)
        left, peaks[keep] = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        if not keep:
            # A normalisation may remember its last array.
            most = sum(a.nbytes for part in (record.end.values, record.end.grads) for a in part.values())
            assert left <= 1.1 * (most + model.given.nbytes)
    assert peaks[False] <= 0.75 * peaks[True]
