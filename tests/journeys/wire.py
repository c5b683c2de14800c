"""The network between one device and the server, at an address of its own: it can be cut, be slow, or carry nothing."""

import socket
import time
from contextlib import suppress
from threading import Thread

from support import free_port

CHUNK = 16 * 1024


class Wire:
    """Carries TCP from its own port to the server's. `bytes_per_second` slows it; None is as fast as it goes.

    `silent` holds everything back without a word, as a dead spot of the radio does: connections look open."""

    def __init__(self, server_port: int) -> None:
        self.port, self._server_port = free_port(), server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.bytes_per_second: int | None = None
        self.silent = False
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()

    def mend(self) -> None:
        """Carry connections, from now on."""
        listener = self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """Break what is connected, and let nobody connect."""
        if self._listener is not None:
            _end(self._listener)
            self._listener = None
        for one in list(self._open):
            _end(one)

    kill = cut

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                device, _ = listener.accept()
                Thread(target=self._connect, args=(device,), daemon=True).start()

    def _connect(self, device: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port), timeout=5)
        except OSError:
            _end(device)
            return
        server.settimeout(None)
        self._open |= {device, server}
        Thread(target=self._carry, args=(device, server), daemon=True).start()
        self._carry(server, device)

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK if self.bytes_per_second is None else 512):
                if self.bytes_per_second is not None:
                    time.sleep(len(data) / self.bytes_per_second)
                while self.silent:
                    time.sleep(0.05)
                sink.sendall(data)
        for one in (source, sink):
            self._open.discard(one)
            _end(one)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
