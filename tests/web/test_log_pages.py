"""The log as a page reads it: in which order, of which streams, for whom."""

import pytest
from plant import PlantUnderTest

pytestmark = [pytest.mark.urs("PLT-03")]


def test_entries_come_newest_first_and_go_on_before_an_index(site: PlantUnderTest) -> None:
    reader = site.client("admin")
    page = reader.get("/api/log?limit=3").json
    assert page is not None
    size = page["size"]
    assert [entry["index"] for entry in page["items"]] == [size - 1, size - 2, size - 3]
    assert page["checkpoint"].splitlines()[1] == str(size)
    older = reader.get(f"/api/log?limit=200&before={size - 3}").json
    assert older is not None
    assert [entry["index"] for entry in older["items"]] == list(range(size - 4, -1, -1))


def test_a_stream_is_found_by_name_or_by_what_it_is_of_and_never_by_a_pattern(
    site: PlantUnderTest,
) -> None:
    reader = site.client("admin")
    found = reader.get("/api/log?stream=person/P-0001&limit=200").json
    assert found is not None
    assert {entry["stream"] for entry in found["items"]} == {"person/P-0001"}
    people = reader.get("/api/log?stream=person&limit=200").json
    assert people is not None
    assert {"person/P-0001", "person/P-0002"} < {entry["stream"] for entry in people["items"]}
    for pattern in ("%", "person/P_0001", "perso%", "person/P-000"):
        nothing = reader.get("/api/log", query_string={"stream": pattern}).json
        assert nothing is not None
        assert nothing["items"] == []


def test_one_entry_by_its_place(site: PlantUnderTest) -> None:
    reader = site.client("admin")
    one = reader.get("/api/log/1").json
    assert one is not None
    assert one["index"] == 1
    assert reader.get("/api/log/100000").status_code == 404


@pytest.mark.parametrize("address", ["/api/log", "/api/log/1"])
def test_only_those_who_may_read_the_log_see_it(site: PlantUnderTest, address: str) -> None:
    assert site.client("zhang").get(address).status_code == 403
    assert site.client().get(address).status_code == 401
    assert site.client("admin").get("/api/log?limit=1000").status_code in (400, 422)
