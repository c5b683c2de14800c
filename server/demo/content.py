"""The demonstration plant's master data: invented people, one product, its recipe, its materials and equipment."""

from typing import Any

from server.recipes.upgrading import upgraded

Text = dict[str, str]


def t(zh: str, en: str) -> Text:
    return {"zh": zh, "en": en}


# login, name, Latin name, roles. Passwords and PINs are printed by `pestle demo`; they protect nothing real.
PEOPLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("zhangmin", "张敏", "Zhang Min", ("operator",)),
    ("wangfang", "王芳", "Wang Fang", ("operator",)),
    ("liqiang", "李强", "Li Qiang", ("operator",)),
    ("chenjie", "陈杰", "Chen Jie", ("supervisor",)),
    ("zhaolin", "赵琳", "Zhao Lin", ("qa",)),
    ("sunyue", "孙悦", "Sun Yue", ("qc",)),
    ("zhouwei", "周伟", "Zhou Wei", ("engineer",)),
    ("wujing", "吴静", "Wu Jing", ("planner",)),
    ("huanglei", "黄磊", "Huang Lei", ("keeper",)),
    ("admin", "系统管理员", "System administrator", ("admin",)),
    ("hemei", "何梅", "He Mei", ("trainer",)),
    ("linxia", "林夏", "Lin Xia", ("qc",)),
)


def pin_of(login: str) -> str:
    order = [person[0] for person in PEOPLE].index(login)
    return f"{135790 + 7 * order:06d}"


PRODUCT: dict[str, Any] = {"code": "AMT-5", "name": t("阿莫替尼片", "Amotinib Tablets"), "strength": "5 mg"}
SIZE = {"value": "2500000", "unit": "tablets"}

# material, names, type, unit
MATERIALS: tuple[tuple[str, Text, str, str], ...] = (
    ("API-0107", t("阿莫替尼", "Amotinib"), "raw", "kg"),
    ("LAC-0231", t("乳糖", "Lactose monohydrate"), "raw", "kg"),
    ("SMC-0114", t("硅化微晶纤维素", "Silicified microcrystalline cellulose"), "raw", "kg"),
    ("STA-0042", t("预胶化淀粉", "Pregelatinised starch"), "raw", "kg"),
    ("MGS-0009", t("硬脂酸镁", "Magnesium stearate"), "raw", "kg"),
)

# material, lot, supplier, the supplier's lot, quantity, containers, expiry
LOTS: tuple[tuple[str, str, str, str, str, int, str], ...] = (
    ("API-0107", "A-5/2", "华原药业", "HY240917", "240.000", 12, "2028-09-30"),
    ("API-0107", "A-5/3", "华原药业", "HY250311", "180.000", 9, "2029-02-28"),
    ("LAC-0231", "L-0412", "Meggle", "L104512", "900.000", 36, "2029-05-31"),
    ("SMC-0114", "S-0077", "JRS Pharma", "P9B4411", "300.000", 12, "2028-11-30"),
    ("STA-0042", "T-0063", "Colorcon", "IN533210", "150.000", 6, "2028-08-31"),
    ("MGS-0009", "M-0018", "Peter Greven", "C2402117", "25.000", 5, "2028-12-31"),
)
USED_LOTS = {
    "API-0107": "A-5/2",
    "LAC-0231": "L-0412",
    "SMC-0114": "S-0077",
    "STA-0042": "T-0063",
    "MGS-0009": "M-0018",
}


def labels(lot: str, containers: int) -> list[str]:
    """What stands on the containers of a lot."""
    return [f"{lot}-{number:02d}" for number in range(1, containers + 1)]


# area, names, rooms
AREAS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("dispensing", t("称量区", "Dispensing"), ("2-114",)),
    ("tabletting", t("混合压片区", "Blending and tabletting"), ("2-118", "2-121")),
    ("store", t("原辅料库", "Store of raw materials"), ("1-003",)),
)

# equipment, class, names, serial, model, location, calibration due
EQUIPMENT: tuple[tuple[str, str, Text, str | None, str | None, str, str | None], ...] = (
    ("BAL-07", "balance", t("地秤 BAL-07", "Floor scale BAL-07"), "1234567", "ICS685", "2-114", "2027-03-14"),
    ("BAL-08", "balance", t("台秤 BAL-08", "Bench scale BAL-08"), "1234568", "ICS685", "2-114", "2027-03-14"),
    ("2-114", "room", t("称量间 2-114", "Dispensing room 2-114"), None, None, "2-114", None),
    ("2-118", "room", t("混合间 2-118", "Blending room 2-118"), None, None, "2-118", None),
    ("2-121", "room", t("压片间 2-121", "Compression room 2-121"), None, None, "2-121", None),
    (
        "MIX-02",
        "blender",
        t("料斗混合机 MIX-02", "Bin blender MIX-02"),
        "BB-600-0211",
        "HLD-600",
        "2-118",
        "2027-01-31",
    ),
    ("PR-02", "press", t("压片机 PR-02", "Tablet press PR-02"), "FE55-1187", "FE55", "2-121", "2027-02-28"),
)


def _weighing(number: str, material: str, target: str, low: str, high: str) -> dict[str, Any]:
    name = next(names for code, names, *_ in MATERIALS if code == material)
    return {
        "id": number,
        "type": "weighing",
        "name": t(f"称量 {name['zh']}", f"Weigh {name['en']}"),
        "instruction": t(
            "取放行物料，去皮后缓慢加至目标量；读数稳定后取值。",
            "Take released material. Tare, add slowly to the target, take the value once it is stable.",
        ),
        "room": "2-114",
        "equipment": "balance",
        "material": material,
        "material_name": name,
        "target": target,
        "low": low,
        "high": high,
        "unit": "kg",
        "decimals": 3,
    }


def _counted(code: str, names: Text, unit: str, target: str | None, high: str | None) -> dict[str, Any]:
    limits = {"low": None, "high": high, "target": target}
    return {"id": code, "name": names, "unit": unit, **limits, "decimals": 0, "tally": True}


_PACKING: dict[str, Any] = {
    "recipe": "MBR-AMT-5-PK",
    "version": 1,
    "product": PRODUCT,
    "size": {"value": "24", "unit": "drums"},
    "materials": [],
    "phases": [
        {
            "id": "10",
            "type": "line_clearance",
            "name": t("清场检查", "Line clearance"),
            "instruction": t("逐项检查，全部合格后确认。", "Check each item. Confirm when all are in order."),
            "room": "2-121",
            "equipment": None,
            "items": [
                {"id": "a", "text": t("无上批产品、标签和文件", "No product, label or paper of the batch before")},
                {"id": "b", "text": t("桶和内袋洁净、无破损", "Drums and liners are clean and whole")},
            ],
        },
        {
            "id": "20",
            "type": "parameters",
            "name": t("装桶", "Filling into drums"),
            "instruction": t(
                "每装满一桶计一次，剔除的桶另计；两人可同时计数。",
                "Count each drum that is filled, and each that is rejected. Two people may count at once.",
            ),
            "room": "2-121",
            "equipment": None,
            "parameters": [
                _counted("drums", t("装满桶数", "Drums filled"), "pcs", "24", None),
                _counted("rejects", t("剔除桶数", "Drums rejected"), "pcs", None, "2"),
            ],
        },
    ],
}

PACKING = upgraded(_PACKING)

# Of before the third form, as a plant has them that has worked here for years.
RECIPE: dict[str, Any] = {
    "recipe": "MBR-AMT-5",
    "version": 3,
    "product": PRODUCT,
    "size": SIZE,
    "materials": [{"material": code, "name": names} for code, names, *_ in MATERIALS],
    "phases": [
        {
            "id": "10",
            "type": "line_clearance",
            "name": t("清场检查", "Line clearance"),
            "instruction": t("逐项检查，全部合格后确认。", "Check each item. Confirm when all are in order."),
            "room": "2-114",
            "equipment": None,
            "items": [
                {"id": "a", "text": t("无上批物料、标签和文件", "No material, label or paper of the batch before")},
                {
                    "id": "b",
                    "text": t("房间和设备有已清洁标识且在有效期内", "Room and equipment bear a valid clean label"),
                },
                {"id": "c", "text": t("温湿度和压差在限度内", "Temperature, humidity and pressure are in limits")},
                {"id": "d", "text": t("天平已完成日校", "The balance has had its daily check")},
            ],
        },
        _weighing("20", "API-0107", "12.640", "12.577", "12.703"),
        _weighing("30", "MGS-0009", "2.850", "2.836", "2.864"),
        {
            "id": "40",
            "type": "parameters",
            "name": t("混合", "Blending"),
            "instruction": t(
                "投料后以设定转速混合至规定时间，记录实际值。",
                "Charge the bin, blend at the set speed for the set time, record what was done.",
            ),
            "room": "2-118",
            "equipment": "blender",
            "parameters": [
                {
                    "id": "time",
                    "name": t("混合时间", "Blending time"),
                    "unit": "min",
                    "low": "14",
                    "high": "16",
                    "target": "15",
                    "decimals": 0,
                },
                {
                    "id": "speed",
                    "name": t("转速", "Speed"),
                    "unit": "rpm",
                    "low": "11.0",
                    "high": "13.0",
                    "target": "12.0",
                    "decimals": 1,
                },
            ],
        },
        {
            "id": "50",
            "type": "in_process",
            "name": t("压片", "Compression"),
            "instruction": t(
                "每轮取样测片重和硬度；超限时停机并说明。",
                "Sample each round for weight and hardness. Stop the press and say why when out of limits.",
            ),
            "room": "2-121",
            "equipment": "press",
            "rounds": 3,
            "checks": [
                {
                    "id": "weight",
                    "name": t("片重", "Tablet weight"),
                    "unit": "mg",
                    "low": "110.0",
                    "high": "118.0",
                    "target": "114.0",
                    "decimals": 1,
                    "samples": 5,
                },
                {
                    "id": "hardness",
                    "name": t("硬度", "Hardness"),
                    "unit": "N",
                    "low": "46",
                    "high": "78",
                    "target": "60",
                    "decimals": 0,
                    "samples": 5,
                },
            ],
        },
    ],
}
