"""Where the files of a log come from: an exported folder, or a server that serves the same paths."""

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from sync.errors import SyncError

# A bundle of the 256 longest leaves has 16.8 MB, a payload file of the 256 longest payloads 16.9 MB.
MAX_FILE = 32 * 1024 * 1024
TIMEOUT_SECONDS = 30

Reader = Callable[[str], bytes | None]
"""Gives the bytes at a path, None where there are none; SyncError `log_unreadable` when it cannot tell."""


def open_reader(source: str | Path, headers: Mapping[str, str] | None = None) -> Reader:
    """A reader of a folder or of an http(s) URL; `headers` (cookie, authorization) go with every request."""
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        return url(source, headers or {})
    return directory(Path(source))


def directory(folder: Path) -> Reader:
    """Files as `sync.log.export` writes them."""
    if not folder.is_dir():
        raise SyncError("log_unreadable", f"{folder} is no folder")

    def read(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise SyncError("log_unreadable", str(error)) from error

    return read


def url(base: str, headers: Mapping[str, str]) -> Reader:
    """The log at this address, or under its `/log`, so that a site's own address will do.

    Redirects are not followed: they would carry the headers elsewhere.
    """
    base = base.rstrip("/")
    opener = urllib.request.build_opener(_NoRedirect)

    def fetch(address: str) -> bytes | None:
        try:
            request = urllib.request.Request(address, headers=dict(headers))
            with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                data: bytes = response.read(MAX_FILE + 1)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            raise SyncError("log_unreadable", f"{urlsplit(address).path} answers {error.code}") from error
        except (OSError, ValueError, HTTPException) as error:
            raise SyncError("log_unreadable", f"{urlsplit(address).path}: {error}") from error
        if len(data) > MAX_FILE:
            raise SyncError("log_unreadable", f"{urlsplit(address).path} is too long")
        return data

    # A site answers unknown paths with its app's page, so having an answer is not enough.
    found = fetch(f"{base}/checkpoint") or b""
    root = base if "\n\n— ".encode() in found else f"{base}/log"
    return lambda path: fetch(f"{root}/{path}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None
