"""A form in force for journeys, with a field of every kind, and attacks in every text that a designer can enter."""

from typing import Any

import form_support as forms
from journeys import approvals
from journeys.site import Site

# Text is text: none of this is ever markup or script.
ATTACK = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{7*7}}'
FORM = "blend-check"


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def blend_check() -> dict[str, Any]:
    limits = forms.limits(alert=("12.000", "13.000"), action=("11.500", "13.500"))
    return {
        **forms.form(
            forms.section(
                "head",
                forms.text("batch", label=words("批号", "Batch"), required=True),
                forms.field(
                    "how",
                    "instruction",
                    label=words("步骤", "Step"),
                    text=words(f"先核对标签。{ATTACK}", f"Check the label first. {ATTACK}"),
                    picture=None,
                ),
                forms.choice("room", "R-101", "R-102", label=words("房间", "Room")),
                forms.field("clean", "yes_no", label=words("已清场", "Line is clear"), required=True),
                forms.text("why", label=words("为何未清场", "Why not"), when="clean == false", required=True),
                forms.field("day", "date", label=words("日期", "Day")),
                forms.field("begun", "time", label=words("开始", "Begun")),
            ),
            forms.section(
                "weighing",
                forms.number("gross", label=words("毛重", "Gross"), limits=limits, required=True),
                forms.number("tare", label=words("皮重", "Tare"), required=True),
                forms.calculation("net", "gross - tare", label=words("净重", "Net")),
                forms.table(
                    "drums",
                    forms.text("drum", label=words("桶号", "Drum")),
                    forms.number("weight", decimals=1, label=words("重量", "Weight")),
                    label=words("桶", "Drums"),
                    most=5,
                ),
                forms.calculation(
                    "drummed", "sum(drums.map(d, d.weight))", label=words("桶重合计", "All drums"), decimals=1
                ),
                forms.field(
                    "sample",
                    "reading",
                    label=words("取样量", "Sample"),
                    device_class="balance",
                    unit="kg",
                    decimals=3,
                    rounding="gbt8170",
                    limits=forms.NO_LIMITS,
                ),
                forms.field("lot", "lot", label=words("物料批", "Lot"), material="API-0107"),
                forms.field("machine", "equipment", label=words("天平", "Balance"), **{"class": "balance"}),
                forms.field("helper", "person", label=words("协助", "Helped by"), permission="batch.work"),
                forms.field("reports", "file", label=words("报告", "Reports"), most=3),
                forms.field("photos", "photo", label=words("照片", "Photos"), most=2),
                forms.text("remark", label=words(f"备注 {ATTACK}", f"Remark {ATTACK}"), multiline=True),
                forms.field(
                    "done",
                    "signature",
                    label=words("称量人", "Weighed"),
                    meaning=words("我已称量", "I weighed it"),
                    required=True,
                ),
                forms.field(
                    "checked",
                    "second_signature",
                    label=words("复核人", "Checked"),
                    meaning=words("我已复核", "I checked it"),
                    of="done",
                    required=True,
                ),
            ),
            code=FORM,
        ),
        "title": words("混合核对", "Blend check"),
    }


def put_in_force(site: Site, definition: dict[str, Any]) -> None:
    """Drafted and submitted by the engineer, reviewed and approved by others."""
    code = definition["code"]
    engineer = site.desk("zhouwei")
    revision = engineer.post(f"/api/forms/{code}/draft", {"revision": None, "definition": definition})["revision"]
    signed = {"login": "zhouwei", "password": site.people["zhouwei"]["password"]}
    engineer.post(f"/api/forms/{code}/versions", forms.submission(definition, revision) | signed, 201)
    approvals.put_in_force(site, f"form/{code}/1")
