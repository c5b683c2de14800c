"""The HTTP interface of passkeys: made and withdrawn by who holds them, asked for to sign in and to sign."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

import math
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema
from marshmallow import fields as plain

from server.core import fields, plant
from server.core.errors import PestleError
from server.core.plant import Plant
from server.identity import access, accounts, passkeys, queries, views
from server.identity.access import current_person, current_session, require

Body = Mapping[str, Any]
blueprint = Blueprint("passkeys", __name__, url_prefix="/api", description="Passkeys")


class PasskeySignIn(passkeys.PasskeyAssertion):
    """`device` as with a password."""

    device = plain.String(load_default=None, allow_none=True, validate=fields.IS_CODE)


class Password(Schema):
    """Once more: a session left open must not give away the power to sign."""

    password = fields.text()


class Withdrawal(Schema):
    reason = fields.text(2000)


@blueprint.post("/passkeys/options")
@blueprint.arguments(passkeys.Asked)
def ask(body: Body) -> dict[str, object]:
    """{nonce, challenge, rp_id, credentials, timeout}: to sign in, or in a session to sign what has this digest."""
    here = plant.current()
    _check_place(here)
    if body["digest"] is not None:
        return passkeys.options(here, current_session(), body["digest"])
    # Each takes a row for minutes: nobody takes more of them than passwords could be tried.
    wait = here.sign_ins.take(access.address())
    if wait > 0:
        raise PestleError("signins_too_many", {"retry": math.ceil(wait)})
    return passkeys.options(here, None)


@blueprint.post("/session/passkey")
@blueprint.arguments(PasskeySignIn)
def sign_in(body: Body) -> Response:
    """Sign in by a passkey; the cookie is the session."""
    here = plant.current()
    return views.with_cookie(passkeys.sign_in(here, body, access.address()))


@blueprint.get("/passkeys")
def own() -> dict[str, object]:
    """One's own that are in use: {credential, label, rp_id, added_at, used_at}; and `domain`, where they work."""
    return _show(plant.current(), current_person().id)


@blueprint.post("/passkeys/registration")
@blueprint.arguments(Password)
def begin(body: Body) -> dict[str, object]:
    """What a browser makes a passkey with, for the password."""
    here, person = plant.current(), current_person()
    _check_place(here)
    views.confirm(here, person, body["password"])
    return passkeys.registration(here, person)


@blueprint.post("/passkeys")
@blueprint.arguments(passkeys.Registration)
@blueprint.response(201)
def add(body: Body) -> dict[str, object]:
    """Take up the passkey that was made."""
    here, person = plant.current(), current_person()
    _check_place(here)
    passkeys.add(here, person, body, request.host_url.rstrip("/"))
    return _show(here, person.id)


@blueprint.post("/passkeys/<credential>/withdraw")
@blueprint.arguments(Withdrawal)
def withdraw(body: Body, credential: str) -> dict[str, object]:
    """One's own."""
    here, person = plant.current(), current_person().id
    passkeys.withdraw(here, person, credential, body["reason"], actor=person)
    return _show(here, person)


@blueprint.get("/people/<person>/passkeys")
@require("people.manage")
def of_person(person: str) -> dict[str, object]:
    """As one's own."""
    here = plant.current()
    return _show(here, accounts.find(here, person).id)


@blueprint.post("/people/<person>/passkeys/<credential>/withdraw")
@require("people.manage")
@blueprint.arguments(Withdrawal)
def withdraw_for(body: Body, person: str, credential: str) -> dict[str, object]:
    """Another's: lost, or its holder has left."""
    here = plant.current()
    passkeys.withdraw(here, person, credential, body["reason"], actor=current_session().person.id)
    return _show(here, person)


def _show(here: Plant, person: str) -> dict[str, object]:
    with here.engine.connect() as connection:
        items = [one.payload() for one in queries.passkeys_in_use(connection, person)]
    return {"items": items, "domain": here.config.passkey_domain}


def _check_place(here: Plant) -> None:
    """PestleError `passkey_place` where this request came by another name than passkeys are made for."""
    domain = here.config.passkey_domain
    host = request.host.rpartition(":")[0] or request.host
    if domain is None or (request.host != domain and host != domain):
        raise PestleError("passkey_place", {"domain": domain})
