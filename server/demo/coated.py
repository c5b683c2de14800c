"""The demonstration plant's film-coated tablet: its master recipe, and the materials and equipment that only it needs.

250 000 tablets from dispensing to the carton. The coating suspension is made while the cores are compressed, and both
have a time within which they are used. Per tablet, per batch and total agree, as the check asks (recipes.formula).
"""

from typing import Any

from server.demo import dispensing
from server.demo.content import Text, t

# material, names, type, unit
MATERIALS: tuple[tuple[str, Text, str, str], ...] = (
    ("OPD-0311", t("薄膜包衣预混剂", "Film-coating premix"), "raw", "kg"),
    ("WAT-0001", t("纯化水", "Purified water"), "raw", "kg"),
    ("PVC-0501", t("药用 PVC 硬片", "PVC film"), "packaging", "kg"),
    ("ALU-0502", t("药用铝箔", "Aluminium foil"), "packaging", "kg"),
    ("CAR-0601", t("阿莫替尼片纸盒", "Cartons, Amotinib Tablets"), "packaging", "pcs"),
)
# material, lot, supplier, the supplier's lot, quantity, containers, expiry
LOTS: tuple[tuple[str, str, str, str, str, int, str], ...] = (
    ("OPD-0311", "O-0025", "Colorcon", "OP224106", "60.000", 4, "2028-06-30"),
    ("WAT-0001", "W-0917", "本厂", "PW-2", "200.000", 2, "2028-01-31"),
)
# equipment, class, names, serial, model, location, calibration due
EQUIPMENT: tuple[tuple[str, str, Text, str | None, str | None, str, str | None], ...] = (
    ("2-116", "room", t("制粒间 2-116", "Granulation room 2-116"), None, None, "2-116", None),
    ("2-123", "room", t("包衣间 2-123", "Coating room 2-123"), None, None, "2-123", None),
    ("2-130", "room", t("包装间 2-130", "Packaging room 2-130"), None, None, "2-130", None),
    (
        "HSM-01",
        "granulator",
        t("湿法制粒机 HSM-01", "High-shear mixer HSM-01"),
        "H-0417",
        "G150",
        "2-116",
        "2027-04-30",
    ),
    ("FBD-01", "dryer", t("流化床 FBD-01", "Fluid-bed dryer FBD-01"), "F-0288", "WBF-60", "2-116", "2027-04-30"),
    ("COA-01", "coater", t("包衣机 COA-01", "Pan coater COA-01"), "C-0102", "BGB-75", "2-123", "2027-05-31"),
    ("COA-02", "coater", t("包衣机 COA-02", "Pan coater COA-02"), "C-0103", "BGB-75", "2-123", "2027-05-31"),
    ("PAC-01", "blister", t("泡罩线 PAC-01", "Blister line PAC-01"), "P-0066", "DPP-250", "2-130", None),
)


def _phase(
    number: str, kind: str, after: list[str], name: Text, instruction: Text, room: str, minutes: int, **more: Any
) -> dict[str, Any]:
    same = {"id": number, "type": kind, "after": after, "name": name, "instruction": instruction, "room": room}
    rest: dict[str, Any] = {"equipment": None, "candidates": [], "needs": [], "times": [], "minutes": minutes}
    return same | rest | more


def _within(since: str, most: int) -> dict[str, Any]:
    """At most so many minutes from the end of one phase to the start of another."""
    return {"since": since, "from": "end", "to": "start", "min": None, "max": most}


def _clearance(number: str, after: list[str], room: str) -> dict[str, Any]:
    items = [
        {"id": "a", "text": t("无上批物料、标签和文件", "No material, label or paper of the batch before")},
        {"id": "b", "text": t("房间和设备有已清洁标识且在有效期内", "Room and equipment bear a valid clean label")},
    ]
    name = t(f"清场检查 {room}", f"Line clearance {room}")
    does = t("逐项检查，全部合格后确认。", "Check each item. Confirm when all are in order.")
    return _phase(number, "line_clearance", after, name, does, room, 10, items=items)


def _value(code: str, name: Text, unit: str, low: str | None, target: str | None, high: str | None) -> dict[str, Any]:
    decimals = max(len(text.partition(".")[2]) for text in (low or "", target or "", high or ""))
    return {
        "id": code,
        "name": name,
        "unit": unit,
        "low": low,
        "high": high,
        "target": target,
        "decimals": decimals,
    }


def _check(code: str, name: Text, unit: str, low: str, target: str, high: str, samples: int) -> dict[str, Any]:
    return _value(code, name, unit, low, target, high) | {"samples": samples, "chart": True}


def _counted(code: str, name: Text, target: str | None) -> dict[str, Any]:
    return _value(code, name, "pcs", None, target, None) | {"tally": True}


def _weighing(number: str, after: list[str], material: str, low: str, target: str, high: str) -> dict[str, Any]:
    name = next(names for code, names, *_ in MATERIALS if code == material)
    limits = {"low": low, "target": target, "high": high, "unit": "kg", "decimals": 3}
    return _phase(
        number,
        "weighing",
        after,
        t(f"称量 {name['zh']}", f"Weigh {name['en']}"),
        t("取放行物料，去皮后缓慢加至目标量。", "Take released material. Tare, add slowly to the target."),
        "2-114",
        10,
        equipment="balance",
        candidates=["BAL-07", "BAL-08"],
        material=material,
        material_name=name,
        **limits,
    )


def _yield(
    number: str, after: list[str], name: Text, room: str, inputs: list[dict[str, Any]], expression: str, low: str
) -> dict[str, Any]:
    return _phase(
        number,
        "yield",
        after,
        name,
        t("称出所得量；超出限度须说明后方可继续。", "Weigh what was made. Out of limits, explain before going on."),
        room,
        10,
        inputs=inputs,
        expression=expression,
        unit="%",
        decimals=1,
        rounding="half_up",
        low=low,
        high="101.0",
    )


def _input(code: str, name: Text, unit: str, decimals: int, source: list[str] | None) -> dict[str, Any]:
    return {"id": code, "name": name, "unit": unit, "decimals": decimals, "from": source}


_LINES = [f"20/{line['id']}" for line in dispensing.POWDERS]
_USED = _input("used", t("投料量", "Charged"), "kg", 3, _LINES)
_COATED = _input("used", t("片芯投料与包衣剂", "Cores charged and coat"), "kg", 3, [*_LINES, "80/net"])
_MADE = _input("made", t("所得量", "Made"), "kg", 3, None)
_CARTON_BALANCE: dict[str, Any] = {
    "id": "carton",
    "material": "CAR-0601",
    "material_name": next(names for code, names, *_ in MATERIALS if code == "CAR-0601"),
    "unit": "pcs",
    "counted": 0,
    "per": "1",
    "pack_unit": "pcs",
    "sources": {
        "issued": None,
        "packs": ["140/cartons"],
        "destroyed": ["140/rejects"],
        "specimens": ["140/specimens"],
        "returned": None,
    },
    "decimals": 2,
    "rounding": "half_up",
    "low": "99.50",
    "high": "100.50",
    "specimen": True,
}
_CARTONS = _input("cartons", t("合格纸盒", "Good cartons"), "pcs", 0, ["140/cartons"])

PHASES: list[dict[str, Any]] = [
    _clearance("10", [], "2-114"),
    _phase(
        "20",
        "dispensing",
        ["10"],
        t("称量配料", "Dispensing"),
        t(
            "按行称量；原料药按含量折算，乳糖补足。",
            "Line by line; the active goes by content, lactose makes up for it.",
        ),
        "2-114",
        90,
        equipment="balance",
        candidates=["BAL-07", "BAL-08"],
        second="line",
        lines=dispensing.POWDERS,
    ),
    _phase(
        "30",
        "parameters",
        ["20"],
        t("制粒", "Granulation"),
        t("预混后加水制粒，记录实际值。", "Premix, granulate with water, record what was done."),
        "2-116",
        25,
        equipment="granulator",
        times=[_within("20", 4320)],
        parameters=[
            _value("impeller", t("搅拌桨转速", "Impeller speed"), "rpm", "180", "200", "220"),
            _value("time", t("制粒时间", "Granulation time"), "min", "4.0", "5.0", "6.0"),
        ],
    ),
    _phase(
        "40",
        "parameters",
        ["30"],
        t("干燥", "Drying"),
        t("干燥至水分合格后出料。", "Dry until the loss on drying is within limits."),
        "2-116",
        60,
        equipment="dryer",
        times=[_within("30", 30)],
        parameters=[
            _value("inlet", t("进风温度", "Inlet air"), "Cel", "55", "60", "65"),
            _value("lod", t("颗粒水分", "Loss on drying"), "%", "1.0", "1.8", "2.5"),
        ],
    ),
    _yield("50", ["40"], t("制粒收率", "Yield of granules"), "2-116", [_USED, _MADE], "made / used * 100.0", "97.0"),
    _phase(
        "60",
        "parameters",
        ["50"],
        t("总混", "Blending"),
        t("加入硬脂酸镁，以设定转速混合。", "Add the lubricant, blend at the set speed."),
        "2-118",
        20,
        equipment="blender",
        parameters=[
            _value("time", t("混合时间", "Blending time"), "min", "14", "15", "16"),
            _value("speed", t("转速", "Speed"), "rpm", "11.0", "12.0", "13.0"),
        ],
    ),
    _phase(
        "70",
        "in_process",
        ["60"],
        t("压片", "Compression"),
        t(
            "每 30 分钟取样测片重和硬度；超限时停机并说明。",
            "Sample every 30 minutes. Out of limits, stop and say why.",
        ),
        "2-121",
        180,
        equipment="press",
        rounds=12,
        schedule={"every": 30, "grace": 5},
        checks=[
            _check("weight", t("片重", "Tablet weight"), "mg", "110.0", "114.0", "118.0", 5),
            _check("hardness", t("硬度", "Hardness"), "N", "46", "60", "78", 5),
        ],
    ),
    _weighing("80", ["20"], "OPD-0311", "0.847", "0.855", "0.863"),
    _weighing("85", ["80"], "WAT-0001", "4.797", "4.845", "4.893"),
    _phase(
        "90",
        "instruction",
        ["85"],
        t("配制包衣液", "Make the coating suspension"),
        t("将预混剂缓慢加入水中，搅拌 45 分钟后过筛。", "Add the premix to the water slowly, stir 45 minutes, sieve."),
        "2-123",
        50,
    ),
    _phase(
        "100",
        "parameters",
        ["70", "90"],
        t("包衣", "Coating"),
        t("预热片芯后喷液，至增重合格。", "Warm the cores, spray until the weight gain is within limits."),
        "2-123",
        120,
        equipment="coater",
        candidates=["COA-01", "COA-02"],
        times=[_within("70", 4320), _within("90", 480)],
        parameters=[
            _value("exhaust", t("排风温度", "Exhaust air"), "Cel", "42", "45", "48"),
            _value("spray", t("喷液速率", "Spray rate"), "g/min", "40", "50", "60"),
            _value("gain", t("增重", "Weight gain"), "%", "2.5", "3.0", "3.5"),
        ],
    ),
    _phase(
        "110",
        "in_process",
        ["100"],
        t("包衣片检查", "Check of the coated tablets"),
        t("取样测片重。", "Sample for weight."),
        "2-123",
        15,
        rounds=1,
        schedule=None,
        checks=[_check("weight", t("包衣片重", "Weight, coated"), "mg", "113.4", "117.4", "121.4", 10)],
    ),
    _yield("120", ["110"], t("包衣收率", "Yield of coating"), "2-123", [_COATED, _MADE], "made / used * 100.0", "95.0"),
    _clearance("130", ["120"], "2-130"),
    _phase(
        "140",
        "parameters",
        ["130"],
        t("铝塑包装和装盒", "Blistering and cartoning"),
        t(
            "每盒 20 片；合格盒、剔除盒和留样盒分别计数。",
            "20 tablets a carton. Count good, rejected and specimen cartons.",
        ),
        "2-130",
        240,
        equipment="blister",
        parameters=[
            _counted("cartons", t("合格纸盒", "Good cartons"), "12500"),
            _counted("rejects", t("剔除纸盒", "Rejected cartons"), None),
            _counted("specimens", t("样张", "Specimens"), "2"),
        ],
    ),
    _phase(
        "145",
        "packaging",
        ["140"],
        t("印刷包装材料平衡", "Balance of the printed materials"),
        t(
            "清点领用、销毁、留样和退库的纸盒；拍下印有批号和有效期的样张。",
            "Count the cartons issued, destroyed, kept and returned; take a picture of one with number and expiry.",
        ),
        "2-130",
        20,
        printed=[_CARTON_BALANCE],
    ),
    _yield(
        "150",
        ["145"],
        t("成品收率", "Yield of the batch"),
        "2-130",
        [_CARTONS],
        "cartons * 20.0 / 250000.0 * 100.0",
        "94.0",
    ),
]


def _group(number: str, name: Text, **inner: Any) -> dict[str, Any]:
    return {"id": number, "name": name, **inner}


PROCEDURE: list[dict[str, Any]] = [
    _group(
        "CORE",
        t("片芯", "Tablet cores"),
        operations=[
            _group("DISPENSE", t("配料", "Dispensing"), phases=["10", "20"]),
            _group("GRANULATE", t("制粒", "Granulation"), phases=["30", "40", "50"]),
            _group("BLEND", t("总混", "Blending"), phases=["60"]),
            _group("COMPRESS", t("压片", "Compression"), phases=["70"]),
        ],
    ),
    _group(
        "FILM",
        t("包衣", "Film coating"),
        operations=[
            _group("SUSPEND", t("包衣液", "Suspension"), phases=["80", "85", "90"]),
            _group("COAT", t("包衣", "Coating"), phases=["100", "110", "120"]),
        ],
    ),
    _group(
        "PACK",
        t("包装", "Packaging"),
        operations=[_group("CARTON", t("铝塑和装盒", "Blisters and cartons"), phases=["130", "140", "145", "150"])],
    ),
]


def _line(
    material: str, name: Text, kind: str, amount: str, per_unit: str | None = None, unit: str = "kg"
) -> dict[str, Any]:
    """A line of the bill of materials; water has no amount per tablet, since it does not stay in one."""
    each = None if per_unit is None else {"value": per_unit, "unit": "mg"}
    quantity = {"value": amount, "unit": unit}
    same = {"material": material, "name": name, "kind": kind, "quantity": quantity, "low": None, "high": None}
    return same | {"per_unit": each}


_PER_TABLET = ("5.056", "66.000", "34.000", "7.804", "1.140")
# The kind of the line, and how much.
_PACKING = {"PVC-0501": ("packaging", "6.200"), "ALU-0502": ("packaging", "1.900"), "CAR-0601": ("printed", "12600")}
BILL: list[dict[str, Any]] = [
    *(
        _line(one["material"], one["material_name"], "raw", one["target"], each)
        for one, each in zip(dispensing.POWDERS, _PER_TABLET, strict=True)
    ),
    _line("OPD-0311", MATERIALS[0][1], "raw", "0.855", "3.420"),
    _line("WAT-0001", MATERIALS[1][1], "raw", "4.845"),
    *(_line(code, name, *_PACKING[code], unit=unit) for code, name, _, unit in MATERIALS if code in _PACKING),
]

RECIPE: dict[str, Any] = {
    "recipe": "MBR-AMT-5-FC",
    "version": 1,
    "product": {"code": "AMT-5-FC", "name": t("阿莫替尼薄膜衣片", "Amotinib Film-coated Tablets"), "strength": "5 mg"},
    "size": {"value": "250000", "unit": "tablets"},
    "formula": {
        "count": {"value": "250000", "unit": "tablets"},
        "total_per_unit": {"value": "117.420", "unit": "mg"},
        "total": {"value": "29.355", "unit": "kg"},
    },
    "procedure": PROCEDURE,
    "phases": PHASES,
    "materials": BILL,
}
