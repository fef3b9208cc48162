"""The command ``chainrule``: serve, trace, schema, bench."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="chainrule", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("schema", help="print the OpenAPI document")
    options = parser.parse_args(arguments)
    return {"schema": schema}[options.command](options)


def schema(_: argparse.Namespace) -> int:
    """Print the OpenAPI document."""
    from chainrule.api.app import create_app

    json.dump(create_app().openapi(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
