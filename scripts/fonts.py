"""Cuts the first files of the page's fonts, and writes their style sheet: ``make fonts``.

A face comes in a small first file, with the glyphs that every page shows, in one with the further letters of
Vietnamese, and in the whole file, which the browser fetches when a character outside the others' ranges appears. Needs
fontTools with Brotli, and the page's packages.
"""

from __future__ import annotations

import io
import shutil
import string
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

import page

STYLES = page.FRONTEND / "src" / "styles"
FONTS = STYLES / "fonts"
PACKAGES = page.FRONTEND / "node_modules" / "@fontsource-variable"

WEIGHTS = (400, 700)
"""The lightest and the heaviest weight in the page's styles."""

SIGNS = "\u00a0±²³·¹½×÷–—’“”…′›↑↓−"
# Vietnamese writes these too; its other letters are in a file of their own.
ACCENTED = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý"
TEXT = "".join(map(chr, range(0x20, 0x7F))) + SIGNS + ACCENTED
# Variables are set in mathematical italics, whose h is an older character; names and digits are upright. Whatever
# stretches (brackets, roots, sums) must be here: browsers look for its parts in the first file alone.
ITALICS = "".join(map(chr, range(0x1D434, 0x1D468))) + "ℎ"
# Browsers ask for a letter as it is written, too, before they slant it.
MATHS = string.ascii_letters + string.digits + " ()[]{}|,.+-=/√∑" + ITALICS + "·×÷−⋅∂𝜕…\u2061\u2062"


@dataclass(frozen=True)
class Face:
    """A family, the file that has all its Latin or mathematical glyphs, and what the first file holds of it."""

    family: str
    source: Path
    first: str
    characters: str
    features: tuple[str, ...]
    """Of OpenType, what the first file keeps. Ligatures are left out of code: one reads what was typed. Letters
    drawn for use as indices would double the file of mathematics."""
    more: tuple[Path, str] | None = None
    """A file with further letters, and what is cut out of it: all of them, in the weights of the page."""


def _of_package(package: str, subset: str) -> Path:
    return PACKAGES / package / "files" / f"{package}-{subset}-wght-normal.woff2"


FACES = (
    Face(
        "Inter",
        _of_package("inter", "latin"),
        "inter-first.woff2",
        TEXT,
        ("kern", "calt", "ccmp", "mark", "tnum"),
        (_of_package("inter", "vietnamese"), "inter-vietnamese.woff2"),
    ),
    Face(
        "JetBrains Mono",
        _of_package("jetbrains-mono", "latin"),
        "jetbrains-mono-first.woff2",
        TEXT,
        ("ccmp",),
        (_of_package("jetbrains-mono", "vietnamese"), "jetbrains-mono-vietnamese.woff2"),
    ),
    Face(
        "Chainrule Math",
        FONTS / "chainrule-math.woff2",
        "chainrule-math-first.woff2",
        MATHS,
        (),
    ),
)


def cut(source: Path, name: str, characters: Iterable[int], features: Iterable[str]) -> set[int]:
    """Write a file with what a font has of some characters, in the weights of the page; return which it has."""
    font = TTFont(source, recalcTimestamp=False)
    options = Options(layout_features=list(features), notdef_outline=True, name_IDs=["*"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=sorted(set(characters) & set(font.getBestCmap())))
    subsetter.subset(font)
    if "fvar" in font:
        # The instancer wants a font that has been written and read.
        font.flavor = None
        written = io.BytesIO()
        font.save(written)
        font = instancer.instantiateVariableFont(TTFont(written, recalcTimestamp=False), {"wght": WEIGHTS})
    font.flavor = "woff2"
    font.save(FONTS / name)
    print(f"{name}: {(FONTS / name).stat().st_size:,} bytes of {source.stat().st_size:,}")
    return set(font.getBestCmap())


def ranges(characters: Iterable[int]) -> str:
    """The value of ``unicode-range``, with one entry for each run of neighbours."""
    runs: list[tuple[int, int]] = []
    for each in sorted(characters):
        if runs and each == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], each)
        else:
            runs.append((each, each))
    return ", ".join(f"U+{a:04X}" if a == b else f"U+{a:04X}-{b:04X}" for a, b in runs)


def rule(family: str, source: str, weights: tuple[int, int] | None, characters: Iterable[int]) -> str:
    """One ``@font-face``."""
    lines = [f'font-family: "{family}";']
    if weights:
        lines.append(f"font-weight: {weights[0]} {weights[1]};")
    lines += ["font-display: swap;", f'src: url("{source}") format("woff2");']
    lines.append(f"unicode-range: {ranges(characters)};")
    return "@font-face {\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def rules(face: Face) -> str:
    """The rules of a face: each character is in one file only."""
    # The same for all files of a family: browsers look for a character only among rules that agree in this.
    weights = WEIGHTS if face.more else None
    cuts = [(face.source, face.first, {ord(each) for each in face.characters})]
    if face.more:
        source, name = face.more
        cuts.append((source, name, {each for each in TTFont(source).getBestCmap() if each >= 0x100}))
    seen: set[int] = set()
    text = ""
    for source, name, characters in cuts:
        found = cut(source, name, characters - seen, face.features) - seen
        seen |= found
        text += rule(face.family, f"./fonts/{name}", weights, found)
    where = face.source
    address = (
        str(where.relative_to(PACKAGES.parent)) if where.is_relative_to(PACKAGES) else f"./fonts/{where.name}"
    )
    rest = {each for each in TTFont(where).getBestCmap() if each >= ord(" ")} - seen
    return text + rule(face.family, address, weights, rest)


def main() -> int:
    """Write everything."""
    if not PACKAGES.is_dir():
        sys.stderr.write("chainrule: the page's packages are not installed: run make run first\n")
        return 1
    header = "/* Written by `make fonts`. The browser fetches the files that have a character which the page shows. */\n"
    (STYLES / "fonts.css").write_text(header + "".join(rules(face) for face in FACES), encoding="utf-8")
    for package in ("inter", "jetbrains-mono"):
        shutil.copyfile(PACKAGES / package / "LICENSE", FONTS / f"{package}-first.LICENSE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
