"""How people of the demonstration plant sign: what they submit, and the tasks of the flows that approve it."""

from typing import Any

from server.core import clock
from server.demo.content import PEOPLE
from server.demo.story import OFFSET, Story
from server.engines.flows import kinds as flows
from server.engines.flows import queries as instances


def signature(story: Story, login: str) -> dict[str, Any]:
    """The statement of a signature by password, made now."""
    [(name, latin)] = [(zh, en) for known, zh, en, _ in PEOPLE if known == login]
    signer = {"id": story.person(login), "name": name, "name_en": latin}
    how = {"offset": OFFSET, "method": "password", "components": 2, "passkey": None}
    return {"signer": signer, "signed_at": clock.text(story.moment), **how}


def decide(story: Story, flow: str, subject: str, login: str, outcome: str, meaning: str) -> None:
    """Complete the one open task of the flow about something."""
    with story.plant.engine.connect() as connection:
        instance = instances.last_about(connection, flow, subject)
        assert instance is not None
        number = instance.instance
        [task] = instances.tasks_of(connection, number)
        seen = instances.last_of(connection, number)
    said = {"instance": number, "task": task.task, "outcome": outcome, "values": [], "comment": None, "seen": seen}
    said |= {"meaning": flows.meaning(meaning), **signature(story, login)}
    story.state(flows.TASK_SIGNED, flows.instance_stream(number), said, story.person(login))
