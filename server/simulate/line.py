"""A virtual tablet's WebSocket: one thread reads and writes it, and it can break like a radio link does."""

import contextlib
import socket
import ssl
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

CHUNK = 256 * 1024
CONNECT_SECONDS = 10.0


class Gone(Exception):
    """The connection is not there any more, or never came about."""


class Line:
    """An open socket at `/sync` of the site; Gone when there is none to be had."""

    def __init__(self, site: str, cookie: str) -> None:
        self._ws = WSConnection(ConnectionType.CLIENT)
        self._text: list[str] = []
        self._ready: list[str] = []
        self._closed = False
        self._closed = False
        try:
            self._socket = _connect(site)
        except OSError as error:
            raise Gone(str(error)) from error
        try:
            self._send(_request(site, cookie))
            while not self._accepted():
                pass
        except (OSError, ProtocolError, Gone) as error:
            self._socket.close()
            raise Gone(str(error)) from error

    def send(self, text: str) -> None:
        try:
            self._send(TextMessage(text))
        except (OSError, ProtocolError) as error:
            raise Gone(str(error)) from error

    def receive(self, seconds: float) -> str | None:
        """The next frame; None when none has come for so long. Gone at the end."""
        while not self._ready:
            if self._closed:
                raise Gone("closed")
            self._socket.settimeout(max(seconds, 0.001))
            try:
                self._read()
            except TimeoutError:
                return None
            except (OSError, ProtocolError) as error:
                raise Gone(str(error)) from error
            for event in self._ws.events():
                self._event(event)
        return self._ready.pop(0)

    def drop(self) -> None:
        """As out of reach: no closing handshake."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accepted(self) -> bool:
        """Whether the server has accepted by now; what it said right after that is kept."""
        self._read()
        accepted = False
        for event in self._ws.events():
            if isinstance(event, RejectConnection):
                raise Gone("refused")
            if isinstance(event, AcceptConnection):
                accepted = True
            else:
                self._event(event)
        return accepted

    def _read(self) -> None:
        data = self._socket.recv(CHUNK)
        if not data:
            raise Gone("closed")
        self._ws.receive_data(data)

    def _event(self, event: Event) -> None:
        match event:
            case TextMessage():
                self._text.append(event.data)
                if event.message_finished:
                    self._ready.append("".join(self._text))
                    self._text.clear()
            case Ping():
                self._send(event.response())
            case CloseConnection() | BytesMessage():
                # What it said before is heard first.
                self._closed = True

    def _send(self, event: Event) -> None:
        self._socket.settimeout(CONNECT_SECONDS)
        self._socket.sendall(self._ws.send(event))


def _connect(site: str) -> socket.socket:
    parts = urlsplit(site)
    tls = parts.scheme == "https"
    host = parts.hostname or ""
    found = socket.create_connection((host, parts.port or (443 if tls else 80)), timeout=CONNECT_SECONDS)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ssl.create_default_context().wrap_socket(found, server_hostname=host) if tls else found


def _request(site: str, cookie: str) -> Request:
    origin = site.rstrip("/")
    headers = [(b"Origin", origin.encode()), (b"Cookie", cookie.encode())]
    return Request(host=urlsplit(site).netloc, target="/sync", extra_headers=headers)
