"""Somebody at a desk who speaks HTTP with the server, to see what it knows and to ask for what it must refuse."""

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote


class Desk:
    """A signed-in person. `get` and `post` give the answer's JSON and assert its status."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.person = self.post("/api/session", {"login": login, "password": password, "device": None})["person"]

    def get(self, path: str, status: int = 200) -> Any:
        return json.loads(self.bytes(path, None, status))

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        return json.loads(self.bytes(path, json.dumps(body).encode(), status))

    def put(self, path: str, data: bytes, type_: str, status: int = 201) -> None:
        self.bytes(path, data, status, "PUT", type_)

    def bytes(
        self,
        path: str,
        body: bytes | None = None,
        status: int = 200,
        method: str | None = None,
        type_: str = "application/json",
    ) -> bytes:
        headers = {"Content-Type": type_, "Origin": self.url}
        request = urllib.request.Request(f"{self.url}{path}", body, headers, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                found, data = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            found, data = error.code, error.read()
        assert found == status, f"{path} answered {found}: {data[:500]!r}"
        return bytes(data)

    def log(self) -> list[dict[str, Any]]:
        """Every entry of the log, the first first."""
        entries: list[dict[str, Any]] = []
        before = ""
        while page := self.get(f"/api/log?limit=200{before}")["items"]:
            entries += page
            before = f"&before={page[-1]['index']}"
        return entries[::-1]

    def batch(self, number: str, what: str = "") -> Any:
        return self.get(f"/api/batches/{quote(number)}{what}")
