"""What the demonstration plant plans: two deliveries of tablets, of which the nearer one cannot be made in time; and
two lines, on one of which the next batch is scheduled."""

from datetime import timedelta
from typing import Any

from server.core import clock
from server.demo.story import Story
from server.planning import model
from server.planning.lines import model as lines
from server.planning.lines import queries, rules
from server.production import model as production
from server.production import queries as batches

_PLAIN: dict[str, Any] = dict.fromkeys(("size", "minimum", "multiple", "period_days", "shelf_days", "reason"))
_DAY, _NIGHT = {"start": "08:00", "end": "16:00"}, {"start": "16:00", "end": "00:00"}
_LINES: tuple[tuple[str, str, str, list[str], list[dict[str, str]]], ...] = (
    ("L-1", "固体制剂一线", "Solids line 1", ["2-116", "2-123"], [_DAY, _NIGHT]),
    ("L-2", "包装线", "Packaging line", ["2-130"], [_DAY]),
)


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
    _schedule(story, planner)


def _schedule(story: Story, planner: str) -> None:
    for code, zh, en, rooms, shifts in _LINES:
        said = {"line": code, "name": {"zh": zh, "en": en}, "equipment_class": None, "rooms": rooms, "shifts": shifts}
        said |= {"calendar": model.SITE, "zone": "Asia/Shanghai", "reason": None}
        story.state(lines.LINE, lines.line_stream(code), said, planner)
    with story.plant.engine.connect() as connection:
        waiting, _ = batches.batch_lines(connection, (production.ORDERED,), limit=100)
        on = queries.find_line(connection, "L-1")
    times = None if on is None else rules.proposed(on, story.moment + timedelta(hours=12), 8 * 60)
    number = min((one.number for one in waiting), default=None)
    if times is not None and number is not None:
        slot = {"batch": number, "line": "L-1", "start": clock.text(times[0]), "end": clock.text(times[1])}
        story.state(lines.SCHEDULED, lines.slot_stream(number), slot | {"reason": None}, planner)
