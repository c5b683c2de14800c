"""What a reviewer is shown first, which gates a batch has passed, and whether a signature may be set: pure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from server.production import model as production
from server.production.model import BatchEntry, Item
from server.quality.model import Deviation, Result
from server.quality.requests.model import Request
from server.quality.specifications.model import Test, missing
from server.recipes.model import slots
from server.release.model import MEANINGS_OF, DeviceHead, Disposition, Gate, Holding, Notice, Question, Review, Waiver
from sync import canonical

_INFO_KINDS = {production.HELD: "hold", production.REMARK: "remark", production.PHOTO: "photo"}
# What touches a value is seen before what only stands beside it.
_NOTABLE = ("manual_weight", "correction", "hold", "remark", "photo")


def notices(
    items: Iterable[Item],
    entries: Iterable[BatchEntry],
    waivers: Iterable[Waiver] = (),
    deviations: Iterable[Deviation] = (),
) -> list[Notice]:
    """Everything that is not plain good work: what QA decides, then what QA should at least see."""
    about = {deviation.number: deviation.entries for deviation in deviations}
    notable = [notice for entry in entries for notice in _of_entry(entry)]
    return [
        *(_of_item(item, about.get(item.id, item.entries)) for item in items),
        *(_of_waiver(waiver) for waiver in waivers),
        *sorted(notable, key=lambda notice: _NOTABLE.index(notice.type)),
    ]


def _of_waiver(waiver: Waiver) -> Notice:
    return Notice(
        id=waiver.entry,
        type="waiver",
        code="device_waived",
        phase=None,
        slot=None,
        state="info",
        entries=(),
        details={"device": waiver.device, "known": waiver.known, "delivered": waiver.delivered},
        comment=None,
        decision={"by": waiver.signer["id"], "at": waiver.signed_at, "text": waiver.reason, "chosen": None},
    )


def _of_item(item: Item, entries: tuple[str, ...]) -> Notice:
    type_ = "late_entry" if item.code == "late_entry" else item.type
    return Notice(
        id=item.id,
        type=type_,
        code=item.code,
        phase=item.phase,
        slot=item.slot,
        state=item.state,
        entries=entries,
        details=item.details,
        comment=item.comment,
        decision=item.decision,
    )


def _of_entry(entry: BatchEntry) -> list[Notice]:
    codes = []
    if entry.kind in _INFO_KINDS:
        codes.append(_INFO_KINDS[entry.kind])
    if entry.kind in production.WEIGHINGS and entry.source == "manual":
        codes.append("manual_weight")
    if entry.corrects is not None:
        codes.append("correction")
    related = (entry.id,) if entry.corrects is None else (entry.corrects, entry.id)
    return [
        Notice(
            id=f"{code}:{entry.id}",
            type=code,
            code=code,
            phase=entry.phase,
            slot=entry.slot,
            state="info",
            entries=related if code == "correction" else (entry.id,),
            details={},
            comment=None,
            decision=None,
        )
        for code in codes
    ]


def phases_gate(
    phases: Sequence[Mapping[str, Any]], done: Iterable[str], entries: Sequence[BatchEntry], items: Iterable[Item] = ()
) -> Gate:
    filled = {entry.slot for entry in entries if entry.kind in production.SINGLE_VALUED}
    left = {entry.phase for entry in entries if entry.kind in production.LEFT}
    return gaps_gate(phases, done, filled, left, items)


def gaps_gate(
    phases: Sequence[Mapping[str, Any]],
    done: Iterable[str],
    filled: Collection[str],
    left: Collection[str | None],
    items: Iterable[Item],
) -> Gate:
    """Every phase was completed, and every slot of it holds a value; or it was aborted or skipped, and QA has assessed
    the exceptions that this is."""
    known = [item for item in items if item.code in production.LEFT_CODES.values()]
    assessed = {item.phase for item in known} - {item.phase for item in known if item.state == "open"}
    finished = set(done)
    missing = [one["id"] for one in phases if one["id"] not in (assessed if one["id"] in left else finished)]
    whole = [phase for phase in phases if phase["id"] in finished and phase["id"] not in left]
    return gate("phases", [*missing, *(slot for phase in whole for slot in slots(phase) if slot not in filled)])


def items_gates(items: Iterable[Item]) -> list[Gate]:
    still = [item for item in items if item.state == "open"]
    conflicts = [item.slot or item.code for item in still if item.type == "conflict"]
    exceptions = [item.code for item in still if item.type == "exception"]
    deviations = [item.id for item in still if item.type == "deviation"]
    return [gate("conflicts", conflicts), gate("exceptions", exceptions), gate("deviations", deviations)]


def results_gates(results: Iterable[Result], yields: Iterable[Mapping[str, Any]]) -> list[Gate]:
    failed = [f"{result.stage}/{result.test}" for result in results if result.verdict == "fail"]
    outside = [line["stage"] for line in yields if line["verdict"] == "fail"]
    return [gate("results", failed), gate("yields", outside)]


def specification_gate(tests: Sequence[Test], results: Iterable[Result]) -> Gate:
    """There is a result of every test that the specification of the product asks for at release."""
    return gate("specification", missing(tests, [one.test for one in results if one.stage == "release"]))


def checks_gates(results: Sequence[Result], unchecked: Sequence[str], standing: bool) -> list[Gate]:
    """A second person has checked every result of the batch: asked of who signs, so that an older signature which
    stands is not said to lack what nobody asked of it; no gate of a batch without results."""
    return [gate("results_checked", unchecked)] if results and not (standing and unchecked) else []


def gate(code: str, against: Sequence[str]) -> Gate:
    return Gate(code, not against, len(against), tuple(against))


def clean(notices: Iterable[Notice], entries: Sequence[BatchEntry]) -> int:
    """How many entries no notice is about: the reviewer need not open them."""
    named = {entry for notice in notices for entry in notice.entries}
    return sum(entry.id not in named for entry in entries)


def digest(
    batch: str,
    shown: Sequence[Notice],
    counts: tuple[int, int],
    gates: Sequence[Gate],
    stream: tuple[int, str],
    devices: Sequence[DeviceHead],
    records: Sequence[Mapping[str, Any]] = (),
) -> str:
    """SHA-256 over exactly what the reviewer sees, in canonical JSON.

    `stream` is the entry count of the batch's stream with its head, which stands for the bytes of its entries;
    `records` are the filled forms about it, each with the end of its own stream.
    """
    value = {
        "batch": batch,
        "items": [
            {"id": notice.id, "type": notice.type, "code": notice.code, "state": notice.state} for notice in shown
        ],
        "clean": counts[0],
        "entries": counts[1],
        "gates": [one.payload() for one in gates],
        "stream_seq": stream[0],
        "stream_hash": stream[1],
        "devices": [head.payload() for head in devices],
        **({"records": [*records]} if records else {}),
    }
    return hashlib.sha256(canonical.encode(value)).hexdigest()


def refusal(
    decision: str, meaning: str, status: str, before: Disposition | None, stale: bool, produced: bool
) -> str | None:
    """Why nobody may sign this now, before the gates are looked at; a code of the error catalogue.

    A signature is set once. It may be set again when entries came after it, but nothing leaves "rejected"
    (CN 2010, 230; 211.192); who produced does not release (DR 22).
    """
    if meaning not in MEANINGS_OF[decision]:
        return "meaning_unknown"
    if status == production.HISTORICAL:
        return "batch_historical"
    if status in production.GONE:
        return "batch_gone"
    if before is not None and (not stale or (before.decision, decision) == ("rejected", "released")):
        return "batch_disposed"
    return "releaser_produced" if produced and decision == "released" else None


def production_refused(status: str, decided: bool, covered: bool, ended: bool, produced: bool) -> str | None:
    """Why production's review of a batch cannot be signed now; a code of the error catalogue. `decided`: quality's
    signature stands; `covered`: production's does. Who did the work does not review it (CN GMP 2010, 230; DR 22)."""
    if status == production.HISTORICAL:
        return "batch_historical"
    if status in production.GONE:
        return "batch_gone"
    if decided:
        return "batch_disposed"
    if covered:
        return "production_covered"
    if not ended:
        return "production_unfinished"
    return "production_own" if produced else None


def production_gate(signed: bool, stale: bool) -> Gate:
    """Production has reviewed its record, and nothing of how the batch was made has come since."""
    return gate("production_reviewed", ["came_after"] if signed and stale else [] if signed else ["not_reviewed"])


def blocked(decision: str, review: Review, signed: str) -> str | None:
    """Why this review cannot be signed: it is not the one that was shown, or, for a release, a gate is open."""
    if review.digest != signed:
        return "digest_stale"
    return "release_blocked" if decision == "released" and review.unmet else None


def waiver_refused(
    found: Holding | None, shown: tuple[int, int], before: Disposition | None, stale: bool, produced: bool
) -> str | None:
    """Why QA cannot waive this device now; a code of the error catalogue. `shown`: known and delivered, as seen.

    A device that owes nothing needs no waiver, and who produced does not excuse what is missing (DR 22).
    """
    if before is not None and not stale:
        return "batch_disposed"
    if found is None or not found.blocks:
        return "device_owes_nothing"
    if produced:
        return "waiver_produced"
    return "waiver_stale" if shown != (found.known, found.delivered) else None


def answer_refused(asked: Question | None, batch: str, person: str) -> str | None:
    """Why this person cannot answer this question now; a code of the error catalogue. A question is to the others:
    who asked it would only answer themselves."""
    if asked is None or asked.batch != batch:
        return "not_found"
    if not asked.is_open:
        return "question_answered"
    return "question_own" if asked.by == person else None


# What a batch's own gates ask that says nothing of what came of it: it is asked of its children in its place.
_OWN = ("specification", "batch_reviewed", "production_reviewed")
# What may be the very reason of a rework; what is only split or merged is what was tested.
_REWORKED = ("results", "yields")


def parents_gates(found: Mapping[str, Sequence[Gate]], same: Collection[str]) -> list[Gate]:
    """Nothing is open of what the batch came of, however far back (PRD-14), and nothing that it is still the `same` as
    has failed; no gate of a batch that was ordered."""
    every = [
        f"{batch}: {what}" for batch, gates in found.items() for one in gates for what in _open_of(one, batch in same)
    ]
    return [gate("parents", every)] if found else []


def _open_of(one: Gate, same: bool) -> Sequence[str]:
    """Phases that are left are done in the children; a value that is missing of one that was done is missing there."""
    if one.met or one.code in _OWN or (one.code in _REWORKED and not same):
        return ()
    return [slot for slot in one.details if "/" in slot] if one.code == "phases" else (one.code,)


def requests_notices(requests: Sequence[Request], holding: Collection[str]) -> list[Notice]:
    """`holding`: the entries of those that hold the release."""
    return [
        Notice(
            id=one.entry,
            type="sample_request",
            code="sample_request",
            phase=one.phase,
            slot=None,
            state="open" if one.entry in holding else "assessed",
            entries=(one.entry,),
            details={"by": one.by, "what": one.what, "sample": one.number},
            comment=one.reason,
            decision=_said_of(one),
        )
        for one in requests
    ]


def _said_of(one: Request) -> dict[str, Any] | None:
    """What was said last of a sampling request: its answer, or why what was drawn is not tested."""
    if one.is_open:
        return None
    if one.untested is not None:
        text = f"{one.number} · {one.untested}"
        return {"by": one.untested_by, "at": one.untested_at, "text": text, "chosen": None}
    return {"by": one.answered_by, "at": one.answered_at, "text": one.declined or one.number, "chosen": None}


def requests_gates(requests: Sequence[Request], holding: Sequence[str]) -> list[Gate]:
    """Every sample that the floor has asked for has a result, or somebody said why it was not drawn or is not tested;
    no gate of a batch of which none was asked for."""
    return [gate("sample_requests", holding)] if requests else []


def questions_gates(asked: Sequence[Question]) -> list[Gate]:
    """Every question of the review has an answer; no gate of a batch of which nobody asked anything."""
    return [gate("questions", [one.entry for one in asked if one.is_open])] if asked else []
