"""Materials and suppliers from CSV and Excel: looked at first, then all rows or none."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from master_support import approve
from openpyxl import Workbook
from plant import PlantUnderTest

from server.identity.model import PERSON_ADDED
from server.materials import queries

pytestmark = pytest.mark.urs("MAT-01", "MAT-02")
HEAD = "code,name_zh,name_en,type,unit\n"
GOOD = HEAD + "M-1,乳糖,Lactose,raw,kg\nM-2,片,Tablet,bulk,{tablet}\n"


def workbook(*rows: tuple[str | float, ...], far: str | None = None) -> bytes:
    """What Excel saves of these cells; `far` is where one more stands."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if far is not None:
        sheet[far] = "a note"
    data = io.BytesIO()
    book.save(data)
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


PICTURE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"\xff\xff\xff\xff", b'code\n"open', PICTURE])
def test_what_is_no_table_is_refused(site: PlantUnderTest, data: bytes) -> None:
    assert take(site, data).json["code"] == "table_unreadable"


def test_a_cell_far_away_makes_no_rectangle(site: PlantUnderTest) -> None:
    """A reader that lays one out asks for 550 GB, and the whole server ends."""
    rows = [tuple(line.split(",")) for line in GOOD.splitlines()]
    found = take(site, workbook(*rows, far="XFD1048576"))
    assert found.status_code == 200
    assert [(one["line"], one["value"], one["code"]) for one in found.json["findings"]] == [
        *((1048576, "", "cell_missing") for _ in range(5)),
        (1048576, "a note", "cell_beyond"),
    ]
    assert take(site, workbook(*rows, far="A5001")).json["findings"][0]["line"] == 5001


def test_a_row_beyond_the_last_that_excel_has_is_not_waited_for(site: PlantUnderTest) -> None:
    """A reader that fills in what lies between would never come to it."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(("code",), ("M-1",)))) as good,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for one in good.infolist():
            text = good.read(one)
            packed.writestr(
                one, text.replace(b'<row r="2"', b'<row r="9000000000000"').replace(b'"A2"', b'"A9000000000000"')
            )
    assert take(site, data.getvalue()).json["code"] == "table_unreadable"


def test_more_rows_than_a_table_has_are_refused(site: PlantUnderTest) -> None:
    rows = [
        ("code", "name_zh", "name_en", "type", "unit"),
        *((f"M-{n}", "料", "Stuff", "raw", "kg") for n in range(1001)),
    ]
    for table in (workbook(*rows), "\n".join(",".join(row) for row in rows)):
        assert take(site, table, dry=True).json["code"] == "table_too_long"


def test_a_workbook_that_claims_what_it_is_not_is_refused(site: PlantUnderTest) -> None:
    """A zip of a version that nobody has, one without its parts, one with rubbish in them."""
    good = workbook(("code",))
    strange = bytearray(good)
    place = strange.rfind(b"PK\x01\x02")
    strange[place + 6] = 99
    for data in (bytes(strange), good[:200], good.replace(b"xl/workbook", b"xl/workbxxk")):
        assert take(site, data).json["code"] == "table_unreadable"


def test_what_stands_in_no_column_is_not_passed_over(site: PlantUnderTest) -> None:
    found = take(site, f"{GOOD}M-3,料,Stuff,raw,kg,12\n").json
    assert [(one["line"], one["value"], one["code"]) for one in found["findings"]] == [(4, "12", "cell_beyond")]
    assert names(site) == {}


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
