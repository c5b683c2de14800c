"""Materials over HTTP: submitted, reviewed and approved by those whose work it is."""

from typing import Any

from plant import PASSWORD, PlantUnderTest

Json = dict[str, Any]
CODE = "EXC-ETH"
DENSITY = {"given": {"value": "1", "unit": "L"}, "equals": {"value": "0.789", "unit": "kg"}}


def definition(**more: Any) -> Json:
    same: Json = {"name": {"zh": "乙醇", "en": "Ethanol"}, "type": "raw", "unit": "kg", "conversions": [DENSITY]}
    same |= {"shelf_life": 36, "retest": 24, "storage": "cool", "storage_note": None}
    return {**same, "hazard": "GHS02", "pharmacopoeia": "ChP 2025", **more}


def submit(site: PlantUnderTest, given: Json, code: str = CODE, by: str = "zhou", **more: Any) -> Any:
    """The answer to a submission as the screen makes it: looked at first, then signed; `more` changes the body."""
    client = site.client(by)
    seen = client.post("/api/masters/check", json={"material": code, **given}).json
    body = {**given, "version": seen["version"], "sha256": seen["sha256"], "reason": "New", "login": by}
    return client.post(f"/api/masters/{code}/versions", json={**body, "password": PASSWORD, **more})


def material(site: PlantUnderTest, code: str = CODE) -> Json:
    found: Json = site.client("li").get(f"/api/masters/{code}").json
    return found


def say(site: PlantUnderTest, login: str, outcome: str, code: str = CODE, comment: str | None = None) -> Any:
    """The answer to completing the open task of the newest version's approval."""
    client, instance = site.client(login), material(site, code)["versions"][0]["instance"]
    view = client.get(f"/api/instances/{instance}").json
    [task] = view["tasks"]
    meaning = next(one["meaning"] for one in task["outcomes"] if one["code"] == outcome)
    body = {"outcome": outcome, "values": [], "comment": comment, "meaning": meaning, "seen": view["seen"]}
    body |= {"login": login, "password": PASSWORD}
    return client.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", json=body)


def approve(site: PlantUnderTest, given: Json | None = None, code: str = CODE) -> Json:
    """A version in force."""
    made = submit(site, given or definition(), code)
    assert made.status_code == 201, made.text
    assert say(site, "zhao", "agree", code).status_code == 200
    answer = say(site, "li", "approve", code)
    assert answer.status_code == 200, answer.text
    return material(site, code)
