"""The demonstration plant's procedures: who has read what, one qualification that ends soon, one version to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from server.core import clock
from server.demo.content import PEOPLE, t
from server.demo.story import OFFSET, Story
from server.training import model, queries

MAKERS = ("zhangmin", "wangfang", "liqiang", "chenjie")
ENDS_SOON, SOON = "wangfang", timedelta(days=9)


@dataclass(frozen=True, slots=True)
class Procedure:
    """A document, the people who have read it (a qualification: who were granted it), and the steps that need it."""

    code: str
    zh: str
    en: str
    text: str
    people: tuple[str, ...]
    steps: tuple[tuple[str, str], ...]
    type: str = model.SOP


PROCEDURES = (
    Procedure(
        "SOP-PR-008",
        "清场操作规程",
        "Line clearance",
        "1. 移走上批的物料、标签和文件。\n2. 检查房间和设备的清洁标识及有效期。\n3. 逐项确认并签名。\n\n"
        "1. Take away material, labels and papers of the batch before.\n2. Check the clean labels of room and equipment"
        " and until when they are valid.\n3. Confirm each item and sign.",
        MAKERS,
        ((model.PHASE, "line_clearance"),),
    ),
    Procedure(
        "SOP-PR-012",
        "称量操作规程",
        "Weighing",
        "1. 核对物料名称、批号和放行状态。\n2. 去皮。\n3. 缓慢加至目标量，读数稳定后取值。\n\n"
        "1. Check name, lot and status of the material.\n2. Tare.\n3. Add slowly to the target; take the value once it"
        " is stable.",
        MAKERS,
        ((model.PHASE, "weighing"), (model.PHASE, "dispensing")),
    ),
    Procedure(
        "SOP-PR-021",
        "混合操作规程",
        "Blending",
        "1. 按工艺设定转速和时间。\n2. 记录实际值。\n\n"
        "1. Set speed and time as the recipe says.\n2. Record what was done.",
        MAKERS,
        ((model.PHASE, "parameters"),),
    ),
    Procedure(
        "SOP-PR-030",
        "双人复核规程",
        "Check by a second person",
        "1. 复核人须亲自查看读数和标识。\n2. 不得复核本人的操作。\n\n"
        "1. The second person looks at reading and label themselves.\n2. Nobody checks their own work.",
        (*MAKERS, "zhaolin"),
        ((model.ACTION, model.SECOND_CHECK),),
    ),
    Procedure(
        "SOP-QA-010",
        "批记录审核与放行规程",
        "Review and release of batch records",
        "1. 先审异常，再审正常记录。\n2. 每项异常均须评估。\n\n"
        "1. Exceptions first, then the rest.\n2. Assess each one.",
        ("zhaolin",),
        ((model.ACTION, "batch.review"), (model.ACTION, "batch.release")),
    ),
    Procedure(
        "SOP-WH-003",
        "物料接收规程",
        "Receipt of materials",
        "1. 核对供应商、批号和包装。\n2. 逐件贴签。\n\n1. Check supplier, lot and packaging.\n2. Label each container.",
        ("huanglei", "chenjie"),
        ((model.ACTION, "lot.receive"),),
    ),
    Procedure(
        "Q-PR-02",
        "压片机操作资格",
        "Leave to run the tablet press",
        "笔试、三批实操考核。\n\nWritten test, three batches under supervision.",
        MAKERS,
        ((model.EQUIPMENT, "press"),),
        model.QUALIFICATION,
    ),
)


def train(story: Story) -> None:
    """Everybody has what their work needs before it is asked for."""
    for one in PROCEDURES:
        _publish(story, one, 1, one.text)
        for login in one.people:
            if one.type == model.QUALIFICATION:
                _grant(story, one, login)
            else:
                _read(story, one.code, login)
    for one in PROCEDURES:
        for on, name in one.steps:
            need = {"on": on, "name": name, "documents": [one.code], "reason": "岗位培训矩阵"}
            story.state(model.REQUIRED, "training/requirements", need, story.person("hemei"))


def revise(story: Story) -> None:
    """A new version of the weighing procedure, which one person has read and the others must within two weeks."""
    weighing = next(one for one in PROCEDURES if one.code == "SOP-PR-012")
    added = "\n\n4. 称量前确认天平当日校验合格。\n4. Before weighing see that the balance had its daily check."
    _publish(story, weighing, 2, weighing.text + added)
    _read(story, weighing.code, "chenjie")


def _publish(story: Story, one: Procedure, version: int, text: str) -> None:
    payload = {
        "document": one.code,
        "version": version,
        "type": one.type,
        "title": t(one.zh, one.en),
        "effective_from": clock.text(story.moment)[:10],
        "demands": model.TRAINING if one.type == model.QUALIFICATION else model.READING,
        "within_days": 0 if version == 1 else 14,
        "valid_days": None,
        "text": text,
        "file": None,
    }
    story.state(model.PUBLISHED, model.document_stream(one.code), payload, story.person("zhaolin"))


def _grant(story: Story, one: Procedure, login: str) -> None:
    """The supervisor examines the operators, QA the supervisor."""
    trainer = "zhaolin" if login == "chenjie" else "chenjie"
    ends = datetime.now(UTC) + (SOON if login == ENDS_SOON else timedelta(days=500))
    payload = {
        "document": one.code,
        "version": 1,
        "person": story.person(login),
        "evidence": "笔试 90 分以上，三批实操合格",
        "file": None,
        "expires_on": clock.text(ends)[:10],
    }
    story.state(model.GRANTED, model.document_stream(one.code), payload, story.person(trainer))


def _read(story: Story, code: str, login: str) -> None:
    with story.plant.engine.connect() as connection:
        newest = queries.versions_of(connection, code)[-1]
    payload: Mapping[str, Any] = {
        "document": code,
        "version": newest.number,
        "digest": newest.digest,
        "meaning": dict(model.MEANING),
        "signer": {"id": story.person(login), **_names(login)},
        "signed_at": clock.text(story.moment),
        "offset": OFFSET,
        "method": "password",
        "components": 2,
        "passkey": None,
    }
    story.state(model.READ, model.document_stream(code), payload, story.person(login))


def _names(login: str) -> dict[str, str]:
    name, latin = next((name, latin) for one, name, latin, _ in PEOPLE if one == login)
    return {"name": name, "name_en": latin}
