"""The version, where it can be read without importing anything; a test holds it to pyproject.toml."""

VERSION = "0.1.0"
