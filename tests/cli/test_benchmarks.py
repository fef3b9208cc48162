from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from chainrule import cli


@pytest.fixture(autouse=True)
def checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks are found from the root of the repository."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))


def test_rows_are_printed_in_columns() -> None:
    from benchmarks.table import Row, summary, table

    text = table([summary("step", "ms", [3.0, 1.0, 2.0, 4.0]), Row("size", "kB", 250.4)])
    head, step, size = text.splitlines()
    assert head.split() == ["benchmark", "p50", "p95", "unit", "n"]
    assert step.split() == ["step", "2", "4", "ms", "4"]
    assert size.split() == ["size", "250", "kB", "1"]
    assert len({len(line) for line in text.splitlines()}) == 1


def test_percentiles_are_samples() -> None:
    from benchmarks.table import percentile

    samples = [float(k) for k in range(1, 101)]
    assert [percentile(samples, p) for p in (0, 50, 95, 100)] == [1, 50, 95, 100]
    assert percentile([7.0], 95) == 7.0


def test_every_benchmark_is_found_and_takes_an_address() -> None:
    from benchmarks.__main__ import modules

    found = modules()
    assert "service" in found
    for module in found.values():
        assert list(inspect.signature(module.measure).parameters) == ["address"]
        assert module.__doc__


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "nothing"]) == 1
    assert "service" in capsys.readouterr().err
