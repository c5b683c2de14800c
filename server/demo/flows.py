"""What is under way at the demonstration plant: things to buy, a change and a deviation, each for somebody."""

from datetime import timedelta

from server.core import clock
from server.demo.signing import decide
from server.demo.story import Story
from server.engines.flows import kinds, running
from server.materials.requisitions import model as requisitions
from server.materials.requisitions import queries
from server.production.model import batch_stream
from server.quality import model as quality
from server.quality import queries as deviations

_CHANGE = ("change", "zhouwei", "CHG-0031", {"what": "混合时间由 15 分钟改为 18 分钟"})


def begin(story: Story) -> None:
    _ask_for_stock(story)
    flow, login, subject, given = _CHANGE
    story.wait(minutes=3)
    values = [{"variable": name, "value": [text]} for name, text in given.items()]
    running.start(story.plant, flow, subject, values, story.person(login))


def _ask_for_stock(story: Story) -> None:
    """The keeper's requisition: the supervisor decides next."""
    story.wait(minutes=3)
    with story.plant.engine.connect() as connection:
        number = queries.next_number(connection, clock.text(story.moment))
    needed = (story.moment + timedelta(days=45)).date().isoformat()
    lines = [
        {"material": "LAC-0231", "quantity": {"value": "900.000", "unit": "kg"}, "needed_by": needed, "note": None},
        {"material": "MGS-0009", "quantity": {"value": "25.000", "unit": "kg"}, "needed_by": needed, "note": "5 袋"},
    ]
    said = {"requisition": number, "lines": lines, "reason": "库存低于六批用量"}
    story.state(requisitions.RAISED, requisitions.stream(number), said, story.person("huanglei"))


def deviate(story: Story, batch: str) -> None:
    """Deviations are carried by their flow; the one of this batch is major, and is being investigated."""
    story.wait(minutes=4)
    switch = {"flow": quality.FLOW, "reason": "SOP-QA-012：偏差由流程处理"}
    story.state(kinds.ENABLED, kinds.flow_stream(quality.FLOW), switch, story.person("zhaolin"))
    with story.plant.engine.connect() as connection:
        number = deviations.next_number(connection, clock.text(story.moment))
    said = {"deviation": number, "batch": batch, "code": quality.REPORTED, "entry": None, "device": None}
    said["summary"] = "混合机舱门密封条有裂口，运行中听到异响"
    story.state(quality.DEVIATION_OPENED, batch_stream(batch), said, story.person("liqiang"))
    story.wait(minutes=9)
    decide(story, quality.FLOW, quality.subject_of_number(number), "zhaolin", "major", "reviewed")
