"""The HTTP interface of badges: what a person has and had, one more, and the end of one (IDN-06)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from server.core import fields, plant
from server.core.plant import Plant
from server.identity import accounts, badges
from server.identity.access import current_session, require

Body = Mapping[str, Any]
blueprint = Blueprint("badges", __name__, url_prefix="/api/people", description="Badges")


class BadgeWithdrawal(Schema):
    reason = fields.text(2000)
    lost = fields.truth()


@blueprint.get("/<person>/badges")
@require("people.manage")
def show(person: str) -> dict[str, object]:
    """All badges that a person ever had, the newest first."""
    here = plant.current()
    return _page(here, accounts.find(here, person).id)


@blueprint.post("/<person>/badges")
@require("people.manage")
@blueprint.response(201)
def issue(person: str) -> dict[str, object]:
    """{badge, text, site}: the text is told this once, to be printed as a code or written to a tag."""
    here = plant.current()
    made, text = badges.issue(here, accounts.find(here, person).id, actor=current_session().person.id)
    return {"badge": made.payload(), "text": text, "site": here.site()["name"]}


@blueprint.post("/<person>/badges/<badge>/withdraw")
@require("people.manage")
@blueprint.arguments(BadgeWithdrawal)
def withdraw(body: Body, person: str, badge: str) -> dict[str, object]:
    """Lost or given back; tablets refuse it once they have a newer lease."""
    here = plant.current()
    badges.withdraw(here, person, badge, body["reason"], body["lost"], actor=current_session().person.id)
    return _page(here, person)


def _page(here: Plant, person: str) -> dict[str, object]:
    with here.engine.connect() as connection:
        return {"items": [one.payload() for one in badges.badges_of(connection, person)]}
