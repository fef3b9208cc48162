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
from chainrule.trace import Carry, Record, Regime, initial_carry, run_iteration
from chainrule.trace.computed import Replayed
from support.lessons import MatrixConfig, TestModel, lesson
from support.records import agree
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


def own_arrays(record: Record) -> int:
    """The bytes of the arrays that an iteration made: values, contributions and totals, and what it ends with."""
    own = [node.value for node in record.nodes if node.op is not None] + [*record.end.values.values()]
    for c in record.contributions:
        own += [c.value, c.total]
    return sum({id(array): array.nbytes for array in map(owner, own)}.values())


def trained(iterations: int) -> Carry:
    """What an iteration starts from that a plan will run."""
    model: Any = Transformer()
    carry = initial_carry(Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32"))
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration).end
    return carry


def test_a_large_record_holds_what_takes_long_to_make_until_somebody_looks() -> None:
    carry = trained(4)
    kept, said = [], []
    tracemalloc.start()
    for iteration in range(4, 10):
        kept.append(run_iteration(carry, iteration))
        carry = kept[-1].end
    unseen = tracemalloc.get_traced_memory()[0]
    said.append(sum(record.nbytes for record in kept))
    for record in kept:
        computed = record.computed
        assert type(computed) is Replayed
        assert not computed.looked_at
        assert len(computed.workspace) == computed.plan.size
    seen = tracemalloc.get_traced_memory()[0]
    said.append(sum(record.nbytes for record in kept))
    tracemalloc.stop()
    arrays = sum(map(own_arrays, kept))
    assert unseen <= 0.5 * arrays <= arrays <= seen <= 1.1 * arrays
    assert unseen <= said[0] <= 1.2 * unseen, "a record knows what it takes"
    assert seen <= said[1] <= 1.2 * seen


def test_who_has_looked_at_an_iteration_finds_the_next_one_whole() -> None:
    carry = trained(4)
    peaks = []
    for look in (False, True, True):
        tracemalloc.start()
        record = run_iteration(carry, 4)
        peaks.append(tracemalloc.get_traced_memory()[0] / own_arrays(trace_of(carry)))
        tracemalloc.stop()
        if look:
            agree(record, trace_of(carry))
    assert peaks[0] < 0.5
    assert peaks[1] < 0.5
    # A normalisation may remember its last array.
    assert 1.0 <= peaks[2] <= 1.2


def trace_of(carry: Carry) -> Record:
    return run_iteration(carry, 4, trace=True)


def test_of_iterations_that_nobody_keeps_only_what_carries_over_takes_memory() -> None:
    carry = trained(4)
    tracemalloc.start()
    record = run_iteration(carry, 4, keep=False)
    left, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A normalisation may remember its last array.
    most = sum(a.nbytes for part in (record.end.values, record.end.grads) for a in part.values())
    assert left <= 1.1 * (most + Transformer().given.nbytes)
    assert peak <= 0.75 * own_arrays(trace_of(carry))
