"""Guards the door: requests that change something come from our own pages; answers forbid what we do not use."""

from flask import Flask, Response, request

from server.core.errors import PestleError

# The largest thing anybody sends is a push of changes or readings; photos have a limit of their own below this.
MAX_REQUEST = 4 * 1024 * 1024

# WASM needs its own word; blob: and data: are photos on their way from the camera to the screen.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def register(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    app.before_request(refuse_nul)
    app.before_request(check_origin)
    app.after_request(_harden)


def refuse_nul() -> None:
    """No address or query holds the character NUL, which PostgreSQL cannot even be asked for."""
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        raise PestleError("request_malformed")


def check_origin() -> None:
    """A foreign page could send our cookie along; browsers cannot lie about `Origin`. PestleError `origin_foreign`.

    Devices and commands that are no browser name our origin too, so that there is one rule.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        raise PestleError("origin_foreign")


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith("/api/") and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
