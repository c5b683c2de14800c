"""The kinds of copies of the empty record: issued, printed, accounted for."""

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Ruling
from server.production import queries as batches
from server.production.descent import queries as births
from server.production.model import GONE
from server.release.paper import model, projection, queries, rules


class BlankIssued(Schema):
    """`copy` counts from 1; every one but the first has a `reason`."""

    batch = fields.code()
    copy = fields.whole(1, 1000)
    reason = fields.text(2000, none=True)


class BlankAccounted(Schema):
    """`copy` was not typed in from: it came back unused or spoiled, or is lost."""

    batch = fields.code()
    copy = fields.whole(1, 1000)
    outcome = fields.choice(*model.OUTCOMES)
    reason = fields.text(2000)


class BlankPrinted(Schema):
    """A copy was printed, as PDF; from the second time on there is a `reason`."""

    batch = fields.code()
    copy = fields.whole(1, 1000)
    lang = fields.choice(*model.LANGUAGES)
    reason = fields.text(2000, none=True)


def decide(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    found = batches.find_batch(connection, given["batch"])
    if found is None or not found.phases:
        return Ruling(refusal="not_found", details={"batch": given["batch"]})
    issued = queries.last_copy(connection, births.family(connection, given["batch"]))
    gone = found.status in GONE
    code = rules.refusal(found.disposed, gone, issued, given["copy"], given["reason"])
    return Ruling() if code is None else Ruling(refusal=code, details={"batch": given["batch"], "copies": issued})


def decide_account(connection: Connection, entry: Entry) -> Ruling:
    given, batch = entry.payload, entry.payload["batch"]
    found = batches.find_batch(connection, batch)
    copy = given["copy"]
    issued = any(one.copy == copy for one in queries.copies(connection, batch))
    known, used = copy in queries.accounts(connection, batch), copy in births.typed_from(connection, batch)
    code = rules.account_refused(found is not None and found.disposed, issued, known, used)
    return Ruling() if code is None else Ruling(refusal=code, details={"batch": batch, "copy": copy})


def decide_print(connection: Connection, entry: Entry) -> Ruling:
    given, batch, copy = entry.payload, entry.payload["batch"], entry.payload["copy"]
    found = batches.find_batch(connection, batch)
    issued = any(one.copy == copy for one in queries.copies(connection, batch))
    known, prints = copy in queries.accounts(connection, batch), queries.prints(connection, batch).get(copy, [])
    code = rules.print_refused(found is not None and found.disposed, issued, known, len(prints), given["reason"])
    return Ruling() if code is None else Ruling(refusal=code, details={"batch": batch, "copy": copy})


def rooms_of_batch(connection: Connection, entry: Entry) -> list[str]:
    found = batches.find_batch(connection, entry.payload["batch"])
    return [] if found is None else batches.rooms_of(found.phases)


KINDS = (
    Kind(
        model.ISSUED,
        BlankIssued,
        "decision",
        decide,
        projection.issue,
        by=(model.ISSUES,),
        places=rooms_of_batch,
    ),
    Kind(
        model.ACCOUNTED,
        BlankAccounted,
        "decision",
        decide_account,
        projection.account,
        by=(model.ISSUES,),
        places=rooms_of_batch,
    ),
    Kind(
        model.PRINTED,
        BlankPrinted,
        "decision",
        decide_print,
        projection.print_out,
        by=(model.ISSUES,),
        places=rooms_of_batch,
    ),
)
