"""The witness's two addresses (C2SP tlog-witness), and a page for whoever looks at its screen."""

import hashlib
import html
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from server.core.complaints import complain
from server.witness.watch import Watch
from sync.witness import MAX_REQUEST, SIZE_TYPE, Refusal

_PLAIN = "text/plain; charset=utf-8"
_LENGTH = re.compile(r"[0-9]{1,9}")
_STYLE = (
    "body{font:18px/1.5 system-ui,'Noto Sans SC',sans-serif;max-width:44em;margin:3em auto;padding:0 1em}"
    "dt{color:#555}dd{margin:0 0 .8em;overflow-wrap:anywhere}.bad{border-left:.4em solid #b3261e;padding-left:1em}"
)


class Server(ThreadingHTTPServer):
    """Answers for one witness; `server_port` tells where."""

    daemon_threads = True

    def __init__(self, watch: Watch, bind: str, port: int) -> None:
        self.watch = watch
        origin = watch.folder.policy.origin
        self.monitored = f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"
        super().__init__((bind, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever hangs up before the answer is no fault of ours; what else goes wrong is told."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            complain("witness_failed", error)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Pestle-witness", ""
    # A connection that nobody uses must not keep its thread.
    timeout = 60

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not _LENGTH.fullmatch(length) or int(length) > MAX_REQUEST:
            self._answer(400, b"the length of the request\n", close=True)
            return
        body = self.rfile.read(int(length))
        if self.path != "/add-checkpoint":
            self._answer(404, b"not found\n")
            return
        self._answer(*self._judge(body))

    def _judge(self, body: bytes) -> tuple[int, bytes, str]:
        try:
            return 200, self.server.watch.add_checkpoint(body), _PLAIN
        except Refusal as refusal:
            said = refusal.body or f"{refusal.why}\n".encode()
            return refusal.status, said, SIZE_TYPE if refusal.status == 409 else _PLAIN
        except Exception as error:
            # Its disk is full, or its mirror damaged: nothing against the log, and nothing is cosigned.
            complain("witness_failed", error)
            return 500, b"the witness has a fault of its own\n", _PLAIN

    def do_GET(self) -> None:
        if self.path == self.server.monitored:
            signed = self.server.watch.checkpoint()
            self._answer(404, b"not found\n") if signed is None else self._answer(200, signed)
        elif self.path == "/":
            self._answer(200, page(self.server.watch), "text/html; charset=utf-8")
        else:
            self._answer(404, b"not found\n")

    def _answer(self, status: int, body: bytes, kind: str = _PLAIN, close: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Every second one line says nothing; what matters the witness says itself."""


def page(watch: Watch) -> bytes:
    status = watch.folder.status
    facts: dict[str, str] = {
        "日志 Log": watch.folder.policy.origin,
        "见证方 Witness": watch.folder.settings.name,
        "已见证的记录 Entries witnessed": str(status.size),
        "根 Root": status.root or "–",
        "最近签名 Last cosignature": _time(status.at),
    }
    broken = "" if status.broken is None else _broken(status.broken)
    rows = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in facts.items())
    title = "见证 Witness" if status.broken is None else "拒绝见证 Refused"
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><meta http-equiv="refresh" content="10">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>{broken}<dl>{rows}</dl></html>"
    ).encode()


def _broken(found: Mapping[str, object]) -> str:
    lines = (
        "本机发现日志违反规则，未予签名。The log breaks a rule, and was not cosigned.",
        f"{found['reason']}",
        f"{_time(found['at'])} · 证据 Evidence: {found['evidence']}",
    )
    return '<div class="bad">' + "".join(f"<p>{html.escape(line)}</p>" for line in lines) + "</div>"


def _time(unix_seconds: object) -> str:
    if not isinstance(unix_seconds, int):
        return "–"
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
