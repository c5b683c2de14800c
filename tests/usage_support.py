"""Decisions about lots as their page takes them: on exactly what stands there, by signature."""

from typing import Any

from server.core import clock
from server.core.kinds import Fact
from server.core.plant import Plant
from server.core.record import Recorded
from server.identity import queries as identity
from server.materials.model import MEANINGS, STATUS_CHANGED
from server.quality.usage import queries
from server.quality.usage.model import CHECK_MEANING, CHECKED

Json = dict[str, Any]


def signature(plant: Plant, person: str) -> Json:
    """What a signature by password says, of a person by number."""
    with plant.engine.connect() as connection:
        found = identity.people(connection, [person]).get(person)
    signer = {"id": person, "name": found["name"] if found else person, "name_en": None}
    proved = {"offset": 480, "method": "password", "components": 2, "passkey": None}
    return {"signer": signer, "signed_at": clock.now_text(), **proved}


def decision(plant: Plant, material: str, lot: str, status: str, person: str, **changes: Any) -> Json:
    """The payload of a decision on what stands there now; of a lot that is not known, on nothing."""
    with plant.engine.connect() as connection:
        facts = queries.facts(connection, material, lot, clock.now_text()[:10])
    conditions = "for trials only" if status == "restricted" else None
    said = {"material": material, "lot": lot, "status": status, "conditions": conditions, "retest": None}
    said |= {name: getattr(facts, name, None) for name in ("inspection", "specification", "version")}
    digest = "0" * 64 if facts is None else facts.digest
    said |= {"digest": digest, "reason": "as found", "meaning": dict(MEANINGS[status])}
    return said | signature(plant, person) | changes


def decide(plant: Plant, material: str, lot: str, status: str, person: str, **changes: Any) -> Recorded:
    """The entry, or PestleError."""
    payload = decision(plant, material, lot, status, person, **changes)
    return plant.recorder.state(Fact(STATUS_CHANGED, f"lot/{material}/{lot}", payload, actor=person))[0]


def check(plant: Plant, stream: str, entry: str, person: str) -> Recorded:
    """A second person signs that they have checked what an entry recorded; the entry, or PestleError."""
    with plant.engine.connect() as connection:
        digest = queries.digest_of(connection, entry)
    said = {"entry": entry, "digest": digest, "comment": None, "meaning": dict(CHECK_MEANING)}
    return plant.recorder.state(Fact(CHECKED, stream, said | signature(plant, person), actor=person))[0]
