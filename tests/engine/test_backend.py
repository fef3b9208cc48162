from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import Backend, Unavailable, get_backend
from chainrule.engine.backend.far import turns

BACKENDS = [get_backend(), get_backend("array-api-strict", "device1")]


@pytest.mark.parametrize("backend", BACKENDS, ids=["numpy", "strict"])
def test_there_and_back(backend: Backend) -> None:
    array = backend.asarray([[1.0, 2.0]], "float32")
    assert array.dtype == backend.float32
    back = backend.to_numpy(array)
    assert back.dtype == np.float32
    back[0, 0] = 9.0
    assert backend.to_numpy(array).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("backend", BACKENDS, ids=["numpy", "strict"])
def test_scatter_add_counts_repeated_indices(backend: Backend) -> None:
    array = backend.asarray([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], "float64")
    index = backend.asarray([0, 2, 0], "int64")
    values = backend.asarray([[10.0, 0.0], [20.0, 1.0], [30.0, 2.0]], "float64")
    result = backend.scatter_add(array, index, values)
    assert backend.to_numpy(result).tolist() == [[41.0, 3.0], [2.0, 2.0], [23.0, 4.0]]
    assert backend.to_numpy(array).tolist() == [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]


def test_in_turns_no_index_comes_twice_and_the_sums_are_in_order() -> None:
    rng = np.random.default_rng(2)
    index = rng.integers(0, 7, 500)
    values = (rng.normal(size=(500, 2)) * 10.0 ** rng.integers(-5, 5, (500, 1))).astype("float32")
    out = np.zeros((7, 2), "float32")
    found = turns(index)
    for rows in found:
        assert len(set(index[rows].tolist())) == len(rows)
        out[index[rows]] += values[rows]
    wanted = np.zeros((7, 2), "float32")
    np.add.at(wanted, index, values)
    assert out.tobytes() == wanted.tobytes()
    assert sorted(np.concatenate(found).tolist()) == list(range(500))
    assert turns(np.zeros(0, "int64")) == []


@pytest.mark.parametrize("backend", BACKENDS, ids=["numpy", "strict"])
def test_many_at_once(backend: Backend) -> None:
    given = [[1.0, np.nan], [2.5], [np.inf], []]
    arrays = [backend.asarray(x, "float32") for x in given]
    assert backend.finite([*arrays, backend.asarray([True])]) == [False, True, False, True, True]
    assert backend.numbers([arrays[1], arrays[1]]) == [2.5, 2.5]
    assert [a.tolist() for a in backend.to_host(arrays[1:])] == given[1:]


def test_numpys_arrays_are_not_copied_to_be_looked_at() -> None:
    array = get_backend().asarray([1.0, 2.0])
    assert get_backend().to_host([array])[0] is array


@pytest.mark.parametrize(
    ("name", "device", "said"),
    [
        ("abacus", None, "unknown backend 'abacus': choose numpy, torch or cupy"),
        ("numpy", "cuda:0", "NumPy has no device 'cuda:0': there is cpu"),
        ("numpy", "", "NumPy has no device '': there is cpu"),
    ],
)
def test_what_is_not_there_is_one_line(name: str, device: str | None, said: str) -> None:
    with pytest.raises(Unavailable, match=f"^{said}") as caught:
        get_backend(name, device)
    assert "\n" not in str(caught.value)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(
        TypeError, match="unknown dtype 'float16': choose one of bool, int64, float32, float64"
    ):
        get_backend().asarray([1.0], "float16")


def test_a_backend_is_made_once() -> None:
    assert get_backend() is get_backend("numpy") is get_backend("numpy", "cpu")
    assert get_backend("array-api-strict", "device1") is BACKENDS[1]
    assert str(BACKENDS[1].device) == "array_api_strict.Device('device1')"


def test_only_the_backend_names_an_array_library() -> None:
    names = ("numpy", "cupy", "torch", "array_api_strict", "array_api_compat", "scipy")
    package = Path(chainrule.__file__).parent
    guilty = []
    # Data are drawn on the host, with the array library that the backend calls so.
    folders = (package / name for name in ("engine", "nn", "data"))
    for path in (path for folder in folders for path in sorted(folder.rglob("*.py"))):
        if "backend" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules.append(node.module)
            guilty += [f"{path.name}: {m}" for m in modules if m.partition(".")[0] in names]
    assert guilty == []
