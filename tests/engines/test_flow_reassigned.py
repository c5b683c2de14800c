"""Whoever manages flows gives on what waits for somebody who cannot do it any more, and to nobody a right by it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from approval_support import publish
from flow_support import arrows, flow, node, task
from plant import PlantUnderTest, number_of

from server.core import rebuild
from server.engines.flows import kinds, running
from server.identity.model import ROLES_CHANGED_V3

pytestmark = pytest.mark.urs("ENG-02", "IDN-01")
NAMED = b'isExecutable="true" name="\xe8\xaf\x95" pestle:nameEn="Trial"'
START = node("startEvent", "s") + node("endEvent", "e")
SHARED = task("a", 'pestle:role="engineer supervisor" name="A"')
OWN = task("o", 'pestle:person="who" name="O"')
GATES = node("parallelGateway", "p") + node("parallelGateway", "j")
DATA = flow(START, GATES, SHARED, OWN, arrows("s>p>a>j>e", "p>o>j"), code="both", variables={"who": "person"})


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    publish(made.plant, DATA.replace(b'isExecutable="true"', NAMED))
    yield made
    made.close()


def begun(site: PlantUnderTest) -> str:
    """Both tasks are with `zhou`: one he has taken up, the other is his."""
    given = [{"variable": "who", "value": [number_of("zhou")]}]
    number = running.start(site.plant, "both", "S-1", given, number_of("chen"))
    assert post(site, "zhou", number, "a", "claim", given_back=False).status_code == 200
    return number


def task_of(site: PlantUnderTest, number: str, name: str) -> str:
    tasks = site.client("li").get(f"/api/instances/{number}").json["tasks"]
    return str(next(one["id"] for one in tasks if one["node"] == name))


def post(site: PlantUnderTest, login: str, number: str, name: str, what: str, **body: Any) -> Any:
    path = f"/api/instances/{number}/tasks/{task_of(site, number, name)}/{what}"
    return site.client(login).post(path, json=body)


def left(site: PlantUnderTest, login: str) -> None:
    said = {"person": number_of(login), "grants": [], "waiting": [], "reason": "has left"}
    site.state(ROLES_CHANGED_V3, "people", said)


def stranded(site: PlantUnderTest) -> list[tuple[bool, str]]:
    items = site.client("li").get("/api/my-work").json["items"]
    return sorted((one["stranded"], one["name"]["en"]) for one in items)


def test_what_waits_for_somebody_who_has_left_shows_with_who_manages_flows_and_is_given_on(
    site: PlantUnderTest,
) -> None:
    number = begun(site)
    assert stranded(site) == []
    left(site, "zhou")
    assert stranded(site) == [(True, "A"), (True, "O")]
    assert post(site, "chen", number, "a", "complete", outcome=None, values=[], comment=None).status_code == 409
    view = post(site, "li", number, "a", "reassign", to=None, reason="has left").json
    assert [one["claimed_by"] for one in view["tasks"]] == [None, None]
    assert stranded(site) == [(True, "O")]
    given = post(site, "li", number, "o", "reassign", to=number_of("zhao"), reason="has left")
    assert given.json["history"][-1]["event"] == "reassigned"
    assert stranded(site) == []
    for login, name in (("chen", "a"), ("zhao", "o")):
        assert post(site, login, number, name, "complete", outcome=None, values=[], comment=None).status_code == 200
    assert len(site.payloads(kinds.REASSIGNED)) == 2
    assert rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)["ok"]


def test_so_does_what_somebody_took_up_who_has_none_of_its_roles_now(site: PlantUnderTest) -> None:
    begun(site)
    qc = [{"role": "qc", "areas": None}]
    said = {"person": number_of("zhou"), "grants": qc, "waiting": [], "reason": "other work"}
    site.state(ROLES_CHANGED_V3, "people", said)
    assert stranded(site) == [(True, "A")]


@pytest.mark.parametrize(
    ("name", "to", "login", "code"),
    [
        ("a", "P-0005", "li", "flow_delegate_wrong"),
        ("a", "P-0006", "li", "flow_delegate_wrong"),
        ("o", "P-0004", "li", "flow_delegate_wrong"),
        ("o", None, "li", "flow_delegate_wrong"),
        ("a", "P-0003", "chen", "not_permitted"),
    ],
)
def test_it_is_given_to_nobody_who_may_not_do_it_and_by_nobody_to_themselves(
    site: PlantUnderTest, name: str, to: str | None, login: str, code: str
) -> None:
    refused = post(site, login, begun(site), name, "reassign", to=to, reason="away")
    assert refused.json["code"] == code
