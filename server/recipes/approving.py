"""How a version of a recipe comes into force: submitted, signed by who prepared it, and decided on by a flow."""

from typing import Any

from sqlalchemy import Connection

from server.core.kinds import Entry, Fact, Ruling
from server.engines.flows import queries as flows
from server.engines.flows import starting
from server.identity import signing
from server.recipes import checking, model, queries
from server.recipes.model import Version

# What is said of a form that names no day.
ON_APPROVAL = "批准之日 / day of approval"


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, that fits what the registers say; with it its approval begins."""
    given = entry.payload
    content, named = model.content_of(given), {"recipe": given["recipe"], "version": given["version"]}
    versions = queries.all_versions(connection, given["recipe"]).get(given["recipe"], [])
    if any(one.state == model.SUBMITTED for one in versions):
        return Ruling(refusal="recipe_waiting", details=named)
    following = versions[0].version + 1 if versions else 1
    digest = model.recipe_hash(content)
    if given["version"] != following or given["sha256"] != digest:
        return Ruling(refusal="recipe_version_wrong", details=named | {"next": following})
    found = checking.check(content, queries.registers(connection, content))
    if found:
        return Ruling(refusal="recipe_faulty", details={"findings": [one.payload() for one in found[:100]]})
    unsigned = signing.refusal(connection, entry, model.said(given))
    if unsigned is not None:
        return unsigned
    subject = model.subject_of(given["recipe"], given["version"])
    # Who approves signs from which day it is used as well: the content does not say that.
    first = given.get("effective_from") or ON_APPROVAL
    asked = {"sha256": [digest], "effective_from": [first]}
    return starting.begin(connection, model.APPROVAL, subject, asked, entry.actor)


def decide_import(connection: Connection, entry: Entry) -> Ruling:
    """A version stands once; what changes becomes the next version (CN 2010, 170). People approve in a flow."""
    given = entry.payload
    if entry.actor != "server":
        return Ruling(refusal="kind_superseded", details={"kind": entry.kind})
    if queries.find_version(connection, given["recipe"], given["version"]) is not None:
        return Ruling(refusal="recipe_version_exists", details={"recipe": given["recipe"], "version": given["version"]})
    return Ruling()


def decide_approval(connection: Connection, entry: Entry) -> Ruling:
    """What a flow about this very version has come to, by who signed it there; not by who prepared it."""
    given = entry.payload
    waiting = _waiting(connection, given)
    if waiting is None or waiting.submitted_by == entry.actor:
        return _missing(given)
    row = flows.find_instance(connection, given["instance"])
    about = (model.APPROVAL, model.subject_of(given["recipe"], given["version"]))
    if row is None or (row.flow, row.subject) != about or row.ended_at is None or row.result != "approved":
        return _missing(given)
    return Ruling() if flows.signer(connection, row.instance) == entry.actor else _missing(given)


def decide_return(connection: Connection, entry: Entry) -> Ruling:
    return Ruling() if _waiting(connection, entry.payload) is not None else _missing(entry.payload)


def ended(connection: Connection, entry: Entry) -> Ruling:
    """The end of an approval decides on the version that waits for it."""
    given = entry.payload
    _, _, named = given["subject"].partition("/")
    code, _, number = named.rpartition("/")
    if given["flow"] != model.APPROVAL or not number.isdecimal():
        return Ruling()
    found = queries.find_version(connection, code, int(number))
    row = flows.last_about(connection, model.APPROVAL, given["subject"])
    if found is None or found.state != model.SUBMITTED or row is None or row.instance != given["instance"]:
        return Ruling()
    said = {"recipe": code, "version": found.version, "sha256": found.sha256, "instance": row.instance}
    said |= {"reason": flows.last_word(connection, row.instance)}
    signer = flows.signer(connection, row.instance) if given["result"] == "approved" else None
    stream, subject = model.recipe_stream(code), f"{code}/{found.version}"
    if signer is None:
        return Ruling(consequences=[Fact(model.VERSION_RETURNED, stream, said, subject=subject)])
    said |= {"signatures": _signatures(connection, found, row.instance)}
    return Ruling(consequences=[Fact(model.APPROVED, stream, said, subject=subject, actor=signer)])


def _signatures(connection: Connection, found: Version, instance: str) -> list[dict[str, Any]]:
    """Who prepared it, and who signed in its flow, in that order."""
    prepared = {"person": found.submitted_by, "meaning": model.MEANING["code"], "at": found.submitted_at}
    signed = flows.signed_in(connection, instance)
    return [prepared, *({"person": one.by, "meaning": one.meaning, "at": one.at} for one in signed)]


def _waiting(connection: Connection, given: Any) -> Version | None:
    """The version that is decided on, where nobody has and where it is these bytes."""
    found = queries.find_version(connection, given["recipe"], given["version"])
    return found if found is not None and (found.state, found.sha256) == (model.SUBMITTED, given["sha256"]) else None


def _missing(given: Any) -> Ruling:
    return Ruling(refusal="flow_approval_missing", details={"instance": given["instance"]})
