"""Forms to test with: fields by a word, and the weighing record of a blend as a plant would write it."""

import hashlib
from typing import Any

from sync import canonical

NO_LIMITS: dict[str, Any] = {"alert": None, "action": None, "specification": None}


def words(text: str, zh: str | None = None) -> dict[str, str]:
    return {"zh": zh or text, "en": text}


def field(id_: str, type_: str, **more: Any) -> dict[str, Any]:
    common = {
        "id": id_,
        "type": type_,
        "label": words(id_),
        "hint": None,
        "required": False,
        "when": None,
        "checks": [],
    }
    return {**common, **more}


def text(id_: str, **more: Any) -> dict[str, Any]:
    return field(id_, "text", **{"max_length": 200, "multiline": False, **more})


def number(id_: str, unit: str = "kg", decimals: int = 3, **more: Any) -> dict[str, Any]:
    measured = {"unit": unit, "decimals": decimals, "rounding": "gbt8170", "limits": NO_LIMITS}
    return field(id_, "number", **{**measured, **more})


def calculation(id_: str, expression: str, unit: str | None = "kg", decimals: int = 3, **more: Any) -> dict[str, Any]:
    measured = {"unit": unit, "decimals": decimals, "rounding": "gbt8170", "limits": NO_LIMITS}
    return field(id_, "calculation", **{**measured, "expression": expression, **more})


def choice(id_: str, *codes: str, several: bool = False, **more: Any) -> dict[str, Any]:
    options = [{"code": code, "label": words(code)} for code in codes]
    return field(id_, "choice", options=options, several=several, **more)


def table(id_: str, *columns: dict[str, Any], least: int = 1, most: int = 20, **more: Any) -> dict[str, Any]:
    return field(id_, "table", columns=list(columns), rows={"min": least, "max": most}, **more)


def limits(**levels: tuple[str | None, str | None]) -> dict[str, Any]:
    return {**NO_LIMITS, **{name: {"low": low, "high": high} for name, (low, high) in levels.items()}}


def section(id_: str, *fields: dict[str, Any], when: str | None = None, repeat: Any = None) -> dict[str, Any]:
    return {"id": id_, "title": words(id_), "when": when, "repeat": repeat, "fields": list(fields)}


def form(*sections: dict[str, Any], code: str = "weighing-record") -> dict[str, Any]:
    return {"pestle_form": 1, "code": code, "title": words("Weighing record", "称量记录"), "sections": list(sections)}


def quantity(value: str, unit: str = "kg") -> dict[str, str]:
    return {"value": value, "unit": unit}


def weighing_record() -> dict[str, Any]:
    return form(
        section(
            "head",
            text("batch", required=True),
            number("batch_size", required=True),
            choice("room", "R-101", "R-102"),
            text("why_other", when='room == "R-102"', required=True),
        ),
        section(
            "weighing",
            table(
                "weighings",
                field("lot", "lot", material=None, required=True),
                number("gross"),
                number("tare"),
                calculation("net", "gross - tare", limits=limits(action=("1.000", "10.000"))),
                calculation("share", "net / total * 100", "%", 1, rounding="half_up"),
            ),
            calculation("total", "sum(weighings.map(w, w.net))"),
            calculation(
                "yield_",
                "total / batch_size * 100",
                "%",
                2,
                limits=limits(alert=("97", "101"), action=("96", "101.5"), specification=("95.00", "102.00")),
            ),
            field("done", "signature", meaning=words("Weighed", "称量人")),
            field("checked", "second_signature", meaning=words("Checked", "复核人"), of="done"),
        ),
    )


def submission(
    definition: dict[str, Any], revision: int, version: int = 1, comment: str | None = None
) -> dict[str, Any]:
    """What is sent to submit a draft, but for who signs it."""
    sha256 = hashlib.sha256(canonical.encode(definition)).hexdigest()
    return {"revision": revision, "version": version, "sha256": sha256, "comment": comment}
