"""What a scanned text is, over HTTP: our own codes, GS1 codes, plain labels, and what is none of them."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.app import create_app
from server.core.kinds import Fact
from server.identity import accounts
from sync.log.tables import log_entry

PASSWORD = "correct horse battery"
LABEL, LOT = "A-5/2-001", "A-5/2"


class Desk:
    """The site behind HTTP with a lot of a supplier, a container of it, and a keeper who asks."""

    def __init__(self, site: Site) -> None:
        self.site = site
        keeper = {"person": "P-8", "login": "huang", "name": "黄磊", "name_en": "Huang Lei", "roles": ["keeper"]}
        state = site.plant.recorder.state
        state(Fact("identity.person_added.v1", "person/P-8", keeper))
        container = {"container": LABEL, "quantity": {"value": "25.000", "unit": "kg"}}
        received = {"material": "api-1", "lot": LOT, "containers": [container]}
        state(Fact("materials.containers_received.v1", f"lot/api-1/{LOT}", received))
        accounts.set_password(site.plant, "P-8", PASSWORD)
        self.client: FlaskClient = create_app(site.plant).test_client()
        self.client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        assert self.client.post("/api/session", json={"login": "huang", "password": PASSWORD}).status_code == 200

    def scan(self, text: str, symbology: str = "") -> dict[str, Any]:
        answer = self.client.post("/api/scan", json={"text": text, "symbology": symbology})
        assert answer.status_code == 200, answer.json
        return dict(answer.json or {})

    def length(self) -> int:
        """Of the log: looking at a code is no record."""
        with self.site.plant.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(log_entry)).scalar_one())

    def received(self, lot: str, supplier_lot: str, expiry: str | None = None) -> None:
        payload = {
            **{"material": "api-1", "lot": lot, "quantity": None, "supplier": "Anhui", "supplier_lot": supplier_lot},
            **{"expiry": expiry, "containers": None, "status": "quarantine"},
        }
        self.site.plant.recorder.state(Fact("materials.lot_received.v1", f"lot/api-1/{lot}", payload))


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(Site(database_url, tmp_path))
    yield made
    made.site.plant.close()


@pytest.mark.urs("HMI-03", "MAT-08")
@pytest.mark.parametrize(
    ("text", "symbology"),
    [
        (LABEL, "]C0"),
        (LABEL, ""),
        (f"PESTLE-CONTAINER:1:{LABEL}", "]Q1"),
        (f"10{LOT}\x1d21{LABEL}", "]d2"),
        (f"(10){LOT}(21){LABEL}", ""),
    ],
)
def test_a_container_is_known_by_any_of_its_codes(desk: Desk, text: str, symbology: str) -> None:
    found = desk.scan(text, symbology)
    assert (found["what"], found["container"]["container"], found["container"]["lot"]) == ("container", LABEL, LOT)
    assert [lot["lot"] for lot in found["lots"]] == [LOT]


@pytest.mark.urs("HMI-03", "MAT-04")
def test_a_lot_is_known_by_our_number_and_by_its_suppliers(desk: Desk) -> None:
    desk.received("L-77", "SUP-1", "2031-06-30")
    for text, symbology in (("L-77", "]C0"), ("PESTLE-LOT:1:api-1/L-77", "]Q1"), ("10SUP-1", "]d2"), ("SUP-1", "")):
        found = desk.scan(text, symbology)
        assert (found["what"], [lot["lot"] for lot in found["lots"]]) == ("lot", ["L-77"]), text
    assert desk.scan("10SUP-1\x1d240other", "]d2")["what"] == "unknown"
    assert desk.scan("10SUP-1\x1d240api-1", "]d2")["what"] == "lot"


@pytest.mark.urs("HMI-03", "MAT-04")
def test_a_code_without_expiry_never_erases_one(desk: Desk) -> None:
    desk.received("L-77", "SUP-1", "2031-06-30")
    assert desk.scan("10SUP-1\x1d17310531", "]d2")["expiry"] == "2031-05-31"
    without = desk.scan("10SUP-1", "]d2")
    assert (without["expiry"], without["lots"][0]["expiry"]) == (None, "2031-06-30")
    # And the delivery that such a code belongs to: what is not said stays as it was.
    desk.received("L-77", "SUP-1", None)
    assert desk.scan("10SUP-1", "]d2")["lots"][0]["expiry"] == "2031-06-30"


@pytest.mark.urs("HMI-03")
def test_a_serial_of_another_lot_is_not_our_container(desk: Desk) -> None:
    found = desk.scan(f"10OTHER\x1d21{LABEL}", "]d2")
    assert (found["what"], found["container"]) == ("unknown", None)
    assert [one["value"] for one in found["read"]["elements"]] == ["OTHER", LABEL]


@pytest.mark.urs("HMI-03", "BRG-04")
def test_equipment_and_devices_are_known(desk: Desk) -> None:
    from server.equipment import queries

    with desk.site.plant.engine.connect() as connection:
        balance = queries.balances(connection)[0].equipment
    assert desk.scan(balance, "]C0")["equipment"]["equipment"] == balance
    assert desk.scan(f"PESTLE-EQUIPMENT:1:{balance}", "]Q1")["what"] == "equipment"
    assert desk.scan("PESTLE-DEVICE:1:server")["device"]["id"] == "server"
    assert desk.scan("PESTLE-ENROL:1:ABCD-EFGH")["what"] == "enrol"


@pytest.mark.urs("HMI-03", "IDN-06")
def test_a_badge_is_known_for_one_and_its_secret_goes_nowhere(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    secret = "c2VjcmV0LW9mLWEtYmFkZ2U"
    before = desk.length()
    with caplog.at_level(logging.DEBUG):
        answer = desk.client.post("/api/scan", json={"text": f"PESTLE-BADGE:1:B-17:{secret}", "symbology": "]Q1"})
    assert answer.json is not None
    assert (answer.json["what"], answer.json["badge"]) == ("badge", "B-17")
    assert secret not in answer.get_data(as_text=True)
    assert secret not in caplog.text
    assert desk.scan(f"PESTLE-BADGE:1:{secret}")["badge"] is None
    assert desk.length() == before


@pytest.mark.urs("HMI-03")
@pytest.mark.parametrize("why", ["check_digit", "format", "separator", "date", "twice", "unknown"])
def test_what_is_wrong_with_a_code_is_said(desk: Desk, why: str) -> None:
    text = {
        "check_digit": "0109506000134353",
        "format": "010950600013",
        "separator": "10" + "A" * 21,
        "date": "17310229",
        "twice": "10A\x1d10B",
        "unknown": "89X",
    }[why]
    found = desk.scan(text, "]d2")
    assert (found["what"], found["read"]["wrong"]) == ("unknown", why)


@pytest.mark.urs("HMI-03", "CMP-05")
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE materials_lot;--",
        "../../etc/passwd",
        "x" * 4296,
        "\x1d\x1e\x04",
        "%",
    ],
)
def test_hostile_texts_are_unknown_and_not_given_back(desk: Desk, text: str) -> None:
    answer = desk.client.post("/api/scan", json={"text": text, "symbology": "]Q1"})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["what"] == "unknown"
    assert text not in answer.get_data(as_text=True) or text == "%"


@pytest.mark.urs("HMI-03", "CMP-05")
@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "x" * 4297}, {"text": 5}, {"text": "a\0b"}, {"text": "x", "symbology": "]d2x"}]
)
def test_what_is_no_scan_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert desk.client.post("/api/scan", json=body).status_code in (400, 422)


@pytest.mark.urs("HMI-03", "IDN-01")
def test_nobody_asks_without_a_session(desk: Desk) -> None:
    desk.client.delete("/api/session")
    assert desk.client.post("/api/scan", json={"text": "x"}).status_code == 401
