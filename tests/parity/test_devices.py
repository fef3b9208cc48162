"""Sessions, plans and layers on other array libraries; and what is copied from a device to the host, counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.engine.backend import FLOAT64, Backend, get_backend, host
from chainrule.engine.tape import use_backend
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.lesson import LessonConfig
from chainrule.limits import Limits
from chainrule.protocol.frames import decode_frame, encode_frame
from chainrule.protocol.server import Explanation, Frame, GradcheckResult
from chainrule.session import Session
from chainrule.session.parcel import Parcel
from chainrule.session.summary import summarise
from chainrule.trace import Regime, initial_carry, run_iteration
from support.devices import PRESENT, label
from support.far import Counted, waits
from support.lesson_runs import NAMES, PRESETS, regime
from support.lessons import TEST_LESSONS
from support.records import Network, agree, both
from support.sessions import SMALL, evict, fingerprint, make, moved, send, the

BACKENDS = [pytest.param(backend, id=label(backend)) for backend in PRESENT] + [
    pytest.param(Counted(), id="torch-far")
]


@pytest.fixture(autouse=True, scope="module")
def test_lessons() -> Iterator[None]:
    LESSONS.update(TEST_LESSONS)
    yield
    for slug in TEST_LESSONS:
        LESSONS.pop(slug, None)


# -- plans


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("slug", "preset", "config"), PRESETS, ids=NAMES)
def test_a_plan_gives_the_bits_of_tracing(
    slug: str, preset: str, config: dict[str, Any], backend: Backend
) -> None:
    for planned, traced in both(regime(slug, backend, **config)):
        agree(planned, traced)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("zero_grad", [True, False])
@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
def test_a_plan_gives_the_bits_of_every_optimizer(optimizer: str, zero_grad: bool, backend: Backend) -> None:
    for planned, traced in both(regime("test-matrix", backend, optimizer=optimizer, zero_grad=zero_grad)):
        agree(planned, traced)


@pytest.mark.parametrize("backend", BACKENDS)
def test_buffers_masks_and_batches_of_two_sizes(backend: Backend) -> None:
    model: Any = Network("float32")
    made = Regime(LessonConfig(), model, model.optimizer(), backend, "float32")
    quick, slow = initial_carry(made), initial_carry(made)
    for iteration in range(9):
        planned, traced = run_iteration(quick, iteration), run_iteration(slow, iteration, trace=True)
        agree(planned, traced)
        quick, slow = planned.end, traced.end
    assert type(planned.computed).__name__ == "Replayed"


# -- sessions

LESSONS_HERE: list[tuple[str, dict[str, Any]]] = [
    ("one-weight", {}),
    ("one-weight", {"zero_grad": False}),
    ("test-matrix", {"optimizer": "adam"}),
    *[("circuit", {"preset": p}) for p in ("add-mul", "sigmoid-neuron", "fan-out", "max", "log-sum-exp")],
    (
        "circuit",
        {"preset": "custom", "code": "W = [[1, 2], [3, 4]]\nx = [1, -1]\nf = mean(relu(W @ x)) + sum(x * x)"},
    ),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("lesson", "config"), LESSONS_HERE)
def test_a_session_shows_what_it_shows_on_numpy(
    lesson: str, config: dict[str, Any], backend: Backend
) -> None:
    ours, theirs = make(lesson, **config), make(lesson, backend=backend, **config)
    for session in (ours, theirs):
        send(session, "seek", iteration=2)
    steps = ours.graph().steps
    assert theirs.graph() == ours.graph()
    for step in steps:
        for session in (ours, theirs):
            send(session, "seek", iteration=2, step=step.index)
        same_frame(theirs.frame(), ours.frame())
        same_frame(decode_frame(encode_frame(theirs.frame())), ours.frame())
    assert ours.columns(0, 3).keys() == theirs.columns(0, 3).keys()
    for name, column in ours.columns(0, 3).items():
        close(theirs.columns(0, 3)[name], column)
    a, b = theirs.state().model_dump(), ours.state().model_dump()
    assert a["parameters"].keys() == b["parameters"].keys()
    for name, node in b["nodes"].items():
        for what in ("value", "grad"):
            close(a["nodes"][name][what], node[what])


def same_frame(theirs: Frame, ours: Frame) -> None:
    assert (theirs.cursor, theirs.arrived, theirs.non_finite) == (ours.cursor, ours.arrived, ours.non_finite)
    close(theirs.loss, ours.loss)
    assert len(theirs.tensors) == len(ours.tensors)
    for a, b in zip(theirs.tensors, ours.tensors, strict=True):
        assert (a.what, a.index, a.dtype, a.shape) == (b.what, b.index, b.dtype, b.shape)
        close(a.data, b.data)


def close(actual: Any, expected: Any) -> None:
    assert (actual is None) == (expected is None)
    if expected is not None:
        np.testing.assert_allclose(np.asarray(actual), np.asarray(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_was_dropped_is_recomputed_to_the_last_bit(backend: Backend) -> None:
    session = make("test-matrix", backend=backend, optimizer="adam", limits=SMALL)
    send(session, "seek", iteration=40, step=3)
    before = fingerprint(session)
    send(session, "seek", iteration=200)
    send(session, "seek", iteration=40, step=3)
    evict(session)
    assert fingerprint(session) == before


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_edit_an_explanation_and_a_check(backend: Backend) -> None:
    session = make("test-matrix", backend=backend)
    session_on_numpy = make("test-matrix")
    for one in (session, session_on_numpy):
        send(one, "edit", name="W", value=[[1, 2], [3, 4], [5, 6]])
        moved(one, "step", unit="phase", count=2)
    for what, name, index in (("grad", "W", [1, 0]), ("value", "matmul#0", [0, 1])):
        theirs = the(Explanation, send(session, "explain", name=name, what=what, index=index))
        ours = the(Explanation, send(session_on_numpy, "explain", name=name, what=what, index=index))
        close(theirs.value, ours.value)
        assert [[f.label for f in t.factors] for t in theirs.terms] == [
            [f.label for f in t.factors] for t in ours.terms
        ]
    check = the(GradcheckResult, send(session, "gradcheck", name="W"))
    assert check.passed
    assert check.max_relative_error < 1e-6


def test_a_device_without_float64_refuses_it_and_checks_on_the_host() -> None:
    backend = Counted(lacks=(FLOAT64,))
    with pytest.raises(Refusal, match="has no float64") as caught:
        make("one-weight", backend=backend, dtype="float64")
    assert (caught.value.code, caught.value.status) == ("unsupported_dtype", 422)
    with pytest.raises(TypeError, match="the device far has no float64: choose float32"):
        backend.asarray([1.0], "float64")
    with use_backend(backend), pytest.raises(TypeError, match="no float64"):
        chainrule.tensor(1.0, dtype=chainrule.float64)
    session = make("one-weight", backend=backend)
    send(session, "seek", iteration=3)
    check = the(GradcheckResult, send(session, "gradcheck", name="w"))
    assert check.passed
    assert check.max_relative_error < 1e-8


# -- layers


class Classifier(nn.Module):
    """Images through most kinds of layers."""

    def __init__(self) -> None:
        super().__init__()
        # Without a bias before the batch norm: its gradient is 0 but for rounding, of which Adam makes full steps.
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 3),
        )
        self.head = nn.Sequential(nn.Flatten(), nn.Linear(24, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3))

    def forward(self, x: Any) -> Any:
        return self.head(self.features(x))


@pytest.mark.parametrize("backend", BACKENDS)
def test_layers_learn_the_same(backend: Backend) -> None:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(5, 1, 8, 8)).astype("float32")
    classes = rng.integers(0, 3, 5)
    found = []
    for here in (get_backend(), backend):
        chainrule.manual_seed(3)
        with use_backend(here):
            net = Classifier()
            optimizer = chainrule.optim.Adam(net.parameters(), lr=0.01)
            x, y = chainrule.tensor(images), chainrule.tensor(classes)
            for _ in range(4):
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(net(x), y)
                loss.backward()
                optimizer.step()
            net.eval()
            found.append([loss.item(), *net(x).detach().numpy().ravel()])
            assert all(type(p.node.value) is here.array_type for p in net.parameters())
    np.testing.assert_allclose(found[1], found[0], rtol=1e-3, atol=1e-4)


# -- what leaves the device


@pytest.fixture
def far() -> Counted:
    return Counted()


def count(far: Counted, backend_does: Any) -> tuple[int, int, int]:
    """Transfers, their bytes, and waits for single numbers while something is done."""
    transfers, size = far.transfers, far.bytes
    with waits() as found:
        backend_does()
    return far.transfers - transfers, far.bytes - size, found.count


def test_what_is_counted_is_what_happens(far: Counted) -> None:
    array = far.asarray([1.0, 2.0], "float32")
    assert count(far, lambda: far.to_numpy(array)) == (1, 8, 0)
    assert count(far, lambda: (float(array[0]), bool(array[1] > 0))) == (0, 0, 2)


def test_arrays_of_all_types_come_in_one_transfer(far: Counted) -> None:
    given = [
        host.asarray([True, False, True]),
        host.arange(6.0, dtype="float64").reshape(2, 3),
        host.asarray(7),
        host.zeros((0, 3), "float32"),
        host.asarray(2.5, "float32"),
    ]
    arrays = [far.asarray(x) for x in given]
    arrays += [arrays[1].T, arrays[1][:, ::2], arrays[1]]
    given += [given[1].T, given[1][:, ::2], given[1]]
    found: list[Any] = []
    transfers, size, waited = count(far, lambda: found.extend(far.to_host(arrays)))
    assert (transfers, waited) == (1, 0)
    # What is asked for twice is sent once.
    assert size == 3 + 48 + 8 + 0 + 4 + 48 + 32
    for a, b in zip(found, given, strict=True):
        assert (a.dtype, a.shape, a.tolist()) == (b.dtype, b.shape, b.tolist())
    assert far.to_host([]) == []


def test_training_waits_for_nothing(far: Counted) -> None:
    session = make("test-matrix", backend=far, optimizer="adam")
    send(session, "seek", iteration=20)
    timeline, line = session.core.timeline, session.core.line

    def train() -> None:
        for _ in timeline.extend(line, 20 + 64):
            pass

    assert count(far, train)[::2] == (1, 0), "one for the metrics of 64 iterations"
    transfers, size, _ = count(far, lambda: session.columns(0, 80))
    assert transfers <= 1
    assert size <= 64 * 4


def test_a_frame_is_one_transfer_and_a_question_of_what_is_finite(far: Counted) -> None:
    session = make("test-matrix", backend=far)
    moved(session, "step", unit="phase", count=2)
    session._frames.clear()
    assert count(far, session.frame)[::2] == (1, 0)
    # Whether all is finite is asked once for an iteration, and kept.
    session.core.record = run_iteration(session.core.record.start, 0)
    session._frames.clear()
    assert count(far, session.frame)[::2] == (2, 0)


def test_the_state_of_all_nodes_is_one_transfer(far: Counted) -> None:
    session = make("test-matrix", backend=far)
    moved(session, "step", unit="phase", count=2)
    assert count(far, session.state)[::2] == (1, 0)
    assert count(far, lambda: session.tensor("W", "grad"))[::2] == (1, 0)


def test_playing_on_guard_asks_once_an_iteration(far: Counted) -> None:
    session = make("test-matrix", backend=far)
    send(session, "breakpoint", condition={"kind": "non_finite"})
    asked, _, waited = count(far, lambda: send(session, "step", unit="iteration", count=20))
    assert waited == 0
    assert asked <= 20 + 4


def test_of_a_large_tensor_only_a_summary_leaves_the_device(far: Counted) -> None:
    session = Session(
        "test-matrix", {"rows": 9}, backend=far, limits=Limits(tensor_elements=8, answer_seconds=60.0)
    )
    moved(session, "step", unit="phase", count=2)
    session._frames.clear()
    transfers, _, waited = count(far, session.frame)
    assert (transfers, waited) == (1, 0)
    on_numpy = Session("test-matrix", {"rows": 9}, limits=Limits(tensor_elements=8, answer_seconds=60.0))
    moved(on_numpy, "step", unit="phase", count=2)
    pairs = list(zip(session.frame().tensors, on_numpy.frame().tensors, strict=True))
    assert any(b.summary is not None for _, b in pairs)
    for a, b in pairs:
        assert (a.summary is None, a.data is None) == (b.summary is None, b.data is None)
        if a.summary is not None and b.summary is not None:
            same_summary(a.summary.model_dump(), b.summary.model_dump())


def test_a_summary_that_is_worked_out_there_is_small_and_right(far: Counted) -> None:
    rng = np.random.default_rng(0)
    odd = rng.normal(size=(3, 5, 4000)).astype("float32")
    odd[0, 0, :4] = [np.nan, np.inf, -np.inf, 0.0]
    for case in (
        rng.normal(size=(7000,)),
        odd,
        np.full((400, 40), 2.5),
        np.zeros((300, 500)),
        np.array(-1.5),
        np.full((3,), np.nan),
        np.array([[np.inf, 1.0]]),
        np.zeros((0, 4)),
    ):
        array = np.asarray(case, "float32")
        parcel = Parcel(far)
        told = parcel.summary(far.asarray(array))
        transfers, size, waited = count(far, parcel.fetch)
        assert (transfers, waited) == (int(array.size > 0), 0)
        assert size <= (23 + 256) * 8
        same_summary(told().model_dump(), summarise(array).model_dump())


def same_summary(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    for name, value in ours.items():
        np.testing.assert_allclose(theirs[name], value, rtol=1e-6, atol=1e-6, err_msg=name)


def test_an_explanation_fetches_what_it_reads_and_no_number_alone(far: Counted) -> None:
    session = make("test-matrix", backend=far, rows=9)
    moved(session, "step", unit="phase", count=2)
    transfers, _, waited = count(far, lambda: send(session, "explain", name="W", what="grad", index=[0, 0]))
    assert waited == 0
    assert transfers <= 12


def test_what_does_not_fit_is_refused_as_such_and_not_as_a_shape() -> None:
    import torch

    backend = Counted()
    with use_backend(backend), pytest.MonkeyPatch.context() as patch:
        # What PyTorch raises on a GPU; the CPU's allocator says so in another way.
        patch.setattr(type(backend), "exhausted", (MemoryError, torch.OutOfMemoryError))

        def full(*_: Any) -> Any:
            raise torch.OutOfMemoryError("CUDA out of memory")

        patch.setattr(chainrule.engine.op.OPS["add"], "forward", full)
        with pytest.raises(torch.OutOfMemoryError):
            chainrule.ones(2) + chainrule.ones(2)
        with pytest.raises(Refusal, match="do not fit into the memory of far"):
            make("test-matrix", backend=backend)
