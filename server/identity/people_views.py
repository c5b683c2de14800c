"""The HTTP interface for people: who is here, with which roles, credentials and open sessions (IDN-01, IDN-02)."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from server.core import plant
from server.core.plant import Plant
from server.identity import accounts, granting, granting_entries, grants, lockout, queries, sessions, shapes
from server.identity.access import current_session, require, token
from server.identity.model import PERMISSIONS, SIGNS, VOUCH, Person
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
    """The table of rights: every role with its permissions, whether it `signs`, and which exclude it."""
    names = list(PERMISSIONS)
    return {
        "items": [
            {
                "role": name,
                "permissions": list(PERMISSIONS[name]),
                "signs": bool(granting.signing(name)),
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
    """{person, waiting, login, locked_until, given, credentials, sessions}; `waiting` are grants."""
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
@require("people.manage", *VOUCH)
def given_passwords() -> dict[str, object]:
    """Who signs nothing, since somebody else gave them a password: {person, by, at, until}, and whether it may be
    `mine` to vouch for them."""
    me = current_session().person.id
    with plant.current().engine.connect() as connection:
        found = queries.given_passwords(connection)
        names = queries.people(connection, [given.by for _, given in found])
        mine = {one.id for one, given in found if queries.may_confirm(connection, me, one.id, given)}
    return {
        "items": [
            {**given.payload(), "person": _person(one), "by": names[given.by], "mine": one.id in mine}
            for one, given in found
        ]
    }


@blueprint.post("/<person>/password/confirm")
@require(*VOUCH)
@blueprint.arguments(shapes.Reason)
def confirm_password(body: Body, person: str) -> tuple[str, int]:
    """Vouch for a password that another gave: neither one's own, nor one that one gave; for who signs only who
    releases."""
    accounts.confirm_password(plant.current(), person, body["reason"], actor=_actor())
    return "", 204


@blueprint.get("/waiting")
@require("people.manage", *SIGNS)
def waiting() -> dict[str, object]:
    """Roles that wait for a second person: {person, grants, by, at}, and whether it may be `mine` to confirm them."""
    me = current_session().person
    with plant.current().engine.connect() as connection:
        lines = granting_entries.all_waiting(connection)
        names = queries.people(connection, [line[who] for line in lines for who in ("person", "by")])
        mine = {line["person"] for line in lines if granting_entries.is_for(connection, line["person"], me)}
    return {
        "items": [
            {**line, "person": names[line["person"]], "by": names[line["by"]], "mine": line["person"] in mine}
            for line in lines
        ]
    }


@blueprint.post("/<person>/grants/confirm")
@require(*SIGNS)
@blueprint.arguments(shapes.GrantsConfirmed)
def confirm_grants(body: Body, person: str) -> tuple[str, int]:
    """Sign that exactly these roles are granted: not one's own, none that one wanted, no more than one has."""
    accounts.confirm_grants(plant.current(), current_session(), person, body["grants"], body)
    return "", 204


@blueprint.post("/<person>/grants/decline")
@require("people.manage", *SIGNS)
@blueprint.arguments(shapes.Reason)
def decline_grants(body: Body, person: str) -> tuple[str, int]:
    """Refuse the roles that wait for a person, or take them back."""
    accounts.decline_grants(plant.current(), person, body["reason"], actor=_actor())
    return "", 204


def _actor() -> str:
    return current_session().person.id


def _page(here: Plant, person: Person) -> dict[str, object]:
    with here.engine.connect() as connection:
        held = queries.credentials_of(connection, person.id)
        given = queries.given_password(connection, person.id)
        names = queries.people(connection, [given.by] if given else [])
        waiting = granting_entries.standing(connection, person.id).waiting
    return {
        "person": _person(person),
        "waiting": [one.payload() for one in waiting],
        "login": person.login,
        "locked_until": lockout.locked_until(here, person.login),
        "given": given and {**given.payload(), "by": names[given.by]},
        "credentials": {what: held.get(what) for what in ("password", "pin")},
        "sessions": [asdict(one) for one in sessions.open_sessions(here, person.id, token())],
    }


def _person(person: Person) -> dict[str, object]:
    return {**person.payload(), "grants": [one.payload() for one in person.grants]}
