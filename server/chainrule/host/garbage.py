"""What a process imports stays as long as it does: the search for garbage need not look there."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Keep for good what is made inside, and all that was there before.

    No garbage is looked for meanwhile, which is a tenth of what imports cost, and later none among this.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
