"""A service that runs for as long as it is measured."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator


@contextlib.contextmanager
def service(*options: str) -> Iterator[tuple[str, float]]:
    """Start ``chainrule serve`` on a free port: its address, and the seconds until it answered."""
    begun = time.perf_counter()
    # Latency is measured here, not patience: the limit on messages would stretch it.
    environment = {**os.environ, "CHAINRULE_MESSAGE_RATE": "1e6", "CHAINRULE_MESSAGE_BURST": "1000000"}
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule.cli", "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "http://" not in line:
            raise SystemExit("the service does not start")
        yield line.split()[-1], time.perf_counter() - begun
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
