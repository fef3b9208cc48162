"""The backends that are on this machine, and why the others are not tested here."""

from __future__ import annotations

from chainrule.engine.backend import Backend, Unavailable, get_backend

WANTED = (("torch", "cpu"), ("torch", "cuda"), ("torch", "mps"), ("cupy", "cuda"))

PRESENT: list[Backend] = []
ABSENT: list[tuple[str, str]] = []
"""Backend with device, and the line that says why it is not here."""

for name, device in WANTED:
    try:
        PRESENT.append(get_backend(name, device))
    except Unavailable as error:
        ABSENT.append((f"{name}-{device}", str(error)))


def label(backend: Backend) -> str:
    """How a test on a backend is called."""
    return f"{backend.name}-{backend.place}"
