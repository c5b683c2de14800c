"""Versions of forms and flows are approved by flows: one starts when they are submitted, and its end decides.

A version is in force by whom the flow's last approving signature is of; a flow that ends otherwise gives it back.
"""

from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.kinds import Entry, Fact, Ruling
from server.engines.flows import kinds, living, queries, starting, stepping
from server.engines.flows.assigning import needed_at_start
from server.engines.flows.model import Definition, Finding
from server.engines.flows.stored import parsed
from server.engines.forms import model as forms
from server.engines.forms import queries as of_forms

APPROVAL = {"form": "form-approval", "flow": "flow-approval"}
Content = dict[str, Any]


def lacking(definition: Definition) -> list[Finding]:
    """What a flow that rooms start and wait for needs: the end that they wait for; of an approval a signature that
    means it; and no more at its start than the one that came with the product asks for."""
    nodes = [node for scope in definition.scopes.values() for node in scope.nodes.values()]
    wanted, found = kinds.AWAITED.get(definition.code), []
    if wanted is not None and not any(node.result == wanted for node in nodes):
        found.append(Finding("awaited_end_missing", None, {"result": wanted}))
    meanings = {one for node in nodes for one in (node.meaning, *(each.meaning for each in node.outcomes))}
    if definition.code in (*kinds.APPROVALS, kinds.ORDER_RELEASE) and "approved" not in meanings:
        found.append(Finding("approval_unsigned", None, {}))
    if definition.code in kinds.SUBJECTS:
        own = parsed(queries.delivered()[definition.code])
        given = {name: one.type for name, one in own.variables.items() if one.start}
        needed = {name: definition.variables[name].type for name in needed_at_start(definition)}
        more = sorted(name for name, kind in needed.items() if given.get(name) != kind)
        found += [Finding("start_asks_more", None, {"variable": name}) for name in more]
    return found


def submitted(connection: Connection, entry: Entry) -> Ruling:
    """With the version its approval begins, by who submitted it."""
    given, what = entry.payload, "form" if "form" in entry.payload else "flow"
    subject = subject_of(what, given[what], given["version"])
    return starting.begin(connection, APPROVAL[what], subject, {"sha256": [given["sha256"]]}, entry.actor)


def subject_of(what: str, code: str, version: int) -> str:
    return f"{what}/{code}/{version}"


def withdrawn(connection: Connection, entry: Entry) -> Ruling:
    """Nobody goes on approving what its designers have taken back."""
    given = entry.payload
    number = approval_of(connection, "form", given["form"], given["version"])
    row = None if number is None else queries.find_instance(connection, number)
    if row is None or row.ended_at is not None:
        return Ruling()
    said = {"instance": row.instance, "reason": given["reason"]}
    return Ruling(consequences=[Fact(kinds.CANCELLED, kinds.instance_stream(row.instance), said, subject=row.subject)])


def approval_of(connection: Connection, what: str, code: str, version: int) -> str | None:
    """The instance by which a version is, or was, approved; None for what was approved before there were flows."""
    row = queries.last_about(connection, APPROVAL[what], subject_of(what, code, version))
    return None if row is None else row.instance


def ended(connection: Connection, entry: Entry) -> Ruling:
    """The end of an approval decides on the version that waits for it."""
    given = entry.payload
    what, _, named = given["subject"].partition("/")
    code, _, number = named.rpartition("/")
    if APPROVAL.get(what) != given["flow"] or not number.isdecimal():
        return Ruling()
    waiting = _waiting(connection, what, code, int(number))
    if waiting is None or approval_of(connection, what, code, int(number)) != given["instance"]:
        return Ruling()
    signer = queries.signer(connection, given["instance"]) if given["result"] == "approved" else None
    said = {what: code, "version": int(number), "sha256": waiting, "instance": given["instance"]}
    said |= {"reason": queries.last_word(connection, given["instance"])}
    if what == "form" and signer is not None:
        said |= {"effective_from": _first_day(connection, given["instance"], entry)}
    return Ruling(consequences=[_decision(what, code, said, signer)])


def stands(connection: Connection, entry: Entry) -> Ruling:
    """An approval is what a flow about this very version has come to, by who signed it there, and nothing else is."""
    given, what = entry.payload, "form" if "form" in entry.payload else "flow"
    row = queries.find_instance(connection, given["instance"])
    about = (APPROVAL[what], subject_of(what, given[what], given["version"]))
    if row is None or (row.flow, row.subject) != about or (row.ended_at is None) or row.result != "approved":
        return Ruling(refusal="flow_approval_missing", details={"instance": given["instance"]})
    if queries.signer(connection, row.instance) != entry.actor:
        return Ruling(refusal="flow_approval_missing", details={"instance": given["instance"]})
    return Ruling()


def _decision(what: str, code: str, said: Content, signer: str | None) -> Fact:
    stream = forms.form_stream(code) if what == "form" else kinds.flow_stream(code)
    approved, returned = {
        "form": (forms.VERSION_APPROVED, forms.VERSION_REJECTED),
        "flow": (kinds.APPROVED, kinds.REJECTED),
    }[what]
    if signer is None:
        return Fact(returned, stream, said, subject=code)
    return Fact(approved, stream, said, subject=code, actor=signer)


def _waiting(connection: Connection, what: str, code: str, number: int) -> str | None:
    """The digest of a version on which nobody has decided; None where there is none."""
    if what == "flow":
        row = queries.find_version(connection, code, number)
        return row.sha256 if row is not None and row.state == "submitted" else None
    versions = of_forms.versions_of(connection, code)
    if not 0 < number <= len(versions) or versions[number - 1].state != "submitted":
        return None
    return versions[number - 1].sha256


def _first_day(connection: Connection, number: str, entry: Entry) -> str:
    """The day that the approval says; else that of its end."""
    row = queries.find_instance(connection, number)
    assert row is not None
    chosen = living.variables(stepping.load(row.state)).get("effective_from")
    return str(chosen or days.captured(connection, entry))
