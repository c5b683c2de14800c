"""QA reviews the audit trail of a site of `batch_support`: what is shown is measured, and signed as it was shown."""

from typing import Any

import pytest
from batch_support import Site

from server.core import clock
from server.core.errors import PestleError
from server.core.record import Recorded
from server.release.audit import queries
from server.release.audit.model import FOUND_NOTHING, FOUND_SOMETHING, MEANINGS, REVIEWED_KIND, Scope
from server.release.queries import log_size


def reviewed(site: Site, scope: Scope, *, person: str = "P-5", **changes: Any) -> dict[str, Any]:
    """The payload of a review of all that the scope holds now."""
    with site.plant.engine.connect() as connection:
        size = log_size(connection)
        measured = queries.measure(connection, scope, size)
    remarks = changes.get("remarks", [])
    meaning = FOUND_SOMETHING if remarks else FOUND_NOTHING
    given = {
        "scope": scope.payload(),
        "log_size": size,
        "count": measured.count,
        "digest": measured.digest,
        "meaning": {"code": meaning, **MEANINGS[meaning]},
        "comment": None,
        "remarks": remarks,
        "signer": {"id": person, "name": "赵琳", "name_en": "Zhao Lin"},
        "signed_at": clock.now_text(),
        "offset": 480,
        "method": "password",
        "components": 2,
        "passkey": None,
    }
    return given | changes


def sign(site: Site, payload: dict[str, Any], person: str = "P-5") -> Recorded:
    return site.state(REVIEWED_KIND, "site", payload, person)


def refused(site: Site, payload: dict[str, Any], person: str = "P-5") -> str:
    with pytest.raises(PestleError) as caught:
        sign(site, payload, person)
    return caught.value.code
