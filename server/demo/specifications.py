"""What the active ingredient of the demonstration plant must be at receipt: in force, with a lot's results by it,
which a second person has checked."""

from typing import Any

from server.core import clock
from server.demo.content import t
from server.demo.signing import decide, signature
from server.demo.story import Story
from server.quality.inspection import plans
from server.quality.model import RESULTS_RECORDED_V2
from server.quality.specifications import model
from server.quality.usage import queries as usage
from server.quality.usage.model import CHECK_MEANING, CHECKED

CODE = "QS-API-0107"
LOT = ("API-0107", "A-5/3")
_NOTHING = dict.fromkeys(("unit", "decimals", "rounding", "low", "high"))


def _number(code: str, zh: str, en: str, method: str, *limits: str | None, decimals: int) -> dict[str, Any]:
    low, high = limits
    how = {"unit": "%", "decimals": decimals, "rounding": "gbt8170", "low": low, "high": high, "options": []}
    return {"code": code, "name": t(zh, en), "method": method, "kind": "numeric", **how}


TESTS: list[dict[str, Any]] = [
    {
        "code": "appearance",
        "name": t("性状", "Appearance"),
        "method": "SOP-QC-003",
        "kind": "choice",
        **_NOTHING,
        "options": [
            {"code": "white", "zh": "白色至类白色粉末", "en": "White to off-white powder", "conforms": True},
            {"code": "other", "zh": "其他", "en": "Other", "conforms": False},
        ],
    },
    {
        "code": "identity",
        "name": t("鉴别（红外）", "Identity (infrared)"),
        "method": "ChP 2025, 0402",
        "kind": "conform",
        **_NOTHING,
        "options": [],
    },
    _number("assay", "含量", "Assay", "ChP 2025, 0512", "98.5", "101.5", decimals=1),
    _number("loss", "干燥失重", "Loss on drying", "ChP 2025, 0831", None, "0.50", decimals=2),
]


def specify(story: Story) -> None:
    """Prepared by the laboratory, reviewed by the engineer, approved by quality; then one lot is tested by it."""
    given = {"specification": CODE, "version": 1, "material": LOT[0], "stage": "incoming", "tests": TESTS}
    given |= {
        "sampling": {
            **plans.DEFAULT,
            "quantity": {"value": "0.120", "unit": "kg"},
            "retained": {"value": "0.050", "unit": "kg"},
        },
        "name": t("阿莫替尼质量标准", "Specification of amotinib"),
        "effective_from": clock.text(story.moment)[:10],
    }
    said = given | {
        "sha256": model.digest(given),
        "reason": "按《中国药典》2025 年版制定",
        "meaning": dict(model.MEANING),
    }
    story.wait(seconds=40)
    said |= signature(story, "sunyue")
    story.state(model.SUBMITTED_KIND, model.stream(CODE), said, story.person("sunyue"))
    for login, outcome, meaning in (("zhouwei", "agree", "reviewed"), ("zhaolin", "approve", "approved")):
        story.wait(seconds=40)
        decide(story, model.FLOW, model.subject(CODE, 1), login, outcome, meaning)
    found: tuple[tuple[str, str | None, str | None, bool | None], ...] = (
        ("appearance", None, "white", None),
        ("identity", None, "与对照图谱一致", True),
        ("assay", "99.46", None, None),
        ("loss", "0.215", None, None),
    )
    lines = [{"test": test, "value": value, "text": text, "conforms": fits} for test, value, text, fits in found]
    results = {"stage": "incoming", "specification": CODE, "version": 1, "results": lines}
    stream = f"lot/{LOT[0]}/{LOT[1]}"
    recorded = story.state(RESULTS_RECORDED_V2, stream, results, story.person("sunyue"))
    check(story, stream, recorded.id, "linxia")


def check(story: Story, stream: str, entry: str, login: str) -> None:
    """A second person signs that what an entry recorded is right: before that nothing is weighed by it."""
    story.wait(minutes=20)
    with story.plant.engine.connect() as connection:
        digest = usage.digest_of(connection, entry)
    said = {"entry": entry, "digest": digest, "comment": None, "meaning": dict(CHECK_MEANING)}
    story.state(CHECKED, stream, said | signature(story, login), story.person(login))
