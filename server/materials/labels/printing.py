"""Prints labels: first the entries that say so, then the pages, as often as the same request is asked for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from server.core import clock, days
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.materials.labels import drawing, model, printables, queries, zpl
from server.materials.labels.model import Fields, Payload, Print, Version

# Time for a printer that was out of paper; after that it is another print.
AGAIN = timedelta(minutes=15)
_ATTEMPTS = 5


def print_(here: Plant, given: Payload, person: str) -> list[Print]:
    """The labels of a request, which stand in the log from now on: those that it has printed before where it is asked
    again. All or none: an interrupted request has printed nothing, one whose answer was lost is asked again.

    PestleError `label_thing_unknown`, `label_name_long`, `label_template_stale`, `label_reason_missing`.
    """
    for attempt in range(_ATTEMPTS):
        with here.engine.connect() as connection:
            done = queries.of_request(connection, given["request"])
            facts = [] if done else _facts(connection, given, person)
        if done:
            return _own(done, given, person)
        try:
            here.recorder.state(*facts)
        except PestleError as error:
            # Another page prints the same label at the same moment: then this one is the next copy.
            if error.code != "label_copy_wrong" or attempt == _ATTEMPTS - 1:
                raise
    with here.engine.connect() as connection:
        return queries.of_request(connection, given["request"])


def _own(done: Sequence[Print], given: Payload, person: str) -> list[Print]:
    """A request is its person's and says once what it prints."""
    same = {one.by for one in done} == {person} and [one.about for one in done] == [*dict.fromkeys(given["names"])]
    if not same or done[0].what != given["what"] or done[0].format != given["format"]:
        raise PestleError("label_request_other", {"request": given["request"]})
    return list(done)


def _facts(connection: Connection, given: Payload, person: str) -> list[Fact]:
    what, names = given["what"], [*dict.fromkeys(given["names"])]
    design = _design(connection, what, given["template"])
    known = printables.SOURCES[what](connection, names, days.today(connection))
    lacking = [name for name in names if name not in known]
    if lacking:
        raise PestleError("label_thing_unknown", {"names": lacking})
    long = [name for name in names if len(name) > model.LONGEST_NAME]
    if long:
        raise PestleError("label_name_long", {"names": long})
    copies = queries.copies(connection, what, names)
    if copies and given["reason"] is None:
        raise PestleError("label_reason_missing", {"names": sorted(copies)})
    return [_fact(given, design, name, known[name], copies.get(name, 0) + 1, person) for name in names]


def _design(connection: Connection, what: str, template: str | None) -> Version:
    found = queries.designs_for(connection, what)
    design = next((one for one in found if template in (None, one.template)), None)
    if design is None:
        raise PestleError("label_template_stale", {"template": template})
    return design


def _fact(given: Payload, design: Version, name: str, known: Fields, copy: int, person: str) -> Fact:
    says = said(design, known, copy)
    payload: dict[str, Any] = {"request": given["request"], "what": given["what"], "about": name, "copy": copy}
    payload |= {"template": design.template, "version": design.version, "design": design.sha256}
    payload |= {"says": model.pairs(says), "label": model.label_digest(design.sha256, says)}
    payload |= {"format": given["format"], "reason": given["reason"] if copy > 1 else None}
    return Fact(model.PRINTED_KIND, model.stream(given["what"], name), payload, subject=name, actor=person)


def said(design: Version, known: Fields, copy: int) -> dict[str, str]:
    """What a label of this design says, its code among it; that it is not the first one where it is not."""
    now = clock.now().astimezone().strftime("%Y-%m-%d %H:%M")
    all_ = {**known, "printed": now, "copy": f"补打 {copy} · Reprint {copy}" if copy > 1 else ""}
    used = {one["value"] for one in design.elements if one["kind"] == model.FIELD} | {model.CODE}
    return {name: _short(text) for name, text in all_.items() if name in used and text}


def _short(text: str) -> str:
    """As much of it as an entry says of a label, which is far more than there is room for."""
    return text if len(text) <= model.LONGEST_TEXT else f"{text[: model.LONGEST_TEXT - 1]}…"


def pages(connection: Connection, request: str, person: str, dots: int) -> tuple[bytes, str]:
    """The labels of a request and their format, for a while to who printed them. PestleError `not_found`,
    `label_print_over`."""
    done = [one for one in queries.of_request(connection, request) if one.by == person]
    if not done:
        raise PestleError("not_found", {"name": request})
    if clock.now() - datetime.fromisoformat(done[0].at) > AGAIN:
        raise PestleError("label_print_over", {"request": request})
    design = queries.find_version(connection, done[0].template, done[0].version)
    assert design is not None, "designs are kept"
    labels: list[Mapping[str, str]] = [one.fields for one in done]
    if done[0].format == "pdf":
        return drawing.pdf(design.design(), labels), "pdf"
    return zpl.labels(design.design(), labels, dots).encode(), "zpl"
