"""A line in litres is weighed in kilograms by the density of its material, which the batch took along; and a portion of
the batch that is scanned as a source is called what it is."""

from collections.abc import Iterator

import pytest
from journeys.portions import BATCH, LINES, PHASE, SALT, Walk
from journeys.processes import until
from journeys.screens import at_each_size
from journeys.site import Site, site
from playwright.sync_api import Playwright, expect

pytestmark = [pytest.mark.slow, pytest.mark.urs("MAT-05", "MAT-12")]
LITRES = LINES[2] | {"unit": "L"}
MATERIAL = "MGS-0009"


def approve(here: Site) -> None:
    """A litre of it is 0.800 kg, by those whose work it is."""
    keeper = here.desk("zhouwei")
    density = {"given": {"value": "1", "unit": "L"}, "equals": {"value": "0.800", "unit": "kg"}}
    said = {"name": LITRES["material_name"], "type": "raw", "unit": "kg", "conversions": [density], "shelf_life": 36}
    said |= {"retest": None, "storage": "cool", "storage_note": None, "hazard": None, "pharmacopoeia": None}
    seen = keeper.post("/api/masters/check", {"material": MATERIAL, **said})
    body = said | {"version": seen["version"], "sha256": seen["sha256"], "reason": "New"}
    body |= {"login": "zhouwei", "password": here.people["zhouwei"]["password"]}
    keeper.post(f"/api/masters/{MATERIAL}/versions", body, 201)
    for login, outcome in (("sunyue", "agree"), ("zhaolin", "approve")):
        desk = here.desk(login)
        instance = desk.get(f"/api/masters/{MATERIAL}")["versions"][0]["instance"]
        view = desk.get(f"/api/instances/{instance}")
        [task] = view["tasks"]
        meaning = next(one["meaning"] for one in task["outcomes"] if one["code"] == outcome)
        answer = {"outcome": outcome, "values": [], "comment": None, "meaning": meaning, "seen": view["seen"]}
        answer |= {"login": login, "password": here.people[login]["password"]}
        desk.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", answer)


@pytest.fixture(scope="module")
def walk(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("litres")
    database_url = f"sqlite:///{folder}/data/pestle.db"
    with site(playwright, folder, database_url) as here:
        approve(here)
        yield Walk(here, database_url, "zh-CN", PHASE | {"lines": [LITRES]})


def test_a_line_in_litres_is_weighed_in_kilograms(walk: Walk) -> None:
    tablet = walk.tablet
    walk.begin(SALT)
    walk.lies("0.450", "0.200")
    expect(tablet.at("own")).to_have_text("= 0.250L")
    expect(tablet.at("balance-standing")).to_have_count(0)
    expect(tablet.at("verdict")).to_have_attribute("data-verdict", "low")
    at_each_size(tablet, "litres", "own")
    tablet.take_weight()
    walk.compared("4.800 kg")
    expect(tablet.at("still")).to_contain_text("0.250 L")


def test_a_portion_of_this_batch_is_no_source(walk: Walk) -> None:
    tablet = walk.tablet
    tablet.at("change-source").click()
    walk.wedge(f"{BATCH}-10-mgs-1")
    walk.stopped("label_reused")
    expect(tablet.at("stop")).to_contain_text("是本批已称好的一份")
    at_each_size(tablet, "own-portion", "stop")


def test_the_rest_completes_the_line_and_nothing_is_flagged(walk: Walk) -> None:
    tablet = walk.tablet
    walk.wedge(SALT)
    walk.lies("0", "0.000")
    walk.take_tare("0.300")
    walk.lies("0.500", "0.200")
    expect(tablet.at("verdict")).to_have_attribute("data-verdict", "within")
    tablet.take_weight()
    tablet.confirm_second("wangfang")
    walk.compared("4.600 kg")
    # The only line of the phase has enough.
    expect(tablet.at("complete-phase")).to_be_visible()
    tablet.complete_phase("10")
    until("all is delivered", lambda: tablet.counts()[:2] == (0, 0))
    found = [(one["subject"], one["payload"]["net"], one["flags"]) for one in walk.dispensed()]
    assert found == [(f"10/mgs/{n}", {"value": "0.200", "unit": "kg"}, []) for n in (1, 2)]
