"""The store of the demonstration plant: its places, a qualified supplier, an order, and a delivery that is tested."""

import hashlib
import io
from datetime import timedelta
from typing import Any

from pypdf import PdfWriter

from server.core import blobs, clock
from server.core.kinds import Fact
from server.demo import coated
from server.demo.content import LOTS, labels, t
from server.demo.signing import decide, signature
from server.demo.story import Story
from server.materials.purchasing import model as purchasing
from server.materials.purchasing import queries as orders
from server.materials.receiving import giving, numbering
from server.materials.receiving import model as receiving
from server.materials.stock import model as stock
from server.materials.suppliers import model as suppliers
from server.quality.inspection import model as inspections
from server.quality.inspection import queries as inspected

STORE = "store"
SUPPLIER = "S-HY"
MATERIAL = "API-0107"
# location, names, kind
PLACES: tuple[tuple[str, dict[str, str], str], ...] = (
    ("REC-01", t("收货区", "Receiving"), "receiving"),
    ("QUA-01", t("待验区", "Quarantine"), "quarantine"),
    ("SAM-01", t("取样间", "Sampling room"), "sampling"),
    ("A-01-1", t("一号货架一层", "Rack 1, level 1"), "storage"),
    ("A-01-2", t("一号货架二层", "Rack 1, level 2"), "storage"),
    ("DIS-01", t("备料区", "Staging for dispensing"), "dispensing"),
)


def store(story: Story) -> None:
    """The keeper puts everything where it belongs; later a delivery comes, of which the laboratory has a sample."""
    _places(story)
    _supplier(story)
    order = _order(story)
    lot, came = _receive(story, order)
    _sample(story, lot, came)


def _places(story: Story) -> None:
    engineer, keeper = story.person("chenjie"), story.person("huanglei")
    for location, names, kind in PLACES:
        given = {"location": location, "name": names, "warehouse": STORE, "kind": kind, "storage": None, "active": True}
        story.state(stock.LOCATION, f"location/{location}", given, engineer)
    for at, (material, lot, *_, containers, _) in enumerate((*LOTS, *coated.LOTS)):
        place = ("A-01-1", "A-01-2")[at % 2]
        for label in labels(lot, containers):
            moved = {"container": label, "from": None, "to": place, "reason": None}
            story.state(stock.MOVED, f"lot/{material}/{lot}", moved, keeper)


def _supplier(story: Story) -> None:
    """Qualified on a report, for the active ingredient, which it makes itself."""
    planner, qa = story.person("wujing"), story.person("zhaolin")
    contact = {"name": "周工", "phone": "021-5555 0107", "email": "qa@huayuan.example"}
    named = {"supplier": SUPPLIER, "name": t("华原药业", "Huayuan Pharma"), "address": "上海市松江区新桥路 88 号"}
    story.state(suppliers.REGISTERED, suppliers.stream(SUPPLIER), named | {"contacts": [contact]}, planner)
    report = _report()
    name = hashlib.sha256(report).hexdigest()
    blobs.keep(story.plant.config.blobs, name, "application/pdf", report, blobs.FILES)
    evidence = {"sha256": name, "name": "现场审计报告 2026-03.pdf", "size": len(report), "type": "application/pdf"}
    until = (story.moment + timedelta(days=700)).date().isoformat()
    decided: dict[str, Any] = {"supplier": SUPPLIER, "status": suppliers.QUALIFIED, "valid_until": until}
    decided |= {"evidence": [evidence], "reason": "现场审计通过，无严重缺陷", "meaning": suppliers.MEANINGS["approved"]}
    story.state(suppliers.DECIDED, suppliers.stream(SUPPLIER), decided | signature(story, "zhaolin"), qa)
    allowed = {"material": MATERIAL, "supplier": SUPPLIER, "manufacturer": SUPPLIER, "approved": True}
    allowed |= {"reason": "三批小试合格", "meaning": suppliers.MEANINGS["approved"]}
    story.state(suppliers.SUPPLY_DECIDED, suppliers.stream(SUPPLIER), allowed | signature(story, "zhaolin"), qa)


def _report() -> bytes:
    """A page of paper: what stands on it is nobody's."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def _order(story: Story) -> str:
    story.wait(minutes=2)
    with story.plant.engine.connect() as connection:
        number = orders.next_number(connection, clock.text(story.moment))
    wanted = (story.moment + timedelta(days=30)).date().isoformat()
    amount = {"value": "240.000", "unit": "kg"}
    line = {"line": 1, "material": MATERIAL, "quantity": amount, "wanted_by": wanted, "requisition": None}
    said: dict[str, Any] = {"order": number, "supplier": SUPPLIER, "lines": [line], "note": "分两次交货"}
    said |= {"sha256": purchasing.digest(said), "meaning": dict(purchasing.MEANING)}
    placed = said | signature(story, "wujing")
    story.state(purchasing.PLACED, purchasing.stream(number), placed, story.person("wujing"))
    story.wait(minutes=3)
    decide(story, purchasing.FLOW, purchasing.subject(number), "chenjie", "approve", "approved")
    return number


def _receive(story: Story, order: str) -> tuple[str, list[str]]:
    """Half of what was ordered, six drums, one of them with a dent."""
    story.wait(minutes=6)
    keeper = story.person("huanglei")
    expiry = (story.moment + timedelta(days=1000)).date().isoformat()
    given: dict[str, Any] = {"material": MATERIAL, "order": order, "line": 1, "supplier": SUPPLIER}
    given |= {"manufacturer": SUPPLIER, "supplier_name": None, "supplier_lot": "HY261107", "made": None}
    given |= {"expiry": expiry, "retest": None, "delivery_note": "HY-2611-0388", "comment": None, "damage": None}
    given |= {"quantity": {"value": "120.000", "unit": "kg"}, "containers": 6}
    dent = {"text": "桶身凹陷，密封完好", "photos": []}

    def facts(lot: str) -> list[Fact]:
        about = f"lot/{MATERIAL}/{lot}"
        drums = [
            {
                "container": numbering.label(lot, number),
                "quantity": {"value": "20.000", "unit": "kg"},
                "location": "QUA-01",
                "damage": dent if number == 4 else None,
            }
            for number in range(1, 7)
        ]
        containers = {"material": MATERIAL, "lot": lot, "containers": drums}
        return [
            Fact(receiving.LOT_RECEIVED, about, given | {"lot": lot}, subject=about, actor=keeper),
            Fact(receiving.CONTAINERS_RECEIVED, about, containers, subject=about, actor=keeper),
        ]

    lot = giving.next_lot(story.plant, MATERIAL, facts)
    return lot, [numbering.label(lot, number) for number in range(1, 7)]


def _sample(story: Story, lot: str, came: list[str]) -> None:
    story.wait(minutes=5)
    with story.plant.engine.connect() as connection:
        found = inspected.of_lot(connection, MATERIAL, lot)
        assert found is not None
        sample = inspected.next_sample(connection, found.inspection)
    opened = came if found.drawn is None else found.drawn
    taken = {"quantity": {"value": "0.040", "unit": "kg"}, "instead_of": None, "reason": None}
    said: dict[str, Any] = {"inspection": found.inspection, "sample": sample, "purpose": "test", "comment": None}
    said |= {"containers": [{"container": label, **taken} for label in opened]}
    about, analyst = inspections.stream(MATERIAL, lot), story.person("sunyue")
    story.state(inspections.TAKEN, about, said, analyst)
    other = story.person("linxia")
    for who, step, place, to in ((analyst, "handed", None, other), (other, "received", "QC-1", None)):
        moved = {"sample": sample, "step": step, "place": place, "to": to, "until": None, "reason": None}
        story.state(inspections.HANDED_KIND, about, moved, who)
