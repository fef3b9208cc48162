"""Name → array namespace and device. The only folder that names an array library.

Ops are written against the Python array API standard and receive a namespace ``xp``. It is resolved once per
backend, because ``array_namespace()`` costs microseconds and an op is called often.
"""

from chainrule.engine.backend.choice import get_backend
from chainrule.engine.backend.dtypes import BOOL, DTYPES, FLOAT32, FLOAT64, INT64, DType
from chainrule.engine.backend.host import Array, HostArray, Namespace, be_quiet, host, silently
from chainrule.engine.backend.library import Backend, Unavailable, backend_of, on_host

__all__ = [
    "BOOL",
    "DTYPES",
    "FLOAT32",
    "FLOAT64",
    "INT64",
    "Array",
    "Backend",
    "DType",
    "HostArray",
    "Namespace",
    "Unavailable",
    "backend_of",
    "be_quiet",
    "get_backend",
    "host",
    "on_host",
    "silently",
]
