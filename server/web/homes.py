"""The home of whoever is signed in: what waits for them, from all rooms (HMI-04)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, validate
from marshmallow import fields as plain

from server.core import clock
from server.core import plant as site
from server.identity.access import current_person
from server.release.shapes import Text2
from server.web import tasks

blueprint = Blueprint("homes", __name__, url_prefix="/api/home", description="What waits for a person")


class TaskAnswer(Schema):
    """`tasks.Task` has the meanings."""

    code = plain.String()
    state = plain.String(validate=validate.OneOf(tasks.STATES))
    about = plain.String()
    to = plain.String()
    name = plain.Nested(Text2, allow_none=True)
    at = plain.String(allow_none=True)
    count = plain.Integer(allow_none=True)
    why = plain.List(plain.String())


class TasksAnswer(Schema):
    items = plain.List(plain.Nested(TaskAnswer))


@blueprint.get("/tasks")
@blueprint.response(200, TasksAnswer)
def show_tasks() -> dict[str, Any]:
    """What is blocked, what waits, what is due: only what this person may see and act on."""
    person = current_person()
    with site.current().engine.connect() as connection:
        return {"items": [task.payload() for task in tasks.of_person(connection, person, clock.now())]}
