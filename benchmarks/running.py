"""A service that runs for as long as it is measured."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator


@contextlib.contextmanager
def service(*options: str, **settings: str) -> Iterator[tuple[str, float]]:
    """Start ``chainrule serve`` on a free port: its address, and the seconds until it answered."""
    with process(*options, **settings) as (_, address, seconds):
        yield address, seconds


@contextlib.contextmanager
def process(*options: str, **settings: str) -> Iterator[tuple[int, str, float]]:
    """The same, with the number of the process first. ``settings`` go by their names in the environment."""
    begun = time.perf_counter()
    # Latency is measured here, not patience: the limit on messages would stretch it.
    environment = {
        **os.environ,
        "CHAINRULE_MESSAGE_RATE": "1e6",
        "CHAINRULE_MESSAGE_BURST": "1000000",
        **settings,
    }
    with tempfile.TemporaryDirectory() as data:
        running = subprocess.Popen(
            [sys.executable, "-m", "chainrule.cli", "serve", "--port", "0", "--data", data, *options],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            if "http://" not in line:
                raise SystemExit("the service does not start")
            yield running.pid, line.split()[-1], time.perf_counter() - begun
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)
