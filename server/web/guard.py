"""Guards the door: requests that change something come from our own pages; answers forbid what we do not use."""

from flask import Flask, Response, request

from server.core.errors import PestleError
from server.identity import access

# The largest thing anybody sends is a push of changes or readings; photos have a limit of their own below this.
MAX_REQUEST = 4 * 1024 * 1024

# WASM needs its own word; blob: and data: are photos on their way from the camera to the screen. 'self' covers the
# socket as well (CSP level 3, section 6.7.2.8).
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# What no page of ours uses; the camera scans and takes photos, passkeys sign.
_UNUSED = (
    *("accelerometer", "bluetooth", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone"),
    *("midi", "payment", "serial", "usb"),
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(("camera=(self)", *(f"{name}=()" for name in _UNUSED))),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# A browser that has once come by TLS never comes without it again for two years (RFC 6797).
TRANSPORT = "max-age=63072000; includeSubDomains"

# Addresses that demand no permission, and what stands in its place. Every other one must (IDN-01).
OPEN = {
    "alerts.acknowledge": "a session, and the alert is one's own",
    "alerts.choose": "a session: one's own",
    "alerts.show_count": "a session: one's own",
    "alerts.show_alert": "a session, and the alert is one's own",
    "alerts.show_inbox": "a session: one's own",
    "alerts.show_note": "a session, and the note is one's own",
    "alerts.show_reach": "a session: one's own",
    "alerts.subscribe": "a session: one's own browser",
    "alerts.try_out": "a session: one alerts oneself",
    "alerts.unsubscribe": "a session: one's own browser",
    "alerts.watch": "a session: that there is news, never what",
    "api-docs.openapi_json": "anybody: the description of the interface",
    "handheld.bridge_head": "a bridge's signature",
    "handheld.bridge_live": "a bridge's signature",
    "handheld.bridge_records": "a bridge's signature under every entry",
    "areas.end_own": "a session, and it is one's own",
    "areas.own_sessions": "a session",
    "health.healthz": "anybody: whether the site works",
    "health.metrics": "anybody who reaches it: numbers without names",
    "homes.show_tasks": "a session: what waits for its person, by their permissions",
    "identity.change_password": "a session, and the password once more",
    "identity.change_pin": "a session, and the password once more",
    "identity.enrol": "a one-time code, and the key that is enrolled",
    "identity.prove_device": "a session, and the device's signature over its nonce",
    "identity.show_session": "a session",
    "identity.sign_in": "a login and its password",
    "identity.sign_out": "nothing: it ends the session that it is given",
    "identity.site": "anybody: the site's name and public keys",
    "passkeys.add": "a session, and an answer to a challenge that the password gave",
    "passkeys.ask": "anybody at the pace of passwords: a challenge; with a digest a session",
    "passkeys.begin": "a session, and the password once more",
    "passkeys.own": "a session",
    "passkeys.sign_in": "a passkey's signature over a challenge",
    "passkeys.withdraw": "a session, of one's own",
    "log_files.certificate": "log.read, by session or HTTP Basic, or this very machine",
    "log_files.checkpoint": "log.read, by session or HTTP Basic, or this very machine",
    "log_files.file": "log.read, by session or HTTP Basic, or this very machine",
    "log_files.policy": "log.read, by session or HTTP Basic, or this very machine",
    "log_files.proof": "log.read, by session or HTTP Basic, or this very machine",
    "log_state.show_state": "a session",
    "preferences.choose": "a session: one's own",
    "preferences.show": "a session: one's own",
    "shell.shell": "anybody: the files of the app",
    "sync.sync": "a session, and the device's signature over a nonce",
}


def check_doors(app: Flask) -> None:
    """Raises RuntimeError where an address demands neither a permission nor stands in the table above, or both."""
    asking = {name for name, view in app.view_functions.items() if access.asks(view)}
    wrong = {*(set(app.view_functions) - asking) ^ set(OPEN)}
    if wrong:
        raise RuntimeError(f"addresses without a permission, or open without need: {sorted(wrong)}")


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
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = TRANSPORT
    if request.path.startswith("/api/") and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response
