"""A worker process, started as ``python -m chainrule.host FD``: FD is its end of the socket to the API."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys

from chainrule.host.garbage import kept

if __name__ == "__main__":
    # Ctrl-C is the API's business: it closes the socket, and that is the sign.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with kept():
        from chainrule.host.worker import main
    # Where all cores compute, relaying goes first: what a session has ready should not wait for another's slice.
    with contextlib.suppress(OSError):
        os.nice(5)
    with contextlib.suppress(ConnectionError):
        sys.exit(asyncio.run(main(int(sys.argv[1]))))
