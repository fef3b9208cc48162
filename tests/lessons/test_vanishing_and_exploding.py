"""Vanishing and exploding: columns begin alike, sizes are those of the gradients, and each preset does what its sentence says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.session.runs import run_states
from chainrule.trace import Carry, Record, initial_carry, run_iteration
from support.columns import PROGRAMS, SLUG, SMALL, assert_same_program
from support.lesson_runs import last_step, record_of, records, regime
from support.sessions import make, send

CONFIG = LESSONS[SLUG].Config
BY_ID = {preset.id: preset.config for preset in LESSONS[SLUG].presets}


def grads(record: Record, column: str) -> list[float]:
    """The size of the gradient of what each layer passes on, the output last."""
    last = {node.scope: node for node in record.operations}
    model: Any = record.start.regime.model
    [run] = [run for run in model.runs if run.name == column]
    found = [record.grad_at(last[layer.scope], last_step(record)) for layer in run.layers]
    return [float(np.sqrt(np.mean(np.square(np.asarray(grad, dtype=np.float64))))) for grad in found]


def trained(iterations: int, **config: Any) -> dict[str, float]:
    """What is measured after so many iterations."""
    found = regime(SLUG, **config)
    carry: Carry = initial_carry(found)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration, keep=False).end
    model: Any = found.model
    with found.backend.quiet():
        measured: dict[str, float] = model.evaluate(carry.values)
    return measured


def test_columns_begin_with_the_same_draws_whichever_there_are() -> None:
    values = {leaf.name: leaf.value for leaf in regime(SLUG).model.leaves}
    for layer in ("layer1", "layer7", "output"):
        for column in ("batchnorm", "residual", "both"):
            np.testing.assert_array_equal(values[f"{column}/{layer}.weight"], values[f"plain/{layer}.weight"])
    deeper = {leaf.name: leaf.value for leaf in regime(SLUG, depth=30, columns=["both"]).model.leaves}
    np.testing.assert_array_equal(deeper["both/layer7.weight"], values["plain/layer7.weight"])
    assert not np.array_equal(values["plain/layer7.weight"], values["plain/layer8.weight"])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu"])
@pytest.mark.parametrize(
    "name", ["plain/layer1.weight", "both/norm2.weight", "residual/layer3.bias", "batchnorm/output.weight"]
)
def test_gradients_are_those_of_central_differences(name: str, activation: str) -> None:
    session = make(SLUG, **SMALL, activation=activation, skips=[3])
    send(session, "step", unit="phase", count=2)
    found: Any = send(session, "gradcheck", name=name)[0]
    assert found.passed


def test_a_column_does_not_see_the_others() -> None:
    together = record_of(SLUG, 3, **SMALL)
    alone = record_of(SLUG, 3, **SMALL, columns=["residual"])
    for name, value in alone.end.values.items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(together.end.values[name]))


def test_each_column_is_clipped_by_its_own_norm() -> None:
    config = {**SMALL, "clip": "norm", "clip_norm": 1e-3, "optimizer": "sgd", "lr": 1.0, "dtype": "float64"}
    for record in records(SLUG, 4, **config):
        for column in ("plain", "batchnorm", "residual", "both"):
            step = [
                np.asarray(record.end.values[name]) - np.asarray(value)
                for name, value in record.start.values.items()
                if name.startswith(f"{column}/")
            ]
            norm = math.sqrt(sum(float(np.square(part).sum()) for part in step))
            assert norm == pytest.approx(1e-3, rel=1e-2), (record.iteration, column)


def test_with_one_unit_and_one_sample_each_gain_is_a_local_derivative() -> None:
    session = make(SLUG, **BY_ID["single"], dtype="float64")
    send(session, "step", unit="phase", count=2)
    record = session.core.record
    states = {state.name: state for state in run_states(session.core.view())}
    for column, more in (("plain", 0.0), ("residual", 1.0)):
        total = 1.0
        for k in range(2, 11):
            w = float(np.asarray(record.find(f"{column}/layer{k}.weight").value).item())
            a = math.tanh(float(np.asarray(record.find(f"{column}/z{k}").value).item()))
            gain = states[column].layers[k - 1].gain
            assert gain == pytest.approx(abs(w * (1 - a * a) + more), rel=1e-9)
            total *= abs(w * (1 - a * a) + more)
        total *= abs(float(np.asarray(record.find(f"{column}/output.weight").value).item()))
        assert states[column].product == pytest.approx(total, rel=1e-9)


def test_a_skip_connection_moves_all_before_it_and_nothing_after() -> None:
    before, after = (record_of(SLUG, skips=skips) for skips in ([], [10]))
    old, new = grads(before, "plain"), grads(after, "plain")
    # The batch comes out almost the same, whatever happens so far below.
    ratios = [b / a for a, b in zip(old, new, strict=True)]
    assert all(2 < ratio < 50 for ratio in ratios[:9])
    assert all(0.5 < ratio < 2 for ratio in ratios[9:])
    assert grads(before, "residual") == grads(after, "residual")


def test_skips_beyond_the_last_layer_are_left_out_and_the_first_is_refused() -> None:
    assert CONFIG(skips="12, 7 7").skips == [7, 12]
    assert CONFIG(skips=[7, 12]).merged({"depth": 10}).skips == [7]
    with pytest.raises(Refusal) as refused:
        CONFIG().merged({"skips": [1]})
    assert refused.value.reason == "config_too_small"
    with pytest.raises(Refusal) as refused:
        CONFIG().merged({"skips": "x"})
    assert refused.value.reason == "config_not_layers"


def test_batch_norm_needs_two_points() -> None:
    with pytest.raises(Refusal) as refused:
        regime(SLUG, batch_size=1)
    assert refused.value.reason == "config_batch_norm_batch"
    assert regime(SLUG, batch_size=1, columns="plain residual").model.iterations_per_epoch == 256


# -- what the presets say


def test_by_default_the_plain_column_guesses_and_the_others_learn() -> None:
    plain = grads(record_of(SLUG), "plain")
    assert plain[0] < 1e-12 * plain[-1]
    both = grads(record_of(SLUG), "both")
    assert 0.1 < both[0] / both[-1] < 100
    found = trained(300, **BY_ID["vanishing"])
    assert found["plain/accuracy"] < 0.6
    assert found["residual/accuracy"] > 0.85
    assert min(found["batchnorm/accuracy"], found["both/accuracy"]) > 0.95


def test_weights_drawn_for_relu_hold() -> None:
    sizes = grads(record_of(SLUG, **BY_ID["holds"]), "plain")
    assert 0.05 < sizes[0] / sizes[-1] < 20
    assert trained(200, **BY_ID["holds"])["plain/accuracy"] > 0.95


def test_clipping_tames_what_explodes() -> None:
    loose, clipped = (trained(200, **BY_ID[name]) for name in ("exploding", "clipped"))
    assert math.isnan(loose["plain/loss"])
    assert math.isnan(loose["residual/loss"])
    assert (loose["plain/accuracy"], loose["both/accuracy"] > 0.95) == (0.0, True)
    assert clipped["plain/accuracy"] > 0.95


def test_numbers_outgrow_the_format_and_batch_norm_divides_them_away() -> None:
    session = make(SLUG, **BY_ID["infinity"])
    send(session, "step", unit="phase", count=2)
    plain, norm, *_ = run_states(session.core.view())
    sizes = [layer.activation for layer in plain.layers]
    finite = [size is not None and math.isfinite(size) for size in sizes]
    assert finite == sorted(finite, reverse=True)
    assert sum(finite) > 30
    assert math.isnan(sizes[-1] or 0.0)
    assert plain.product is not None
    assert not math.isfinite(plain.product)
    assert all(math.isfinite(layer.grad or 0.0) for layer in norm.layers)


def test_overflow_is_told_as_infinity() -> None:
    config: dict[str, Any] = {
        "depth": 10,
        "width": 1,
        "columns": ["plain"],
        "activation": "relu",
        "initialisation": "identity",
    }
    session = make(SLUG, **config, scale=1e6)
    send(session, "step", unit="phase")
    [plain] = run_states(session.core.view())
    sizes = [layer.activation or 0.0 for layer in plain.layers]
    assert sizes[4] == pytest.approx(sizes[0] * 1e24, rel=1e-5)
    assert sizes[6:] == [math.inf] * 5


def test_fifty_layers_are_learnt_with_both_remedies() -> None:
    sizes = grads(record_of(SLUG, **BY_ID["fifty"]), "plain")
    assert sizes[0] / sizes[-1] < 1e-24
    assert trained(120, **BY_ID["fifty"])["both/accuracy"] > 0.9


# -- the listing


@pytest.mark.parametrize("config", PROGRAMS, ids=str)
def test_the_listing_does_the_same(config: dict[str, Any]) -> None:
    assert_same_program(chainrule, 1e-3, **config)


def test_each_step_has_the_line_of_its_variable() -> None:
    record = record_of(SLUG, **SMALL, skips=[2])
    model = record.start.regime.model
    code = {line.number: line.code.strip() for line in model.listing}
    expected = {"z": "h = self[f", "n": "h = self[f", "a": "h = torch.sigmoid", "h": "h = h + before"}
    for step in record.steps():
        number = model.line_for(step.kind, step.node)
        assert number is not None
        if step.kind == "forward" and step.node is not None:
            variable = (step.node.label or "").rpartition("/")[2]
            if variable == "z":
                assert code[number].startswith("return self")
            elif variable[1:].isdigit():
                assert code[number].startswith(expected[variable[0]]), step.node.label


def test_the_graph_says_which_layers_add_their_input() -> None:
    graph = make(SLUG, **SMALL, skips=[3]).graph()
    skips = {run.name: [layer.skip for layer in run.layers] for run in graph.runs}
    assert skips["plain"] == [False, False, True, False, False]
    assert skips["batchnorm"] == [False] * 5
    assert skips["residual"] == skips["both"] == [False, True, True, True, False]
    adding = {graph.nodes[layer.output].op for run in graph.runs for layer in run.layers if layer.skip}
    assert adding == {"add"}
