"""Gathers everything that stands in a printed batch record (21 CFR 211.188, China GMP 175), in one language."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from server.engines.flows import standing
from server.engines.forms import queries as forms
from server.engines.forms.records import queries as records
from server.engines.forms.records.model import Record
from server.identity import queries as identity
from server.materials import queries as materials
from server.production import model as production
from server.production import queries as batches
from server.production.descent import queries as births
from server.production.entry_view import show
from server.production.model import Item
from server.quality import queries as quality
from server.quality.model import FLOW, Deviation, Result, subject_of_number
from server.release import queries as release
from server.release import questions, recorded
from server.release.audit import queries as audits
from server.release.audit.model import AuditReview
from server.release.dossier import answers, clauses, descent, packed, papers, surroundings
from server.release.dossier.rows import (
    Printer,
    View,
    batch_size,
    corrected,
    happened,
    marked,
    moment,
    performer,
    person,
    quantity,
    typed_in,
)
from server.release.dossier.words import Lang, labels, word
from server.release.model import REVIEW_FLOW, Disposition, Notice, Waiver, review_subject
from sync.log.log import Log

_VALUES = (*production.SINGLE_VALUED, production.RESTED)
_MOST_AUDITS = 200
# Flags of entries whose device's clock cannot be believed.
DOUBTFUL_TIMES = frozenset({"clock_skew", "captured_outside", "seen_wrong"})


# What may be withheld on request: what was seen and said, not who decided what.
WITHHOLDABLE = (*_VALUES, production.SPECIMEN, production.REMARK, production.PHOTO)


def gather(
    connection: Connection, log: Log, number: str, lang: Lang, size: int, withhold: Collection[str] = ()
) -> dict[str, Any] | None:
    """The document as plain texts and tables for the template; None for a batch that does not exist.

    Of the batch's stream what stands in the log before `size`; entries of the kinds `withhold` without what they say.
    """
    line = batches.batch_line(connection, number)
    if line is None:
        return None
    stored = [entry for entry in log.stream(connection, production.batch_stream(number)) if entry.index < size]
    views = [_withheld(view) if view["kind"] in withhold else view for view in show(connection, stored)]
    views = [*papers.bound(connection, number, views, lang)]
    phases = _phases(connection, number)
    printer = Printer(lang, views, phases)
    chosen_away = {
        entry.id for entry in batches.entries_of(connection, number) if entry.superseded_by and not entry.corrects
    } - corrected(views)
    away = chosen_away | corrected(views)
    recipe = batches.recipe_of(connection, number)
    above, decided = births.ancestors(connection, number), descent.decisions(connection, number, size)
    content = {
        "lang": lang,
        "words": labels(lang),
        "batch": number,
        "product": line.product["name"][lang],
        "strength": line.product["strength"],
        "size": batch_size(line.size, lang),
        "recipe": "" if recipe is None else f"{recipe['code']} {labels(lang)['version']} {recipe['version']}",
        "status": word(line.status, lang),
        **_span(line.started_at, views),
        "disposition": _disposition(connection, number, lang),
        "signatures": sorted(
            [*_signatures(connection, number, size, lang), *descent.signatures(decided, lang)],
            key=lambda row: str(row["order"]),
        ),
        "descent": descent.told(connection, decided, lang),
        "parents": above,
        "copies": papers.copies(connection, number, lang),
        "records": [_record(connection, number, one, lang) for one in recorded.of_batch(connection, number)],
        "audits": _audits(connection, number, size, views, lang),
        "lots": [] if not set(production.WEIGHINGS).isdisjoint(withhold) else _lots(connection, number, lang),
        "used": answers.used(connection, number, views, away, lang),
        "balance": answers.balance(connection, number, lang),
        "printed": packed.balances(phases, views, away, lang),
        "specimens": packed.specimens(phases, views, away, lang),
        "stages": answers.stages(phases, views, lang),
        "people": answers.people(connection, number, views, lang),
        "equipment": answers.pieces(connection, phases, views, lang),
        "alarms": answers.alarms(connection, number, size, lang),
        "environment": surroundings.told(connection, number, lang),
        "genealogy": answers.genealogy(connection, number, lang),
        "phases": [
            _phase(phase, views, printer, chosen_away, lang)
            | {"sums": [] if production.DISPENSED in withhold else _sums(connection, number, phase, lang)}
            for phase in phases
        ],
        "items": _items(connection, number, views, printer, lang),
        "notes": _notes(views, lang),
        "results": _results(connection, number, lang),
        "yields": [
            [word(item["stage"], lang), quantity(item["value"]), word(item["verdict"], lang)]
            for item in batches.yields_of(connection, number)
        ],
        "gates": [
            {"text": word(gate.code, lang), "met": gate.met, "count": gate.count}
            for gate in release.gates(connection, number)
        ],
        "entries": [_entry(view, lang) for view in views],
    }
    sections = _sections(content, phases, _packaging(connection, content["used"]))
    for name in descent.answered(connection, above):
        sections.setdefault(name, []).append("s-descent")
    return content | {"clauses": clauses.answered(sections, lang)}


def _packaging(connection: Connection, used: Sequence[Sequence[str]]) -> bool:
    """Whether any of what was used is packaging material."""
    return any(materials.material_type(connection, code) == "packaging" for code in {row[0] for row in used})


def _sections(content: Mapping[str, Any], phases: Sequence[Mapping[str, Any]], packaging: bool) -> dict[str, list[str]]:
    """Under which labels of the template what a clause may ask for is found; of what is empty nothing is."""
    found = {name: ["s-front"] for name in ("front", "every")}
    found |= {"exceptions": ["s-exceptions"], "entries": ["s-entries"]}
    named: tuple[str, ...] = (
        "signatures",
        "stages",
        "people",
        "equipment",
        "used",
        "balance",
        "results",
        "yields",
        "genealogy",
    )
    named += ("printed", "specimens")
    found |= {name: [f"s-{name}"] for name in named if content[name]}
    if content["copies"]:
        found["copies"] = ["s-copies"]
    if any(note["blob"] for note in content["notes"]):
        found["photos"] = ["s-remarks"]
    if content["environment"]["read"]:
        found["environment"] = ["s-environment"]
    if packaging:
        found["packaging"] = ["s-used"]
    for at, (planned, phase) in enumerate(zip(phases, content["phases"], strict=True)):
        if phase["rows"] or phase["marks"]:
            found.setdefault("execution", []).append(f"phase-{at}")
            found.setdefault(f"phase:{planned['type']}", []).append(f"phase-{at}")
    if "phase:packaging" in found:
        found |= {"packed": ["s-stages"], "packed_people": ["s-people"]}
    return found


def _withheld(view: View) -> View:
    """Without its payload, but in its place: the subject, which stands in the leaf, names phase and slot."""
    phase, _, _ = str(view["subject"]).partition("/")
    return {**view, "payload": {"phase": phase, "withheld": True}}


def _phases(connection: Connection, number: str) -> Sequence[Mapping[str, Any]]:
    batch = batches.find_batch(connection, number)
    return () if batch is None else batch.phases


def _span(started_at: str | None, views: Sequence[View]) -> dict[str, str]:
    """When production began and ended, by the clock of the device that said so, or as the paper says it."""
    work = [view for view in views if view["kind"] in (*production.WORK, *production.LEFT)]
    first = min(work, key=happened, default=None)
    last = max((view for view in work if view["kind"] in production.ENDS), key=happened, default=None)
    began = started_at or "" if first is None else moment(happened(first), first["offset"])
    return {"started": began, "ended": "" if last is None else moment(happened(last), last["offset"])}


def _disposition(connection: Connection, number: str, lang: Lang) -> dict[str, Any] | None:
    signed = release.current_disposition(connection, number)
    if signed is None:
        return None
    return {
        "decision": word(signed.decision, lang),
        "signer": person(signed.signer, lang),
        "meaning": signed.meaning[lang],
        "at": moment(signed.signed_at, signed.offset),
        "proof": "" if signed.method is None else labels(lang)[f"proof_{signed.method}_{signed.components}"],
        "digest": signed.digest,
        "reason": signed.reason or "",
        "stale": release.is_stale(connection, number, signed),
    }


def _signatures(connection: Connection, number: str, size: int, lang: Lang) -> list[dict[str, Any]]:
    """Every electronic signature over the batch, production's and quality's, earlier ones too, over waivers of
    devices, and in the flows of its review and of its deviations: printed name, time with zone and meaning of each
    (21 CFR 11.50), and which no longer cover what stands (IDN-04)."""
    reviewed = release.production_reviews(connection, number)
    rows = _under(reviewed, lang, lambda one: release.is_outdated(connection, number, one))
    rows += _under(
        release.dispositions(connection, number), lang, lambda one: release.is_stale(connection, number, one)
    )
    late = release.stale_waivers(connection, number)
    waived = release.waivers(connection, number)
    names = identity.devices(connection, {one.device for one in waived})
    for one_ in waived:
        what = f"{word('waiver', lang)}: {names[one_.device]['name']}"
        told = "stale_waiver" if one_.entry in late else ""
        rows.append({"what": what, **_signed(one_, lang), "told": told, "reason": one_.reason})
    rows += [_in_flow(one, lang) for one in standing.signed(connection, _flows(connection, number), size)]
    return rows


def _under(found: Sequence[Disposition], lang: Lang, is_stale: Callable[[Disposition], bool]) -> list[dict[str, Any]]:
    """Signatures of one kind, the oldest first: the last one counts as long as nothing has come since."""
    rows = []
    for one in found:
        is_last = one is found[-1]
        told = "superseded" if not is_last else "stale" if is_stale(one) else ""
        what = word("production_review" if one.decision == "production_reviewed" else one.decision, lang)
        seal = f"{labels(lang)['sealed']}: {one.stream_seq} · {labels(lang)['digest']}: {one.digest}"
        rows.append({"what": what, **_signed(one, lang), "told": told, "reason": one.reason or "", "seal": seal})
    return rows


def _flows(connection: Connection, number: str) -> list[Row[Any]]:
    """The flows that have reviewed the batch, or carried its deviations."""
    about = [subject_of_number(one.number) for one in quality.deviations_of_batch(connection, number)]
    reviews = standing.all_about(connection, REVIEW_FLOW, [review_subject(number)])
    return [*reviews, *standing.all_about(connection, FLOW, about)]


def _in_flow(one: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    said = one["said"]
    what = [one["flow"][lang], *([one["what"][lang]] if one["what"] else [])]
    meaning = [said["meaning"][lang], *([one["outcome"][lang]] if one["outcome"] else [])]
    return {
        "order": said["signed_at"],
        "what": ": ".join(what),
        "signer": person(said["signer"], lang),
        "meaning": " · ".join(meaning),
        "at": moment(said["signed_at"], said["offset"]),
        "proof": labels(lang)[f"proof_{said['method']}_{said['components']}"],
        "told": "",
        "reason": said["comment"] or "",
    }


def _record(connection: Connection, number: str, one: Record, lang: Lang) -> dict[str, Any]:
    """A filled form about the batch; its pages are attached."""
    title = forms.title(connection, one.sha256) or {lang: one.form}
    people = identity.people(connection, {by for by in (one.completed_by,) if by is not None})
    done = [] if one.completed_at is None else [person(people.get(one.completed_by or ""), lang)]
    row = recorded.aside(connection, number).get(one.record)
    away = [] if row is None else [f"{word('record_set_aside', lang)}: {row.reason}"]
    return {
        "record": one.record,
        "title": f"{title[lang]} · {labels(lang)['version']} {one.version}",
        "complete": recorded.is_done(one),
        "open_items": str(one.open_items),
        "completed": " · ".join([*done, *([] if one.completed_at is None else [moment(one.completed_at, 0)])]),
        "items": away
        + [
            f"{word(item.code, lang)} · {item.path or ''} · {item.reason or labels(lang)['open']}"
            for item in records.items_of(connection, one.record)
            if item.state != "joined"
        ],
    }


def _signed(one: Disposition | Waiver, lang: Lang) -> dict[str, str]:
    return {
        "order": one.signed_at,
        "signer": person(one.signer, lang),
        "meaning": one.meaning[lang],
        "at": moment(one.signed_at, one.offset),
        "proof": "" if one.method is None else labels(lang)[f"proof_{one.method}_{one.components}"],
    }


def _audits(connection: Connection, number: str, size: int, views: Sequence[View], lang: Lang) -> dict[str, Any]:
    """Reviews of the batch's audit trail that stand in the log before `size`, the first first, and what came since."""
    found = [one for one in audits.reviews(connection, number, 0, _MOST_AUDITS)[0] if one.index < size]
    places = {view["id"]: view["index"] for view in views}
    last, since = audits.of_batch(connection, number)
    told = "audit_never" if last is None else "audit_since" if since else "audit_whole"
    return {"rows": [_audit(one, places, lang) for one in reversed(found)], "told": told, "since": str(since)}


def _audit(one: AuditReview, places: Mapping[str, int], lang: Lang) -> dict[str, Any]:
    marked = [
        f"#{places.get(remark['entry'], '')} {remark['text']} {remark['deviation'] or ''}" for remark in one.remarks
    ]
    return {
        "index": str(one.index),
        "signer": person(one.signer, lang),
        "meaning": one.meaning[lang],
        "at": moment(one.signed_at, one.offset),
        "proof": labels(lang)[f"proof_{one.method}_{one.components}"],
        "scope": "" if one.scope.is_whole_batch else labels(lang)["audit_part"],
        "count": str(one.count),
        "digest": one.digest,
        "said": [*([one.comment] if one.comment else []), *(text.strip() for text in marked)],
    }


def _lots(connection: Connection, number: str, lang: Lang) -> list[list[str]]:
    keys = batches.lots_of(connection, number)
    names = materials.material_names(connection, {material for material, _ in keys})
    known = {(lot.material, lot.lot): lot for lot in materials.lots_of(connection, keys)}
    rows = []
    for material, number_of_lot in keys:
        lot = known.get((material, number_of_lot))
        name = names.get(material, {}).get(lang, "")
        rows.append([material, name, number_of_lot, "" if lot is None else word(f"lot.{lot.status}", lang)])
    return rows


def _phase(
    phase: Mapping[str, Any], views: Sequence[View], printer: Printer, chosen_away: set[str], lang: Lang
) -> dict[str, Any]:
    here = [view for view in views if (view["payload"] or {}).get("phase") == phase["id"]]
    hidden = corrected(here)
    values = [view for view in here if view["kind"] in _VALUES and view["id"] not in hidden]
    told = (production.STARTED, production.COMPLETED, *production.COURSE, production.EXPLAINED)
    marks = [view for view in here if view["kind"] in told]
    places = {view["id"]: view["index"] for view in views}
    return {
        "id": phase["id"],
        "name": phase["name"][lang],
        "instruction": phase["instruction"][lang],
        "place": " · ".join(word(part, lang) for part in (phase.get("room"), phase.get("equipment")) if part),
        "rows": [printer.row(view, view["id"] in chosen_away) for view in values],
        "marks": [
            f"{word(view['kind'], lang)}{_piece(view, places)}: {_by(view, lang)}, {view['device']['name']}, "
            f"{moment(happened(view), view['offset'])}{typed_in(view, lang)}{_why(view)}"
            for view in marks
        ],
    }


def _piece(view: View, places: Mapping[str, int]) -> str:
    """Of equipment that was identified or cleaned its code; of an explanation which yield it explains."""
    if view["kind"] == production.EXPLAINED:
        return f" #{places.get(view['payload']['entry'], '')}"
    named = (production.IDENTIFIED, production.EQUIPMENT_CLEANED, production.CLEANING_CHECKED, production.ALARM_RAISED)
    return f" {view['payload']['equipment']}" if view["kind"] in named else ""


def _by(view: View, lang: Lang) -> str:
    """Who said it: an explanation is of who signed it, on whosever tablet."""
    by = (view["payload"] or {}).get("explained_by")
    signed = next((one for one in view["signed"] if one["id"] == by), None)
    return person(signed or performer(view), lang)


def _why(view: View) -> str:
    """Why a phase was held, aborted or skipped, what was said when it went on, what explains a yield, and what alarm a
    machine gave."""
    if view["kind"] == production.ALARM_RAISED:
        return f": {view['payload']['what']}"
    if view["kind"] == production.EXPLAINED:
        return f": {view['payload']['explanation']}"
    if view["kind"] == production.PAPER_BEGUN:
        return f": {view.get('paper', '')}"
    said = (view["payload"] or {}).get("reason") or (view["payload"] or {}).get("comment")
    return f": {said}" if said and view["kind"] in (*production.LEFT, production.HELD, production.RESUMED) else ""


def _sums(connection: Connection, number: str, phase: Mapping[str, Any], lang: Lang) -> list[str]:
    """What each line of dispensing came to, as it counts against its limits."""
    return [
        f"{line['material']} {line['name'][lang]}: {labels(lang)['counts_as']} {line['sum']} {line['unit']} "
        f"({line['low']}–{line['high']} {line['unit']})"
        for line in batches.line_sums(connection, number, phase)
    ]


def _items(
    connection: Connection, number: str, views: Sequence[View], printer: Printer, lang: Lang
) -> list[dict[str, Any]]:
    by_id = {view["id"]: view for view in views}
    asked = questions.notices(questions.of_batch(connection, number))
    asked += release.requested(connection, number)
    items: list[Item | Notice] = [*batches.items_of(connection, number), *asked]
    deciders = identity.people(connection, {str(item.decision["by"]) for item in items if item.decision})
    found = quality.deviations_of_batch(connection, number)
    rows = []
    for item in items:
        decision = ""
        if item.decision:
            who = person(deciders.get(str(item.decision["by"])), lang)
            decision = f"{item.decision['text']} · {who} {moment(str(item.decision['at']), 0)}"
            chosen = by_id.get(str(item.decision.get("chosen") or ""))
            decision = f"→ #{chosen['index']} · {decision}" if chosen else decision
        about = [f"#{by_id[entry]['index']}" for entry in item.entries if entry in by_id]
        rows.append(
            {
                "title": word(item.code, lang),
                "slot": printer.place(item.phase, next((by_id[one] for one in item.entries if one in by_id), None)),
                "state": word(item.state, lang) if item.state != "open" else labels(lang)["open"],
                "open": item.state == "open",
                "about": " ".join(about),
                "grave": " · ".join([*_severity(item, lang), *_deviations(item, found)]),
                "comment": item.comment or "",
                "decision": decision,
            }
        )
    return rows


def _severity(item: Item | Notice, lang: Lang) -> list[str]:
    """How grave it is, as whoever reported it has signed, or the rule says."""
    said = item.details.get("severity")
    return [] if said is None else [word(f"severity_{said}", lang)]


def _deviations(item: Item | Notice, found: Sequence[Deviation]) -> list[str]:
    """The number of a deviation, or those that were opened for what is wrong (21 CFR 211.192; CN GMP 2010, 250)."""
    if item.type == "deviation":
        return [item.id]
    return [one.number for one in found if not {*one.entries}.isdisjoint(item.entries)]


def _notes(views: Sequence[View], lang: Lang) -> list[dict[str, str]]:
    notes = []
    for view in views:
        payload = view["payload"] or {}
        if view["kind"] in (production.REMARK, production.PHOTO):
            notes.append(
                {
                    "who": f"{person(view['actor'], lang)}, {moment(view['captured_at'], view['offset'])}",
                    "text": payload.get("text") or payload.get("caption") or _unsaid(payload, lang),
                    "blob": payload.get("blob") or "",
                    "index": str(view["index"]),
                }
            )
    return notes


def _unsaid(payload: Mapping[str, Any], lang: Lang) -> str:
    return labels(lang)["withheld"] if payload.get("withheld") else ""


def _results(connection: Connection, number: str, lang: Lang) -> list[list[str]]:
    return [
        [
            word(result.stage, lang),
            result.name[lang] if result.name else result.test,
            f"{result.value} {result.unit}".strip() + _rounded(result),
            "" if result.low is None and result.high is None else f"{result.low or ''}–{result.high or ''}",
            word(result.verdict, lang),
        ]
        for result in quality.results_of_batch(connection, number)
    ]


def _rounded(result: Result) -> str:
    """As it was reported, which its limits have judged, where that is not how it was measured."""
    return "" if result.reported in (None, result.value) else f" → {result.reported}"


def _others(view: View) -> list[Mapping[str, Any]]:
    """Who signed an entry beside its actor, and whom it names as second person, once each."""
    named = {one["id"]: one for one in [*view["signed"], *([view["verifier"]] if view["verifier"] else [])]}
    return list(named.values())


def _entry(view: View, lang: Lang) -> dict[str, Any]:
    """`doubtful`: its time of capture is not to be relied on. `made`: between which times it must have been made, by
    the log's clock, in the zone of the device that it was captured on."""
    after, offset = view["made"]["after"], view["offset"]
    by_server = view["device"]["id"] == "server"
    return {
        "index": str(view["index"]),
        "kind": word(view["kind"], lang),
        "person": "\n".join([person(view["actor"], lang), *(marked(one, view, lang) for one in _others(view))]),
        "device": str(view["device"]["name"]),
        "captured": moment(view["captured_at"], offset),
        "made": [
            # The server writes when it receives: there is nothing between.
            *([] if by_server else [labels(lang)["not_shown"] if after is None else moment(after, offset)]),
            moment(view["made"]["before"], offset),
        ],
        "doubtful": not DOUBTFUL_TIMES.isdisjoint(view["flags"]),
        "flags": ", ".join(word(flag, lang) for flag in view["flags"]),
    }
