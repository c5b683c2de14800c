"""The control port: emulated balances take commands as JSON over HTTP, from this machine only."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from device_bridge.emulator.control import Control, ControlError

ANSWER_SECONDS = 10.0
MAX_BODY = 64 * 1024


@contextmanager
def control_port(control: Control, port: int) -> Iterator[int]:
    """Listen on 127.0.0.1 for as long as the block; gives the port, any free one for 0. OSError if it is taken."""
    server = _Server(control, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="control", daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Requests come in threads; whatever touches a balance runs in the event loop."""

    daemon_threads = True

    def __init__(self, control: Control, port: int) -> None:
        self.control = control
        self._loop = asyncio.get_running_loop()
        super().__init__(("127.0.0.1", port), _Handler)

    def run(self, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/state":
            self._answer(200, self.server.run(_state(self.server.control)))
        else:
            self._answer(404, {"error": "unknown_command"})

    def do_POST(self) -> None:
        try:
            work = self.server.control.command(self.path.removeprefix("/"), self._arguments())
            self._answer(200, self.server.run(work))
        except ControlError as error:
            self._answer(error.status, {"error": error.code})

    def _arguments(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            raise ControlError(400, "body_wrong")
        try:
            value = json.loads(self.rfile.read(int(length)) or b"{}")
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise ControlError(400, "body_wrong")
        return value

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what matters, the bridge tells itself."""


async def _state(control: Control) -> dict[str, Any]:
    return control.state()
