"""Serves the built app: any address that is nobody else's gets its page, files with a hash in their name for ever."""

import re
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory
from werkzeug.security import safe_join

from server.core.errors import PestleError

# The repository in a checkout, /srv/pestle in the image: the app is built beside the package `server`.
DIST = Path(__file__).resolve().parents[2] / "pwa" / "dist"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOREVER = "public, max-age=31536000, immutable"
# So that these never fall to the page: somebody who mistypes them shall see it.
_NOT_PAGES = ("api/", "log/", "sync", "assets/")
# The verifier is one file with script and style in it. It brings a policy of its own, which allows these by their
# digests and no connection at all; of two policies a browser obeys both.
_VERIFIER = "verifier.html"
_VERIFIER_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_APP = re.compile(r'<meta name="pestle-app" content="([^"]{1,40})"')
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

blueprint = Blueprint("shell", __name__)


@blueprint.get("/")
@blueprint.get("/<path:path>")
def shell(path: str = "index.html") -> Response:
    """A file of the app, or its page for the addresses that the app itself resolves."""
    found = safe_join(str(DIST), path)
    if found is None or (path.startswith(_NOT_PAGES) and not Path(found).is_file()):
        raise PestleError("not_found")
    return _file(path if Path(found).is_file() else "index.html")


def served() -> str | None:
    """The version of the app that is handed out, as its page names it; None without a build. Read anew, since a build
    may be put in its place while the server runs."""
    page = DIST / "index.html"
    found = _APP.search(page.read_text("utf-8")) if page.is_file() else None
    return None if found is None else found.group(1)


def _file(path: str) -> Response:
    """The smallest form that was made at the build and the client takes; PestleError `not_found` without a build."""
    name, encoding = path, None
    for accepted, suffix in _ENCODINGS:
        if request.accept_encodings.quality(accepted) > 0 and (DIST / f"{path}{suffix}").is_file():
            name, encoding = f"{path}{suffix}", accepted
            break
    if not (DIST / name).is_file():
        raise PestleError("not_found")
    # The type by our own table: the system's may not know .wasm, and then browsers compile it the slow way.
    kind = _TYPES.get(Path(path).suffix, "application/octet-stream")
    response = send_from_directory(DIST, name, mimetype=kind, conditional=True)
    if encoding is not None:
        response.headers["Content-Encoding"] = encoding
    if path == _VERIFIER:
        response.headers["Content-Security-Policy"] = _VERIFIER_POLICY
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _FOREVER if path.startswith("assets/") else "no-cache"
    return response
