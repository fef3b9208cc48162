from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from chainrule.api.settings import Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `CHAINRULE_")}
    assert set(rows) == {f"CHAINRULE_{name.upper()}" for name in Settings.model_fields}, (
        f"{DOCUMENT.name} does not list the settings that there are"
    )
    for name, field in Settings.model_fields.items():
        assert field.description
        assert field.description in rows[f"CHAINRULE_{name.upper()}"], (
            f"{DOCUMENT.name} says something else about {name} than the program"
        )


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAINRULE_PORT", "8123")
    monkeypatch.setenv("CHAINRULE_ALLOWED_ORIGINS", '["https://example.org"]')
    monkeypatch.setenv("CHAINRULE_BACKEND", "torch")
    monkeypatch.setenv("CHAINRULE_DEVICE", "cuda:1")
    settings = Settings()
    assert (settings.port, settings.allowed_origins) == (8123, ["https://example.org"])
    assert (settings.backend, settings.device) == ("torch", "cuda:1")


@pytest.mark.parametrize(
    ("name", "value"), [("port", 70_000), ("workers", 0), ("max_body", 1), ("log_level", "loud")]
)
def test_what_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Settings(**{name: value})


def test_by_default_nobody_else_can_reach_it() -> None:
    assert Settings().host == "127.0.0.1"
    assert Settings().allowed_origins == []
