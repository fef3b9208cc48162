from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import generate_golden
from chainrule import __version__, cli
from chainrule.protocol import SERVER_MESSAGE
from chainrule.protocol.server import ServerMessage

ROOT = Path(__file__).parents[2]


def trace(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert cli.main(["trace", *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 1) -> str:
    assert cli.main(arguments) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("chainrule: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_schema_is_the_openapi_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["info"]["version"] == __version__
    assert "ClientMessage" in document["components"]["schemas"]


def test_a_trace_is_the_timeline_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    messages = trace(capsys, "one-weight", "--seed", "7")
    kinds = [message["type"] for message in messages]
    steps = len(messages[1]["graph"]["steps"])
    assert kinds == ["welcome", "graph", *["frame"] * steps, "metrics"]
    frames = messages[2:-1]
    assert [frame["cursor"]["step"] for frame in frames] == list(range(steps))
    w = next(node["index"] for node in messages[1]["graph"]["nodes"] if node["name"] == "w")
    found = [{(t["what"], t["index"]): t["data"] for t in frame["tensors"]} for frame in frames]
    assert [numbers.get(("grad", w)) for numbers in found] == [None] * 8 + [-24.0] * 2
    assert messages[-1]["columns"]["loss"] == [16.0]


def test_a_trace_of_several_iterations(capsys: pytest.CaptureFixture[str]) -> None:
    messages = trace(capsys, "one-weight", "--config", '{"lr": 0.05555555555555555}', "--iterations", "3")
    metrics = [message for message in messages if message["type"] == "metrics"]
    assert [message["start"] for message in metrics] == [0, 1, 2]
    assert [round(message["columns"]["loss"][0], 6) for message in metrics] == [16, 0, 0]
    assert [message["type"] for message in messages].count("graph") == 1
    assert sorted({message["cursor"]["iteration"] for message in messages if message["type"] == "frame"}) == [
        0,
        1,
        2,
    ]


def test_a_trace_holds_messages_of_the_protocol(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "circuit"]) == 0
    lines = capsys.readouterr().out.splitlines()
    messages: list[ServerMessage] = [SERVER_MESSAGE.validate_json(line) for line in lines]
    assert [message.type for message in messages][:3] == ["welcome", "graph", "frame"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trace", "two-weights"), "two-weights"),
        (("trace", "one-weight", "--config", "{"), "not JSON"),
        (("trace", "one-weight", "--config", "[]"), "not a JSON object"),
        (("trace", "one-weight", "--config", '{"dance": 1}'), "dance"),
        (("trace", "one-weight", "--iterations", "0"), "--iterations"),
        (("trace", "one-weight", "--seed", "-1"), "--seed"),
        (("trace", "circuit", "--config", '{"preset": "custom", "code": "f = ("}'), "chainrule: "),
    ],
)
def test_what_cannot_be_traced_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in complaint(capsys, *arguments)


MISSING = pytest.mark.skipif(find_spec("torch") is not None, reason="PyTorch is installed")
NO_GPU = pytest.mark.skipif(find_spec("cupy") is not None, reason="CuPy is installed")

ABSENT = [
    (("--backend", "abacus"), "unknown backend 'abacus': choose numpy, torch or cupy"),
    (
        ("--device", "cuda"),
        "NumPy has no device 'cuda': there is cpu; PyTorch (torch) and CuPy (cupy) compute on others",
    ),
    pytest.param(
        ("--backend", "torch"),
        "PyTorch is not installed: pip install 'chainrule[torch]'",
        marks=MISSING,
    ),
    pytest.param(
        ("--backend", "cupy", "--device", "1"),
        "CuPy is not installed: pip install 'chainrule[cuda]'",
        marks=NO_GPU,
    ),
]


@pytest.mark.parametrize(("options", "said"), ABSENT)
@pytest.mark.parametrize("command", [("trace", "one-weight"), ("serve", "--port", "0")])
def test_what_is_not_there_is_one_line_that_says_what_to_do(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], options: tuple[str, ...], said: str
) -> None:
    assert complaint(capsys, *command, *options, status=2) == f"chainrule: {said}\n"


def test_a_missing_backend_is_noticed_before_the_port_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        arguments = ("serve", "--port", str(taken.getsockname()[1]), "--backend", "abacus")
        assert "abacus" in complaint(capsys, *arguments, status=2)


def test_the_device_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert trace(capsys, "one-weight", "--device", "cpu") == trace(capsys, "one-weight")


def test_the_environment_names_them_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chainrule.cli", "serve", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "CHAINRULE_BACKEND": "numpy", "CHAINRULE_DEVICE": "mps"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("chainrule: NumPy has no device 'mps': there is cpu")


def test_without_a_command_it_says_how_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-m", "chainrule.cli"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: chainrule")


def test_the_reader_of_a_pipe_may_leave() -> None:
    done = subprocess.run(
        f"{sys.executable} -m chainrule.cli trace one-weight --iterations 200 | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["type"] == "welcome"


def test_benchmarks_outside_a_checkout_are_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "a" / "b" / "cli.py"))
    assert "checkout" in complaint(capsys, "bench")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *((f"{name}.jsonl", name) for name in sorted(generate_golden.TRACES)),
        *(
            (f"{folder}/{name}.jsonl", name)
            for folder, (names, _) in generate_golden.OTHERS.items()
            for name in sorted(names)
        ),
    ],
)
def test_golden_traces_are_what_the_program_writes(path: str, name: str) -> None:
    golden = [
        json.loads(line) for line in (generate_golden.FOLDER / path).read_text(encoding="utf-8").splitlines()
    ]
    folder, _, _ = path.rpartition("/")
    lines = generate_golden.OTHERS[folder][1] if folder else generate_golden.lines
    written = [json.loads(line) for line in lines(name)]
    assert len(golden) == len(written), f"{path}: {ADVICE}"
    for number, (old, new) in enumerate(zip(golden, written, strict=True), 1):
        found = difference(old, new)
        assert found is None, f"{path}, line {number}, {found}: {ADVICE}"


ADVICE = "not what the program writes; if the change is meant, run `make golden`"


def difference(old: Any, new: Any, place: str = "message") -> str | None:
    """Where two messages differ. The last digits of exp and log are the machine's own: they may."""
    if isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new):
        return next(
            (found for key in old if (found := difference(old[key], new[key], f"{place}.{key}"))), None
        )
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        return next((found for k, (a, b) in pairs if (found := difference(a, b, f"{place}[{k}]"))), None)
    if isinstance(old, float) and isinstance(new, float):
        return None if new == pytest.approx(old, rel=1e-5, abs=1e-7) else f"{place}: {old} → {new}"
    return None if (type(old), old) == (type(new), new) else f"{place}: {old!r} → {new!r}"


def test_a_difference_is_found_wherever_it_is() -> None:
    old = {"a": [1.0, {"b": None}], "c": "x"}
    assert difference(old, {"a": [1.0 + 1e-9, {"b": None}], "c": "x"}) is None
    assert difference(old, {"a": [1.1, {"b": None}], "c": "x"}) == "message.a[0]: 1.0 → 1.1"
    assert difference(old, {"a": [1.0, {"b": 0.0}], "c": "x"}) == "message.a[1].b: None → 0.0"
    assert difference(old, {"a": [1.0], "c": "x"})
    assert difference(old, {"a": [1.0, {"b": None}]})
    assert difference(1, 1.0)


def test_the_golden_list_has_every_command_of_a_formula() -> None:
    known = json.loads((generate_golden.FOLDER / "commands.json").read_text(encoding="utf-8"))
    assert known == generate_golden.tex_commands(), ADVICE
    assert "\\frac" in known


def test_every_golden_trace_is_known() -> None:
    assert {path.stem for path in generate_golden.FOLDER.glob("*.jsonl")} == set(generate_golden.TRACES)


def test_a_lesson_is_written_into_one_file_without_addresses_of_a_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    monkeypatch.setenv("CHAINRULE_STATIC", str(static))
    output = tmp_path / "lesson.html"
    command = ["record", "one-weight", "--output", str(output)]
    assert cli.main(command) == 1
    assert capsys.readouterr().err.startswith("chainrule: the page is not built")
    (static / "index.html").write_text(
        '<head><link rel="stylesheet" href="/assets/a.css"><script type="module" src="/assets/a.js"></script></head><body></body>'
    )
    (static / "assets" / "a.js").write_text(
        'import{b}from"./b.js";new Worker(new URL(/* @vite-ignore */`/assets/w.worker-1.js`,``+import.meta.url),{type:`module`,name:`w`})'
    )
    (static / "assets" / "b.js").write_text('export const b="</script>"')
    (static / "assets" / "w.worker-1.js").write_text("onmessage=()=>0")
    (static / "assets" / "a.css").write_text('a{src:url("/assets/f.woff2")}')
    (static / "assets" / "f.woff2").write_bytes(b"font")
    assert cli.main(command) == 0
    text = output.read_text("utf-8")
    assert "/assets/" not in text
    assert "import.meta" not in text
    assert "chainrule/b.js" in text
    assert "url(data:font/woff2;base64,Zm9udA==)" in text
    assert text.count("</script>") == 3, "nothing in the data ends its element"
    assert cli.main(["record", "nothing"]) == 1
    assert cli.main([*command, "--config", "[]"]) == 1
    assert cli.main(["record", "one-weight", "--output", str(tmp_path / "no" / "x.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err
