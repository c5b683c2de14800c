"""Makes the empty record: every phase of the control recipe with its instruction and a line for each value, its limits
printed, so that a plant whose machines are all down works on by the same recipe (Annex 11, 16; China GMP 173, 174)."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst
from sqlalchemy import Connection

from server.core.typesetting import FONTS
from server.identity import queries as identity
from server.production import queries as batches
from server.production.model import SPECIMEN
from server.recipes import printed
from server.release.dossier.rows import batch_size, limits, moment, person
from server.release.dossier.words import Lang, labels, word
from server.release.paper.model import Copy, Print

_TEMPLATE = resources.files("server.release.paper") / "blank.typ"
# Lines for portions of a material that comes out of several containers.
_PORTIONS = 3


def blank_pdf(connection: Connection, site: str, copy: Copy, prints: Sequence[Print]) -> bytes | None:
    """PDF/A-3 of the last of these prints of a copy; None for a batch without phases, as history has none."""
    lang: Lang = "en" if prints[-1].lang == "en" else "zh"
    line, batch = batches.batch_line(connection, copy.batch), batches.find_batch(connection, copy.batch)
    recipe = batches.recipe_of(connection, copy.batch)
    if line is None or batch is None or recipe is None:
        return None
    issuer = identity.people(connection, {copy.by})[copy.by]
    content = {
        "lang": lang,
        "words": labels(lang),
        "site": site,
        "batch": copy.batch,
        "product": line.product["name"][lang],
        "strength": line.product["strength"],
        "size": batch_size(line.size, lang),
        "recipe": f"{recipe['code']} {labels(lang)['version']} {recipe['version']}",
        "copy": str(copy.copy),
        "issued": f"{person(issuer, lang)} · {moment(copy.at, 0)}",
        "reason": copy.reason or "",
        "again": f"{labels(lang)['blank_print']} {len(prints)}" if len(prints) > 1 else "",
        "again_why": prints[-1].reason or "",
        "phases": [_phase(phase, lang) for phase in batch.phases],
    }
    return _compile(content)


def _phase(phase: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    return {
        "id": phase["id"],
        "name": phase["name"][lang],
        "instruction": phase["instruction"][lang],
        "place": " · ".join(word(part, lang) for part in (phase.get("room"), phase.get("equipment")) if part),
        "rows": [list(row) for row in _rows(phase, lang)],
    }


def _rows(phase: Mapping[str, Any], lang: Lang) -> Iterator[tuple[str, str]]:
    """(what is to be written, its limits), in the order of work."""
    match phase["type"]:
        case "line_clearance":
            yield from ((item["text"][lang], labels(lang)["ok_or_not"]) for item in phase["items"])
        case "weighing":
            yield f"{phase['material']} {phase['material_name'][lang]}", limits(phase)
        case "dispensing":
            for line in phase["lines"]:
                for _ in range(_PORTIONS):
                    yield f"{line['material']} {line['material_name'][lang]}", limits(line)
        case "parameters":
            yield from ((one["name"][lang], limits(one)) for one in phase["parameters"])
        case "in_process":
            for turn in range(1, phase["rounds"] + 1):
                for check in phase["checks"]:
                    samples = f" × {check['samples']}" if check["samples"] > 1 else ""
                    yield f"{check['name'][lang]}{samples}, {labels(lang)['round']} {turn}", limits(check)
        case "yield":
            yield from ((one["name"][lang], one["unit"]) for one in phase["inputs"])
            yield phase["name"][lang], limits(phase)
        case "packaging":
            for one in phase["printed"]:
                yield from _balance(printed.plan(phase, one), one, lang)
        case _:
            yield labels(lang)["done"], ""


def _balance(plan: Mapping[str, Any], one: Mapping[str, Any], lang: Lang) -> Iterator[tuple[str, str]]:
    """What became of a printed material, and the place where its specimen is stuck."""
    name = one["material_name"][lang]
    yield from ((f"{name}: {given['name'][lang]}", given["unit"]) for given in plan["inputs"])
    yield f"{one['material']} {name}", limits(plan)
    if one["specimen"]:
        yield f"{name}: {word(SPECIMEN, lang)}", ""


def _compile(content: Mapping[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="pestle-blank-") as name:
        folder = Path(name)
        (folder / "content.json").write_bytes(orjson.dumps(content))
        (folder / "main.typ").write_text(_TEMPLATE.read_text("utf-8"), "utf-8")
        pdf: bytes = typst.compile(
            str(folder / "main.typ"),
            root=str(folder),
            font_paths=[FONTS],
            ignore_system_fonts=True,
            pdf_standards="a-3b",
        )
        return pdf
