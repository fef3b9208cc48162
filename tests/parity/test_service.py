"""The service on PyTorch, as a process: what is not there is said in one line, and what is there computes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

SERVE = [sys.executable, "-m", "chainrule.cli", "serve", "--port", "0", "--workers", "1"]


@pytest.mark.parametrize("device", ["cuda:99", "abacus", "meta", ""])
def test_a_device_that_is_not_there(device: str) -> None:
    done = subprocess.run(
        [*SERVE, "--backend", "torch", "--device", device], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("chainrule: PyTorch 2.13")
    assert f"has no device '{device}': there is cpu" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_library_that_cannot_be_loaded_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "cupy.py").write_text("raise ImportError('libcuda.so.1: no such file\\n  and much more')\n")
    done = subprocess.run(
        [*SERVE, "--backend", "cupy"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("chainrule: CuPy is installed but cannot be loaded: libcuda.so.1: no such file\n")


def test_sessions_compute_on_it(tmp_path: Path) -> None:
    environment = {**os.environ, "CHAINRULE_BACKEND": "torch", "CHAINRULE_DATA": str(tmp_path)}
    with subprocess.Popen(
        SERVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            with httpx.Client(base_url=address, timeout=60) as client:
                health = client.get("/api/health").json()
                assert (health["backend"], health["device"]) == ("torch", "cpu")
                made = client.post("/api/sessions", json={"lesson": "one-weight"})
                assert made.status_code == 201, made.text
                session = f"/api/sessions/{made.json()['id']}"
                client.post(f"{session}/commands", json={"type": "step", "unit": "phase", "count": 2})
                assert client.get(f"{session}/tensors/w?what=grad").json()["data"] == -24.0
                checked = client.post(f"{session}/commands", json={"type": "gradcheck", "name": "w"}).json()
                assert checked[0]["passed"]
                assert client.get(f"{session}/state").json()["parameters"]["w"]["grad"] == -24.0
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
