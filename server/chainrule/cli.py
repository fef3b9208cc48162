"""The command ``chainrule``: serve, trace, schema, bench."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DESCRIPTION = "A step debugger for backpropagation."
BACKENDS = ("numpy", "torch", "cupy")


class Complaint(Exception):  # noqa: N818 - one line for the user, not a failure of the program
    """What is wrong, in one line, and the exit status that says so."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


UNAVAILABLE = 2
"""Exit status where there is no such backend or device."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        return int(
            {"serve": serve, "trace": trace, "record": record, "schema": schema, "bench": bench}[
                options.command
            ](options)
        )
    except Complaint as complaint:
        sys.stderr.write(f"chainrule: {complaint}\n")
        return complaint.status
    except BrokenPipeError:
        # The reader of a pipe had enough (`chainrule trace … | head`); what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="chainrule", description=DESCRIPTION)
    commands = result.add_subparsers(dest="command", required=True, metavar="COMMAND")

    command = commands.add_parser("serve", help="serve the page and the API")
    command.add_argument("--host", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, help="port to listen on (8000); 0 takes any free one")
    command.add_argument("--data", type=Path, help="folder for anything lasting (./data)")
    command.add_argument("--backend", help=f"array library: {', '.join(BACKENDS)} (numpy)")
    command.add_argument("--device", help="device of the array library: cpu, cuda, cuda:1, mps (its own)")
    command.add_argument("--workers", type=int, help="processes that hold sessions (one per core)")
    command.add_argument("--log-level", help="debug, info, warning or error (warning)")

    command = commands.add_parser("trace", help="write a session's timeline as JSON lines")
    command.add_argument("lesson", help="a lesson's slug, such as one-weight")
    command.add_argument("--seed", type=int, default=7)
    command.add_argument("--config", default="{}", help="configuration as JSON, such as '{\"lr\": 0.12}'")
    command.add_argument("--iterations", type=int, default=1, help="how many to write (1)")
    command.add_argument("--backend", default="numpy", help=f"array library: {', '.join(BACKENDS)} (numpy)")
    command.add_argument("--device", help="device of the array library: cpu, cuda, cuda:1, mps (its own)")

    command = commands.add_parser("record", help="write a lesson into one file that needs no server")
    command.add_argument("lesson", help="a lesson's slug, such as one-weight")
    command.add_argument("-o", "--output", type=Path, help="the file (LESSON.html)")
    command.add_argument("--seed", type=int, default=7)
    command.add_argument("--config", default="{}", help="configuration as JSON, such as '{\"lr\": 0.12}'")
    command.add_argument("--backend", default="numpy", help=f"array library: {', '.join(BACKENDS)} (numpy)")
    command.add_argument("--device", help="device of the array library: cpu, cuda, cuda:1, mps (its own)")

    commands.add_parser("schema", help="print the OpenAPI document")

    command = commands.add_parser("bench", help="measure, in a checkout")
    command.add_argument("names", nargs="*", help="which benchmarks (all)")
    return result


def serve(options: argparse.Namespace) -> int:
    """Serve until told to end."""
    from chainrule.host.garbage import kept

    with kept():
        from pydantic import ValidationError

        from chainrule.api.settings import Settings

    given = {name: value for name, value in vars(options).items() if name != "command" and value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "settings"
        name = f"--{place.replace('_', '-')}" if place in given else f"CHAINRULE_{place.upper()}"
        raise Complaint(f"{name}: {first['msg']}") from None
    except ValueError as error:
        raise Complaint(str(error).splitlines()[0]) from None
    from chainrule.engine.backend import Unavailable
    from chainrule.host.probe import place_of

    try:
        settings = settings.model_copy(update={"device": place_of(settings.backend, settings.device)})
    except Unavailable as error:
        raise Complaint(str(error), UNAVAILABLE) from None
    end = _bind(settings.host, settings.port)

    # Workers start while this process still imports what it needs itself.
    with kept():
        from chainrule.host.factory import options_for
        from chainrule.host.link import StartError, spawn

    spawned = [spawn(options_for(settings)) for _ in range(settings.workers)]

    with kept():
        from chainrule.api.serving import run
        from chainrule.host.processes import process_host

    def listening() -> None:
        sys.stdout.write(f"Chainrule is at {address(end)}\n")
        sys.stdout.flush()

    try:
        run(settings, end, process_host(settings, spawned), listening)
    except StartError as error:
        raise Complaint(str(error)) from None
    except KeyboardInterrupt:
        pass
    return 0


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket's beginning: bound, so that a taken port is noticed before anything else is done."""
    try:
        family, _, _, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise Complaint(f"there is no address {host!r} to listen on") from None
    end = socket.socket(family, socket.SOCK_STREAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        end.bind(place)
        # Two servers may both bind an address that nobody listens on yet.
        end.listen(2048)
    except OSError as error:
        end.close()
        if isinstance(error, PermissionError):
            raise Complaint(
                f"port {port} on {host} may not be used by this user: choose another with --port"
            ) from None
        raise Complaint(f"port {port} on {host} is taken: choose another with --port") from None
    return end


def address(end: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = end.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def trace(options: argparse.Namespace) -> int:
    """Write a session's timeline as JSON lines: the messages that a socket would get, one frame per step."""
    from chainrule.errors import Refusal
    from chainrule.host.recording import lines

    config, backend = _wanted(options)
    if options.iterations < 1:
        raise Complaint("--iterations must be 1 or more")
    try:
        for line in lines(options.lesson, config, options.seed, options.iterations, backend):
            sys.stdout.write(line + "\n")
    except Refusal as refusal:
        raise Complaint(f"{refusal.title}: {refusal.detail} {refusal.hint}") from None
    except ValueError as error:
        raise Complaint(str(error).splitlines()[0]) from None
    return 0


def _wanted(options: argparse.Namespace) -> tuple[dict[str, Any], Any]:
    """Configuration and backend of what is to be recorded; complains of those that there are not, and of the seed."""
    from chainrule.engine.backend import Unavailable, get_backend

    try:
        config: Any = json.loads(options.config)
    except ValueError as error:
        raise Complaint(f"--config is not JSON: {error}") from None
    if not isinstance(config, dict):
        raise Complaint("--config is not a JSON object")
    if not 0 <= options.seed < 2**53:
        raise Complaint("--seed must be from 0 to 2^53 - 1")
    try:
        return config, get_backend(options.backend, options.device)
    except Unavailable as error:
        raise Complaint(str(error), UNAVAILABLE) from None


def record(options: argparse.Namespace) -> int:
    """Write a lesson into one file: the page with a recording, which opens without a server."""
    from chainrule.api.settings import Settings
    from chainrule.api.single import NotBuiltError, around, inside
    from chainrule.errors import Refusal
    from chainrule.host.lecture import lines

    config, backend = _wanted(options)
    output: Path = options.output or Path(f"{options.lesson}.html")
    whole = output.with_name(f"{output.name}.part")
    try:
        before, after = around(Settings().static)
        found = lines(options.lesson, config, options.seed, backend)
        # What breaks off leaves no half of a file behind.
        with whole.open("wb") as file:
            file.write(before.encode())
            file.writelines(inside(line.encode()) + b"\n" for line in found)
            file.write(after.encode())
        whole.replace(output)
    except Refusal as refusal:
        raise Complaint(f"{refusal.title}: {refusal.detail} {refusal.hint}") from None
    except NotBuiltError as error:
        raise Complaint(str(error)) from None
    except OSError as error:
        raise Complaint(f"{output} cannot be written: {error.strerror}") from None
    finally:
        whole.unlink(missing_ok=True)
    sys.stdout.write(f"{output} ({output.stat().st_size / 1e6:.1f} MB)\n")
    return 0


def schema(_: argparse.Namespace) -> int:
    """Print the OpenAPI document."""
    from chainrule.api.app import create_app

    json.dump(create_app().openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0


def bench(options: argparse.Namespace) -> int:
    """Run the benchmarks of a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "benchmarks" / "__main__.py").is_file():
        raise Complaint(
            "the benchmarks are not part of the package: run this in a checkout of the repository"
        )
    sys.path.insert(0, str(root))
    from benchmarks.__main__ import main as benchmarks

    return int(benchmarks(options.names))


if __name__ == "__main__":
    sys.exit(main())
