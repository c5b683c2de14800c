"""The HTTP interface of alerts: one's inbox, its acknowledgements, how one wants to be told, what was not delivered."""

# flask-smorest tells no types of its decorators.
# mypy: allow-untyped-decorators

import math
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from server.alerts import queries, raising, reaching, rules, shapes
from server.alerts.desk import current_desk
from server.alerts.model import ACKNOWLEDGED, Raised, alert_stream
from server.alerts.watch import lock as watch_place
from server.core import clock, db, plant
from server.core.bell import listen
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import access, lockout, preferences, sessions
from server.identity.access import current_person, require
from server.identity.model import Person

blueprint = Blueprint("alerts", __name__, url_prefix="/api/alerts", description="Alerts: inbox, push, e-mail")
# What changes together is told once.
GATHER_SECONDS = 0.2
# The app sets it for these addresses while its glass is locked or somebody works by PIN beside another's session.
GLASS = "pestle_glass"


@blueprint.get("")
def show_inbox() -> dict[str, Any]:
    """What one was told, the newest first; with `?all=1` also what is acknowledged or over."""
    person = current_person().id
    with db.snapshot(plant.current().engine) as connection:
        items = queries.inbox(connection, person, only_open="all" not in request.args)
        return {"items": items, "open": queries.count(connection, person)}


@blueprint.get("/<alert>")
def show_alert(alert: str) -> dict[str, Any]:
    """One alert that one was told of, however long ago. PestleError `alert_unknown`."""
    person = current_person().id
    with db.snapshot(plant.current().engine) as connection:
        found = queries.find(connection, alert, person)
        if found is None:
            raise PestleError("alert_unknown", {"alert": alert[:64]})
        return queries.shown(connection, [found])[0]


@blueprint.get("/count")
def show_count() -> dict[str, int]:
    """{open}: how many wait for an acknowledgement. Every open page asks, so it is no use of the session."""
    person = _bystander()
    with plant.current().engine.connect() as connection:
        return {"open": queries.count(connection, person.id)}


@blueprint.get("/news")
def watch() -> Response:
    """A stream of server-sent events, each of which says that some inbox has changed. It ends with the session.

    PestleError `watchers_many` where so many pages listen that the next one has to look by itself.
    """
    _bystander()
    here, token = plant.current(), access.token()
    return listen(current_desk().bell, lambda: _stands(here, token), GATHER_SECONDS)


@blueprint.get("/notes/<note>")
def show_note(note: str) -> dict[str, str]:
    """{title, text, link, severity, tag}: what a push was about, for the person that it was for, in their language.

    The service worker asks when a push arrives; it is no use of the session. PestleError `not_found` for anybody else.
    """
    person = _bystander()
    if request.cookies.get(GLASS) is not None:
        # Whoever holds the device is not whose session it is.
        raise PestleError("not_found")
    with plant.current().engine.connect() as connection:
        found = queries.of_note(connection, note, person.id)
        language = preferences.language_of(connection, person.id) or "zh"
    if found is None:
        raise PestleError("not_found")
    words = {what: found.words(what, language) for what in ("title", "text")}
    return {**words, "link": f"/inbox/{found.id}", "severity": found.severity, "tag": found.id}


@blueprint.post("/<alert>/acknowledge")
@blueprint.arguments(shapes.Acknowledgement)
def acknowledge(body: shapes.Body, alert: str) -> dict[str, Any]:
    """Say that one has taken notice, with a comment or without: an entry, and the end of every escalation."""
    here, person = plant.current(), current_person()
    found = _find(here, alert, person.id)
    said = {"alert": found.id, "code": found.code, "about": found.link, "raised_at": found.raised_at}
    fact = Fact(ACKNOWLEDGED, alert_stream(found.id), {**said, "comment": body["comment"]}, actor=person.id)
    here.recorder.state(fact)
    # A crash here: the courier drops them when they are due.
    with db.write(here.engine) as connection:
        raising.drop_notes(connection, [found.id])
    current_desk().bell.ring()
    with here.engine.connect() as connection:
        return {"open": queries.count(connection, person.id)}


@blueprint.get("/reach")
def show_reach() -> dict[str, Any]:
    """How one is told: e-mail address, quiet hours, kinds by channel, browsers; see `reaching.show`."""
    return _reach(plant.current(), current_person())


@blueprint.post("/reach")
@blueprint.arguments(shapes.Choices)
def choose(body: shapes.Body) -> dict[str, Any]:
    """Choose all of it, as it stands from now on."""
    here, person = plant.current(), current_person()
    with db.write(here.engine) as connection:
        reaching.choose(connection, person.id, body)
    return _reach(here, person)


@blueprint.post("/browsers")
@blueprint.arguments(shapes.Subscription)
def subscribe(body: shapes.Body) -> dict[str, Any]:
    """Have alerts pushed to this browser. PestleError `endpoint_refused`."""
    here, person = plant.current(), current_person()
    with db.write(here.engine) as connection:
        session = sessions.id_of(connection, access.token() or "")
        if session is None:
            raise PestleError("session_missing")
        reaching.subscribe(connection, here.config, person.id, body, _browser(), session)
    return _reach(here, person)


@blueprint.post("/browsers/<browser>/remove")
def unsubscribe(browser: str) -> dict[str, Any]:
    """No longer to this one."""
    here, person = plant.current(), current_person()
    with db.write(here.engine) as connection:
        reaching.unsubscribe(connection, person.id, browser)
    return _reach(here, person)


@blueprint.post("/trial")
def try_out() -> dict[str, Any]:
    """Alert oneself, to see whether it comes. PestleError `trials_too_many`, with `retry` in seconds."""
    here, person, now = plant.current(), current_person(), clock.now()
    key = f"{person.id} {clock.text(now)}"
    with db.write(here.engine) as connection:
        watch_place(connection)
        past = queries.trials_since(connection, person.id, clock.text(now - rules.TRIAL_SPAN))
        if len(past) >= rules.TRIALS:
            free = datetime.fromisoformat(past[-rules.TRIALS]) + rules.TRIAL_SPAN
            raise PestleError("trials_too_many", {"retry": math.ceil((free - now).total_seconds())})
        raising.raise_alert(connection, Raised("trial", key, "/settings", person=person.id), now, now)
    current_desk().courier.wake()
    current_desk().bell.ring()
    return _reach(here, person)


@blueprint.get("/deliveries")
@require("people.manage")
def show_deliveries() -> dict[str, Any]:
    """How pushes and e-mails went: counts by state, and the last troubles without content."""
    here = plant.current()
    with db.snapshot(here.engine) as connection:
        return {**queries.deliveries(connection), "mail_possible": here.config.mail is not None}


def _stands(here: Plant, token: str | None) -> bool:
    try:
        return not sessions.check_session(here, token).one_time
    except PestleError:
        return False


def _bystander() -> Person:
    """Who is signed in, without using the session: what goes on by itself must not keep it alive."""
    session = sessions.check_session(plant.current(), access.token())
    if session.one_time:
        raise PestleError("password_one_time")
    return session.person


def _find(here: Plant, alert: str, person: str) -> queries.Alert:
    with here.engine.connect() as connection:
        found = queries.find(connection, alert, person)
    if found is None:
        raise PestleError("alert_unknown", {"alert": alert[:64]})
    return found


def _reach(here: Plant, person: Person) -> dict[str, Any]:
    with db.snapshot(here.engine) as connection:
        return reaching.show(connection, here.config, person, _browser())


def _browser() -> str | None:
    return lockout.browser_of(access.address().known)
