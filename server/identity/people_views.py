"""The HTTP interface for people: who is here, with which roles, credentials and open sessions (IDN-01, IDN-02)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from server.core import plant
from server.core.plant import Plant
from server.identity import accounts, grants, lockout, queries, sessions, shapes
from server.identity.access import current_session, require, token
from server.identity.model import PERMISSIONS, SIGNS, Person
from server.identity.rules import conflicting_roles

Body = Mapping[str, Any]
blueprint = Blueprint("people", __name__, url_prefix="/api/people", description="People and their roles")


@blueprint.get("")
@require("people.manage", "device.enrol", "log.read")
def people() -> dict[str, object]:
    """Everybody, with login and roles."""
    with plant.current().engine.connect() as connection:
        found = queries.all_people(connection)
    return {"items": [{**_person(person), "login": person.login} for person in found]}


@blueprint.get("/roles")
@require("people.manage", "log.read")
def roles() -> dict[str, object]:
    """The table of rights: every role with its permissions, and the roles that no one person may hold with it."""
    names = list(PERMISSIONS)
    return {
        "items": [
            {
                "role": name,
                "permissions": list(PERMISSIONS[name]),
                "excludes": [other for other in names if other != name and conflicting_roles((name, other))],
            }
            for name in names
        ]
    }


@blueprint.post("")
@require("people.manage")
@blueprint.arguments(shapes.NewPerson)
@blueprint.response(201)
def add(body: Body) -> dict[str, object]:
    """A new person under the next number, who cannot sign in before a one-time password is given."""
    here = plant.current()
    granted = grants.of_lines(body["grants"])
    person = accounts.add_person(here, body["login"], body["name"], body["name_en"], granted, actor=_actor())
    return _page(here, person)


@blueprint.get("/<person>")
@require("people.manage")
def show(person: str) -> dict[str, object]:
    """{person, login, locked_until, given, credentials, sessions}."""
    here = plant.current()
    return _page(here, accounts.find(here, person))


@blueprint.post("/<person>/roles")
@require("people.manage")
@blueprint.arguments(shapes.NewRoles)
def change_roles(body: Body, person: str) -> dict[str, object]:
    """All the roles from now on, with a reason; none: the person has left, and every session ends."""
    here = plant.current()
    accounts.change_roles(here, person, grants.of_lines(body["grants"]), body["reason"], actor=_actor())
    return _page(here, accounts.find(here, person))


@blueprint.post("/<person>/password")
@require("people.manage")
def give_password(person: str) -> dict[str, object]:
    """{password}: good for one sign-in, in which the person chooses another that nobody else learns."""
    here = plant.current()
    return {"password": accounts.give_password(here, accounts.find(here, person).id, actor=_actor())}


@blueprint.post("/<person>/sessions/end")
@require("people.manage")
@blueprint.arguments(shapes.Reason)
def end_sessions(body: Body, person: str) -> dict[str, object]:
    """Sign the person out everywhere."""
    here = plant.current()
    accounts.end_sessions(here, person, body["reason"], actor=_actor())
    return _page(here, accounts.find(here, person))


@blueprint.post("/<person>/sessions/<session>/end")
@require("people.manage")
@blueprint.arguments(shapes.Reason)
def end_session(body: Body, person: str, session: str) -> dict[str, object]:
    """End one session of a person."""
    here = plant.current()
    sessions.end(here, person, session, body["reason"], actor=_actor())
    return _page(here, accounts.find(here, person))


@blueprint.post("/<person>/unlock")
@require("people.manage")
@blueprint.arguments(shapes.Reason)
def unlock(body: Body, person: str) -> dict[str, object]:
    """Let a login that wrong passwords have locked be tried again."""
    here = plant.current()
    accounts.unlock(here, person, body["reason"], actor=_actor())
    return _page(here, accounts.find(here, person))


@blueprint.get("/given")
@require("batch.release", "people.manage")
def given_passwords() -> dict[str, object]:
    """Whose decisions are barred, since somebody else gave them a password: {person, by, at, until}."""
    with plant.current().engine.connect() as connection:
        signers = queries.people_with(connection, *SIGNS)
        found = [(one, given) for one in signers if (given := queries.given_password(connection, one.id))]
        names = queries.people(connection, [given.by for _, given in found])
    return {"items": [{**given.payload(), "person": _person(one), "by": names[given.by]} for one, given in found]}


@blueprint.post("/<person>/password/confirm")
@require("batch.release")
@blueprint.arguments(shapes.Reason)
def confirm_password(body: Body, person: str) -> tuple[str, int]:
    """Vouch for a password that another gave: neither one's own, nor one that one gave."""
    accounts.confirm_password(plant.current(), person, body["reason"], actor=_actor())
    return "", 204


def _actor() -> str:
    return current_session().person.id


def _page(here: Plant, person: Person) -> dict[str, object]:
    with here.engine.connect() as connection:
        held = queries.credentials_of(connection, person.id)
        given = queries.given_password(connection, person.id)
        names = queries.people(connection, [given.by] if given else [])
    return {
        "person": _person(person),
        "login": person.login,
        "locked_until": lockout.locked_until(here, person.login),
        "given": given and {**given.payload(), "by": names[given.by]},
        "credentials": {what: held.get(what) for what in ("password", "pin")},
        "sessions": [asdict(one) for one in sessions.open_sessions(here, person.id, token())],
    }


def _person(person: Person) -> dict[str, object]:
    return {**person.payload(), "grants": [one.payload() for one in person.grants]}
