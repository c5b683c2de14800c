"""What is wrong with an observation of a batch: pure; state and entry in, judgements out. Nothing is refused here."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.core.steps import NOT_QUALIFIED, action, step
from server.core.units import Link
from server.materials.stock import rules as quantities
from server.production import model
from server.production.model import Batch, BatchEntry, Judgement
from server.recipes import structure
from server.recipes.model import find_line, find_phase, has_slot

# Clocks of two tablets may differ by as much before a completion counts as later than the work after it (PLT-13).
CLOCK_TOLERANCE = timedelta(minutes=5)

Payload = Mapping[str, Any]

_LAST = {
    model.STARTED: "started",
    model.CLEARED: "clearance",
    model.COMPLETED: "completed",
    model.HELD: "held",
    model.RESUMED: "resumed",
    model.ABORTED: "aborted",
    model.SKIPPED: "skipped",
    model.IDENTIFIED: "equipment",
    model.EQUIPMENT_CLEANED: "cleaned",
    model.CLEANING_CHECKED: "cleaning_checked",
    model.ALARM_RAISED: "alarm",
    model.REQUESTED: "sample_requested",
    model.REMARK: "remark",
    model.PHOTO: "photo",
    model.RESTED: "rest",
    model.VERIFIED: "verified",
    model.EXCEPTION: "exception",
    model.PAPER_BEGUN: "paper",
    model.PAPER_ENDED: "paper_ended",
    model.REPORTED: "exception",
    model.YIELDED: "yield",
    model.EXPLAINED: "explained",
}


def slot_of(kind: str, payload: Payload) -> str:
    """The slot that an entry fills, from what it says, whatever its header claims."""
    phase = payload.get("phase")
    match kind:
        case model.WEIGHED:
            last = "net"
        case model.DISPENSED:
            last = f"{payload['line']}/{payload['portion']}"
        case model.PARAMETER | model.BOUND:
            last = payload["parameter"]
        case model.CHECKED:
            last = f"{payload['check']}/{payload['round']}"
        case model.BALANCED:
            last = payload["item"]
        case model.SPECIMEN:
            last = f"{payload['item']}/specimen"
        case _:
            last = _LAST[kind]
    return last if phase is None else f"{phase}/{last}"


def judge_place(kind: str, payload: Payload, subject: str, stream: str, batch: Batch | None) -> list[Judgement]:
    """Batch, phase and slot must exist in the order, and the header must say the same as the payload."""
    if batch is None:
        return [Judgement("batch_unknown", {"batch": payload["batch"]})]
    found = []
    slot, phase = slot_of(kind, payload), payload.get("phase")
    if stream != model.batch_stream(batch.number) or (kind in model.SINGLE_VALUED and subject != slot):
        found.append(Judgement("subject_mismatch", {"stream": stream, "subject": subject, "slot": slot}))
    planned = find_phase(batch.phases, phase) if phase is not None else None
    missing = phase is not None and planned is None
    if missing or (planned is not None and kind in model.SINGLE_VALUED and not has_slot(planned, slot)):
        found.append(Judgement("slot_unknown", {"slot": slot}))
    return found


def judge_order(phases: Sequence[Payload], phase: str, ended: Mapping[str, str], captured_at: str) -> list[str]:
    """The phases that should have ended before this one, however far before, and had not; `ended` maps phase to time.

    Those far before too: what comes after a phase that was skipped still comes after what should have been before that.
    """
    latest = datetime.fromisoformat(captured_at) + CLOCK_TOLERANCE
    before = structure.above(phases, phase) - {phase}
    times = [(one["id"], ended.get(one["id"])) for one in phases if one["id"] in before]
    return [number for number, at in times if at is None or datetime.fromisoformat(at) > latest]


def planned_limits(kind: str, payload: Payload, phase: Payload | None) -> Payload:
    """low, high and unit of the frozen recipe; those in the entry where the recipe has no such slot."""
    if phase is not None:
        if kind == model.WEIGHED and phase["type"] == "weighing":
            return phase
        name, group = ("parameter", "parameters") if kind in model.PARAMETERS else ("check", "checks")
        for planned in phase.get(group, ()):
            if planned["id"] == payload.get(name):
                return dict(planned)
    return dict(payload["limits"])


def judge_values(kind: str, payload: Payload, phase: Payload | None, own: Sequence[Link] = ()) -> list[Judgement]:
    """Out of limits, in a unit that is another kind, or with a mean that its values do not have; a weight counts in
    whatever unit its balance shows, by what its material says of its units (`own`) as well."""
    if kind == model.CLEARED:
        return _judge_clearance(payload)
    if kind not in model.SINGLE_VALUED or kind in (model.DISPENSED, *model.CALCULATED):
        # A portion alone has no limits; what a line comes to has. A yield is judged by what it was calculated from.
        return []
    limits = planned_limits(kind, payload, phase)
    values, unit = _values(kind, payload)
    if unit != limits["unit"]:
        weighed = quantities.amount(payload["net"], limits["unit"], own) if kind == model.WEIGHED else None
        if weighed is None:
            return [Judgement("unit_mismatch", {"unit": unit, "expected": limits["unit"]})]
        values, unit = [quantities.shown(weighed)], limits["unit"]
    found = _judge_mean(payload, limits) if kind == model.CHECKED else []
    outside = [value for value in values if not within(value, limits["low"], limits["high"])]
    if outside:
        bounds = {"low": limits["low"], "high": limits["high"], "unit": unit}
        missing = {"comment_missing": not payload["comment"]}
        found.append(Judgement("out_of_limits", {"values": outside, **bounds, **missing}))
    return found


def within(value: str, low: str | None, high: str | None) -> bool:
    """Both limits belong to the range; a limit that is null bounds nothing."""
    number = Decimal(value)
    return (low is None or number >= Decimal(low)) and (high is None or number <= Decimal(high))


def mean(values: Sequence[str], decimals: int) -> str:
    """The mean, rounded half up (away from zero) to one place more than the values have; exact until then."""
    places = decimals + 1
    exact = sum((Fraction(value) for value in values), Fraction(0)) * 10**places / len(values)
    rounded = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return f"{Decimal(rounded if exact >= 0 else -rounded).scaleb(-places):f}"


def _values(kind: str, payload: Payload) -> tuple[list[str], str]:
    if kind == model.WEIGHED:
        return [payload["net"]["value"]], payload["net"]["unit"]
    if kind in model.PARAMETERS:
        return [payload["value"]["value"]], payload["value"]["unit"]
    # The mean lies within the limits whenever all values do, so judging it as well costs nothing and reads plainly.
    return [*payload["values"], payload["mean"]], payload["unit"]


def _judge_mean(payload: Payload, limits: Payload) -> list[Judgement]:
    found = []
    samples = limits.get("samples")
    if samples is not None and samples != len(payload["values"]):
        found.append(Judgement("samples_incomplete", {"samples": samples, "values": len(payload["values"])}))
    if limits.get("decimals") is not None:
        right = mean(payload["values"], limits["decimals"])
        if Decimal(right) != Decimal(payload["mean"]):
            found.append(Judgement("calculation_differs", {"mean": payload["mean"], "calculated": right}))
    return found


def _judge_clearance(payload: Payload) -> list[Judgement]:
    not_clear = [item["id"] for item in payload["items"] if not item["ok"]]
    if not not_clear:
        return []
    return [Judgement("out_of_limits", {"items": not_clear, "comment_missing": not payload["comment"]})]


def judge_lot(payload: Payload, batch: Batch, phase: Payload | None, status: str | None) -> list[Judgement]:
    """The lot must be one that was allocated, of the material the phase asks for, and fit for use that day."""
    found = []
    material, lot = payload["material"], payload["lot"]
    place = find_line(phase, payload["line"]) if "line" in payload else phase
    asked = place.get("material") if place is not None else None
    if (material, lot) not in batch.lots or (asked is not None and asked != material):
        found.append(Judgement("wrong_lot", {"material": material, "lot": lot, "expected": asked}))
    if status is not None and status != "released":
        found.append(Judgement("lot_not_released", {"material": material, "lot": lot, "status": status}))
    return found


def weights_read(kind: str, payload: Payload) -> list[tuple[str, list[Payload]]]:
    """Which of a weighing's fields name a reading of the balance, and what that may have shown: the gross weight too
    where the container was not tared at the balance."""
    if kind not in (model.DISPENSED, model.RESTED):
        return [("reading", [payload["net"]])]
    weights = [payload["net"]] if payload["gross"] is None else [payload["gross"], payload["net"]]
    tare = payload["tare"]
    return [("reading", weights), *([] if tare is None else [("tare_reading", [tare])])]


def judge_reading(payload: Payload, reading: Payload | None, from_bridge: bool, used_by: str | None) -> list[Judgement]:
    """A weight from a balance must be a stable reading in the log, by a bridge, of that balance, taken once.

    `reading` is {device, balance, quality, value, unit} of the log, `used_by` the entry that took it before.
    """
    named = payload["reading"]
    if named is None:
        problem = "missing"
    elif reading is None:
        problem = "not_in_log"
    elif not from_bridge or reading["device"] != named["device"]:
        problem = "not_a_bridge"
    elif reading["balance"] != named["balance"]:
        problem = "other_balance"
    elif (reading["value"], reading["unit"]) != (payload["net"]["value"], payload["net"]["unit"]):
        problem = "other_value"
    elif reading["quality"] != "stable":
        problem = "unstable"
    elif used_by is not None:
        problem = "reused"
    else:
        return []
    details = {"problem": problem, "reading": named["id"] if named is not None else None}
    if problem == "other_value" and reading is not None:
        details["net"] = {"value": reading["value"], "unit": reading["unit"]}
    return [Judgement("reading_unverified", details | ({"used_by": used_by} if problem == "reused" else {}))]


def judge_verifier(payload: Payload, performer: str, signed: bool, permitted: bool) -> list[Judgement]:
    """The second person: another one, permitted, and with a signature of their own (CN 2010, 163; 211.101(c))."""
    verifier = payload["verified_by"]
    manual = payload["source"] == "manual"
    if verifier is None:
        return [Judgement("manual_weight_unverified", {"problem": "missing"})] if manual else []
    found = []
    if not signed:
        found.append(Judgement("manual_weight_unverified", {"problem": "signature", "verifier": verifier}))
    if verifier == performer:
        found.append(Judgement("verifier_is_performer", {"verifier": verifier}))
    if not permitted:
        found.append(Judgement("person_not_permitted", {"person": verifier}))
    return found


def needs_of(kind: str, payload: Payload, phase: Payload | None) -> list[str]:
    """The steps by which the plant may ask for qualifications of who does this work: the kind of phase, the class of
    its equipment, its room, the balance that was weighed on, and what the recipe names besides."""
    if kind not in model.IN_ROOM or phase is None:
        return []
    pieces = [phase.get("equipment"), phase.get("room")]
    if kind in model.READ and payload["reading"] is not None:
        pieces.append(payload["reading"]["balance"])
    own = [step("phase", phase["type"]), *(step("equipment", piece) for piece in pieces if piece is not None)]
    return [*own, *phase.get("needs", ())]


def judge_qualified(person: str, missing: Sequence[str]) -> list[Judgement]:
    """Work by somebody who did not hold what the plant asks for it (CN 2010, 26 and 27; 21 CFR 211.25)."""
    if not missing:
        return []
    return [Judgement(NOT_QUALIFIED, {"person": person, "missing": list(missing), "severity": model.MAJOR})]


# What the second person's check needs, whatever is checked.
SECOND_CHECK = (action("second_check"),)


def judge_photo(named: str | None, is_photo: bool) -> list[Judgement]:
    """What is named as the photo of a report must be one, of the same batch."""
    return [] if named is None or is_photo else [Judgement("photo_unknown", {"photo": named})]


def judge_correction(kind: str, slot: str, reason: str | None, corrected: BatchEntry | None) -> list[Judgement]:
    """A correction names an entry of its own slot, and why (PLT-07)."""
    if corrected is None:
        return [Judgement("correction_unknown", {"problem": "unknown_entry"})]
    if (corrected.kind, corrected.slot) != (kind, slot):
        return [Judgement("correction_unknown", {"problem": "other_slot", "slot": corrected.slot})]
    return [] if reason else [Judgement("correction_unknown", {"problem": "reason_missing"})]


def rivals(kind: str, corrects: str | None, current: Sequence[BatchEntry]) -> list[str]:
    """The entries that claim what this one claims: `current` are those of its slot that nothing has superseded.

    The entry that is corrected gives way. Kinds that may stand many times in a slot only rival another
    correction of the same entry.
    """
    if kind in model.SINGLE_VALUED:
        return [entry.id for entry in current if entry.id != corrects]
    return [entry.id for entry in current if corrects is not None and entry.corrects == corrects]


def status_after(status: str, phases_done: int, phases_total: int) -> str:
    """The status once a phase has begun or ended; a disposition is final."""
    if status not in (model.ORDERED, model.IN_PROGRESS, model.AWAITING_REVIEW):
        return status
    return model.AWAITING_REVIEW if phases_total and phases_done == phases_total else model.IN_PROGRESS
