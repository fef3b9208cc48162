"""The page about the engine: its worked example works, and its list of files is the package's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chainrule.engine.backend import get_backend, host
from chainrule.engine.backward import contribution_terms
from chainrule.engine.gradcheck import check
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor
from support.calls import Call, evaluate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "engine.md").read_text()


def test_the_worked_example_is_an_op() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    try:
        exec(compile(code, "docs/engine.md", "exec"), {})
        op = OPS["log_sigmoid"]
        for sample in op.samples:
            assert check(lambda x: Tensor(apply(op, (x.node,))), sample.inputs).passed
        for sample in (*op.samples, *op.edges):
            call = Call(op, sample, False, "log_sigmoid")
            ours, strict = evaluate(call, get_backend()), evaluate(call, get_backend("array-api-strict"))
            host.testing.assert_array_equal(ours.value, strict.value)
            host.testing.assert_array_equal(ours.grads[0], strict.grads[0])
            for index in host.ndindex(ours.value.shape):
                terms: Any = contribution_terms(ours.node, 0, ours.upstream, index)
                total = sum(term.value for term in terms)
                assert total == pytest.approx(float(ours.grads[0][index]), nan_ok=True)
    finally:
        OPS.pop("log_sigmoid", None)


def test_every_file_of_the_engine_is_on_the_page() -> None:
    engine = ROOT / "server" / "chainrule" / "engine"
    for path in engine.iterdir():
        if path.name.startswith("_") or path.name in ("grad_mode.py", "display.py", "latex.py"):
            continue
        stem = path.stem
        assert f"`{path.name}`" in PAGE or f"`{stem}/`" in PAGE or f"`{stem}*`" in PAGE, path.name
