"""Files beside the log over HTTP: kept as they come, and handed out so that no browser opens them here."""

from flask import Response, request

from server.core import blobs, plant
from server.core.errors import PestleError


def keep(name: str, allowed: frozenset[str] = blobs.FILES) -> Response:
    """Keep the body of this request under the SHA-256 of its bytes; 200 when it is here already. PestleError
    `blob_too_large`, `blob_mismatch`, `blob_type`."""
    if (request.content_length or 0) > blobs.MAX_BYTES:
        raise PestleError("blob_too_large", {"bytes": request.content_length, "most": blobs.MAX_BYTES})
    # A byte more than there may be: a length that was not told is found out too.
    data = request.stream.read(blobs.MAX_BYTES + 1)
    fresh = blobs.keep(plant.current().config.blobs, name, request.mimetype, data, allowed)
    return Response(status=201 if fresh else 200)


def download(name: str, called: str | None) -> Response:
    """What lies under a SHA-256, to be saved under the name that it is `called`. PestleError `not_found` where it is
    called nothing, so that an entry names nothing here, or where it has not arrived."""
    found = None if called is None else blobs.load(plant.current().config.blobs, name)
    if called is None or found is None:
        raise PestleError("not_found", {"name": name})
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Disposition": blobs.download_as(called),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(found[0], mimetype=found[1], headers=headers)
