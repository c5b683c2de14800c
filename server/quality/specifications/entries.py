"""The kinds of specifications: submitted and signed by who prepared it; approved or given back by its flow."""

from typing import Any

from marshmallow import Schema
from sqlalchemy import Connection

from server.core import fields
from server.core.kinds import Entry, Fact, Kind, Room, Ruling
from server.engines.flows import kinds as flows
from server.engines.flows import queries as running
from server.engines.flows import starting
from server.identity import signing
from server.quality import projection as quality
from server.quality.inspection import plans
from server.quality.model import ANSWERED, STAGES
from server.quality.specifications import answers, model, projection, queries, rules


class SpecificationOption(Schema):
    code = fields.code()
    zh = fields.text()
    en = fields.text()
    conforms = fields.truth()


class SpecificationTest(Schema):
    code = fields.code()
    name = fields.nested(fields.TextPair)
    method = fields.text(400)
    kind = fields.choice(*model.TEST_KINDS)
    unit = fields.text(20, none=True)
    decimals = fields.whole(0, 10, none=True)
    rounding = fields.choice(*model.ROUNDINGS, none=True)
    low = fields.decimal(none=True)
    high = fields.decimal(none=True)
    options = fields.many(SpecificationOption, 0, 20)


class Sampling(Schema):
    """How a delivery is sampled: `rule` with what it needs (`inspection.plans`); `identity`, whether each container
    that came is identified or each that is opened; `quantity` and `retained`, what is taken for tests and kept."""

    rule = fields.choice(*plans.RULES)
    number = fields.whole(1, 10_000, none=True)
    level = fields.choice(*plans.LEVELS, none=True)
    aql = fields.choice(*plans.AQLS, none=True)
    severity = fields.choice(*plans.SEVERITIES, plans.SWITCHING, none=True)
    identity = fields.choice(*plans.IDENTITIES)
    quantity = fields.nested(fields.QuantityShape, none=True)
    retained = fields.nested(fields.QuantityShape, none=True)
    instruction = fields.text(2000, none=True)


class DefinitionV1(Schema):
    """What results of a material or product at a stage are judged by. `specification`: its code in the plant."""

    material = fields.code()
    stage = fields.choice(*STAGES)
    name = fields.nested(fields.TextPair)
    tests = fields.many(SpecificationTest, 1, 60)
    effective_from = fields.day()


class SpecificationDefinition(DefinitionV1):
    """`sampling`: of what comes in, and of nothing else."""

    sampling = fields.nested(Sampling, none=True)


class _Submission(signing.Signed):
    """`sha256` is over all that is defined; `reason` says what has changed, and why."""

    specification = fields.code()
    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(2000)
    meaning = signing.meaning(model.MEANING["code"])


class SubmittedV1(DefinitionV1, _Submission):
    """Before there were sampling plans."""


class SpecificationSubmitted(SpecificationDefinition, _Submission):
    """A version with all that it defines."""


class SpecificationDecided(Schema):
    """What the flow `instance` came to; `reason`: the last that was said in it."""

    specification = fields.code()
    version = fields.whole(1, 9_999)
    sha256 = fields.sha256()
    reason = fields.text(4000, none=True)
    instance = fields.code()


def decide_submission(connection: Connection, entry: Entry) -> Ruling:
    """The next version, one at a time, of something that the plant knows; its approval begins with it."""
    given = entry.payload
    refused = _refused(connection, entry)
    if refused is not None:
        return refused
    if entry.header.stream != model.stream(given["specification"]) or given["material"] not in queries.names(
        connection
    ):
        return Ruling(refusal="specification_material_unknown", details={"material": given["material"]})
    other = queries.taken_by(connection, given["material"], given["stage"])
    if other not in (None, given["specification"]):
        return Ruling(refusal="specification_taken", details={"specification": other})
    unsigned = signing.refusal(connection, entry, model.said(given))
    return unsigned or _begun(connection, entry)


def _begun(connection: Connection, entry: Entry) -> Ruling:
    given = entry.payload
    subject = model.subject(given["specification"], given["version"])
    return starting.begin(connection, model.FLOW, subject, {"sha256": [given["sha256"]]}, entry.actor)


def decide_version(connection: Connection, entry: Entry) -> Ruling:
    """Of exactly what was submitted, and approved by somebody else than who prepared it."""
    return _refused(connection, entry) or Ruling()


def _refused(connection: Connection, entry: Entry) -> Ruling | None:
    given = entry.payload
    versions = queries.versions_of(connection, given["specification"])
    code = rules.refused(entry.kind, given, entry.actor, versions)
    if code is None:
        return None
    details: dict[str, Any] = {"specification": given["specification"], "version": given["version"]}
    if code == "specification_faulty":
        details["findings"] = [one.payload() for one in rules.findings(given)]
    return Ruling(refusal=code, details=details)


def judge_end(connection: Connection, entry: Entry) -> Ruling:
    """The end of its approval decides on the version that waits for it."""
    given = entry.payload
    named = model.parse_subject(given["subject"])
    if given["flow"] != model.FLOW or named is None:
        return Ruling()
    version = queries.find_version(connection, *named)
    about = running.last_about(connection, model.FLOW, given["subject"])
    if version is None or version.state != model.SUBMITTED or about is None or about.instance != given["instance"]:
        return Ruling()
    said = {"specification": version.specification, "version": version.version, "sha256": version.sha256}
    said |= {"reason": running.last_word(connection, given["instance"]), "instance": given["instance"]}
    signer = running.signer(connection, given["instance"]) if given["result"] == "approved" else None
    kind = model.RETURNED_KIND if signer is None else model.APPROVED_KIND
    stream = model.stream(version.specification)
    return Ruling(consequences=[Fact(kind, stream, said, subject=version.specification, actor=signer or "server")])


def _submitted(name: str, shape: type[Schema]) -> Kind:
    return Kind(name, shape, "decision", decide_submission, projection.submit, by=(model.DESIGNS,))


KINDS = (
    _submitted(model.SUBMITTED_V1, SubmittedV1),
    _submitted(model.SUBMITTED_KIND, SpecificationSubmitted),
    Kind(
        model.APPROVED_KIND, SpecificationDecided, "decision", decide_version, projection.decide, by=(model.APPROVES,)
    ),
    Kind(model.RETURNED_KIND, SpecificationDecided, "decision", decide_version, projection.decide, by=("server",)),
)
ROOM = Room(
    "quality",
    (*KINDS, *answers.KINDS),
    listeners=dict.fromkeys(ANSWERED, quality.join_deviation),
    judges={flows.ENDED: judge_end},
)
