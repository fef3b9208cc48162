"""Whether there is a backend: asked in a process of its own, so that the API never loads an array library for it.

``python -m chainrule.host.probe NAME [DEVICE]`` prints the device's name, or fails with one line that says why.
"""

from __future__ import annotations

import subprocess
import sys

from chainrule.engine.backend import Unavailable, get_backend

PATIENCE = 120.0
"""Seconds for loading a library and finding its devices: the first time on a cold disk takes long."""


def place_of(name: str, device: str | None) -> str:
    """The name of the device that a backend computes on.

    Raises
    ------
    Unavailable
        There is no such backend or device; the message is one line.
    """
    if name == "numpy":
        # It is here already.
        return get_backend(name, device).place
    command = [sys.executable, "-m", "chainrule.host.probe", name, *([] if device is None else [device])]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise Unavailable(f"the backend {name} did not answer within {PATIENCE:g} seconds") from None
    if done.returncode == 0:
        return done.stdout.strip()
    lines = done.stderr.strip().splitlines() or [f"it ended with exit status {done.returncode}"]
    raise Unavailable(
        lines[-1] if done.returncode == REFUSED else f"the backend {name} cannot start: {lines[-1]}"
    )


REFUSED = 2


def main(arguments: list[str]) -> int:
    """Print the device's name; else one line of why not."""
    try:
        sys.stdout.write(get_backend(*arguments).place + "\n")
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
