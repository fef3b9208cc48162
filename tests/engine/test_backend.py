from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import Backend, get_backend

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


def test_a_backend_is_made_once() -> None:
    assert get_backend() is get_backend("numpy")
    assert get_backend("array-api-strict", "device1") is BACKENDS[1]
    assert str(BACKENDS[1].device) == "array_api_strict.Device('device1')"


def test_only_the_backend_names_an_array_library() -> None:
    names = ("numpy", "cupy", "torch", "array_api_strict", "array_api_compat", "scipy")
    package = Path(chainrule.__file__).parent
    guilty = []
    # Data are drawn on the host, with the array library that the backend calls so.
    folders = (package / name for name in ("engine", "nn", "data"))
    for path in (path for folder in folders for path in sorted(folder.rglob("*.py"))):
        if path.name == "backend.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                modules.append(node.module)
            guilty += [f"{path.name}: {m}" for m in modules if m.partition(".")[0] in names]
    assert guilty == []
