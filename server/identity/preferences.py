"""What a person prefers on screens, kept at the server so that it follows them from device to device (OPS-06)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy import Connection, insert, select, update

from server.core import db, fields, plant
from server.identity.access import current_person
from server.identity.projection import preference

LANGUAGES, THEMES, CONTRASTS = ("zh", "en"), ("light", "dark", "system"), ("system", "more")
_NAMES = ("language", "theme", "contrast")
blueprint = Blueprint("preferences", __name__, url_prefix="/api/preferences", description="How screens look and speak")


class Preferences(Schema):
    """Null is what was never chosen: the device's own choice holds then."""

    language = fields.choice(*LANGUAGES, none=True)
    theme = fields.choice(*THEMES, none=True)
    contrast = fields.choice(*CONTRASTS, none=True)


def of_person(connection: Connection, person: str) -> dict[str, str | None]:
    """{language, theme, contrast}; each null where the person never chose."""
    row = connection.execute(select(preference).where(preference.c.person == person)).first()
    return {name: getattr(row, name) if row is not None else None for name in _NAMES}


def language_of(connection: Connection, person: str) -> str | None:
    """In which language somebody is written to; None where they never chose."""
    return of_person(connection, person)["language"]


@blueprint.get("")
def show() -> dict[str, str | None]:
    """One's own choices."""
    person = current_person().id
    with plant.current().engine.connect() as connection:
        return of_person(connection, person)


@blueprint.post("")
@blueprint.arguments(Preferences)
def choose(body: Mapping[str, Any]) -> dict[str, str | None]:
    """Change one's own choices: all of them, as they stand after it. No record is made; they are nobody else's."""
    person = current_person().id
    values = {name: body[name] for name in _NAMES}
    with db.write(plant.current().engine) as connection:
        done = connection.execute(update(preference).where(preference.c.person == person).values(**values))
        if done.rowcount == 0:
            connection.execute(insert(preference).values(person=person, **values))
        return of_person(connection, person)
