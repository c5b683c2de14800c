"""Turns entries of a batch into the rows that are printed: what, value, limits, source, who, when, changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from server.production.model import BALANCED, CALCULATED, RESTED, SINGLE_VALUED, WEIGHINGS
from server.production.paper.model import FROM_PAPER
from server.recipes import printed
from server.release.dossier.words import Lang, labels, word

View = Mapping[str, Any]


def moment(text: str, offset: int) -> str:
    """A UTC instant as the person saw it: 2026-11-22 17:30:05 UTC+08:00; `offset` in minutes east."""
    local = datetime.fromisoformat(text) + timedelta(minutes=offset)
    hours, minutes = divmod(abs(offset), 60)
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"


def person(who: Mapping[str, Any] | None, lang: Lang) -> str:
    if who is None:
        return ""
    latin = who.get("name_en")
    return str(latin if lang == "en" and latin else who.get("name") or who.get("id") or "")


def marked(who: Mapping[str, Any] | None, view: View, lang: Lang) -> str:
    """A person whom an entry names, with how they signed it on the device where they did: `Li Na (offline, PIN)`."""
    how = next((one["how"] for one in view["signed"] if who is not None and one["id"] == who["id"]), None)
    name = person(who, lang)
    if how is None:
        return name
    return f"{name} ({word(how, lang)})" if lang == "en" else f"{name}（{word(how, lang)}）"


def limits(payload: Mapping[str, Any]) -> str:
    """The limits as recorded with the value: 12.577–12.703 kg, ≥ 46 N, ≤ 5 %."""
    bounds = payload.get("limits") or payload
    low, high, unit = bounds.get("low"), bounds.get("high"), bounds.get("unit", "")
    if low is not None and high is not None:
        return f"{low}–{high} {unit}".strip()
    if low is not None:
        return f"≥ {low} {unit}".strip()
    return f"≤ {high} {unit}".strip() if high is not None else ""


def quantity(value: Mapping[str, Any] | None) -> str:
    return "" if value is None else f"{value['value']} {value['unit']}".strip()


def batch_size(value: Mapping[str, Any] | None, lang: Lang) -> str:
    """2,500,000 片: a count is grouped, any other number stays in the digits it was given."""
    if value is None:
        return ""
    number = str(value["value"])
    return f"{int(number):,} {word(value['unit'], lang)}" if number.isdecimal() else quantity(value)


def performer(view: View) -> Any:
    """Who did it: of what was typed in from paper whoever did it there."""
    return view["sheet"]["by"] if "sheet" in view else view["actor"]


def happened(view: View) -> str:
    """When it was done, in UTC: on paper, or as it was captured."""
    return str(view["sheet"]["at"] if "sheet" in view else view["captured_at"])


def typed_in(view: View, lang: Lang) -> str:
    """Who typed it in from paper, and when; empty for what was recorded as it was done."""
    if "sheet" not in view:
        return ""
    said = f"{person(view['actor'], lang)} {moment(view['captured_at'], view['offset'])}"
    return f" ({labels(lang)['paper_typed_by']} {said})"


class Printer:
    """Rows of one batch in one language. `phases` is the control recipe."""

    def __init__(self, lang: Lang, views: Sequence[View], phases: Sequence[View]) -> None:
        self._lang, self._labels = lang, labels(lang)
        self._by_id = {view["id"]: view for view in views}
        self._phases = {phase["id"]: phase for phase in phases}

    def row(self, view: View, superseded: bool) -> dict[str, Any]:
        """One entry with a value. `superseded` says that a decision chose another entry for its place."""
        payload = view["payload"] or {}
        return {
            "index": view["index"],
            "what": self._what(view, payload),
            "value": self.value(view),
            "limits": limits(self._bounds(view)),
            "out": "out_of_limits" in view["flags"],
            "source": self._source(payload),
            "person": person(performer(view), self._lang) + typed_in(view, self._lang),
            "verifier": marked(view["verifier"], view, self._lang),
            "device": view["device"]["name"],
            "captured": moment(happened(view), view["offset"]),
            "recorded": moment(view["recorded_at"], view["offset"]),
            "changes": self._changes(view),
            "comment": payload.get("comment") or "",
            "superseded": superseded,
            "flags": [
                view.get("paper", word(flag, self._lang)) if flag == FROM_PAPER else word(flag, self._lang)
                for flag in view["flags"]
                if flag != "out_of_limits"
            ],
        }

    def value(self, view: View) -> str:
        """The value of an entry as text, in the digits it was recorded with."""
        payload = view["payload"] or {}
        if view["payload"] is None or "withheld" in payload:
            return self._labels["withheld"]
        if "net" in payload:
            return "\n".join([quantity(payload["net"]), *self._beside_net(payload)])
        if "values" in payload:
            values = " · ".join(payload["values"])
            return f"{values} {payload['unit']}\n{self._labels['mean']} {payload['mean']} {payload['unit']}"
        if view["kind"] in CALCULATED:
            return "\n".join([quantity(payload), *self._inputs(payload)])
        if "value" in payload:
            return quantity(payload["value"])
        if "items" in payload:
            wrong = [item["id"] for item in payload["items"] if not item["ok"]]
            return self._labels["ok"] if not wrong else f"{self._labels['not_ok']}: {', '.join(wrong)}"
        return ""

    def _bounds(self, view: View) -> Mapping[str, Any]:
        """Where the limits of a value stand: those of a yield or a balance in the control recipe."""
        payload: Mapping[str, Any] = view["payload"] or {}
        return self._plan_of(payload) if view["kind"] in CALCULATED else payload

    def _plan_of(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """The calculation of a yield, or of a printed material's balance."""
        phase = self._phases.get(payload.get("phase") or "")
        return printed.plan_at(phase, f"{payload.get('phase')}/{payload.get('item', 'yield')}") or {}

    def _inputs(self, payload: Mapping[str, Any]) -> list[str]:
        """What a yield was calculated from, in the recipe's names."""
        names = {one["id"]: one["name"][self._lang] for one in self._plan_of(payload).get("inputs", [])}
        return [f"{names.get(one['id'], one['id'])} {quantity(one)}" for one in payload["inputs"]]

    def _phase_of(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._phases.get(payload.get("phase") or "", {})
        return found

    def _beside_net(self, payload: Mapping[str, Any]) -> list[str]:
        """Of a portion what its container weighed, and what its quantity is over."""
        words = self._labels
        told = []
        if payload.get("gross") is not None and payload.get("tare") is not None:
            tare, gross = quantity(payload["tare"]), quantity(payload["gross"])
            told.append(f"{words['gross']} {gross} − {words['tare']} {tare}")
        results = {name: one for name, one in (payload.get("potency") or {}).items() if one is not None}
        told += [f"{words[name]} {one['value']} %" for name, one in sorted(results.items())]
        if payload.get("basis") is not None:
            told.append(f"{words['compensated']} {payload['basis']['dispensed']} / {payload['basis']['nominal']}")
        return told

    def place(self, phase: str | None, view: View | None) -> str:
        """Where something was found, in people's words: the phase, and the value that `view` gives there."""
        name = str(self._phases.get(phase or "", {}).get("name", {}).get(self._lang, phase or ""))
        if view is None or view["payload"] is None or view["kind"] not in SINGLE_VALUED:
            return name
        return f"{name} · {self._what(view, view['payload']).splitlines()[0]}"

    def _what(self, view: View, payload: Mapping[str, Any]) -> str:
        phase = self._phase_of(payload)
        if view["kind"] in WEIGHINGS and "material" in payload:
            container = f" / {payload['container']}" if payload.get("container") else ""
            container += f" → {payload['into']}" if "into" in payload else ""
            return f"{payload['material']}\n{self._labels['lot']} {payload['lot']}{container}"
        if view["kind"] == RESTED and "container" in payload:
            return f"{word(RESTED, self._lang)}\n{payload['container']}"
        if view["kind"] == BALANCED and "item" in payload:
            one = printed.find(phase, payload["item"])
            return payload["item"] if one is None else f"{one['material']}\n{one['material_name'][self._lang]}"
        for group, key in (("parameters", "parameter"), ("checks", "check")):
            if key in payload:
                named = next((item for item in phase.get(group, []) if item["id"] == payload[key]), None)
                name = named["name"][self._lang] if named else payload[key]
                return f"{name}, {self._labels['round']} {payload['round']}" if "round" in payload else str(name)
        return word(view["kind"], self._lang)

    def _source(self, payload: Mapping[str, Any]) -> str:
        reading = payload.get("reading")
        if reading:
            serial = f"{self._labels['balance']} {reading['balance']} ({reading['model']}, {reading['serial']})"
            empty = payload.get("tare_reading")
            tare = "" if not empty else f"\n{self._labels['tare']}: {empty['raw']}"
            return f"{serial}\n{reading['raw']}{tare}"
        sensed = payload.get("sensed")
        if sensed:
            piece = f"{sensed['equipment']} ({sensed['model']}, {sensed['serial']})"
            moment_ = f"{sensed['signal']}, {sensed['device_time']}"
            return f"{self._labels['device_source']}: {piece}\n{moment_}\n{sensed['raw']}"
        if payload.get("reason") and payload.get("source") == "manual":
            return f"{self._labels['manual']}: {payload['reason']}"
        if "source" in payload:
            return self._labels["manual"] if payload["source"] == "manual" else self._labels["device_source"]
        return ""

    def _changes(self, view: View) -> list[str]:
        """What this entry replaced, the latest first: old value, why, who, when (PLT-07)."""
        changes, current = [], view
        while current.get("corrects") in self._by_id:
            old = self._by_id[current["corrects"]]
            who, when = person(current["actor"], self._lang), moment(current["captured_at"], current["offset"])
            changes.append(f"{self._labels['was']} {self.value(old)} · {current['reason']} · {who} {when}")
            current = old
        return changes


def corrected(views: Iterable[View]) -> set[str]:
    """The ids of entries that a later one corrects: printed as changes of that one, not as rows of their own."""
    return {view["corrects"] for view in views if view["corrects"]}
