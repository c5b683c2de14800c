"""Procedures, readings and grants as tests of training state them."""

from typing import Any

from batch_support import Site

from server.core import clock
from server.identity.model import PERSON_ADDED
from server.training import queries
from server.training.model import GRANTED, MEANING, PUBLISHED, READ, REQUIRED, WITHDRAWN

Payload = dict[str, Any]


def published(document: str = "SOP-1", version: int = 1, **changes: Any) -> Payload:
    given: Payload = {
        "document": document,
        "version": version,
        "type": "sop",
        "title": {"zh": "称量规程", "en": "Weighing"},
        "effective_from": clock.now_text()[:10],
        "demands": "reading",
        "within_days": 0,
        "valid_days": None,
        "text": f"{document} version {version}",
        "file": None,
    }
    return given | changes


def granted(document: str, person: str, **changes: Any) -> Payload:
    given: Payload = {"document": document, "version": 1, "person": person, "evidence": "passed", "file": None}
    return given | {"expires_on": None} | changes


def required(on: str, name: str, *documents: str) -> Payload:
    return {"on": on, "name": name, "documents": list(documents), "reason": "matrix of the plant"}


class Training:
    """What trainers (P-3, a supervisor) and QA (P-5) of a `Site` do; each call is one entry."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def publish(self, document: str = "SOP-1", version: int = 1, **changes: Any) -> Any:
        return self._state(PUBLISHED, published(document, version, **changes), "P-5")

    def require(self, on: str, name: str, *documents: str, by: str = "P-5") -> Any:
        """What QA's own work needs the training manager says, who is `hire`d for it."""
        return self._state(REQUIRED, required(on, name, *documents), by)

    def hire(self) -> str:
        about = {"person": "P-T", "login": "hemei", "name": "何梅", "name_en": "He Mei", "roles": ["trainer"]}
        self.site.state(PERSON_ADDED, "person/P-T", about)
        return "P-T"

    def grant(self, document: str, person: str, by: str = "P-3", **changes: Any) -> Any:
        return self._state(GRANTED, granted(document, person, **changes), by)

    def withdraw(self, document: str, person: str, by: str = "P-3") -> Any:
        return self._state(WITHDRAWN, {"document": document, "person": person, "reason": "long away"}, by)

    def read(self, document: str, person: str, **changes: Any) -> Any:
        with self.site.plant.engine.connect() as connection:
            newest = queries.versions_of(connection, document)[-1]
        signature = {
            "signer": {"id": person, "name": person, "name_en": None},
            "signed_at": clock.now_text(),
            "offset": 480,
            "method": "password",
            "components": 2,
            "passkey": None,
        }
        shown = {"document": document, "version": newest.number, "digest": newest.digest, "meaning": dict(MEANING)}
        return self._state(READ, shown | signature | changes, person)

    def _state(self, kind: str, payload: Payload, actor: str) -> Any:
        return self.site.state(kind, f"training/{payload.get('document', 'requirements')}", payload, actor)
