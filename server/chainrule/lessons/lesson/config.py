"""The configuration of a lesson, and how what people write is read into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from chainrule.errors import Refusal
from chainrule.protocol.model import Param
from chainrule.reading import read_number


def _read_kindly(value: object) -> object:
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, bool):
        raise ValueError("expected a number, not true or false")
    if isinstance(value, int):
        try:
            return float(value)
        except OverflowError as error:
            raise ValueError("the number is too large for a float") from error
    return value


KindFloat = Annotated[float, BeforeValidator(_read_kindly)]
"""A finite number that may also be given as people write it: "1/18", "0,01", "−2"."""


def names(value: object) -> object:
    """A list also as people write one: "sgd, adam"."""
    return value.replace(",", " ").replace("·", " ").split() if isinstance(value, str) else value


def whole_numbers(value: object) -> object:
    """Likewise: "4, 2"; nothing for none."""
    parts = names(value.replace(";", " ")) if isinstance(value, str) else None
    if not isinstance(parts, list):
        return value
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        raise PydanticCustomError("layers", "not a list of whole numbers such as 4, 2")
    return [int(part) for part in parts]


class LessonConfig(BaseModel):
    """Base of all configurations. With no field given, the lesson starts in a state that trains well."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        return configured(type(self), {**self.model_dump(mode="json"), **changes})


C = TypeVar("C", bound=LessonConfig)


def configured(kind: type[C], fields: Mapping[str, Any]) -> C:
    """A configuration from the fields given, defaults for the rest; a refusal ``invalid_config`` if that is not one."""
    try:
        return kind.model_validate(dict(fields))
    except ValidationError as error:
        wrong = [
            f"{'.'.join(str(part) for part in e['loc']) or 'config'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        refusal = invalid_config("; ".join(wrong[:5]), f"The fields are {', '.join(kind.model_fields)}.")
        refusal.reason, refusal.params = _wrong_field(error)
        raise refusal from error


WRONG_FIELDS: dict[str, tuple[str, str | None]] = {
    "extra_forbidden": ("config_unknown_field", None),
    "missing": ("config_wrong_type", None),
    "finite_number": ("config_not_finite", None),
    "float_parsing": ("config_not_a_number", None),
    "float_type": ("config_not_a_number", None),
    "value_error": ("config_not_a_number", None),
    "greater_than_equal": ("config_too_small", "ge"),
    "greater_than": ("config_not_above", "gt"),
    "less_than_equal": ("config_too_large", "le"),
    "less_than": ("config_not_below", "lt"),
    "literal_error": ("config_not_a_choice", "expected"),
    "layers": ("config_not_layers", None),
    "int_parsing": ("config_not_whole", None),
    "int_from_float": ("config_not_whole", None),
    "int_type": ("config_not_whole", None),
    "too_short": ("config_too_short", None),
    "too_long": ("config_too_many", "max_length"),
    "points": ("config_points", None),
    "points_many": ("config_points_many", "most"),
    "point": ("config_point", "n"),
    "point_place": ("config_point_place", "n"),
    "point_class": ("config_point_class", "n"),
    "string_too_long": ("config_too_long", "max_length"),
}
"""What pydantic says of a field → reason, and where pydantic keeps the bound. All else is ``config_wrong_type``."""


def _wrong_field(error: ValidationError) -> tuple[str, dict[str, Param]]:
    """Why the first of the wrong fields is wrong; ``fields`` are all of them."""
    found = error.errors(include_url=False, include_input=False)
    reason, bound = WRONG_FIELDS.get(found[0]["type"], ("config_wrong_type", None))
    fields = list(dict.fromkeys(str(e["loc"][0]) for e in found if e["loc"]))
    # Which of the types of a union was tried is no part of the field.
    place = ".".join(part for part in map(str, found[0]["loc"]) if "[" not in part)
    params: dict[str, Param] = {"fields": fields, "field": place[:80]}
    if bound is not None:
        value = found[0].get("ctx", {}).get(bound)
        params["bound"] = value if isinstance(value, int | float) else str(value).replace("'", "")
    return reason, params


def invalid_config(detail: str, hint: str, *, reason: str = "config_wrong_type", **params: Param) -> Refusal:
    """The refusal of a configuration."""
    return Refusal(
        "invalid_config",
        422,
        "The configuration is not valid",
        detail,
        hint,
        reason=reason,
        params={"fields": [], **params},
    )
