"""The server as the bridge sees it: a JSON request that is answered, refused, or does not get through."""

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

TIMEOUT_SECONDS = 10.0
JSON_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


# What the standard library raises when a connection breaks, or what comes is no HTTP, is cut off, or is no JSON.
_NO_ANSWER = (OSError, http.client.HTTPException, ValueError)


class Unreachable(OSError):
    """Network down, server down, or an answer that is none: try again later."""


class Refused(Exception):
    """The server answered and said no: `status`, `code` of its error catalogue, `details`."""

    def __init__(self, status: int, code: str, details: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {code} {json.dumps(details)}")
        self.status, self.code, self.details = status, code, details


class Plant:
    """HTTP requests to one server, each in a worker thread, since the standard library's client blocks."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # A plant's bridge talks to its own server: proxies from the environment are not asked.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    async def get(self, path: str) -> dict[str, Any]:
        return await asyncio.to_thread(self._exchange, urllib.request.Request(self.url + path, headers=JSON_HEADERS))

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        # Mutating requests must come from the server's own origin; the bridge is no browser and says so plainly.
        headers = {**JSON_HEADERS, "Origin": self.url}
        data = json.dumps(body).encode()
        return await asyncio.to_thread(self._exchange, urllib.request.Request(self.url + path, data, headers))

    def _exchange(self, request: urllib.request.Request) -> dict[str, Any]:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return _object(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from error
        except _NO_ANSWER as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error


def _refusal(error: urllib.error.HTTPError) -> Exception:
    # 5xx and 429 pass; so does 404 without a code of ours: a proxy in front of a server that is starting.
    try:
        body = _object(error.read())
    except _NO_ANSWER:
        body = {}
    code = body.get("code")
    if error.code >= 500 or error.code == 429 or not isinstance(code, str):
        return Unreachable(f"HTTP {error.code}")
    details = body.get("details")
    return Refused(error.code, code, details if isinstance(details, dict) else {})


def _object(data: bytes) -> dict[str, Any]:
    value = json.loads(data or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the answer is no JSON object")
    return value
