"""Builds the page into the package, so that a wheel, an sdist and an editable install all serve it."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _page(root: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("chainrule_page", Path(root, "scripts", "page.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class PageHook(BuildHookInterface[BuilderConfig]):
    PLUGIN_NAME = "page"

    def dependencies(self) -> list[str]:
        page = _page(self.root)
        return [] if self._ready("unknown", page) else list(page.requirements())

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        page = _page(self.root)
        if self._ready(version, page):
            return
        try:
            page.build()
        except page.BuildError as error:
            sys.exit(f"chainrule: {error}")

    def _ready(self, version: str, page: ModuleType) -> bool:
        """Say whether the page that is there is the one to ship.

        An unpacked sdist brings its page. In a checkout an editable install takes what there is (`make` keeps
        it fresh), or none yet (`make` builds it at the same time), and everything else is built anew.
        """
        if version == "editable" and os.environ.get("CHAINRULE_PAGE") == "beside":
            return True
        built = Path(page.STATIC, "index.html").is_file()
        return built and (version == "editable" or Path(self.root, "PKG-INFO").is_file())
