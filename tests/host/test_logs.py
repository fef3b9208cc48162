from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from chainrule.host.logs import JsonLines


def test_a_line_is_a_json_object() -> None:
    record = logging.LogRecord("chainrule.host", logging.ERROR, __file__, 1, "a %s ended", ("process",), None)
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["logger"], line["event"]) == ("error", "chainrule.host", "a process ended")
    assert line["time"].endswith("Z")
    assert "traceback" not in line


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_fault_is_logged_with_its_traceback(style: str) -> None:
    program = (
        "import logging; from chainrule.host.logs import configure; configure('warning', %r)\n"
        "logging.getLogger('a').info('not this')\n"
        "try: 1 / 0\n"
        "except ZeroDivisionError: logging.getLogger('a').exception('a fault')\n"
    )
    done = subprocess.run([sys.executable, "-c", program % style], capture_output=True, text=True, timeout=60)
    assert "not this" not in done.stderr
    assert "a fault" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert len(done.stderr.splitlines()) == (1 if style == "json" else 4)
