"""The weighing and blending record of the demonstration plant: approved, one filled in and one begun."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from server.core import clock
from server.demo.content import Text, t
from server.demo.signing import decide, signature
from server.demo.story import Story
from server.engines.forms import definitions, model
from server.engines.forms.records import model as records
from server.engines.forms.records import queries, rules
from server.engines.forms.rules import evaluate, signed_digest

Values = dict[str, Any]
CODE = "weighing-blending"
_NONE: Mapping[str, Any] = {"alert": None, "action": None, "specification": None}
_TYPED = {"type": "typed", "device": None, "entry": None}


def _field(name: str, type_: str, label: Text, **more: Any) -> dict[str, Any]:
    common: dict[str, Any] = {
        "id": name,
        "type": type_,
        "label": label,
        "hint": None,
        "required": False,
        "when": None,
        "checks": [],
    }
    return {**common, **more}


def _number(name: str, label: Text, unit: str, decimals: int, **more: Any) -> dict[str, Any]:
    measured = {"unit": unit, "decimals": decimals, "rounding": "gbt8170", "limits": dict(_NONE)}
    return _field(name, "number", label, **{**measured, **more})


def _calculated(name: str, label: Text, expression: str, unit: str, decimals: int, **more: Any) -> dict[str, Any]:
    return _number(name, label, unit, decimals, **{"type": "calculation", "expression": expression, **more})


def _limits(**levels: tuple[str | None, str | None]) -> dict[str, Any]:
    return {**_NONE, **{name: {"low": low, "high": high} for name, (low, high) in levels.items()}}


def _section(name: str, title: Text, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "title": title, "when": None, "repeat": None, "fields": list(fields)}


def _choice(code: str, label: Text) -> dict[str, Any]:
    return {"code": code, "label": label}


_READ = t("核对批号、清场合格证和设备状态标识后开始。", "Check the batch, the clearance and the status labels first.")
_HEAD = (
    _field("how", "instruction", t("开始之前", "Before you begin"), text=_READ, picture=None),
    _field("batch", "text", t("批号", "Batch"), max_length=40, multiline=False, required=True),
    _field(
        "room",
        "choice",
        t("房间", "Room"),
        options=[
            _choice("2-114", t("称量间 2-114", "Weighing 2-114")),
            _choice("2-118", t("混合间 2-118", "Blending 2-118")),
        ],
        several=False,
        required=True,
    ),
    _field("clean", "yes_no", t("清场合格证有效", "The clearance is valid"), required=True),
    _field(
        "why",
        "text",
        t("无效的原因", "Why it is not"),
        max_length=500,
        multiline=True,
        when="clean == false",
        required=True,
    ),
)
_WEIGHING = (
    _field("scale", "equipment", t("天平", "Balance"), **{"class": "balance"}, required=True),
    _field(
        "weighings",
        "table",
        t("称量", "Weighings"),
        columns=[
            _field("lot", "lot", t("物料批", "Lot"), material=None, required=True),
            _number("gross", t("毛重", "Gross"), "kg", 3, required=True),
            _number("tare", t("皮重", "Tare"), "kg", 3, required=True),
            _calculated("net", t("净重", "Net"), "gross - tare", "kg", 3),
        ],
        rows={"min": 1, "max": 12},
    ),
    _calculated("total", t("合计净重", "Net in all"), "sum(weighings.map(w, w.net))", "kg", 3),
    _number("theory", t("理论量", "Theoretical"), "kg", 3, required=True),
    _calculated(
        "share",
        t("称量收率", "Yield of the weighing"),
        "total / theory * 100",
        "%",
        1,
        limits=_limits(alert=("99.5", "100.5"), action=("99.0", "101.0"), specification=("98.0", "102.0")),
    ),
)
_BLENDING = (
    _field("blender", "equipment", t("混合机", "Blender"), **{"class": "blender"}, required=True),
    _number("speed", t("转速", "Speed"), "rpm", 0, limits=_limits(action=("8", "12")), required=True),
    _field("begun", "time", t("开始", "Begun"), required=True),
    _field("ended", "time", t("结束", "Ended"), required=True),
    _calculated(
        "minutes",
        t("混合时间", "Blending time"),
        "in_minutes(ended - begun)",
        "min",
        1,
        limits=_limits(alert=("14.5", "15.5"), action=("14.0", "16.0")),
    ),
    _field("report", "file", t("混合机打印记录", "Printout of the blender"), most=2),
    _field("remark", "text", t("备注", "Remark"), max_length=1000, multiline=True),
)
_SIGNED = (
    _field(
        "done",
        "signature",
        t("操作人", "Performed"),
        meaning=t("本人完成并如实记录", "I did and recorded this"),
        required=True,
    ),
    _field(
        "checked",
        "second_signature",
        t("复核人", "Checked"),
        meaning=t("本人复核无误", "I checked this and found it right"),
        of="done",
        required=True,
    ),
)
RECORD: dict[str, Any] = {
    "pestle_form": 1,
    "code": CODE,
    "title": t("称量混合记录", "Weighing and blending record"),
    "sections": [
        _section("head", t("准备", "Preparation"), *_HEAD),
        _section("weighing", t("称量", "Weighing"), *_WEIGHING),
        _section("blending", t("混合", "Blending"), *_BLENDING),
        _section("signing", t("签名", "Signatures"), *_SIGNED),
    ],
}


def _kg(number: str) -> dict[str, str]:
    return {"value": number, "unit": "kg"}


_PREPARED: Values = {"room": "2-114", "clean": True, "scale": "BAL-07"}
_ROWS = (("API-0107/A-5/2", "12.640", "0.420"), ("LAC-0231/L-0412", "24.905", "0.615"))


def fill_in(story: Story, day: str) -> None:
    """`day` as in the numbers of today's batches: one record is complete, of the next the weighing is done."""
    _approve(story)
    done = _open(story, f"B{day}-03")
    _weigh(story, done, _ROWS)
    begun = story.moment
    story.wait(minutes=15)
    # Before all is weighed nothing comes to a yield.
    _say(story, done, "zhangmin", {"theory": _kg("36.500")})
    mixed = {"blender": "MIX-02", "speed": {"value": "10", "unit": "rpm"}, "begun": clock.text(begun)}
    _say(story, done, "wangfang", mixed | {"ended": clock.text(begun + timedelta(minutes=15))})
    _sign(story, done, "done", "wangfang")
    _sign(story, done, "checked", "chenjie")
    _state(story, records.COMPLETED, done, {"record": done}, "wangfang")
    _weigh(story, _open(story, f"B{day}-02"), _ROWS[:1])


def _approve(story: Story) -> None:
    """Prepared by the engineer, reviewed by production, approved by quality."""
    sha256 = definitions.keep(story.plant.config.blobs, RECORD)
    said = {"form": CODE, "version": 1, "sha256": sha256, "title": RECORD["title"], "comment": "由纸质记录 BR-012 转换"}
    said |= {"meaning": dict(model.PREPARED), **signature(story, "zhouwei")}
    story.wait(minutes=2)
    story.state(model.VERSION_SUBMITTED, model.form_stream(CODE), said, story.person("zhouwei"))
    for login, outcome, meaning in (("chenjie", "agree", "reviewed"), ("zhaolin", "approve", "approved")):
        story.wait(minutes=4)
        decide(story, "form-approval", f"form/{CODE}/1", login, outcome, meaning)


def _open(story: Story, batch: str) -> str:
    story.wait(minutes=3)
    name = f"R-{batch}"
    sha256 = definitions.keep(story.plant.config.blobs, RECORD)
    said = {"record": name, "form": CODE, "version": 1, "sha256": sha256, "subject": f"batch/{batch}"}
    _state(story, records.OPENED, name, said, "zhangmin")
    _say(story, name, "zhangmin", {"batch": batch, **_PREPARED})
    return name


def _weigh(story: Story, record: str, rows: tuple[tuple[str, str, str], ...]) -> None:
    for number, (lot, gross, tare) in enumerate(rows, 1):
        story.wait(minutes=4)
        row = {"lot": lot, "gross": _kg(gross), "tare": _kg(tare)}
        _say(story, record, "zhangmin", {f"weighings/{number}/{name}": one for name, one in row.items()})


def _stands(story: Story, record: str) -> Values:
    with story.plant.engine.connect() as connection:
        return rules.filled(queries.values_of(connection, record))


def _say(story: Story, record: str, login: str, given: Values) -> None:
    """Values as they are typed at a desk, with what is calculated from them."""
    before = _stands(story, record)
    state = evaluate(RECORD, before | given)
    values = [{"path": path, "value": one, "source": _TYPED, "comment": None} for path, one in given.items()]
    for path, one in state.paths.items():
        if one.calculated and one.value is not None and one.value != before.get(path):
            source = _TYPED | {"type": "calculated"}
            values.append({"path": path, "value": one.value, "source": source, "comment": None})
    _state(story, records.VALUES, record, {"record": record, "values": values}, login)


def _sign(story: Story, record: str, path: str, login: str) -> None:
    story.wait(minutes=1)
    meaning = next(one["meaning"] for one in _SIGNED if one["id"] == path)
    said = {"record": record, "path": path, "meaning": meaning, "signed_by": story.person(login)}
    said |= {"digest": signed_digest(RECORD, _stands(story, record), path), "signature": signature(story, login)}
    _state(story, records.SIGNED, record, said, login)


def _state(story: Story, kind: str, record: str, payload: Values, login: str) -> None:
    story.state(kind, records.record_stream(record), payload, story.person(login))
