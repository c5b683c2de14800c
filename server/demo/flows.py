"""What is under way at the demonstration plant: something to buy and a change, each waiting for somebody."""

from server.demo.story import Story
from server.engines.flows import running

_WORK = (
    (
        "purchase-requisition",
        "huanglei",
        "PR-0117",
        {"item": "铝箔 0.02 mm，200 kg（包装）", "amount": "12800"},
    ),
    ("change", "zhouwei", "CHG-0031", {"what": "混合时间由 15 分钟改为 18 分钟"}),
)


def begin(story: Story) -> None:
    for flow, login, subject, given in _WORK:
        story.wait(minutes=3)
        values = [{"variable": name, "value": [text]} for name, text in given.items()]
        running.start(story.plant, flow, subject, values, story.person(login))
