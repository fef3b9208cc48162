"""Writes the page's TypeScript types from the server's schema: ``make types``.

Types of the protocol are declared once, in ``server/chainrule/protocol``; the page's are generated.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from page import FRONTEND, BuildError, find_node

TARGET = FRONTEND / "src" / "protocol.gen.ts"
GENERATOR = FRONTEND / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
HEADER = "// Generated from the server's schema, do not edit: run `make types`.\n/* eslint-disable */\n// prettier-ignore\n\n"


def generate(document: dict[str, Any]) -> str:
    """Return the TypeScript module for an OpenAPI document."""
    if not GENERATOR.is_file():
        raise BuildError("openapi-typescript is not installed: run `make types`")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "protocol.gen.ts")
        source.write_text(json.dumps(document), encoding="utf-8")
        node = find_node()
        done = subprocess.run(
            [
                str(node.node),
                str(GENERATOR),
                str(source),
                "--output",
                str(target),
                "--default-non-nullable=false",
            ],
            cwd=FRONTEND,
            env=node.environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise BuildError(f"openapi-typescript failed: {done.stderr.strip()[-500:]}")
        text = target.read_text(encoding="utf-8")
    text = re.sub(r"^/\*\*\n \* This file was auto-generated.*?\*/\n", "", text, flags=re.DOTALL)
    # A type may refer to itself through an interface only.
    text = text.replace('components["schemas"]["Data"][];', "DataList;")
    aliases = [
        f'export type {name} = components["schemas"]["{name}"];\n'
        for name in document["components"]["schemas"]
    ]
    lists = "\nexport interface DataList extends Array<Data> {}\n"
    return HEADER + text.strip() + "\n\n// One name for each schema.\n" + "".join(aliases) + lists


def main() -> int:
    """Write the file, or with ``--check`` say whether it is the one that would be written."""
    from chainrule.api.app import create_app

    try:
        text = generate(create_app().openapi())
    except BuildError as error:
        sys.stderr.write(f"chainrule: {error}\n")
        return 1
    current = TARGET.read_text(encoding="utf-8") if TARGET.is_file() else ""
    if "--check" in sys.argv[1:]:
        if current != text:
            sys.stderr.write(f"chainrule: {TARGET.name} is not what the schema says: run `make types`\n")
        return int(current != text)
    if current != text:
        TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
