"""The names of ``import chainrule as torch``."""

from __future__ import annotations

import importlib
import pkgutil

import chainrule


def test_no_function_has_the_name_of_a_module() -> None:
    """Importing the module would put it in the function's place."""
    modules = {found.name for found in pkgutil.iter_modules(chainrule.__path__)}
    functions = {name for name in chainrule.__all__ if callable(getattr(chainrule, name))}
    assert modules & functions == set()


def test_every_name_is_there_after_the_service_was_imported() -> None:
    importlib.import_module("chainrule.session")
    for name in chainrule.__all__:
        assert hasattr(chainrule, name), name
