"""Labels: what they say is read back as exactly that container, each print is counted, designs are the plant's own."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import label_support as label
import pytest
from plant import PASSWORD, PlantUnderTest

from server.core import clock, rebuild
from server.identity import accounts
from server.identity.model import PERSON_ADDED
from server.materials.labels import codes, drawing, model, queries, raster, rules, samples, zpl

pytestmark = pytest.mark.urs("MAT-11")
Json = dict[str, Any]
MATERIAL, LOT = "STA-0042", "A-5/2"
# As plants write them, and as nobody should: what opens commands of printers, Chinese, more than GS1 has room for.
NAMES = ("C-0001", "B/1/05", "A^FS~HI_1", "a\\&b\"c'd", "桶-7", "X" * 40, "C 1", "P(1)")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    yield from stocked(database_url, tmp_path)


@pytest.fixture
def drawn(tmp_path: Path) -> Iterator[PlantUnderTest]:
    """For what no database has to do with."""
    yield from stocked(f"sqlite:///{tmp_path}/pestle.db", tmp_path)


def stocked(database_url: str, folder: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, folder)
    person = {"person": "P-0020", "login": "qian", "name": "钱", "name_en": None, "roles": ["keeper"]}
    made.state(PERSON_ADDED, "person/P-0020", person)
    known = {"material": MATERIAL, "name": {"zh": "预胶化淀粉", "en": 'Starch "^XZ~'}, "type": "raw", "unit": "kg"}
    made.state("materials.material_defined.v1", f"material/{MATERIAL}", known)
    receive(made, LOT, *NAMES)
    yield made
    made.close()


def receive(site: PlantUnderTest, lot: str, *containers: str) -> None:
    given = {"material": MATERIAL, "lot": lot, "quantity": None, "supplier": "华原^药业", "supplier_lot": "HY~1\\2"}
    given |= {"expiry": "2028-09-14", "containers": len(containers), "status": "quarantine"}
    site.state("materials.lot_received.v1", f"lot/{MATERIAL}/{lot}", given)
    held = [{"container": one, "quantity": {"value": "25.000", "unit": "kg"}} for one in containers]
    came = {"material": MATERIAL, "lot": lot, "containers": held}
    site.state("materials.containers_received.v1", f"lot/{MATERIAL}/{lot}", came)


def keeper(site: PlantUnderTest) -> Any:
    accounts.set_password(site.plant, "P-0020", PASSWORD)
    client = site.client()
    assert client.post("/api/session", json={"login": "qian", "password": PASSWORD}).status_code == 200
    return client


def order(*names: str, **more: Any) -> Json:
    body = {"request": str(uuid4()), "what": "container", "names": list(names), "template": None, "format": "pdf"}
    return {**body, "reason": None, **more}


def is_container(client: Any, text: str, symbology: str, name: str) -> bool:
    found = client.post("/api/scan", json={"text": text, "symbology": symbology}).json
    return bool(found["what"] == "container" and found["container"]["container"] == name)


@pytest.mark.urs("MAT-10")
def test_what_is_printed_is_scanned_as_exactly_this_container(drawn: PlantUnderTest) -> None:
    client = keeper(drawn)
    asked = order(*NAMES)
    assert client.post("/api/labels/prints", json=asked).status_code == 201
    pdf = client.get(f"/api/labels/prints/{asked['request']}")
    assert pdf.content_type == "application/pdf"
    assert b"NotoSansCJK" in pdf.data.replace(b"#20", b"").replace(b" ", b"")
    pages = label.pages(pdf.data, len(NAMES))
    for name, page in zip(NAMES, pages, strict=True):
        assert is_container(client, *label.scanned(page), name), name


@pytest.mark.urs("MAT-10")
@pytest.mark.parametrize("dots", zpl.DOTS)
def test_a_label_printer_is_sent_the_same_whatever_the_words_hold(drawn: PlantUnderTest, dots: int) -> None:
    client, names = keeper(drawn), NAMES if dots == 8 else NAMES[:3]
    asked = order(*names, format="zpl")
    assert client.post("/api/labels/prints", json=asked).status_code == 201
    sent = client.get(f"/api/labels/prints/{asked['request']}?dots={dots}").get_data(as_text=True)
    labels = label.labels(sent)
    for name, fields in zip(names, labels, strict=True):
        said = "".join(one.data for one in fields if one.what == "text")
        words = [MATERIAL, LOT, "25.000 kg", 'Starch "^XZ~', name]
        assert [one for one in words if one not in said and one.isascii() and "\\" not in one] == []
        matrix = [one.data for one in fields if one.what == "matrix"]
        if matrix:
            assert is_container(client, *label.sent(matrix[0]), name), name
        else:
            assert any(is_container(client, *found, name) for found in drawn_codes(fields)), name


def drawn_codes(fields: list[label.Printed]) -> list[tuple[str, str]]:
    """Symbols that were sent as dots, since the printer's own encoder knows no Chinese."""
    squares = [one.data for one in fields if one.what == "graphic" and len(one.data) > 150]
    return [label.scanned([bytes(0 if dot == "1" else 255 for dot in line) for line in rows]) for rows in squares]


def test_chinese_is_drawn_as_the_dots_of_our_own_font() -> None:
    design = queries.delivered()["container-100x70"].design()
    element = next(one for one in design["elements"] if one["value"] == "name_zh")
    [fields] = label.labels(zpl.labels(design, [samples.SAMPLES], 8))
    place = (int(float(element["x"]) * 8), int(float(element["y"]) * 8))
    [found] = [one for one in fields if one.what == "graphic" and (one.x, one.y) == place]
    alone = {"width": element["w"], "height": element["h"], "elements": [{**element, "x": "0", "y": "0"}]}
    rows = raster.grey(drawing.png(alone, samples.SAMPLES, 8))
    assert [line[: len(row)] for line, row in zip(found.data, rows, strict=True)] == [
        "".join("1" if dot < 128 else "0" for dot in row) for row in rows
    ]
    assert sum(line.count("1") for line in found.data) > 1000


def test_prints_are_counted_and_another_one_says_why(site: PlantUnderTest) -> None:
    client = keeper(site)
    post = client.post
    assert post("/api/labels/prints", json=order("C-0001")).json["labels"] == [{"about": "C-0001", "copy": 1}]
    refused = post("/api/labels/prints", json=order("B/1/05", "C-0001"))
    assert (refused.json["code"], refused.json["details"]["names"]) == ("label_reason_missing", ["C-0001"])
    again = post("/api/labels/prints", json=order("B/1/05", "C-0001", reason="Torn off"))
    assert again.json["labels"] == [{"about": "B/1/05", "copy": 1}, {"about": "C-0001", "copy": 2}]
    seen = post("/api/labels/things", json={"what": "container", "names": ["C-0001", "B/1/05", "桶-7"]}).json
    assert (seen["copies"], seen["templates"][0]["template"]) == ({"C-0001": 2, "B/1/05": 1}, "container-100x70")
    told = client.get("/api/labels/prints?what=container&about=C-0001").json["items"]
    assert [(one["copy"], one["reason"], one["by"]["id"]) for one in told] == [
        (1, None, "P-0020"),
        (2, "Torn off", "P-0020"),
    ]
    [first, second] = [one for one in site.payloads(model.PRINTED_KIND) if one["about"] == "C-0001"]
    assert {"name": "copy", "value": "补打 2 · Reprint 2"} in second["says"]
    assert "copy" not in {one["name"] for one in first["says"]}
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_an_interrupted_print_neither_doubles_nor_loses_a_label(site: PlantUnderTest) -> None:
    """InvenTree's labels broke or came twice: here the answer is lost, and the page asks again under the same name."""
    client, asked = keeper(site), order("C-0001", "B/1/05")
    first = client.post("/api/labels/prints", json=asked)
    pages = client.get(f"/api/labels/prints/{asked['request']}").data
    again = client.post("/api/labels/prints", json=asked)
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert client.get(f"/api/labels/prints/{asked['request']}").data == pages
    assert len(site.entries(model.PRINTED_KIND)) == 2
    other = client.post("/api/labels/prints", json={**asked, "names": ["桶-7"]})
    assert other.json["code"] == "label_request_other"
    assert site.client("chen").get(f"/api/labels/prints/{asked['request']}").json["code"] == "not_found"
    unknown = client.post("/api/labels/prints", json=order("桶-7", "no such"))
    assert (unknown.json["code"], len(site.entries(model.PRINTED_KIND))) == ("label_thing_unknown", 2)


def test_pages_are_fetched_again_for_a_while_only(drawn: PlantUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    client, asked = keeper(drawn), order("C-0001")
    client.post("/api/labels/prints", json=asked)
    now = clock.now()
    from server.materials.labels import printing

    monkeypatch.setattr(printing.clock, "now", lambda: now + printing.AGAIN * 2)
    assert client.get(f"/api/labels/prints/{asked['request']}").json["code"] == "label_print_over"


def test_two_who_print_one_label_at_once_have_a_first_and_a_second(site: PlantUnderTest) -> None:
    client, answers = keeper(site), []

    def once() -> None:
        answers.append(client.post("/api/labels/prints", json=order("C-0001", reason="Both need one")).json)

    threads = [threading.Thread(target=once) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one["labels"][0]["copy"] for one in answers) == [1, 2, 3]


def test_the_status_of_a_lot_and_of_each_container_is_printed_as_it_is_now(drawn: PlantUnderTest) -> None:
    client = keeper(drawn)
    for name, words in ((f"{MATERIAL}/{LOT}", ("待验", "QUARANTINE")), ("C-0001", ("合格", "RELEASED"))):
        if name == "C-0001":
            decided = {"material": MATERIAL, "lot": LOT, "status": "released", "reason": "import"}
            drawn.state("materials.lot_status_changed.v1", f"lot/{MATERIAL}/{LOT}", decided)
        asked = order(name, what="status", format="zpl")
        assert client.post("/api/labels/prints", json=asked).status_code == 201
        says = {one["name"]: one["value"] for one in drawn.payloads(model.PRINTED_KIND)[-1]["says"]}
        assert (says["status_zh"], says["status_en"]) == words
    assert says["code"] == codes.of_container(MATERIAL, LOT, "C-0001", "2028-09-14")


def test_a_status_label_says_who_decided_and_why_and_leaves_no_field_of_its_kind_blank(drawn: PlantUnderTest) -> None:
    client = keeper(drawn)
    decided = {"material": MATERIAL, "lot": LOT, "status": "rejected", "reason": "受潮结块。" * 300}
    drawn.state("materials.lot_status_changed.v1", f"lot/{MATERIAL}/{LOT}", decided)
    names = model.FIELDS["status"]
    elements = [{**one, "value": name} for one, name in zip(draft()["elements"][:1] * len(names), names, strict=True)]
    elements = [{**one, "kind": "field", "x": "0", "y": "0", "w": "90", "h": "10"} for one in elements]
    elements += [one for one in draft()["elements"] if one["kind"] in model.CODES]
    assert submit(drawn, draft(template="all-of-it", what="status", elements=elements)).status_code == 201
    assert decide(drawn, "all-of-it", 1, True).status_code == 201
    for name in (f"{MATERIAL}/{LOT}", "C-0001"):
        answer = client.post("/api/labels/prints", json=order(name, what="status", template="all-of-it"))
        assert answer.status_code == 201, answer.text
        says = {one["name"]: one["value"] for one in drawn.payloads(model.PRINTED_KIND)[-1]["says"]}
        # No retest day, and no copy before it.
        assert set(names) - set(says) <= {"retest", "copy"}
        assert (says["decided_by"], len(says["reason"])) == ("系统", model.LONGEST_TEXT)
        assert says["container"] == ("整批 · Whole lot" if "/" in name else "C-0001")


def test_a_lot_whose_name_no_status_label_takes_is_told_so(drawn: PlantUnderTest) -> None:
    lot = "L" * 76
    receive(drawn, lot, "C-9001")
    client, name = keeper(drawn), f"{MATERIAL}/{lot}"
    assert client.post("/api/labels/things", json={"what": "status", "names": [name]}).status_code == 200
    assert client.get(f"/api/labels/prints?what=status&about={name}").status_code == 200
    answer = client.post("/api/labels/prints", json=order(name, what="status"))
    assert (answer.status_code, answer.json["code"]) == (422, "label_name_long"), answer.text
    assert client.post("/api/labels/prints", json=order("C-9001", what="status")).status_code == 201


def draft(**more: Any) -> Json:
    design = queries.delivered()["container-100x70"].design()
    return {"template": "own", **design, "name": {"zh": "自定", "en": "Own"}, **more}


def submit(site: PlantUnderTest, given: Json, login: str = "zhou") -> Any:
    client = site.client(login)
    seen = client.post("/api/labels/templates/check", json=given).json
    body = {name: value for name, value in given.items() if name != "template"}
    body |= {"version": seen["version"], "sha256": seen["sha256"], "reason": "Larger", "login": login}
    return client.post(f"/api/labels/templates/{given['template']}/versions", json={**body, "password": PASSWORD})


def decide(site: PlantUnderTest, code: str, number: int, approved: bool, login: str = "li") -> Any:
    client = site.client(login)
    version = next(
        one for one in client.get(f"/api/labels/templates/{code}").json["versions"] if one["version"] == number
    )
    body = {"sha256": version["sha256"], "approved": approved, "reason": "Checked", "login": login}
    address = f"/api/labels/templates/{code}/versions/{number}/decision"
    return client.post(address, json={**body, "password": PASSWORD})


def test_a_plants_own_design_prints_once_somebody_else_has_approved_it(site: PlantUnderTest) -> None:
    client = keeper(site)
    given = draft(template="container-100x70", elements=draft()["elements"][:10] + draft()["elements"][3:12])
    given["elements"] = [one for one in draft()["elements"] if one["value"] != "received"]
    before = order("C-0001")
    client.post("/api/labels/prints", json=before)
    old = client.get(f"/api/labels/prints/{before['request']}").data
    assert submit(site, given).status_code == 201
    assert submit(site, given).json["code"] == "label_template_waiting"
    waits = [one for one in site.client("li").get("/api/home/tasks").json["items"] if one["code"] == "label_design"]
    assert [(one["about"], one["to"]) for one in waits] == [("container-100x70", "/labels/container-100x70")]
    assert [
        one["version"]
        for one in client.post("/api/labels/things", json={"what": "container", "names": ["x"]}).json["templates"]
    ] == [0]
    assert decide(site, "container-100x70", 1, True, "zhou").status_code == 403
    approved = decide(site, "container-100x70", 1, True)
    assert approved.status_code == 201, approved.text
    assert (approved.json["version"], approved.json["versions"][0]["decided_by"]["id"]) == (1, "P-0004")
    client.post("/api/labels/prints", json=order("B/1/05"))
    last = site.payloads(model.PRINTED_KIND)[-1]
    assert (last["version"], last["design"]) == (1, approved.json["versions"][0]["sha256"])
    assert "received" not in {one["name"] for one in last["says"]}
    assert client.get(f"/api/labels/prints/{before['request']}").data == old
    assert decide(site, "container-100x70", 1, False).json["code"] == "label_template_stale"
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_nobody_approves_a_design_of_their_own(drawn: PlantUnderTest) -> None:
    """Whoever holds both permissions."""
    submitted = submit(drawn, draft())
    assert submitted.status_code == 201, submitted.text
    [version] = submitted.json["versions"]
    found = replace(queries.delivered()["container-100x70"], sha256=version["sha256"], state=model.SUBMITTED)
    found = replace(found, submitted_by="P-0030")
    given = {"sha256": version["sha256"], "approved": True, "meaning": {"code": "approved"}}
    assert rules.decision_refused(given, found, "P-0030") == "label_template_own"
    assert rules.decision_refused(given, found, "P-0004") is None
    assert rules.decision_refused({**given, "sha256": "0" * 64}, found, "P-0004") == "label_template_stale"
    assert decide(drawn, "own", 1, False).json["versions"][0]["state"] == "rejected"


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"x": "99"}, ("element_outside", "elements/3")),
        ({"w": "9", "h": "9"}, ("code_small", "elements/3")),
        ({"kind": "field", "value": "net"}, ("field_unknown", "elements/3")),
        ({"kind": "text", "value": " "}, ("text_empty", "elements/3")),
        ({"kind": "box"}, ("code_missing", "elements")),
    ],
)
def test_what_stands_against_a_design_is_named_and_refused(
    drawn: PlantUnderTest, change: Json, finding: tuple[str, str]
) -> None:
    given = draft()
    assert given["elements"][3]["kind"] == "datamatrix"
    given["elements"] = [{**one, **(change if at == 3 else {})} for at, one in enumerate(given["elements"])]
    seen = drawn.client("zhou").post("/api/labels/templates/check", json=given).json
    assert finding in [(one["code"], one["path"]) for one in seen["findings"]]
    assert submit(drawn, given).json["code"] == "label_template_faulty"
    looked = drawn.client("zhou").post("/api/labels/preview", json=given)
    assert looked.data.startswith(b"\x89PNG")


def test_a_design_that_no_printer_takes_is_neither_drawn_nor_submitted(drawn: PlantUnderTest) -> None:
    given = draft(width="300.01")
    assert submit(drawn, given).json["code"] == "label_template_faulty"
    looked = drawn.client("zhou").post("/api/labels/preview", json=given)
    assert looked.json["details"]["findings"] == [{"code": "label_large", "path": "elements"}]


@pytest.mark.parametrize("small", [{"size": "0"}, {"h": "0.01"}])
def test_words_without_any_size_do_not_keep_a_label_from_the_printer(small: Json) -> None:
    given = draft()
    [lot, *_] = [one for one in given["elements"] if one["value"] == "lot"]
    sent = zpl.labels({**given, "elements": [{**lot, **small}]}, [{"lot": "L-1"}], 8)
    assert "^A0N,1,1^FH_^FDL-1^FS" in sent


def test_what_a_label_must_say_cannot_be_left_out() -> None:
    given = draft(elements=[one for one in draft()["elements"] if one["value"] != "lot"])
    assert [one.payload() for one in rules.findings(given)] == [{"code": "field_missing", "path": "lot"}]


@pytest.mark.parametrize("code", sorted(queries.delivered()))
def test_each_design_that_comes_with_the_program_stands_and_is_read(code: str) -> None:
    design = queries.delivered()[code].design()
    assert rules.findings(design) == []
    text, symbology = label.scanned(raster.grey(drawing.png(design, samples.SAMPLES)))
    assert (symbology, text.partition(label.GS)[0]) == ("]d2", "17280914240STA-0042")


@pytest.mark.parametrize(
    ("material", "lot", "name", "code"),
    [
        ("M-1", "L/2", "C-3", "(17)280914(240)M-1(10)L/2(21)C-3"),
        ("M-1", "L 2", "C-3", "PESTLE-CONTAINER:1:C-3"),
        ("M-1", "L(2)", "C-3", "PESTLE-CONTAINER:1:C-3"),
        ("M-1", "批2", "C-3", "PESTLE-CONTAINER:1:C-3"),
        ("M-1", "L2", "C" * 21, f"PESTLE-CONTAINER:1:{'C' * 21}"),
        ("M" * 31, "L2", "C-3", "PESTLE-CONTAINER:1:C-3"),
    ],
)
def test_what_gs1_has_no_room_for_gets_a_code_of_our_own(material: str, lot: str, name: str, code: str) -> None:
    assert codes.of_container(material, lot, name, "2028-09-14") == code
    assert codes.of_container("M-1", "L2", "C-3", None) == "(240)M-1(10)L2(21)C-3"


def test_every_field_has_a_sample_to_look_at_a_design_with() -> None:
    assert {name for names in model.FIELDS.values() for name in names} <= set(samples.SAMPLES)
    assert all(set(must) <= set(model.FIELDS[what]) for what, must in model.MUST.items())
