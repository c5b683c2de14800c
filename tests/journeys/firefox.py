"""Firefox as it is installed, driven by WebDriver BiDi, with a push server in the place of Mozilla's.

What it is pushed goes all the way: its own subscription and keys, our encryption, its decryption, our service worker.
"""

import base64
import json
import re
import threading
import uuid
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from alerts_support import Pushed, PushService
from journeys.processes import Process, until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve

FIREFOX = "/usr/bin/firefox-esr"
_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
_PREFERENCES: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "alerts.useSystemBackend": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": True,
    "dom.push.enabled": True,
    "dom.push.testing.allowInsecureServerURL": True,
    "dom.push.testing.ignorePermission": True,
    "extensions.update.enabled": False,
    "intl.accept_languages": "zh-CN",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "permissions.default.desktop-notification": 1,
    # Those that BiDi recommends switch push off.
    "remote.prefs.recommended": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class PushServer:
    """What Firefox keeps a socket to (autopush): it registers channels, and hands on what the service has taken."""

    def __init__(self, service: PushService) -> None:
        self._service, self._browser = service, None
        self.acknowledged: list[dict[str, Any]] = []
        self._stack = ExitStack()
        self._server = self._stack.enter_context(serve(self._talk, "127.0.0.1", 0))
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/"
        service.forward = self._hand_on
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def kill(self) -> None:
        self._stack.close()
        self._thread.join(timeout=10)

    def _talk(self, socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for text in socket:
                self._answer(socket, json.loads(text))

    def _answer(self, socket: ServerConnection, said: dict[str, Any]) -> None:
        kind = said.get("messageType")
        if kind is None:
            socket.send("{}")
        elif kind == "hello":
            self._browser = socket
            answer = {"uaid": said.get("uaid") or uuid.uuid4().hex, "use_webpush": True, "broadcasts": {}}
            socket.send(json.dumps({"messageType": kind, "status": 200, **answer}))
        elif kind in ("register", "unregister"):
            channel = said["channelID"]
            endpoint = {"pushEndpoint": f"{self._service.origin}/wpush/v2/{channel}"}
            socket.send(json.dumps({"messageType": kind, "channelID": channel, "status": 200, **endpoint}))
        elif kind == "ack":
            self.acknowledged += said["updates"]

    def _hand_on(self, pushed: Pushed) -> None:
        assert self._browser is not None, "Firefox has not come"
        message = {
            "messageType": "notification",
            "channelID": pushed.path.rpartition("/")[2],
            "version": uuid.uuid4().hex,
            "data": base64.urlsafe_b64encode(pushed.body).rstrip(b"=").decode(),
            "headers": {"encoding": pushed.headers["Content-Encoding"]},
        }
        self._browser.send(json.dumps(message))


class Firefox:
    """One page of it."""

    def __init__(self, folder: Path, push_url: str) -> None:
        self._profile = folder / "firefox"
        self._profile.mkdir()
        preferences = {**_PREFERENCES, "dom.push.serverURL": push_url}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items()]
        (self._profile / "user.js").write_text("".join(lines))
        self._output = folder / "firefox.log"
        self._process: Process | None = None
        self._socket: ClientConnection | None = None
        self._number, self._page = 0, ""
        self._stack = ExitStack()

    def start(self) -> None:
        command = [FIREFOX, "--headless", "--profile", str(self._profile), "--remote-debugging-port", "0"]
        env = {"HOME": str(self._profile), "MOZ_DISABLE_CONTENT_SANDBOX": "1", "TZ": "Asia/Shanghai"}
        self._process = Process("firefox", [*command, "--no-remote", "about:blank"], self._output.parent, env)
        self._process.start()
        address = f"{self._address()}/session"
        self._socket = self._stack.enter_context(connect(address, max_size=None, open_timeout=60))
        self._ask("session.new", capabilities={})
        self._page = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def go(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._page, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        """The value of an expression, awaited, as if a person had just touched the page."""
        answer = self._ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._page},
            awaitPromise=True,
            userActivation=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def press(self, testid: str) -> None:
        """As soon as it is there."""
        there = f"""document.querySelector('[data-testid="{testid}"]:not(:disabled)')"""
        until(f"Firefox shows {testid}", lambda: self.run(f"{there} !== null"))
        self.run(f"{there}.click()")

    def kill(self) -> None:
        self._stack.close()
        if self._process is not None:
            self._process.kill()
        self._process = self._socket = None

    def _address(self) -> str:
        """Said in its output. Its first start makes the profile."""
        found = until("Firefox listens", lambda: _LISTENING.search(self._output.read_text("utf-8", "replace")), 60)
        return str(found[1])

    def _ask(self, method: str, **params: Any) -> Any:
        assert self._socket is not None
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=60))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]
