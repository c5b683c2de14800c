"""The route of the hub: the WebSocket at `/sync`."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, request
from flask.sansio.blueprints import BlueprintSetupState
from flask_sock import Sock
from simple_websocket import Server

from server.core import plant
from server.core.errors import PestleError
from server.core.plant import Plant
from server.handheld.hub import frames, limits
from server.handheld.hub.conversation import Conversation, last_words
from server.handheld.hub.hub import current_hub
from server.handheld.hub.socket import TabletSocket
from server.identity import access, sessions

blueprint = Blueprint("sync", __name__)
_sock = Sock()


@blueprint.record_once
def _configure(state: BlueprintSetupState) -> None:
    state.app.config["SOCK_SERVER_OPTIONS"] = {"thread_class": _NoThread}


class _NoThread:
    """In place of simple-websocket's own thread for reading: the request's thread reads, and a socket costs half."""

    name = ""

    def __init__(self, target: Callable[[], None]) -> None:
        pass

    def start(self) -> None:
        pass


@blueprint.before_request
def _prepare() -> None:
    """PestleError `request_malformed` for what is no opening handshake (RFC 6455, section 4.2.1)."""
    if request.headers.get("Sec-WebSocket-Version") != "13" or not request.headers.get("Sec-WebSocket-Key"):
        raise PestleError("request_malformed")
    # Compression costs memory on each socket, and a small frame may inflate to a large one.
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)


@_sock.route("/sync", bp=blueprint)  # type: ignore[untyped-decorator]  # flask-sock has no types
def sync(ws: Server) -> None:
    """The conversation of one tablet; what is wrong with origin or session is said in a frame, not in a status."""
    hub, here = current_hub(), plant.current()
    session = partial(_check_session, here, access.token())
    socket = TabletSocket(ws, frames.MAX_FRAME, limits.Stranger().spend)
    try:
        with hub.door.passing(access.address()):
            Conversation(hub, socket, _check_origin, session).run()
    except PestleError as error:
        socket.finish(last_words(error.code, error.details.get("retry", 0)))
    finally:
        socket.close()


def _check_origin() -> None:
    """A page of another site could open a socket with the person's cookie: browsers do not keep it from that."""
    if request.headers.get("Origin") != request.host_url.rstrip("/"):
        raise PestleError("origin_foreign")


def _check_session(here: Plant, token: str | None) -> None:
    """A socket opens and lives by itself: it does not keep a session alive that nobody uses (IDN-02)."""
    if sessions.check_session(here, token).one_time:
        raise PestleError("password_one_time")
