"""What must be decided before anything can be bought: a supplier whom QA has qualified and approved for materials."""

from hashlib import sha256

from journeys.site import Site

SUPPLIER = "S-HY"
_AUDIT = b"%PDF-1.7\n%%EOF"


def supplier(here: Site, *materials: str) -> None:
    """华原药业, registered by the keeper, qualified by QA and approved for these materials."""
    named = {"supplier": SUPPLIER, "name": {"zh": "华原药业", "en": "Huayuan Pharmaceutical"}, "contacts": []}
    here.desk("huanglei").post("/api/suppliers", named | {"address": "河北省石家庄市"}, 201)
    quality, name = here.desk("zhaolin"), sha256(_AUDIT).hexdigest()
    quality.put(f"/api/suppliers/{SUPPLIER}/files/{name}", _AUDIT, "application/pdf")
    signed = {"login": "zhaolin", "password": here.people["zhaolin"]["password"], "reason": "现场审计"}
    decided = {"status": "qualified", "valid_until": "2099-01-01"}
    decided |= {"evidence": [{"sha256": name, "name": "audit.pdf"}]} | signed
    quality.post(f"/api/suppliers/{SUPPLIER}/decisions", decided, 201)
    for material in materials:
        allowed = {"material": material, "manufacturer": SUPPLIER, "approved": True}
        quality.post(f"/api/suppliers/{SUPPLIER}/supplies", allowed | signed, 201)


def requisition(here: Site, material: str, quantity: str) -> str:
    """The number of one that the keeper has raised and the supervisor has approved."""
    line = {"material": material, "quantity": {"value": quantity, "unit": "kg"}, "needed_by": "2027-01-31"}
    body = {"lines": [line | {"note": None}], "reason": "库存低于六批用量"}
    raised = here.desk("huanglei").post("/api/requisitions", body, 201)
    approve(here, raised["instance"], amount="4500", supplier_approved="true")
    return str(raised["requisition"])


def approve(here: Site, instance: str, **values: str) -> None:
    """The supervisor approves what waits in a flow."""
    desk = here.desk("chenjie")
    view = desk.get(f"/api/instances/{instance}")
    [task] = view["tasks"]
    given = [{"variable": name, "value": [value]} for name, value in values.items()]
    said = {"outcome": "approve", "values": given, "comment": None, "meaning": "approved", "seen": view["seen"]}
    said |= {"login": "chenjie", "password": here.people["chenjie"]["password"]}
    desk.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", said)


def ordered(here: Site, material: str, quantity: str) -> str:
    """The number of an order that the planner has placed and the supervisor approved."""
    line = {"line": 1, "material": material, "quantity": {"value": quantity, "unit": "kg"}, "wanted_by": None}
    draft = {"supplier": SUPPLIER, "lines": [line | {"requisition": None}], "note": None}
    desk = here.desk("wujing")
    signed = {"login": "wujing", "password": here.people["wujing"]["password"]}
    placed = desk.post("/api/purchasing", draft | desk.post("/api/purchasing/check", draft) | signed, 201)
    approve(here, desk.get(f"/api/instances?subject=purchase/{placed['order']}")["items"][0]["instance"])
    return str(placed["order"])
