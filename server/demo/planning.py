"""What the demonstration plant plans: two deliveries of tablets, of which the nearer one cannot be made in time."""

from datetime import timedelta
from typing import Any

from server.demo.story import Story
from server.planning import model

_PLAIN: dict[str, Any] = dict.fromkeys(("size", "minimum", "multiple", "period_days", "shelf_days", "reason"))


def plan(story: Story) -> None:
    planner = story.person("wujing")
    calendar = {"calendar": model.SITE, "weekdays": [0, 1, 2, 3, 4, 5], "closed": [], "reason": None}
    story.state(model.CALENDAR, model.calendar_stream(model.SITE), calendar, planner)
    for material, days, least in (("PVC-0501", 20, "50"), ("ALU-0502", 15, "25")):
        said = _PLAIN | {"item": material, "unit": "kg", "lead_days": days, "policy": model.MINIMUM, "minimum": least}
        said |= {"multiple": "25", "safety": "10", "yield_percent": "100", "step": "0.001"}
        story.state(model.PARAMETERS, model.parameters_stream(material), said, planner)
    for name, value, due in (("D-2101", "500000", 12), ("D-2102", "1000000", 60)):
        day = (story.moment + timedelta(days=due)).date().isoformat()
        asked: dict[str, Any] = {
            "demand": name,
            "item": "AMT-5-FC",
            "quantity": {"value": value, "unit": "tablets"},
            "due": day,
        }
        asked |= {"source": "销售预测 · 华东配送中心", "reason": None}
        story.state(model.DEMAND, model.demand_stream(name), asked, planner)
