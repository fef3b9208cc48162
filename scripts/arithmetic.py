"""On import, before NumPy's: let it compute with the same instructions on every x86 machine.

Tests hold recorded numbers against computed ones, and train networks whose last digits decide where they end.
A processor with AVX-512 rounds elsewhere than one without; what all have since 2013 is AVX2.
"""

from __future__ import annotations

import os
from pathlib import Path


def _flags() -> list[str]:
    """Return what this processor can, as far as Linux says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return next((line.split(":", 1)[1].split() for line in lines if line.startswith("flags")), [])


_found = _flags()
if "avx2" in _found:
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
if "avx512f" in _found:
    os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "X86_V4 AVX512_ICL AVX512_SPR")
