"""Renders every error that leaves the server, in one place, from the catalogue."""

import errno
import json
import sys
import traceback
from typing import cast

from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from server.core import clock
from server.core.errors import CATALOGUE, PestleError, from_sync
from sync.errors import SyncError

_BY_STATUS = {
    400: "request_malformed",
    404: "not_found",
    405: "method_wrong",
    413: "request_too_large",
    415: "request_malformed",
    422: "request_malformed",
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


def register(app: Flask) -> None:
    """The handlers; call after flask-smorest's own have been registered, so that these take their place."""
    app.register_error_handler(PestleError, render)
    app.register_error_handler(SyncError, lambda error: render(_of_sync(error)))
    app.register_error_handler(HTTPException, lambda error: _of_http(error))
    app.register_error_handler(Exception, lambda error: _unexpected(error))


def render(error: PestleError) -> Response:
    """The body of `PestleError.body` under the status of the catalogue."""
    response = jsonify(error.body())
    response.status_code = error.problem.status
    response.headers["Cache-Control"] = "no-store"
    if "retry" in error.details:
        response.headers["Retry-After"] = str(error.details["retry"])
    return response


def _of_sync(error: SyncError) -> PestleError:
    return from_sync(error) if error.code in CATALOGUE else PestleError("request_malformed", {"detail": str(error)})


def _of_http(error: HTTPException) -> Response:
    """What Flask, Werkzeug and webargs raise; `details` names the fields that a validation found wrong."""
    if error.response is not None or (error.code or 500) < 400:
        return cast(Response, Response.force_type(error.get_response(), request.environ))
    if error.code not in _BY_STATUS:
        return _unexpected(error)
    data = getattr(error, "data", None) or {}
    details = data.get("errors") or data.get("messages") or {}
    return render(PestleError(_BY_STATUS[error.code], details))


def _unexpected(error: Exception) -> Response:
    """One line of JSON on standard error; to the client nothing of what went wrong inside."""
    code = "storage_unavailable" if _is_storage(error) else "internal"
    line = {
        "at": clock.now_text(),
        "level": "error",
        "event": code,
        "request": f"{request.method} {request.path}",
        "traceback": "".join(traceback.format_exception(error)),
    }
    print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)
    return render(PestleError(code))


def _is_storage(error: Exception) -> bool:
    """Whether the disk or the database is at fault: it passes, and nothing that was tried has happened."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return isinstance(error, OperationalError | InterfaceError)
