"""The page and a recording in one file, which needs no server: it opens from a stick, with a double click.

Modules that a page from a file cannot fetch stand in it as text. A script gives each an address of its own and an import
map their names, by which they import each other.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

LEFT_OUT = ("editor-", "Start-")
"""Parts of the page that a recording has no use for: typing code, and the choice of lessons."""

_IMPORTED = re.compile(r"""(["'`])\./([\w.-]+\.js)\1""")
_WORKER = re.compile(
    r"""new URL\(\s*(?:/\*.*?\*/\s*)?(["'`])/assets/([\w.-]+\.js)\1,[^)]*\),\{type:(["'`])module\3,"""
)
_PRELOADED = re.compile(r"=>i\.map\(i=>d\[i\]\)")
_FONT = re.compile(r"""url\((["']?)/assets/([\w.-]+\.woff2)\1\)""")
_DATA = '<script type="application/json" id="'
_ENTRY = re.compile(r"""<script type="module"[^>]*src="/assets/([\w.-]+\.js)"[^>]*></script>""")
_LINK = re.compile(r"<link[^>]*/assets/[^>]*>\s*")

BOOT = """
const {modules, workers, entry} = JSON.parse(document.getElementById("assets").textContent);
const address = (text) => URL.createObjectURL(new Blob([text], {type: "text/javascript"}));
// A worker makes the addresses of its own workers itself: those of others are foreign to it.
const making = (texts) => `const texts = ${JSON.stringify(texts)};
globalThis.chainruleAsset = (name) => URL.createObjectURL(new Blob([texts[name]], {type: "text/javascript"}));`;
globalThis.chainruleAsset = (name) => address(making(Object.fromEntries(Object.entries(workers)
  .filter(([other]) => other !== name && workers[name].includes('"' + other + '"')))) + workers[name]);
const map = document.createElement("script");
map.type = "importmap";
map.textContent = JSON.stringify({imports: Object.fromEntries(Object.entries(modules)
  .map(([name, text]) => ["chainrule/" + name, address(text)]))});
document.head.append(map);
import("chainrule/" + entry);
"""


class NotBuiltError(Exception):
    """There is no built page to put into a file."""


def around(folder: Path) -> tuple[str, str]:
    """The page in ``folder`` in one document: what stands before and after the lines of a recording (:func:`inside`).

    Raises
    ------
    NotBuiltError
        The page is not built, or built in another way than this is made for.
    """
    try:
        document = (folder / "index.html").read_text("utf-8")
        files = {file.name: file for file in sorted((folder / "assets").iterdir())}
    except OSError:
        raise NotBuiltError(
            "the page is not built: run make run in a checkout, or install the package"
        ) from None
    entry = _ENTRY.search(document)
    if entry is None:
        raise NotBuiltError("the page is built in another way than can be put into a file")
    scripts = {
        name: _script(file.read_text("utf-8"))
        for name, file in files.items()
        if name.endswith(".js") and not name.startswith(LEFT_OUT)
    }
    workers = {name: text for name, text in scripts.items() if ".worker-" in name}
    modules = {name: text for name, text in scripts.items() if name not in workers}
    style = "\n".join(
        _style(file.read_text("utf-8"), files) for name, file in files.items() if name.endswith(".css")
    )
    head = _LINK.sub("", _ENTRY.sub("", document))
    before, _, after = head.partition("</body>")
    assets = json.dumps(
        {"modules": modules, "workers": workers, "entry": entry[1]}, ensure_ascii=False, separators=(",", ":")
    )
    return (
        f'{before}<style>{style}</style>\n{_DATA}recording">',
        f'</script>\n{_DATA}assets">{inside(assets.encode()).decode()}</script>\n<script>{BOOT}</script>\n</body>{after}',
    )


def inside(text: bytes) -> bytes:
    """JSON in which nothing can end the element that it stands in."""
    return text.replace(b"<", b"\\u003c")


def _script(text: str) -> str:
    # They import nothing, and from a file browsers start no module workers.
    text = _WORKER.sub(r'globalThis.chainruleAsset("\2"),{', text)
    return _PRELOADED.sub("=>[]", _IMPORTED.sub(r'"chainrule/\2"', text))


def _style(text: str, files: dict[str, Path]) -> str:
    def inlined(found: re.Match[str]) -> str:
        data = base64.b64encode(files[found[2]].read_bytes()).decode()
        return f"url(data:font/woff2;base64,{data})"

    return _FONT.sub(inlined, text)
