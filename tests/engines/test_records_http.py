"""Records of forms over HTTP: whoever sits at a desk opens, fills in, signs, completes and reviews one (ENG-01)."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from batch_support import lot_facts
from flask.testing import FlaskClient
from form_support import weighing_record, words
from plant import PASSWORD, PlantUnderTest
from pypdf import PdfReader
from record_support import calculated, in_force, kg, value

from server.core import rebuild
from server.core.kinds import Fact
from server.engines.forms.rules import signed_digest

pytestmark = pytest.mark.urs("ENG-01")
ATTACK = "<script>alert(1)</script>{{7*7}}"


class Plant:
    """A form in force, an operator and a reviewer at their desks, and the record that the operator has opened."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.site = PlantUnderTest(database_url, folder)
        self.definition = weighing_record()
        material = {"material": "api-1", "name": words("API"), "type": "raw", "unit": "kg"}
        self.site.plant.recorder.state(Fact("materials.material_defined.v1", "material/api-1", material))
        self.site.plant.recorder.state(*lot_facts("A-5", "released", "2098-09-30"))
        in_force(self.site.plant, self.definition, *(self.person(one) for one in ("zhou", "chen", "li")))
        self.operator, self.reviewer = self.site.client("zhang"), self.site.client("li")
        self.record: str = self.post("", {"form": "weighing-record", "subject": ATTACK}, 201)["record"]["record"]

    def person(self, login: str) -> str:
        from server.identity import queries

        with self.site.plant.engine.connect() as connection:
            found = queries.find_login(connection, login)
        assert found is not None
        return found.id

    def post(self, path: str, body: Any, status: int = 200, client: FlaskClient | None = None) -> Any:
        answer = (client or self.operator).post(f"/api/records{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json

    def fill(self, *values: Any, **about: Any) -> Any:
        return self.post(f"/{self.record}/values", {"values": list(values), "corrects": None, "reason": None, **about})

    def stands(self) -> dict[str, Any]:
        view = self.operator.get(f"/api/records/{self.record}").json
        return {one["path"]: one["value"] for one in view["values"] if one["superseded_by"] is None}

    def sign(self, path: str, login: str, client: FlaskClient, status: int = 200, **more: Any) -> Any:
        given: dict[str, Any] = {"path": path, "digest": signed_digest(self.definition, self.stands(), path)}
        given |= {"login": login, "password": PASSWORD, "offset": 480}
        return self.post(f"/{self.record}/sign", given | more, status, client)


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    made = Plant(database_url, tmp_path)
    yield made
    made.site.close()


def everything(plant: Plant) -> Any:
    return plant.fill(
        value("batch", f"B-1 {ATTACK}"),
        kg("batch_size", "10.000"),
        value("weighings/1/lot", "A-5"),
        kg("weighings/1/gross", "10.300"),
        kg("weighings/1/tare", "0.400"),
        calculated("weighings/1/net", "9.900"),
        calculated("weighings/1/share", "100.0", "%"),
        calculated("total", "9.900"),
        calculated("yield_", "99.00", "%"),
    )


def test_a_record_is_filled_in_signed_by_two_people_and_complete(plant: Plant) -> None:
    view = everything(plant)
    assert (view["items"], view["record"]["subject"], view["definition"]) == ([], ATTACK, plant.definition)
    plant.sign("done", "zhang", plant.operator)
    view = plant.sign("checked", "li", plant.reviewer)
    signed = [one["value"]["signed_by"] for one in view["values"] if one["path"] in ("done", "checked")]
    assert (signed, view["items"]) == ([plant.person("zhang"), plant.person("li")], [])
    assert plant.post(f"/{plant.record}/complete", {})["record"]["status"] == "complete"
    mine = plant.operator.get("/api/records?mine=true").json["items"]
    assert [(one["record"], one["title"]) for one in mine] == [(plant.record, plant.definition["title"])]
    assert plant.operator.get("/api/records?status=open").json["items"] == []
    answer = rebuild.check(plant.site.plant.engine, plant.site.plant.log, plant.site.plant.registry)
    assert answer["differences"] == []


@pytest.mark.parametrize(("lang", "name"), [("zh", "张敏"), ("en", "Zhang Min")])
def test_a_record_is_printed_with_who_recorded_what(plant: Plant, lang: str, name: str) -> None:
    everything(plant)
    plant.sign("done", "zhang", plant.operator)
    answer = plant.operator.get(f"/api/records/{plant.record}/pdf?lang={lang}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).split())
    for one in (plant.record, name, "A-5", "10.300 kg", "99.00 %", "B-1 <script>"):
        assert one in said
    assert plant.operator.get("/api/records/nothing/pdf").status_code == 404


@pytest.mark.parametrize(("lang", "said"), [("zh", "已作废"), ("en", "struck out")])
def test_a_row_is_struck_out_at_a_desk_and_printed_so(plant: Plant, lang: str, said: str) -> None:
    everything(plant)
    plant.site.plant.recorder.state(*lot_facts("A-77", "released", "2098-09-30"))
    plant.fill(value("weighings/2/lot", "A-77"))
    plant.post(f"/{plant.record}/strike", {"row": "weighings/2", "struck": True, "reason": ""}, 422)
    plant.post(f"/{plant.record}/strike", {"row": "weighings", "struck": True, "reason": "x"}, 422)
    view = plant.post(f"/{plant.record}/strike", {"row": "weighings/2", "struck": True, "reason": f"torn {ATTACK}"})
    assert view["items"] == []
    [struck] = [one for one in view["values"] if one["path"] == "weighings/2"]
    assert (struck["value"], struck["comment"], struck["superseded_by"]) == (True, f"torn {ATTACK}", None)
    answer = plant.operator.get(f"/api/records/{plant.record}/pdf?lang={lang}")
    text = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages).split())
    assert said.replace(" ", "") in text
    assert "A-77" in text
    assert "torn<script>" in text
    assert rebuild.check(plant.site.plant.engine, plant.site.plant.log, plant.site.plant.registry)["differences"] == []


def test_a_signature_is_refused_for_what_was_not_shown(plant: Plant) -> None:
    everything(plant)
    assert plant.sign("done", "zhang", plant.operator, 409, digest="0" * 64)["code"] == "record_changed"
    nothing = {"path": "batch", "digest": "0" * 64, "login": "zhang", "password": PASSWORD, "offset": 480}
    assert plant.post(f"/{plant.record}/sign", nothing, 409)["code"] == "field_unknown"
    assert plant.sign("done", "zhang", plant.operator, 403, password="wrong")["code"] == "password_wrong"
    plant.sign("done", "zhang", plant.operator)
    assert plant.sign("done", "zhang", plant.operator, 409)["code"] == "signed_before"
    values = plant.operator.get(f"/api/records/{plant.record}").json["values"]
    [signed] = [one for one in values if one["path"] == "done"]
    again = plant.sign("done", "zhang", plant.operator, reason="the tare was read wrongly")
    [first, second] = [one for one in again["values"] if one["path"] == "done"]
    assert (first["superseded_by"], second["corrects"]) == (second["entry"], signed["entry"])
    # Who has weighed is no second person.
    view = plant.sign("checked", "zhang", plant.operator)
    assert [one["code"] for one in view["items"]] == ["verifier_is_performer"]


def test_a_correction_at_a_desk_and_what_a_reviewer_makes_of_it(plant: Plant) -> None:
    first = everything(plant)["values"][-1]["entry"]
    low = (kg("weighings/1/gross", "9.900", "spilled"), calculated("weighings/1/net", "9.500"))
    more = (calculated("total", "9.500"), calculated("yield_", "95.00", "%", "spilled"))
    view = plant.fill(*low, *more, corrects=first, reason="spilled on the way")
    [item] = view["items"]
    assert (item["code"], item["path"], item["details"]["level"]) == ("out_of_limits", "yield_", "action")
    settle = f"/{plant.record}/items/{item['id']}/settle"
    closed = {"chosen": None, "reason": "the loss was weighed"}
    assert plant.post(settle, closed, 403)["code"] == "not_permitted"
    assert plant.post(settle, closed, client=plant.reviewer)["items"][0]["state"] == "settled"
    assert plant.post(settle, closed, 409, plant.reviewer)["code"] == "item_not_open"


def test_what_is_asked_wrongly_is_refused(plant: Plant) -> None:
    assert plant.post("", {"form": "nothing", "subject": None}, 409)["code"] == "form_not_effective"
    assert plant.operator.get("/api/records/R-9").status_code == 404
    assert plant.post("/R-9/complete", {}, 404)["code"] == "record_unknown"
    for bad in ({"path": "../x"}, {"value": 1.5}, {"value": {"a": 1}}, {"source": {"type": "guessed"}}):
        values = [value("batch", "x") | bad]
        wrong = {"values": values, "corrects": None, "reason": None}
        assert plant.post(f"/{plant.record}/values", wrong, 422)["code"] == "request_malformed"
