"""Serves with hot reload on both sides: Vite for the page, a restart of the server when its sources change."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys

from watchfiles import PythonFilter, watch

import page

SERVER = page.ROOT / "server" / "chainrule"


class Sources(PythonFilter):
    """Python, but not the built page beside it."""

    ignore_paths = (str(page.STATIC),)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process kindly, then firmly."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="8000", help="where the server listens; the page is on 5173")
    port = parser.parse_args().port
    serve = [
        sys.executable,
        "-c",
        "import sys; from chainrule.cli import main; sys.exit(main())",
        "serve",
        "--port",
        port,
    ]
    node = page.find_node()
    environment = {**node.environment(), "CHAINRULE_SERVER": f"http://127.0.0.1:{port}"}
    # Vite itself rather than npm: npm does not hand a signal on to its child.
    vite = [str(node.node), str(page.FRONTEND / "node_modules" / "vite" / "bin" / "vite.js")]
    # Vite's page comes from another port than the server's, whose check of origins would turn its socket away.
    os.environ.setdefault("CHAINRULE_ALLOWED_ORIGINS", '["http://127.0.0.1:5173", "http://localhost:5173"]')
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    front = subprocess.Popen(vite, cwd=page.FRONTEND, env=environment)
    server = subprocess.Popen(serve)
    try:
        # A server that cannot start (a mistake half typed) waits for the next change.
        for changes in watch(SERVER, watch_filter=Sources(), rust_timeout=500, yield_on_timeout=True):
            if front.poll() is not None:
                return front.returncode
            if changes:
                print("Restarting the server", flush=True)
                stop(server)
                server = subprocess.Popen(serve)
    except KeyboardInterrupt:
        pass
    finally:
        stop(server)
        stop(front)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except page.BuildError as error:
        sys.exit(f"chainrule: {error}")
