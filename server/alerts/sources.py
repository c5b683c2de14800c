"""What in the log raises an alert: for each kind of entry that is listened to, a function that says which."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Row

from server.alerts.model import BY_CODE, GRAVE, Raised
from server.core.kinds import Entry
from server.core.outcomes import SERVER
from server.engines.flows import queries as flows
from server.engines.forms.records import queries as records
from server.equipment import queries as equipment
from server.identity import queries as identity
from server.identity.granting import signing
from server.identity.model import GRANT_CONFIRMED, PERSON_ADDED_V3, ROLES_CHANGED_V3, SIGNS
from server.materials import queries as materials
from server.production import queries as production
from server.production.model import AWAITING_REVIEW, CRITICAL, MAJOR
from server.quality import queries as quality
from server.quality.model import subject_of
from server.quality.usage import queries as usage
from server.release import queries as release
from server.release import questions
from server.release.dossier.words import CODES

Source = Callable[[Connection, Entry], Iterable[Raised]]
# Who holds one of these signs for the quality of what the plant makes.
_SIGNS = frozenset({"batch.release", "batch.review", "lot.decide", "recipe.approve", "batch.work"})
_NOBODY = {"zh": "未知登录名", "en": "an unknown login"}
_LONGEST = 300
_STEPS = {
    "handed": {"zh": "交接", "en": "handed over"},
    "received": {"zh": "接收", "en": "received"},
    "stored": {"zh": "存放", "en": "stored"},
    "destroyed": {"zh": "销毁", "en": "destroyed"},
}


def find(connection: Connection, entry: Entry) -> list[Raised]:
    """The alerts that an entry raises; none for a kind that nobody listens to."""
    source = SOURCES.get(entry.kind)
    return [] if source is None else list(source(connection, entry))


def _login_locked(connection: Connection, entry: Entry) -> Iterable[Raised]:
    person = entry.payload["person"]
    details = {
        "login": _NOBODY if person is None else _name(connection, person),
        "count": entry.payload["attempts"],
        "address": entry.payload["address"],
    }
    yield Raised("signins_failed", entry.id, _to_person(person), details)


def _pin_locked(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    details = {
        "name": _name(connection, given["person"]),
        "device": _device(connection, given["device"]),
        "count": given["wrong"],
    }
    yield Raised("pin_locked", entry.id, f"/devices/{given['device']}", details)


def _password_given(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """Somebody else's password: the person is told, and where they sign records, others as well."""
    person = entry.payload["person"]
    if entry.payload["what"] != "password" or entry.actor == person:
        return
    details = {"by": _name(connection, entry.actor), "name": _name(connection, person)}
    yield Raised("own_password_given", entry.id, "/settings", details, person=person)
    found = identity.find_person(connection, person)
    if found is not None and not _SIGNS.isdisjoint(found.permissions):
        yield Raised("password_of_signer", entry.id, _to_person(person), details)


def _granted(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """A role that signs waits for a second person, or holds: by such a word, or by the console's where others sign."""
    given = entry.payload
    details = {"by": _name(connection, entry.actor), "name": _name(connection, given["person"])}
    if given.get("waiting"):
        yield Raised("grant_waiting", entry.id, "/people/waiting", details)
    others = [one for one in identity.people_with(connection, *SIGNS) if one.id != given["person"]]
    by_console = entry.actor == SERVER and bool(others)
    if (entry.kind == GRANT_CONFIRMED or by_console) and any(signing(one["role"]) for one in given["grants"]):
        yield Raised("signer_granted", entry.id, _to_person(given["person"]), details)


def _exception(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    if given["details"].get("severity") in (MAJOR, CRITICAL) or given["code"] in GRAVE:
        yield _told(connection, entry, given["code"])


def _reported(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """What a person reports as no small thing."""
    if entry.payload["severity"] in (MAJOR, CRITICAL):
        yield _told(connection, entry, "reported")


def _told(connection: Connection, entry: Entry, code: str) -> Raised:
    batch = entry.payload["batch"]
    details = {"batch": batch, "what": _word(code)}
    return Raised("exception_raised", entry.id, f"/batch/{batch}/review", details, places=_rooms(connection, batch))


def _alarm(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """For whoever runs the line and whoever keeps the piece, in the room where it stands or is used."""
    given = entry.payload
    code, batch = given["equipment"], given.get("batch")
    piece = equipment.find_equipment(connection, code)
    here = (piece.location,) if piece is not None and piece.location else ()
    details = {"equipment": code, "what": given["what"][:_LONGEST]}
    places = here or (_rooms(connection, batch) if batch else ())
    yield Raised("equipment_alarm", entry.id, f"/equipment/{quote(code, safe='')}", details, places=places)


def _results(connection: Connection, entry: Entry) -> Iterable[Raised]:
    stated = [one["test"] for one in entry.payload["results"] if one.get("verdict") == "fail"]
    failed = list(dict.fromkeys([*stated, *quality.failed_in(connection, entry.id)]))
    batch, material, lot = subject_of(entry.header.stream)
    subject = batch or (f"{material} {lot}" if lot else None)
    if subject is None or not (failed or "out_of_limits" in entry.flags):
        return
    link = f"/batch/{batch}/review" if batch else f"/lot/{material}/{quote(str(lot), safe='')}"
    places = _rooms(connection, batch) if batch else ()
    details = {"subject": subject, "tests": ", ".join(failed)[:_LONGEST] or "?"}
    yield Raised("results_out_of_limits", entry.id, link, details, places=places)


def _deviation(connection: Connection, entry: Entry) -> Iterable[Raised]:
    number, batch = entry.payload["deviation"], entry.payload["batch"]
    details = {"deviation": number, "batch": batch}
    yield Raised("deviation_opened", number, f"/deviation/{number}", details, places=_rooms(connection, batch))


def _inspection(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    name = materials.material_names(connection, [given["material"]]).get(given["material"])
    details = {"inspection": given["inspection"], "material": name or given["material"], "lot": given["lot"]}
    yield Raised("inspection_opened", given["inspection"], f"/inspections/{given['inspection']}", details)


def _custody(connection: Connection, entry: Entry) -> Iterable[Raised]:
    if "custody_broken" in entry.flags:
        sample, step = entry.payload["sample"], entry.payload["step"]
        details = {"sample": sample, "step": dict(_STEPS[step])}
        yield Raised("custody_broken", entry.id, f"/inspections/samples/{sample}", details)


def _voided(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """What a lot was set free on before may have been found in this sample."""
    _, material, lot = subject_of(entry.header.stream)
    if material is None or lot is None:
        return
    before = [one for one in usage.decisions(connection, material, lot) if one.index < entry.index]
    if before and before[0].status in ("released", "restricted"):
        details = {"sample": entry.payload["sample"], "subject": f"{material} {lot}"}
        details["reason"] = entry.payload["reason"][:_LONGEST]
        yield Raised("sample_voided", entry.id, f"/lot/{material}/{quote(lot, safe='')}", details)


def _record_item(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    found = records.find_record(connection, given["record"])
    what, form = _word(given.get("code", "conflict")), given["record"] if found is None else found.form
    details = {"record": given["record"], "form": form, "what": what}
    yield Raised("record_item", entry.id, f"/records/{given['record']}", details)


def _phase_completed(connection: Connection, entry: Entry) -> Iterable[Raised]:
    batch = entry.payload.get("batch") or subject_of(entry.header.stream)[0]
    if batch is None:
        return
    found = production.find_batch(connection, batch)
    if found is not None and found.status == AWAITING_REVIEW:
        places = _rooms(connection, batch)
        yield Raised("batch_awaiting_review", batch, f"/batch/{batch}/review", {"batch": batch}, places=places)
        if release.awaits_production(connection, batch):
            yield Raised("production_review_due", batch, f"/batch/{batch}/review", {"batch": batch}, places=places)


def _asked(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """Supervisors, and whoever has worked in the phase, or in the batch where it is about no phase."""
    given = entry.payload
    entries = production.entries_of(connection, given["batch"])
    there = [one for one in entries if given["phase"] is None or one.phase == given["phase"]]
    workers = {one.actor for one in there} - {entry.actor, SERVER}
    may = {one.id for one in identity.people_with(connection, "batch.work")}
    link, details = f"/batch/{given['batch']}/questions", _said(connection, entry)
    places = _rooms(connection, given["batch"])
    yield Raised("question_asked", entry.id, link, details, places=places, people=tuple(sorted(workers & may)))


def _requested(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    said = {"batch": given["batch"], "name": _name(connection, entry.actor), "text": given["what"][:_LONGEST]}
    yield Raised("sample_requested", entry.id, f"/batch/{given['batch']}/samples", said)


def _answered(connection: Connection, entry: Entry) -> Iterable[Raised]:
    asked = questions.find(connection, entry.payload["question"])
    if asked is not None:
        link = f"/batch/{asked.batch}/review"
        yield Raised("question_answered", entry.id, link, _said(connection, entry), person=asked.by)


def _said(connection: Connection, entry: Entry) -> dict[str, Any]:
    given = entry.payload
    return {"batch": given["batch"], "name": _name(connection, entry.actor), "text": given["text"][:_LONGEST]}


def _lease_revoked(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    details = {
        "batch": given["batch"],
        "device": _device(connection, given["device"]),
        "reason": given["reason"][:_LONGEST],
    }
    places = _rooms(connection, given["batch"])
    yield Raised("lease_taken_back", given["lease"], f"/batch/{given['batch']}", details, places=places)


def _device_revoked(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    details = {"device": _device(connection, given["device"]), "reason": given["reason"][:_LONGEST]}
    yield Raised("device_revoked", given["device"], f"/devices/{given['device']}", details)


def _disputed(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    details = {"device": _device(connection, given["device"]), "alarm": _word(given["code"])}
    yield Raised("log_disputed", f"{given['device']}/{given['alarm']}", f"/devices/{given['device']}", details)


def _backup_failed(connection: Connection, entry: Entry) -> Iterable[Raised]:
    given = entry.payload
    detail = (given["detail"] or given["code"])[:_LONGEST]
    yield Raised("backup_failed", entry.id, "/audit", {"to": given["to"], "detail": detail})


def _flow_tasks(connection: Connection, entry: Entry) -> Iterable[Raised]:
    """Tasks that an entry has opened or handed on, for everybody who may do them but the one whose entry it is."""
    number, given = entry.payload["instance"], entry.payload
    handed = given["task"] if "to" in given else None
    rows = [one for one in flows.tasks_of(connection, number) if _fresh(one, entry) or one.task == handed]
    for row, whose in zip(rows, flows.waits_for(connection, rows), strict=True):
        people = tuple(one for one in whose if one != entry.actor)
        if people:
            details = {"task": {"zh": row.name_zh, "en": row.name_en}, "subject": flows.subject_of(connection, number)}
            link = f"/instances/{number}"
            yield Raised("flow_task_waiting", flows.key_of(row), link, details, people=people)


def _fresh(row: Row[Any], entry: Entry) -> bool:
    return bool(row.opened_at == entry.header.captured_at)


SOURCES: Mapping[str, Source] = {
    "identity.login_locked.v1": _login_locked,
    "identity.credential_set.v1": _password_given,
    PERSON_ADDED_V3: _granted,
    ROLES_CHANGED_V3: _granted,
    GRANT_CONFIRMED: _granted,
    "identity.device_revoked.v1": _device_revoked,
    "release.question_asked.v1": _asked,
    "production.sample_requested.v1": _requested,
    "release.question_answered.v1": _answered,
    "handheld.pin_locked.v1": _pin_locked,
    "handheld.pin_locked.v2": _pin_locked,
    "handheld.lease_revoked.v1": _lease_revoked,
    "handheld.log_disputed.v1": _disputed,
    "production.exception_raised.v1": _exception,
    "production.exception_reported.v1": _reported,
    "production.phase_completed.v1": _phase_completed,
    "production.phase_aborted.v1": _phase_completed,
    "production.phase_skipped.v1": _phase_completed,
    **dict.fromkeys(BY_CODE["equipment_alarm"].on, _alarm),
    "quality.results_recorded.v1": _results,
    "quality.results_recorded.v2": _results,
    "quality.results_recorded.v3": _results,
    "quality.deviation_opened.v1": _deviation,
    "quality.inspection_opened.v1": _inspection,
    "quality.sample_handed.v1": _custody,
    "quality.sample_voided.v1": _voided,
    "forms.exception_raised.v1": _record_item,
    "forms.conflict_found.v1": _record_item,
    "site.backup_failed.v1": _backup_failed,
    **dict.fromkeys(BY_CODE["flow_task_waiting"].on, _flow_tasks),
}


def _rooms(connection: Connection, batch: str) -> tuple[str, ...]:
    """The rooms of the batch's control recipe: whose area decides who is told."""
    found = production.find_batch(connection, batch)
    rooms = {phase["room"] for phase in found.phases if phase.get("room")} if found is not None else set()
    return tuple(sorted(rooms))


def _name(connection: Connection, person: str) -> dict[str, str]:
    found = identity.people(connection, [person])[person]
    return {"zh": found["name"], "en": found["name_en"] or found["name"]}


def _device(connection: Connection, device: str) -> str:
    return identity.devices(connection, [device])[device]["name"]


def _word(code: str) -> dict[str, Any]:
    return dict(CODES.get(code, {"zh": code, "en": code}))


def _to_person(person: str | None) -> str:
    return "/people" if person is None else f"/people/{person}"
