"""Reads the Dockerfile and .dockerignore, and does without a container engine what they say."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import page

ROOT = page.ROOT


@dataclass
class Stage:
    base: str
    name: str = ""
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, keyword: str) -> list[str]:
        return [rest for word, rest in self.instructions if word == keyword]

    def one(self, keyword: str) -> str:
        found = self.all(keyword)
        assert len(found) == 1, f"{keyword} stands {len(found)} times in the stage on {self.base}"
        return found[0]

    def run(self, start: str) -> list[str]:
        """Return the words of the one RUN command that starts so."""
        found = [rest for rest in self.all("RUN") if rest.startswith(start)]
        assert len(found) == 1, f"RUN {start} stands {len(found)} times"
        return shlex.split(found[0])


def stages(text: str) -> list[Stage]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found: list[Stage] = []
    for line in re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        keyword, rest = line.split(maxsplit=1)
        if keyword.upper() == "FROM":
            base, _, name = re.sub(r"\s+as\s+", " ", rest.strip(), flags=re.IGNORECASE).partition(" ")
            found.append(Stage(base, name))
        else:
            found[-1].instructions.append((keyword.upper(), rest.strip()))
    return found


def exec_form(rest: str) -> list[str]:
    """Return the words of a CMD in JSON: the form that needs no shell and passes signals on."""
    words = json.loads(rest)
    assert isinstance(words, list)
    return [str(word) for word in words]


def ignored(path: str, patterns: list[str]) -> bool:
    """Say whether .dockerignore keeps this path out: the last pattern that matches it, or a folder of it, wins."""
    parts = path.split("/")
    ancestors = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    answer = False
    for pattern in patterns:
        plain = pattern.removeprefix("!")
        anywhere = plain.startswith("**/")
        plain = plain.removeprefix("**/")
        for ancestor in ancestors:
            same_depth = plain.count("/") == ancestor.count("/")
            name = ancestor.rsplit("/", 1)[-1]
            if fnmatch(name, plain) if anywhere else same_depth and fnmatch(ancestor, plain):
                answer = not pattern.startswith("!")
    return answer


def copy(stage: Stage, context: Path, target: Path) -> None:
    """Do what the COPY instructions of a stage do with the files of the context."""
    lines = (context / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def left_out(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(context).as_posix()
        return {name for name in names if ignored(f"{inside}/{name}", patterns)}

    for rest in stage.all("COPY"):
        *sources, destination = rest.split()
        for source in sources:
            assert not ignored(source, patterns), f"COPY {source}: .dockerignore keeps it out"
            if (context / source).is_dir():
                shutil.copytree(context / source, target / destination, ignore=left_out, dirs_exist_ok=True)
            else:
                shutil.copy(context / source, target / destination)
