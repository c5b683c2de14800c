"""Purchase orders over HTTP: a site with suppliers, requisitions, and the people who buy."""

from hashlib import sha256
from typing import Any

from plant import PASSWORD, PlantUnderTest

from server.identity import accounts
from server.identity.model import PERSON_ADDED
from server.materials.suppliers import model as suppliers

Json = dict[str, Any]
SUPPLIER = "S-HY"
# Store, planning, and another planner.
_MORE = (("P-0020", "qian", "keeper"), ("P-0021", "sun", "planner"), ("P-0023", "he", "planner"))


class Buying:
    """A site whose supplier may deliver api-1 and lac-1, and not nag-1."""

    def __init__(self, site: PlantUnderTest) -> None:
        self.site = site
        for code in ("api-1", "lac-1", "nag-1"):
            known = {"material": code, "name": {"zh": code, "en": code.upper()}, "type": "raw", "unit": "kg"}
            site.state("materials.material_defined.v1", f"material/{code}", known)
        self.clients: dict[str, Any] = {login: site.client(login) for login in ("chen", "li", "zhang")}
        for number, login, role in _MORE:
            person = {"person": number, "login": login, "name": login, "name_en": None, "roles": [role]}
            site.state(PERSON_ADDED, f"person/{number}", person)
            accounts.set_password(site.plant, number, PASSWORD)
            client = site.client()
            assert client.post("/api/session", json={"login": login, "password": PASSWORD}).status_code == 200
            self.clients[login] = client
        self.supply("api-1", "lac-1")

    def supply(self, *materials: str) -> None:
        """The supplier, qualified and approved for these."""
        named = {"supplier": SUPPLIER, "name": {"zh": "华原药业", "en": "Huayuan"}, "address": "x", "contacts": []}
        self.site.state(suppliers.REGISTERED, suppliers.stream(SUPPLIER), named)
        qa, sign = self.clients["li"], {"login": "li", "password": PASSWORD, "reason": "Audit"}
        data = b"%PDF-1.7\n%%EOF"
        name = sha256(data).hexdigest()
        kept = qa.put(f"/api/suppliers/{SUPPLIER}/files/{name}", data=data, content_type="application/pdf")
        assert kept.status_code in (200, 201), kept.text
        evidence = [{"sha256": name, "name": "audit.pdf"}]
        body = {"status": "qualified", "valid_until": "2099-01-01", "evidence": evidence}
        decided = qa.post(f"/api/suppliers/{SUPPLIER}/decisions", json=body | sign)
        assert decided.status_code == 201, decided.text
        for material in materials:
            allowed = {"material": material, "manufacturer": SUPPLIER, "approved": True}
            assert qa.post(f"/api/suppliers/{SUPPLIER}/supplies", json=allowed | sign).status_code == 201

    def requisition(self, *lines: tuple[str, str], approved: bool = True) -> str:
        """One that asks for (material, kg), and is approved."""
        asked = [
            {"material": material, "quantity": {"value": kg, "unit": "kg"}, "needed_by": "2027-01-31", "note": None}
            for material, kg in lines
        ]
        body = {"lines": asked, "reason": "Stock ends"}
        raised = self.clients["qian"].post("/api/requisitions", json=body)
        assert raised.status_code == 201, raised.text
        if approved:
            values = {"amount": "100", "supplier_approved": "true"}
            assert self.say("chen", raised.json["instance"], "approve", **values).status_code == 200
        return str(raised.json["requisition"])

    def place(self, *lines: Json, login: str = "sun", **changes: Any) -> Any:
        """The answer to an order as the screen makes it: looked at first, then signed."""
        draft = {"supplier": SUPPLIER, "lines": list(lines) or [line()], "note": None}
        looked = self.clients[login].post("/api/purchasing/check", json=draft)
        if looked.status_code != 200:
            return looked
        body = {**draft, **looked.json, "login": login, "password": PASSWORD, **changes}
        return self.clients[login].post("/api/purchasing", json=body)

    def ordered(self, *lines: Json) -> str:
        """The number of an order that is approved."""
        placed = self.place(*lines)
        assert placed.status_code == 201, placed.text
        number = str(placed.json["order"])
        assert self.decide("chen", "approve", number).status_code == 200
        return number

    def decide(self, login: str, outcome: str, number: str, comment: str | None = None) -> Any:
        found = self.clients["li"].get(f"/api/instances?subject=purchase/{number}").json["items"]
        return self.say(login, found[0]["instance"], outcome, comment)

    def say(self, login: str, instance: str, outcome: str, comment: str | None = None, **values: str) -> Any:
        client = self.clients[login]
        view = client.get(f"/api/instances/{instance}").json
        task = view["tasks"][0]
        meaning = next(one["meaning"] for one in task["outcomes"] if one["code"] == outcome)
        given = [{"variable": name, "value": [value]} for name, value in values.items()]
        body = {"outcome": outcome, "values": given, "comment": comment, "meaning": meaning, "seen": view["seen"]}
        body |= {"login": login, "password": PASSWORD}
        return client.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", json=body)

    def shown(self, number: str) -> Json:
        found: Json = self.clients["li"].get(f"/api/purchasing/{number}").json
        return found


def line(material: str = "api-1", value: str = "25.000", requisition: str | None = None, **more: Any) -> Json:
    about = {"line": 1, "material": material, "quantity": {"value": value, "unit": "kg"}, "wanted_by": "2027-01-31"}
    return {**about, "requisition": requisition, **more}
