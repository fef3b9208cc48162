"""Serves the built page: hashed assets for ever, the rest asked about each time, one document for all its addresses."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fastapi import Request, Response
from starlette.exceptions import HTTPException

FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
COMPRESSIBLE = ("text/", "application/json", "application/manifest+json", "image/svg+xml", "application/wasm")
# What the machine's own table says about these differs, or is missing.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

MISSING = """<!doctype html>
<html lang="en">
<title>Chainrule: the page is not built</title>
<h1>The page is not built</h1>
<p>The service runs, but there is no page beside it.
In a checkout, run <code>make run</code>; it builds the page first.</p>
<p>REST works without it: see <a href="/api/docs">/api/docs</a>.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    zipped: bytes | None
    media_type: str
    etag: str
    cache: str


class Page:
    """The folder of the built page. Files are read when first asked for, and again when they have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._assets: dict[str, tuple[tuple[int, int], Asset]] = {}

    async def __call__(self, request: Request, path: str = "") -> Response:
        """Answer a GET or HEAD of any address outside the API."""
        asset = self._find(path)
        if asset is None:
            if not self._is_address(path):
                raise HTTPException(404, "The page has no such file.")
            asset = self._find("index.html")
            if asset is None:
                return Response(
                    MISSING, status_code=503, media_type="text/html", headers={"Cache-Control": "no-store"}
                )
        headers = {"Cache-Control": asset.cache, "ETag": asset.etag, "Vary": "Accept-Encoding"}
        if has_tag(request.headers.get("if-none-match", ""), asset.etag):
            return Response(status_code=304, headers=headers)
        body = asset.body
        if asset.zipped is not None and takes_gzip(request.headers.get("accept-encoding", "")):
            body = asset.zipped
            headers["Content-Encoding"] = "gzip"
        response = Response(body, media_type=asset.media_type, headers=headers)
        if request.method == "HEAD":
            response.body = b""
        return response

    def _find(self, path: str) -> Asset | None:
        parts = PurePosixPath(path).parts
        if not parts or any(
            part in ("..", "/") or part.startswith(".") or "\\" in part or "\0" in part for part in parts
        ):
            return None
        file = self._folder.joinpath(*parts)
        try:
            found = file.stat()
            if not file.is_file():
                return None
            stamp = (found.st_mtime_ns, found.st_size)
            known = self._assets.get(path)
            if known is None or known[0] != stamp:
                known = (stamp, _read(file, path))
                self._assets[path] = known
        except (OSError, ValueError):
            return None
        return known[1]

    @staticmethod
    def _is_address(path: str) -> bool:
        """Say whether a path that is no file may be a place in the page, such as /one-weight."""
        return (
            not path.startswith(("api/", "assets/")) and path != "api" and "." not in path.rpartition("/")[2]
        )


def _read(file: Path, path: str) -> Asset:
    body = file.read_bytes()
    media_type = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    zipped = (
        gzip.compress(body, 9, mtime=0) if media_type.startswith(COMPRESSIBLE) and len(body) > 1000 else None
    )
    return Asset(
        body,
        zipped if zipped is not None and len(zipped) < len(body) else None,
        media_type,
        f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        FOR_EVER if path.startswith("assets/") else ASK_EACH_TIME,
    )


def has_tag(header: str, etag: str) -> bool:
    """Say whether a client with this If-None-Match header has what the tag stands for."""
    return header.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in header.split(","))


def takes_gzip(header: str) -> bool:
    """Say whether a client with this Accept-Encoding header reads gzip."""
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
