"""Requests of any shape at the running service: no 5xx, and no answer that the document does not describe."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from chainrule.api.app import create_app
from chainrule.api.http import REASONS
from support.examples import examples

pytestmark = pytest.mark.slow

DOCUMENT = create_app().openapi()
# What a configuration may hold is each lesson's affair: a body of the right form may well be refused.
schema = schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    limits = {"CHAINRULE_MAX_SESSIONS_PER_CLIENT": "1000000", "CHAINRULE_MAX_SESSIONS": "1000000"}
    limits |= {"CHAINRULE_MAX_ITERATIONS": "20", "CHAINRULE_COMMAND_TIMEOUT": "2"}
    limits |= {"CHAINRULE_ROOM_TRIES": "1000000", "CHAINRULE_MAX_ROOMS": "1000000"}
    limits |= {"CHAINRULE_MAX_ROOMS_PER_CLIENT": "1000000"}
    folder = tmp_path_factory.mktemp("service")
    log = folder / "log"
    limits |= {"CHAINRULE_DATA": str(folder / "data")}
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "chainrule.cli", "serve", "--port", "0", "--workers", "2"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **limits},
        )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert log.read_text(encoding="utf-8") == "", "the service complained"


@pytest.fixture(scope="module")
def session(address: str) -> str:
    """A session that is there, for requests whose own ids are not."""
    answer = httpx.post(f"{address}/api/sessions", json={"lesson": "one-weight"})
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def snapshot(address: str) -> str:
    """The same for snapshots."""
    answer = httpx.post(f"{address}/api/snapshots", json={"lesson": "one-weight"})
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def room(address: str, session: str) -> dict[str, str]:
    """The same for rooms: code and secret."""
    answer = httpx.post(f"{address}/api/rooms", json={"session": session})
    return dict(answer.json())


@schema.parametrize()
@examples(8, suppress_health_check=list(HealthCheck))
def test_every_address_answers_as_documented(
    case: Any, address: str, session: str, snapshot: str, room: dict[str, str]
) -> None:
    # What is tried one value after the other asks for what is there; the rest, for what there is none of too.
    ours = bool({"id", "slug", "code"} & set(case.path_parameters)) and case.method != "DELETE"
    each = case.meta.phase.name == TestPhase.COVERAGE
    for real in (True,) if ours and each else (False, True) if ours else (False,):
        if real:
            if "slug" in case.path_parameters:
                case.path_parameters["slug"] = "circuit"
            elif "code" in case.path_parameters:
                case.path_parameters["code"] = room["code"]
                if "authorization" in {name.lower() for name in case.headers}:
                    case.headers["Authorization"] = f"Bearer {room['secret']}"
            else:
                case.path_parameters["id"] = snapshot if "snapshots" in case.path else session
            if "name" in case.path_parameters:
                case.path_parameters["name"] = "w"
        response = case.call(base_url=address)
        # With a name put in its place, a request that was meant to be wrong may be right. One with too many entries is
        # too large before anybody counts them; the check knows no 413.
        lenient = real or response.status_code == 413
        excluded = [positive_data_acceptance, *([negative_data_rejection] if lenient else [])]
        case.validate_response(response, excluded_checks=excluded)


def test_every_status_that_is_documented_is_explained_once() -> None:
    for code, reason in REASONS.items():
        assert re.search(r"`\w+…?`", reason) or code in (404, 409), f"{code} names no code"


def test_there_is_something_to_test() -> None:
    assert len(list(schema.get_all_operations())) == sum(len(item) for item in DOCUMENT["paths"].values())
