"""The HTTP interface of identity: the session, the site, devices and people."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

from base64 import b64encode
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint
from sqlalchemy import Connection

from server.core import plant
from server.core.errors import PestleError
from server.core.plant import Plant
from server.identity import access, accounts, enrolment, queries, recovery, sessions, shapes
from server.identity.access import current_session, require
from server.identity.model import SERVER, Device, Person
from server.identity.sessions import Session
from sync import canonical
from sync.log import publication

Body = Mapping[str, Any]
blueprint = Blueprint("identity", __name__, url_prefix="/api", description="Sessions, devices, people")
# How rooms above know devices: for each that has come {device, known: its last sequence by its own word, seen_at}.
STATES: list[Callable[[Connection], list[dict[str, Any]]]] = []


@blueprint.post("/session")
@blueprint.arguments(shapes.SignIn)
def sign_in(body: Body) -> Response:
    """Sign in; the cookie is the session."""
    here = plant.current()
    session = sessions.sign_in(here, body["login"], body["password"], access.address())
    return with_cookie(session)


@blueprint.get("/session")
def show_session() -> dict[str, object]:
    """Who is signed in; `given`: that another gave them a password, {by, at, until}, as long as it bars signing."""
    return _told(current_session())


@blueprint.post("/session/device")
@blueprint.arguments(shapes.DeviceProof)
def prove_device(body: Body) -> dict[str, object]:
    """Show by a tablet's key that this session is one of that tablet; without that a session has no device."""
    try:
        proof = canonical.decode_base64(body["proof"])
    except ValueError as error:
        raise PestleError("device_unproven", {"device": body["device"]}) from error
    return _told(sessions.prove_device(plant.current(), current_session(), body["device"], proof))


@blueprint.delete("/session")
def sign_out() -> Response:
    """End the session; saying it twice is no error. With `?idle=1`: its page found that nobody uses it."""
    token = access.token()
    if token:
        sessions.sign_out(plant.current(), token, "idle" in request.args)
    response = Response(status=204)
    access.drop_cookie(response)
    return response


@blueprint.post("/session/password")
@blueprint.arguments(shapes.NewPassword)
def change_password(body: Body) -> Response:
    """Choose another password: every session of the person ends, this one goes on under a new cookie."""
    here, person = plant.current(), current_session().person
    confirm(here, person, body["password"])
    accounts.set_password(here, person.id, body["new"])
    device = current_session().device
    return with_cookie(sessions.begin(here, person, access.address(), device))


@blueprint.post("/session/pin")
@blueprint.arguments(shapes.NewPin)
def change_pin(body: Body) -> tuple[str, int]:
    """Choose a PIN; it works on a tablet once the tablet has taken a batch along again."""
    here, person = plant.current(), access.current_person()
    confirm(here, person, body["password"])
    accounts.set_pin(here, person.id, body["pin"])
    return "", 204


@blueprint.get("/site")
def site() -> dict[str, object]:
    """What the site is called and which keys it signs with; public."""
    here = plant.current()
    about = {"origin": here.log.origin, "version": version("pestle"), "recovery": recovery.handed_out(here)}
    return {**here.site(), **about}


@blueprint.post("/devices/codes")
@require("device.enrol")
@blueprint.arguments(shapes.CodeAsked)
def make_code(body: Body) -> dict[str, object]:
    """A one-time code with which one device of the role enrols within 15 minutes."""
    person = current_session().person.id
    told = {name: body[name] for name in ("recovers", "place", "replaces")}
    code, expires = enrolment.make_code(plant.current(), body["role"], **told, actor=person)
    return {"code": code, "role": body["role"], **told, "expires_at": expires}


@blueprint.post("/devices/enrol")
@blueprint.arguments(shapes.Enrol)
def enrol(body: Body) -> dict[str, object]:
    """Enrol with a code, proving possession of the key; needs no session. `journal_keys` as the code permits."""
    here = plant.current()
    enrolled = enrolment.enrol(here, enrolment.Application(**body))
    with here.engine.connect() as connection:
        policy = publication.policy(connection, here.log).encode().decode()
    # The device pins the policy: whom to believe when the log is told of later.
    about = {**here.site(), "policy": policy, "recovery": recovery.handed_out(here)}
    opened = [{"journal": name, "key": b64encode(key).decode()} for name, key in enrolled.journal_keys.items()]
    return {"device": enrolled.device.payload(), "site": about, "journal_keys": opened}


@blueprint.get("/devices")
@require("device.enrol", "device.revoke", "batch.read")
def devices() -> dict[str, object]:
    """All devices but the server itself: how far their chains have come, and what they still owe."""
    here = plant.current()
    with here.engine.connect() as connection:
        states = {state["device"]: state for source in STATES for state in source(connection)}
        found = [device for device in queries.all_devices(connection) if device.role != SERVER]
        items = [_show(here, connection, device, states.get(device.id)) for device in found]
    return {"items": items}


@blueprint.post("/devices/<device>/place")
@require("device.enrol")
@blueprint.arguments(shapes.PlaceGiven)
def place(body: Body, device: str) -> tuple[str, int]:
    """The device is kept in another room from now on, or in none that has a name."""
    person = current_session().person.id
    enrolment.place_device(plant.current(), device, body["place"], body["reason"], actor=person)
    return "", 204


@blueprint.post("/devices/<device>/revoke")
@require("device.revoke")
@blueprint.arguments(shapes.Revoke)
def revoke(body: Body, device: str) -> dict[str, object]:
    """Accept nothing of a device beyond `last_seq` without a flag."""
    here = plant.current()
    enrolment.revoke(here, device, body["last_seq"], body["reason"], actor=current_session().person.id)
    with here.engine.connect() as connection:
        found = queries.find_device(connection, device)
        assert found is not None
        return _show(here, connection, found, None)


def _show(here: Plant, connection: Connection, device: Device, state: Mapping[str, Any] | None) -> dict[str, object]:
    """`owes`: entries that it has written, by its own word or by its revocation, and not delivered (PLT-15)."""
    seq = here.log.device_head(connection, device.id)[0]
    known = max(state["known"] if state else 0, device.last_seq or 0)
    return {
        **device.payload(),
        "last_seen": state["seen_at"] if state else None,
        "seq": seq,
        "revoked_at": device.revoked_at,
        "last_seq": device.last_seq,
        "owes": max(0, known - seq),
    }


def _told(session: Session) -> dict[str, object]:
    with plant.current().engine.connect() as connection:
        given = queries.given_password(connection, session.person.id)
        people = queries.people(connection, [given.by] if given else [])
    return {**session.payload(), "given": given and {**given.payload(), "by": people[given.by]}}


def with_cookie(session: Session) -> Response:
    response = jsonify(_told(session))
    access.set_cookie(response, session.token)
    if session.browser is not None:
        access.set_known(response, session.browser)
    return response


def confirm(here: Plant, person: Person, password: str) -> None:
    """The password once more, with the same lock-out as signing in."""
    try:
        sessions.authenticate(here, person.login, password, access.address())
    except PestleError as error:
        raise PestleError("password_wrong") if error.code == "login_wrong" else error from None
