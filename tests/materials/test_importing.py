"""Materials and suppliers from CSV and Excel: looked at first, then all rows or none."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from master_support import approve
from plant import PlantUnderTest

from server.identity.model import PERSON_ADDED
from server.materials import queries

pytestmark = pytest.mark.urs("MAT-01", "MAT-02")
HEAD = "code,name_zh,name_en,type,unit\n"
GOOD = HEAD + "M-1,乳糖,Lactose,raw,kg\nM-2,片,Tablet,bulk,{tablet}\n"


def workbook(*rows: tuple[str | float, ...]) -> bytes:
    """The least that Excel opens: one sheet with these cells."""

    def cell(value: str | float) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    lines = "".join(f"<row>{''.join(cell(value) for value in row)}</row>" for row in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{lines}</sheetData></worksheet>',
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return data.getvalue()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    person = {"person": "ku", "login": "ku", "name": "库管", "name_en": "Keeper", "roles": ["keeper"]}
    made.state(PERSON_ADDED, "person/ku", person)
    yield made
    made.close()


def take(site: PlantUnderTest, data: str | bytes, dry: bool = False, what: str = "materials", by: str = "zhou") -> Any:
    body = data.encode() if isinstance(data, str) else data
    return site.client(by).post(f"/api/imports/{what}?dry_run={str(dry).lower()}", data=body)


def names(site: PlantUnderTest) -> dict[str, dict[str, str]]:
    with site.reading() as connection:
        return queries.all_names(connection)


def test_a_dry_run_tells_what_would_be_done_and_writes_nothing(site: PlantUnderTest) -> None:
    assert take(site, GOOD, dry=True).json == {"rows": 2, "imported": 2, "unchanged": 0, "findings": []}
    assert names(site) == {}
    assert take(site, GOOD).json["imported"] == 2
    assert take(site, GOOD).json == {"rows": 2, "imported": 0, "unchanged": 2, "findings": []}
    assert sorted(names(site)) == ["M-1", "M-2"]
    assert len(site.entries("materials.material_defined.v1")) == 2


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("M-3,料,Stuff,raw,drums", "unit", "unit_unknown"),
        ("M-3,料,Stuff,other,kg", "type", "cell_wrong"),
        ("M/3,料,Stuff,raw,kg", "code", "cell_wrong"),
        ("M-3,,Stuff,raw,kg", "name_zh", "cell_missing"),
        ("M-1,料,Stuff,raw,kg", "code", "twice"),
        ("EXC-ETH,料,Stuff,raw,kg", "code", "has_versions"),
        ("M-9,料,Stuff,raw,L", "unit", "unit_other"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken(site: PlantUnderTest, line: str, column: str, code: str) -> None:
    approve(site)
    take(site, HEAD + "M-9,料,Stuff,raw,kg\n")
    before = names(site)
    found = take(site, f"{GOOD}{line}\n").json
    assert (found["imported"], [(one["line"], one["column"], one["code"]) for one in found["findings"]]) == (
        0,
        [(4, column, code)],
    )
    assert names(site) == before


def test_columns_that_are_missing_or_unknown_are_named(site: PlantUnderTest) -> None:
    found = take(site, "code;name_zh;name_en;type;colour\nM-1;a;b;raw;red\n").json["findings"]
    assert [(one["column"], one["code"]) for one in found] == [
        ("unit", "column_missing"),
        ("colour", "column_unknown"),
    ]


def test_a_workbook_and_a_table_in_the_encoding_of_excel_in_china_are_read_too(site: PlantUnderTest) -> None:
    rows = (("Code", "Name zh", "name_en", "type", "unit"), (107.0, "乳糖", "Lactose", "raw", "kg"))
    assert take(site, workbook(*rows)).json["imported"] == 1
    assert take(site, (HEAD + "M-5,淀粉,Starch,raw,kg\n").encode("gb18030")).json["imported"] == 1
    assert names(site)["107"]["zh"] == "乳糖"
    assert names(site)["M-5"]["zh"] == "淀粉"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"\xff\xff\xff\xff", b'code\n"open'])
def test_what_is_no_table_is_refused(site: PlantUnderTest, data: bytes) -> None:
    assert take(site, data).json["code"] == "table_unreadable"


def test_a_workbook_that_unpacks_to_more_than_a_table_is_refused(site: PlantUnderTest) -> None:
    data = io.BytesIO(workbook(("code",)))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", b"0" * (51 * 1024 * 1024))
    assert take(site, data.getvalue()).json["code"] == "table_unreadable"


def test_suppliers_are_taken_by_who_registers_them(site: PlantUnderTest) -> None:
    table = "code,name_zh,name_en,address,contact,phone,email\nS-1,华原,Huayuan,Hefei,Zhou,1,\nS-2,甲,A,B,,,\n"
    assert take(site, table, what="suppliers").status_code == 403
    assert take(site, table, what="suppliers", by="ku").json["imported"] == 2
    found = site.client("ku").get("/api/suppliers/S-1").json
    assert (found["status"], found["contacts"]) == ("new", [{"name": "Zhou", "phone": "1", "email": None}])
    assert take(site, table.replace("Hefei", "Anqing"), what="suppliers", by="ku").json["imported"] == 1
    wrong = table.replace("B,,,", "B,,2,")
    assert take(site, wrong, what="suppliers", by="ku").json["findings"][0]["column"] == "contact"
