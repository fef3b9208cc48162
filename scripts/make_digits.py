"""Writes the shipped handwritten digits from their source: ``python scripts/make_digits.py digits.csv.gz``.

The source is ``sklearn/datasets/data/digits.csv.gz`` of scikit-learn's wheel, or ``optdigits.tes`` of the UCI
repository (https://doi.org/10.24432/C50P49): 64 numbers from 0 to 16 and the digit, line by line.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parent.parent / "server" / "chainrule" / "data" / "shipped" / "digits.npz"


def convert(source: Path, target: Path = TARGET) -> None:
    """Write the archive of ``images`` (1797, 8, 8) and ``labels`` (1797,), both uint8; refuse anything else."""
    rows = np.loadtxt(source, delimiter=",")
    if rows.shape != (1797, 65) or not np.array_equal(rows, np.rint(rows)):
        raise ValueError(f"{source} is not the test part of the digits: {rows.shape}")
    if rows.min() < 0 or rows[:, :64].max() > 16 or rows[:, 64].max() > 9:
        raise ValueError(f"{source} has values out of range")
    whole = rows.astype(np.uint8)
    np.savez_compressed(target, images=whole[:, :64].reshape(-1, 8, 8), labels=whole[:, 64])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    convert(Path(sys.argv[1]))
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
