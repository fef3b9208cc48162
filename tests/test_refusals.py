"""Whatever the server refuses, the page says in each of its languages: every code and every reason has its words."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import chainrule
from chainrule.errors import Refusal
from chainrule.host.problem import from_message, from_refusal, to_message
from chainrule.language import parse
from chainrule.language.refusals import REASONS, parameters
from chainrule.lessons.lesson import WRONG_FIELDS
from chainrule.protocol.model import Cursor, JournalEntry
from chainrule.session import Session
from support.sessions import make, refused, send

PACKAGE = Path(chainrule.__file__).parent
MESSAGES = PACKAGE.parents[1] / "frontend" / "src" / "i18n"
LANGUAGES = ("en", "vi")
WORDS = {"code", "status", "title", "detail", "hint", "place", "reason", "params"}
MAKES_A_CODE = {"Refusal", "ErrorMessage", "problem", "invalid"}


@cache
def catalogue(language: str) -> dict[str, str]:
    messages: dict[str, str] = json.loads((MESSAGES / f"{language}.json").read_text("utf-8"))
    return messages


def calls() -> Iterator[ast.Call]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def codes() -> set[str]:
    """Every code that the sources name, be it handed to a refusal at once or by way of a table."""
    found = set(
        re.findall(r'"(limit_[a-z_]+)"', "".join(p.read_text("utf-8") for p in PACKAGE.rglob("*.py")))
    )
    for call in calls():
        if isinstance(call.func, ast.Name) and call.func.id in MAKES_A_CODE:
            named = {keyword.arg: keyword.value for keyword in call.keywords}
            code = literal(named.get("code")) or literal(call.args[0] if call.args else None)
            if code:
                found.add(code)
    from chainrule.api.problems import GENERIC

    return found | {code for code, _, _ in GENERIC.values()} | {"http_error"}


def reasons() -> dict[str, set[str]]:
    """Every reason that the sources name, with the parameters that go with it; those of the language apart."""
    found: dict[str, set[str]] = {name: {"field", "bound"} for name, _ in WRONG_FIELDS.values()}
    for call in calls():
        named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        reason = literal(named.get("reason"))
        if reason is None:
            continue
        params = set(named) - WORDS
        if isinstance(given := named.get("params"), ast.Dict):
            params |= {key for node in given.keys if (key := literal(node))}
        found[reason] = found[reason] & params if reason in found else params
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_sources_are_found() -> None:
    assert {
        "unknown_lesson",
        "expression_error",
        "limit_nodes",
        "limit_sessions",
        "internal_error",
    } <= codes()
    assert reasons()["seek_step"] == {"iteration", "step", "last_step"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(language: str) -> None:
    messages = catalogue(language)
    for code in sorted(codes()):
        for key in (f"refused_{code}", f"refused_{code}_hint"):
            assert messages.get(key), f"{language}.json lacks {key}"
            assert not placeholders(messages[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_its_words(language: str) -> None:
    messages = catalogue(language)
    known = {**reasons(), **{reason: set(parameters(reason)) for reason in REASONS}}
    for reason, params in sorted(known.items()):
        for key in (f"reason_{reason}", f"reason_{reason}_hint"):
            assert messages.get(key), f"{language}.json lacks {key}"
            assert placeholders(messages[key]) <= params, key
    spoken = {
        key.removeprefix("reason_").removesuffix("_hint") for key in messages if key.startswith("reason_")
    }
    assert spoken == set(known), "these are never said"


def test_the_page_has_the_sentences_of_the_language_as_they_are() -> None:
    for reason, (detail, hint) in REASONS.items():
        assert catalogue("en")[f"reason_{reason}"] == detail
        assert catalogue("en")[f"reason_{reason}_hint"] == hint


def test_nothing_is_left_in_english() -> None:
    # What has no words of its own is the same in both: signs, names and code.
    english, vietnamese = catalogue("en"), catalogue("vi")
    for key, text in english.items():
        if key.startswith(("reason_", "refused_")):
            assert vietnamese[key] != text, key


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_language_comes_about(reason: str) -> None:
    source = "\n".join(
        p.read_text("utf-8") for p in (PACKAGE / "language").glob("*.py") if p.stem != "refusals"
    )
    assert f'"{reason}"' in source


def test_a_reason_and_its_parameters_reach_the_problem_document() -> None:
    with pytest.raises(Refusal) as refusal_info:
        parse("x = 2\nf = foo(x)")
    refusal = refusal_info.value
    assert refusal.reason == "function_not_allowed"
    assert refusal.params["function"] == "foo"
    allowed = refusal.params["allowed"]
    assert isinstance(allowed, list)
    assert "maximum" in allowed
    document = from_refusal(refusal)
    assert (document.reason, document.params) == (refusal.reason, refusal.params)
    assert from_message(to_message(refusal, seq=1)) == document


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("f = math.exp(x)", "Write exp(x)."),
        ("f = np.maximum(x, 1)", "Write maximum(a, b)."),
        ("f = x * math.pi", "Write pi."),
        ("f = torch.nn.functional.relu(x)", "Write relu(x)."),
        ("f = math.tan(x)", "Write sin(x) / cos(x)."),
    ],
)
def test_functions_of_other_libraries(code: str, instead: str) -> None:
    with pytest.raises(Refusal) as refusal_info:
        parse(f"x = 2\n{code}")
    assert refusal_info.value.hint == instead


def test_a_variable_may_be_called_like_a_library() -> None:
    assert parse("np = 2\nf = np.exp()").output_name == "f"


def test_a_session_says_the_reason() -> None:
    session = make("circuit")
    said = refused(send(session, "configure", config={"code": "x = 2\nf = foo(x)"}))
    assert (said.code, said.reason, said.params["function"]) == (
        "expression_error",
        "function_not_allowed",
        "foo",
    )
    said = refused(send(session, "seek", iteration=99, step=99))
    assert (said.reason, said.params["iteration"], said.params["step"]) == ("seek_step", 99, 99)
    assert said.params["last_step"] == len(session.graph().steps) - 1
    said = refused(send(make(), "configure", config={"lr": -1}))
    assert (said.reason, said.params["bound"], said.params["fields"]) == ("config_too_small", 0, ["lr"])


@pytest.mark.parametrize(
    ("fields", "reason", "wrong"),
    [
        ({"lr": "1e400"}, "config_not_a_number", ["lr"]),
        ({"lr": "slow", "fantasy": 1}, "config_not_a_number", ["lr", "fantasy"]),
        ({"optimizer": "best"}, "config_not_a_choice", ["optimizer"]),
        ({"beta1": 1}, "config_not_below", ["beta1"]),
        ({"fantasy": 1}, "config_unknown_field", ["fantasy"]),
        ({"zero_grad": [1]}, "config_wrong_type", ["zero_grad"]),
    ],
)
def test_what_is_wrong_with_a_configuration(fields: dict[str, object], reason: str, wrong: list[str]) -> None:
    with pytest.raises(Refusal) as refusal_info:
        Session("one-weight", fields, 7)
    assert refusal_info.value.reason == reason
    found = refusal_info.value.params["fields"]
    assert isinstance(found, list)
    assert sorted(found) == sorted(wrong)


def test_a_change_that_cannot_be_repeated_is_named() -> None:
    cursor = Cursor(branch=0, iteration=0, step=0)
    journal = [
        JournalEntry(cursor=cursor, command={"type": "edit", "name": name, "value": 3})
        for name in ("w", "nobody")
    ]
    with pytest.raises(Refusal) as refusal_info:
        Session("one-weight", {}, 7, journal=journal)
    assert (refusal_info.value.reason, refusal_info.value.params["entry"]) == ("node_unknown", 1)
