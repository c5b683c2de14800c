"""The kinds of labels: a design submitted and decided on by signature, a label printed."""

from marshmallow import Schema, validate
from marshmallow import fields as plain
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Kind, Room, Ruling
from server.identity import signing
from server.materials.labels import model, projection, queries, rules


def _number(longest: int) -> plain.String:
    """A length in mm or points that is none of a map: "12.5"."""
    return plain.String(required=True, validate=validate.Regexp(rf"[0-9]{{1,{longest}}}(\.[0-9]{{1,2}})?\Z"))


class Element(Schema):
    """`x`, `y`, `w`, `h` in mm from the upper left corner; `size` in points: of letters, or of a box's line. `value`:
    the words of a text, the name of a field; of a code or box nothing ("")."""

    kind = fields.choice(*model.ELEMENTS)
    x = _number(3)
    y = _number(3)
    w = _number(3)
    h = _number(3)
    size = _number(2)
    bold = fields.truth()
    value = plain.String(required=True, validate=validate.Regexp(r"[^\x00-\x1f]{0,200}\Z"))


class Design(Schema):
    what = fields.choice(*model.WHATS)
    name = fields.nested(fields.TextPair)
    width = _number(3)
    height = _number(3)
    elements = fields.many(Element, 1, 60)


class LabelTemplateSubmitted(Design, signing.Signed):
    """`sha256` is over all that the version says; `reason` says what has changed, and why."""

    template = fields.code()
    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(2000)
    meaning = signing.meaning("prepared")


class LabelTemplateDecided(signing.Signed):
    template = fields.code()
    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    approved = fields.truth()
    reason = fields.text(2000)
    meaning = signing.meaning("approved", "rejected")


class _Said(Schema):
    name = fields.text(40)
    value = fields.text(model.LONGEST_TEXT)


class LabelPrinted(Schema):
    """One label: `says` is every word of it, `design` the SHA-256 of the design and `label` that of both.

    `request`: what the page calls the printing, so that asking again prints nothing twice. `copy` counts from 1.
    """

    request = fields.entry_id()
    what = fields.choice(*model.WHATS)
    about = fields.number()
    template = fields.code()
    version = fields.whole(0, 9_999)
    design = fields.sha256()
    says = fields.many(_Said, 1, 60)
    label = fields.sha256()
    format = fields.choice(*model.FORMATS)
    copy = fields.whole(1, 9_999)
    reason = fields.text(2000, none=True)


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    code = rules.submission_refused(given, queries.versions_of(connection, given["template"]))
    if code is not None:
        findings = [one.payload() for one in rules.findings(given)]
        return Ruling(refusal=code, details={"template": given["template"], "findings": findings})
    return signing.refusal(connection, entry, model.said(given)) or Ruling()


def decide_decision(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    found = queries.find_version(connection, given["template"], given["version"])
    code = rules.decision_refused(given, found, entry.actor)
    if code is not None:
        return Ruling(refusal=code, details={"template": given["template"], "version": given["version"]})
    return signing.refusal(connection, entry, model.said(given)) or Ruling()


def decide_print(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    copies = queries.copies(connection, given["what"], [given["about"]]).get(given["about"], 0)
    design = queries.in_force(queries.versions_of(connection, given["template"]))
    code = rules.print_refused(given, copies, design)
    return Ruling() if code is None else Ruling(refusal=code, details={"about": given["about"], "copies": copies})


KINDS = (
    Kind(
        model.SUBMITTED_KIND,
        LabelTemplateSubmitted,
        "decision",
        decide_submission,
        projection.submit,
        by=(model.MANAGES,),
    ),
    Kind(
        model.DECIDED_KIND,
        LabelTemplateDecided,
        "decision",
        decide_decision,
        projection.decide,
        by=(model.APPROVES,),
    ),
    Kind(model.PRINTED_KIND, LabelPrinted, "decision", decide_print, projection.print_, by=model.PRINTS),
)
ROOM = Room("materials", KINDS)
