"""Serves the log as files (C2SP tlog-tiles), so that anybody who may read it can check it with tools of his own."""

import hashlib
import secrets
import time
from ipaddress import ip_address
from threading import Lock
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from server.core import db
from server.core.errors import PestleError
from server.core.plant import Plant, current
from server.identity import access, sessions
from server.web.problems import render
from sync.log import publication
from sync.proof import LogProof
from sync.tiles import Name
from sync.trust import NONE

blueprint = Blueprint("log_files", __name__, url_prefix="/log")
_PERMISSION = "log.read"
# Names of files say what is in them, but who may read them can change: kept by the reader's own cache only.
_FIXED = "private, max-age=31536000, immutable"
_FRESH = "no-cache"
# What proxies say of themselves; behind one on this machine everybody seems to come from here.
_FORWARDED = frozenset({"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"})
_OUR_NAMES = ("localhost", "127.0.0.1", "::1")


class _Remembered:
    """Who gave the right password lately: a verifier asks for thousands of files, argon2 takes 50 ms on purpose."""

    SECONDS = 60

    def __init__(self) -> None:
        self._salt, self._until, self._lock = secrets.token_bytes(16), dict[bytes, float](), Lock()

    def knows(self, login: str, password: str) -> bool:
        with self._lock:
            return self._until.get(self._key(login, password), 0) > time.monotonic()

    def add(self, login: str, password: str) -> None:
        now = time.monotonic()
        with self._lock:
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._until[self._key(login, password)] = now + self.SECONDS

    def _key(self, login: str, password: str) -> bytes:
        return hashlib.blake2b(f"{login}\n{password}".encode(), key=self._salt).digest()


_remembered = _Remembered()


@blueprint.before_request
def check_reader() -> Response | None:
    """A session with log.read, HTTP Basic of such a person, or somebody on this very machine without a proxy."""
    if request.authorization is not None and request.authorization.type == "basic":
        return None if _basic(current()) else _challenge("login_wrong")
    if _on_this_machine():
        return None
    try:
        access.demand(_PERMISSION)
    except PestleError as error:
        if error.problem.status != 401:
            raise
        return _challenge(error.code)
    return None


def _on_this_machine() -> bool:
    """By address and by name: a browser here may be led to this address by a page that calls it by its own name."""
    address = request.remote_addr
    if address is None or not ip_address(address).is_loopback or not _FORWARDED.isdisjoint(request.headers.keys()):
        return False
    return (urlsplit(request.host_url).hostname or "") in _OUR_NAMES


def _basic(plant: Plant) -> bool:
    given = request.authorization
    login, password = (given.username or "", given.password or "") if given is not None else ("", "")
    if _remembered.knows(login, password):
        return True
    try:
        person = sessions.authenticate(plant, login, password, access.address())
    except PestleError as error:
        if error.code != "login_wrong":
            raise
        return False
    if sessions.one_time(plant, person):
        raise PestleError("password_one_time")
    if _PERMISSION not in person.permissions:
        raise PestleError("not_permitted", {"permission": _PERMISSION})
    _remembered.add(login, password)
    return True


def _challenge(code: str) -> Response:
    response = render(PestleError(code))
    response.status_code = 401
    response.headers["WWW-Authenticate"] = 'Basic realm="Pestle log", charset="UTF-8"'
    return response


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """The published one, with every signature; PestleError `quorum_missing` while there is none. Where it waits for no
    witness, it is published now."""
    plant = current()
    with plant.engine.connect() as connection:
        wanted = publication.policy(connection, plant.log)
        signed = publication.published(connection, plant.log, wanted)
    if wanted.quorum == NONE:
        signed = plant.publisher.now()
    if signed is None:
        raise PestleError("quorum_missing")
    return _answer(signed, "text/plain", _FRESH)


@blueprint.get("/policy")
def policy() -> Response:
    """The site's policy as the log makes it now."""
    plant = current()
    with plant.engine.connect() as connection:
        return _answer(publication.policy(connection, plant.log).encode(), "text/plain", _FRESH)


@blueprint.get("/certificate")
def certificate() -> Response:
    """By which the site's root last named its keys; PestleError `not_found` where it never did."""
    with current().engine.connect() as connection:
        signed = publication.certificate(connection)
    if signed is None:
        raise PestleError("not_found")
    return _answer(signed, "text/plain", _FRESH)


@blueprint.get("/proof/<int:index>")
def proof(index: int) -> Response:
    """That an entry stands under the published checkpoint, as a C2SP tlog-proof file."""
    plant = current()
    with db.snapshot(plant.engine) as connection:
        found = publication.opened(connection, plant.log)
        if found is None:
            raise PestleError("quorum_missing")
        signed, size = found[0], found[1].checkpoint.size
        if index >= size:
            raise PestleError("not_found", {"index": index, "published": size})
        nodes = plant.log.inclusion_proof(connection, index, size)
    response = _answer(LogProof(index, tuple(nodes), signed).encode(), "text/plain", _FRESH)
    response.headers["Content-Disposition"] = f'attachment; filename="{index}.tlog-proof"'
    return response


@blueprint.get("/<path:path>")
def file(path: str) -> Response:
    """Tiles, entry bundles and payload files; PestleError `not_found` for what the log has not."""
    name = Name.parse(path)
    data = None if name is None else _data(current(), name)
    if data is None:
        raise PestleError("not_found")
    # Payloads can be withheld later, so they are asked for anew each time.
    payloads = path.startswith("payloads/")
    return _answer(data, "application/octet-stream", _FRESH if payloads else _FIXED)


def _data(plant: Plant, name: Name) -> bytes | None:
    with plant.engine.connect() as connection:
        if name.kind == "entries":
            return plant.log.bundle(connection, name.n, name.width)
        if name.kind == "payloads":
            return plant.log.payloads(connection, name.n, name.width)
        return plant.log.tile(connection, int(name.kind), name.n, name.width)


def _answer(data: bytes, kind: str, cache: str) -> Response:
    response = Response(data, mimetype=kind, headers={"Cache-Control": cache})
    response.add_etag()
    response.make_conditional(request)
    return response
