"""How what was submitted comes into force in tests: by the tasks of its approval, each signed by who it is for."""

from typing import Any

from server.core import clock
from server.core.kinds import Fact
from server.core.plant import Plant
from server.engines.flows import kinds, packing, pages, parsing, queries

Payload = dict[str, Any]


def signature(person: str) -> Payload:
    """The statement of a person's signature by password."""
    signer = {"id": person, "name": person, "name_en": None}
    said = {"signed_at": clock.now_text(), "offset": 480, "method": "password", "components": 2, "passkey": None}
    return {"signer": signer, **said}


def approval_of(plant: Plant, flow: str, subject: str) -> str:
    """The instance that decides about something."""
    with plant.engine.connect() as connection:
        found = queries.last_about(connection, flow, subject)
    assert found is not None, subject
    return str(found.instance)


def task(plant: Plant, instance: str, node: str) -> str:
    """The number of an open task, by its element."""
    with plant.engine.connect() as connection:
        return str(next(one.task for one in queries.tasks_of(connection, instance) if one.node == node))


def sign(plant: Plant, instance: str, node: str, person: str, outcome: str, meaning: str, **more: Any) -> None:
    """Complete a task that asks for a signature."""
    said = {"instance": instance, "task": task(plant, instance, node), "outcome": outcome, "values": []}
    with plant.engine.connect() as connection:
        said |= {"seen": queries.last_of(connection, instance)}
    said |= {"comment": None, "meaning": kinds.meaning(meaning)} | more
    stream = kinds.instance_stream(instance)
    plant.recorder.state(Fact(kinds.TASK_SIGNED, stream, said | signature(person), actor=person))


def approve(plant: Plant, subject: str, reviewers: dict[str, str], approver: str, **more: Any) -> str:
    """Everybody agrees: `reviewers` are by the element of their task; the instance. `subject`: form/<code>/<version>
    and the like."""
    instance = approval_of(plant, f"{subject.split('/')[0]}-approval", subject)
    for node, person in reviewers.items():
        sign(plant, instance, node, person, "agree", "reviewed")
    sign(plant, instance, "decide", approver, "approve", "approved", **more)
    return instance


def publish(plant: Plant, data: bytes, version: int = 1) -> str:
    """A flow of the plant put in force; its code."""
    definition = parsing.parse(data)
    said = {"flow": definition.code, "version": version, "sha256": definition.sha256, "reason": "first"}
    said |= {"title": pages.pair(definition.name), "definition": packing.pack(data)}
    said |= {"meaning": kinds.meaning("prepared")} | signature("P-0006")
    plant.recorder.state(Fact(kinds.SUBMITTED, kinds.flow_stream(definition.code), said, actor="P-0006"))
    approve(plant, f"flow/{definition.code}/{version}", {"review_supervisor": "P-0003"}, "P-0004")
    return definition.code
