"""Every number of every lesson at every step is explained by numbers that make it and can be explained in turn."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, Literal

import numpy as np
import pytest

import chainrule
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.explain import explain
from chainrule.explain.terms import MAX_TERMS
from chainrule.protocol.client import ExplainCommand
from chainrule.protocol.model import Cursor, Source
from chainrule.protocol.server import Explanation
from chainrule.trace import Record, initial_carry, run_iteration
from support.lesson_runs import (
    PRESETS,
    code_record,
    last_step,
    listing_text,
    record_of,
    regime,
    run_listing,
)

What = Literal["value", "grad", "contribution", "detail"]

TENSORS = """
W = [[1, -2, 0.5], [3, 4, -1]]
x = [1, -2, 3]
b = [[0.5], [-0.5]]
y = W @ x
z = relu(y + b) * W.sum()
t = maximum(z, 2) / (1 + abs(b)) + min(x.mean(), 0.25) ** 2
f = sum(t * t) + mean(exp(x / 10)) + log(3 + cos(sum(b))) - sqrt(sum(x * x)) + sum([[1, 2], [3, 4]] @ t)
"""

# A weight of a filter is explained by as many products as there are places, in each image.
FEW: dict[str, dict[str, Any]] = {
    "convolution": {"batch_size": 2, "filters1": 2, "filters2": 3},
    "detection": {"batch_size": 1, "filters": 1, "scenes": 4},
    # Each block has the ops of all others.
    "next-token": {"batch_size": 1, "context": 4, "width": "8", "blocks": "1"},
    "vanishing-and-exploding": {"depth": 2, "width": 2, "batch_size": 6},
}

# What says how a network is trained, and nothing of its first iteration; and what the detector does after it.
LATER = {"optimizer", "lr", "schedule", "schedule_length", "warmup", "clip", "nms"}
# The detector's presets that weigh its terms otherwise, or begin elsewhere, have the graph of the first.
ALIKE = ("trained", "few-scenes", "no-objectness", "no-suppression")


def presets() -> Iterator[tuple[str, dict[str, Any], int]]:
    """Each preset; of large networks that are the same in the first iteration one."""
    seen: list[dict[str, Any]] = []
    for slug, preset, config in PRESETS:
        if slug in FEW:
            small = {**config, **FEW[slug]}
            first = {"lesson": slug} | {name: small[name] for name in small if name not in LATER}
            if preset in ALIKE or first in seen:
                continue
            seen.append(first)
            yield slug, small, 0
        else:
            yield slug, config, 0


CASES: list[tuple[str, dict[str, Any], int]] = [
    *presets(),
    *(("one-weight", {"optimizer": name, "zero_grad": name != "adam"}, 2) for name in
      ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")),
    ("one-weight", {"dtype": "float64", "lr": "1/18"}, 1),
    ("one-weight", {"lr": 0.12}, 400),
    ("circuit", {"preset": "fan-out", "optimizer": "sgd", "zero_grad": False, "lr": 0.001}, 3),
    ("circuit", {"code": TENSORS, "optimizer": "adam", "lr": 0.01}, 1),
    ("circuit", {"code": TENSORS, "dtype": "float64"}, 0),
    ("circuit", {"code": "x = 0\ny = -1\nf = 1 / x + log(x) * sqrt(y) + x ** -2 + exp(1000 * (x - y))"}, 0),
]  # fmt: skip


def ask(
    record: Record,
    step: int,
    name: str,
    what: What,
    index: tuple[int, ...] = (),
    argument: int | None = None,
    symbol: str | None = None,
) -> Explanation:
    cursor = Cursor(branch=0, iteration=record.iteration, step=step)
    command = ExplainCommand(
        type="explain", name=name, what=what, index=list(index), argument=argument, symbol=symbol
    )
    return explain(record, cursor, command)


def places(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All of a small tensor; the corners and some others of a large one."""
    found = list(np.ndindex(shape))
    if len(found) <= 12:
        return found
    some = np.random.default_rng(len(found)).choice(len(found), 4, replace=False)
    return [found[k] for k in sorted({0, len(found) - 1, *some.tolist()})]


def questions(record: Record) -> Iterator[tuple[str, What, tuple[int, ...], int | None]]:
    for node in record.nodes:
        name = str(node.name)
        for index in places(node.shape):
            yield name, "value", index, None
            if node.requires_grad:
                yield name, "grad", index, None
        for argument, child in enumerate(node.inputs):
            if child.requires_grad:
                for index in places(child.shape):
                    yield name, "contribution", index, argument


def recorded(
    record: Record, step: int, name: str, what: What, index: tuple[int, ...], argument: int | None
) -> float | None:
    node = record.find(name)
    if what == "contribution":
        assert argument is not None
        for k, contribution in enumerate(record.contributions):
            if contribution.node is node and contribution.argument == argument:
                return float(contribution.value[index]) if record.first_backward + k <= step else None
        return None
    array = (record.value_at if what == "value" else record.grad_at)(node, step)
    return None if array is None else float(array[index])


def same(a: float | None, b: float | None) -> bool:
    return a == b or (a is not None and b is not None and math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize(("slug", "config", "iteration"), CASES, ids=str)
def test_every_number_is_explained_by_numbers_that_make_it(
    slug: str, config: dict[str, Any], iteration: int
) -> None:
    record = record_of(slug, iteration, **config)
    small = sum(1 for _ in questions(record)) < 100
    epsilon = 1e-14 if config.get("dtype") == "float64" else 1e-6
    steps = range(last_step(record) + 1) if small else {0, 1, record.first_backward, last_step(record)}
    for step in steps:
        # Factors lead to the same numbers again and again, and to those that are asked for themselves.
        answer = cache(partial(ask, record, step))
        for question in questions(record):
            found = answer(*question)
            assert same(found.value, recorded(record, step, *question)), (step, question)
            assert_latex(found.formula)
            if found.value is None:
                assert found.terms == []
                assert found.rule == ""
                continue
            assert_latex(found.rule)
            assert_sums(found, epsilon)
            for term in found.terms:
                assert same(term.value, math.prod(factor.value for factor in term.factors))
                for factor in term.factors:
                    assert_latex(factor.label)
                    if factor.source is not None:
                        assert_leads_on(answer, factor.value, factor.source)


def assert_sums(found: Explanation, epsilon: float) -> None:
    assert found.value is not None
    assert found.terms
    total = sum(term.value for term in found.terms)
    largest = max(abs(term.value) for term in found.terms)
    if found.name.split(".")[-1].startswith("binary_cross_entropy_with_logits"):
        # σ(z) − y cancels where the network is sure and right; what is left was rounded beside 1/N.
        largest = max(largest, 0.1)
    if ".batch_norm#" in found.name:
        # z − μ cancels near the mean; what is left was rounded beside the deviation, which becomes 1.
        largest = max(largest, 1.0)
    if math.isfinite(total) and abs(found.value) <= 3.5e38:
        # Below the least number of float32 there is nothing but zero.
        bound = 1.5e-45 + epsilon * max(largest, abs(found.value)) * len(found.terms)
        assert abs(total - found.value) <= bound, found
    elif math.isfinite(found.value):
        pytest.fail(f"{found.value} is explained by {total}")
    elif math.isfinite(total):
        assert abs(total) > 3.4e38  # float32 overflowed where float64 has room
    else:
        assert same(total, found.value) or largest == math.inf


def assert_leads_on(answer: Callable[..., Explanation], value: float, source: Source) -> None:
    """What a factor links to is known, and is the factor's number, unless the factor was computed from it."""
    what: tuple[Any, ...] = (source.name, source.what, tuple(source.index), source.argument)
    reached = answer(*what) if source.symbol is None else answer(*what, source.symbol)
    assert reached.value is not None
    if source.what in ("grad", "contribution", "detail"):
        assert same(reached.value, value)


@cache
def assert_latex(text: str) -> None:
    """Braces and parentheses pair up, and no character stands bare that means something else in LaTeX."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0, text
    assert depth == 0, text
    assert text.count(r"\left") == text.count(r"\right") + text.count(r"\leftarrow"), text
    assert not re.search(r"(?<!\\)[#&%$]", text), text
    assert not re.search(r"_\{[^}]*\}_|\^\{[^}]*\}\^|[\u2212×]|\bnan\b|\binf\b", text), text


def test_one_weight_reads_as_in_a_textbook() -> None:
    record = record_of("one-weight")
    found = ask(record, 8, "mul", "contribution")
    assert (found.name, found.argument, found.value, found.shape) == ("mul#0", 0, -24.0, [])
    assert found.rule == r"-8 \times 3 = -24"
    assert found.formula == (
        r"\frac{\partial{L}}{\partial{\mathrm{mul}}} \cdot \frac{\partial \mathrm{mul}}{\partial w}"
        r" = \frac{\partial{L}}{\partial{\mathrm{mul}}} \cdot x"
    )
    upstream, local = found.terms[0].factors
    assert upstream.source == Source(name="mul#0", what="grad", index=[])
    assert (local.label, local.source) == ("x", Source(name="x", what="value", index=[]))
    gradient = ask(record, 8, "w", "grad")
    assert (gradient.python, gradient.path) == ("w.grad", "/tensors/w?what=grad")
    assert [term.label for term in gradient.terms] == ["mul#0"]
    assert gradient.terms[0].factors[0].source == Source(
        name="mul#0", what="contribution", index=[], argument=0
    )
    assert ask(record, 4, "loss", "value").rule == r"\left(-4\right)^{2} = 16"
    assert ask(record, 6, "loss", "contribution").formula.endswith(r"\cdot 2\,\mathrm{sub}")
    assert ask(record, 3, "sub", "value").rule == "6 - 10 = -4"
    assert ask(record, 3, "sub", "value").path == "/tensors/sub%230?what=value"


def test_what_has_not_been_reached_has_no_number() -> None:
    record = record_of("one-weight")
    assert ask(record, 0, "x", "value").value is None
    assert ask(record, 1, "x", "value").value == 3.0
    assert ask(record, 7, "w", "grad").value is None
    assert ask(record, 7, "mul", "contribution").value is None
    assert ask(record, 3, "loss", "value").formula == r"L = \mathrm{sub}^{2}"


def test_a_withheld_step_is_not_explained() -> None:
    record = record_of("one-weight")
    cursor = Cursor(branch=0, iteration=0, step=8)
    command = ExplainCommand(type="explain", name="w", what="grad")
    assert explain(record, cursor, command, shown=7).value is None
    assert explain(record, cursor, command).value == -24.0


def test_the_seed_is_one() -> None:
    found = ask(record_of("one-weight"), 5, "loss", "grad")
    assert (found.value, [term.label for term in found.terms]) == (1.0, ["seed"])


def test_a_gradient_sums_what_has_arrived_so_far() -> None:
    record = record_of("circuit", preset="fan-out")
    first, second = record.arrivals[record.find("a").index].steps
    assert [term.label for term in ask(record, first, "a", "grad").terms] == ["c"]
    found = ask(record, second, "a", "grad")
    assert [(term.label, term.value) for term in found.terms] == [("c", 7.0), ("b", 2.0)]
    assert found.rule.endswith("= 7 + 2 = 9")
    assert found.formula.count(r"\cdot") == 2


def test_both_edges_of_a_square_contribute() -> None:
    record = code_record("x = 3\nf = x * x")
    found = ask(record, last_step(record), "x", "grad")
    assert [term.value for term in found.terms] == [3.0, 3.0]
    assert [f.source.argument for term in found.terms for f in term.factors if f.source] == [0, 1]
    assert found.formula.endswith(
        r"\frac{\partial{f}}{\partial{f}} \cdot x + \frac{\partial{f}}{\partial{f}} \cdot x"
    )


def test_a_stale_gradient_is_a_term_of_its_own() -> None:
    record = record_of("one-weight", 1, zero_grad=False, lr=0)
    before = ask(record, 0, "w", "grad")
    assert (before.value, [term.label for term in before.terms]) == (-24.0, ["before"])
    after = ask(record, 8, "w", "grad")
    assert [(term.label, term.value) for term in after.terms] == [("before", -24.0), ("mul#0", -24.0)]
    assert after.rule.endswith(r"-24 + \left(-24\right) = -48")


def test_an_updated_parameter_is_explained_by_its_step() -> None:
    record = record_of("one-weight", optimizer="sgd", lr=0.5)
    assert ask(record, 8, "w", "value").terms[0].label == "w"
    found = ask(record, 9, "w", "value")
    assert found.formula == r"w' = {w} - \eta\,\frac{\partial{L}}{\partial{w}}"
    assert found.rule == r"2 - 0.5 \times \left(-24\right) = 14"
    before, step = found.terms
    assert (before.value, step.value) == (2.0, 12.0)
    assert step.factors[1].source == Source(name="w", what="grad", index=[])


def test_products_of_a_matrix_element() -> None:
    record = code_record("W = [[1, 2], [3, 4]]\nx = [5, 6]\nf = sum(W @ x)")
    step = last_step(record)
    value = ask(record, step, "matmul", "value", (1,))
    assert value.rule == r"3 \times 5 + 4 \times 6 = 39"
    assert [[f.source.index for f in term.factors if f.source] for term in value.terms] == [
        [[1, 0], [0]],
        [[1, 1], [1]],
    ]
    into = ask(record, step, "matmul", "contribution", (1,), 1)
    assert into.rule == r"2 \times 1 + 4 \times 1 = 6"
    assert into.formula == r"W^{\top} \frac{\partial{f}}{\partial{\mathrm{matmul}}}"
    assert (into.shape, into.index) == ([2], [1])
    assert ask(record, step, "W", "grad", (1, 0)).python == "W.grad[1, 0]"


def test_broadcasting_reversed_is_a_sum_over_copies() -> None:
    record = code_record("x = [1, 2, 3]\nb = 2\nf = sum(x * b)")
    found = ask(record, last_step(record), "mul", "contribution", (), 1)
    assert found.rule == r"1 \times 1 + 1 \times 2 + 1 \times 3 = 6"


def test_long_sums_end_in_a_rest() -> None:
    numbers = ", ".join(str(k) for k in range(300))
    record = code_record(f"x = [{numbers}]\nf = sum(x)")
    found = ask(record, 2, "f", "value")
    assert len(found.terms) == MAX_TERMS
    assert found.terms[-1].label == "… 101 more"
    assert sum(term.value for term in found.terms) == 300 * 299 / 2
    assert len(found.rule) < 60
    # What makes the number stands first, whatever its place.
    assert [term.value for term in found.terms[:3]] == [299, 298, 297]
    assert found.rule.startswith("299 + 298 + 297 + ")
    record = code_record(f"x = [{', '.join(str(k) for k in range(300))}]\nf = sum(log(x - 250))")
    assert not np.isfinite(ask(record, last_step(record), "f", "value").terms[0].value)


def test_gradients_with_many_consumers_end_in_a_rest() -> None:
    record = code_record(
        "x = 1\n" + "\n".join(f"y{k} = {k} * x + {f'y{k - 1}' if k else 0}" for k in range(250))
    )
    found = ask(record, last_step(record), "x", "grad")
    assert found.value == 250 * 249 / 2
    assert len(found.terms) == MAX_TERMS
    assert sum(term.value for term in found.terms) == found.value
    assert len(found.formula) < 1000


@pytest.mark.parametrize(
    ("code", "convention"),
    [
        ("x = 0\nf = relu(x)", "relu_zero"),
        ("x = 0\nf = abs(x)", "abs_zero"),
        ("x = 0\nf = sqrt(x)", "sqrt_zero"),
        ("x = 1\nf = max(x, 1)", "max_tie"),
        ("x = 1\nf = min(1, x)", "min_tie"),
        ("x = 0\nf = x ** 0", "pow_exponent_zero"),
        ("x = 0\ny = 2\nf = y ** 2 * 0 ** x", None),
        ("x = 1\nf = relu(x) + abs(x) + sqrt(x) + max(x, 2)", None),
    ],
)
def test_conventions_at_kinks_and_ties_are_named(code: str, convention: str | None) -> None:
    record = code_record(code)
    step = last_step(record)
    if "y" not in code:
        assert ask(record, step, "x", "grad").convention == convention
        assert ask(record, step, str(record.operations[0].name), "contribution").convention == convention


def test_the_convention_belongs_to_the_element() -> None:
    record = code_record("x = [-1, 0, 1]\nf = sum(relu(x))")
    step = last_step(record)
    found = [ask(record, step, "x", "grad", (k,)).convention for k in range(3)]
    assert found == [None, "relu_zero", None]
    shared = code_record("x = [1, 2]\nb = 2\nf = sum(max(x, b))")
    assert ask(shared, last_step(shared), "b", "grad").convention == "max_tie"
    assert ask(shared, last_step(shared), "x", "grad", (0,)).convention is None


def edited(config: dict[str, Any], values: dict[str, float]) -> Record:
    carry = initial_carry(regime("circuit", **config))
    arrays = {name: np.float32(value) for name, value in values.items()}
    return run_iteration(dataclasses.replace(carry, interventions=arrays), 0)


def test_an_edited_activation_is_explained_by_its_delta() -> None:
    record = edited({"preset": "add-mul"}, {"add#0": 10.0})
    step = last_step(record)
    assert ask(record, step, "add#0.edit", "value").value == 10.0
    delta = ask(record, step, "add#0.delta", "value")
    assert (delta.value, delta.formula) == (7.0, r"\delta = y' - y")
    assert sum(term.value for term in delta.terms) == 7.0
    infinite = edited({"code": "x = 0\nq = 1 / x\nf = q * x"}, {"div#0": 2.0})
    found = ask(infinite, last_step(infinite), "div#0.edit", "value")
    assert (found.value, [term.value for term in found.terms]) == (2.0, [2.0])
    for question in questions(record):
        assert_sums_up_to_rounding(ask(record, step, *question))


def assert_sums_up_to_rounding(found: Explanation) -> None:
    assert found.value is not None
    assert sum(term.value for term in found.terms) == pytest.approx(found.value, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "what", "index", "argument", "code"),
    [
        ("nothing", "value", (), None, "unknown_name"),
        ("W", "value", (), None, "invalid_index"),
        ("W", "value", (0,), None, "invalid_index"),
        ("W", "grad", (0, 2), None, "invalid_index"),
        ("f", "value", (0,), None, "invalid_index"),
        ("matmul", "contribution", (0, 0), None, "invalid_index"),
        ("matmul", "contribution", (0, 0), 2, "invalid_index"),
        ("W", "contribution", (0, 0), 0, "invalid_index"),
    ],
)
def test_what_does_not_exist_is_refused(
    name: str, what: What, index: tuple[int, ...], argument: int | None, code: str
) -> None:
    record = code_record("W = [[1, 2], [3, 4]]\nx = [5, 6]\nf = sum(W @ x)")
    with pytest.raises(Refusal) as refused:
        ask(record, 3, name, what, index, argument)
    assert refused.value.code == code
    assert refused.value.status in (404, 422)
    assert refused.value.hint


@pytest.mark.parametrize("preset", [config for slug, _, config in PRESETS if slug == "circuit"], ids=str)
def test_the_python_expressions_give_the_same_numbers(preset: dict[str, Any]) -> None:
    assert_python(record_of("circuit", **preset), listing_text("circuit", **preset))


def test_the_python_expressions_of_tensors_give_the_same_numbers() -> None:
    config: dict[str, Any] = {"code": TENSORS, "dtype": "float64"}
    assert_python(record_of("circuit", **config), listing_text("circuit", **config))


def assert_python(record: Record, listing: str) -> None:
    variables = {**run_listing(listing, chainrule), "torch": chainrule, "math": math}
    seen = 0
    for name, what, index, argument in questions(record):
        node: Node = record.find(name)
        if not ((what == "value" and not index) or (what == "grad" and node.op is None)):
            continue  # elements of values are PyTorch's own indexing
        expected = recorded(record, last_step(record), name, what, index, None)
        found = ask(record, last_step(record), name, what, index, argument)
        whole = found.python.removesuffix(f"[{', '.join(map(str, index))}]")
        result = eval(whole, variables)
        assert result is not None or expected is None
        number = result.tolist() if hasattr(result, "tolist") else result
        if expected is not None:
            assert np.asarray(number)[index] == pytest.approx(expected, rel=1e-6)
        seen += 1
    assert seen > 3
