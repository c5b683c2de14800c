"""Specifications over HTTP: one of each kind of test, submitted, reviewed and approved by those whose work it is."""

from typing import Any

from plant import PASSWORD, PlantUnderTest

from server.quality.inspection import plans

Json = dict[str, Any]
CODE = "QS-API-1"


def numeric(code: str = "assay", low: str | None = "98.0", high: str | None = "102.0", **more: Any) -> Json:
    same = {"code": code, "name": {"zh": "含量", "en": "Assay"}, "method": "ChP 0512", "kind": "numeric", "unit": "%"}
    return {**same, "decimals": 1, "rounding": "gbt8170", "low": low, "high": high, "options": []} | more


def conform(code: str = "identification") -> Json:
    empty = dict.fromkeys(("unit", "decimals", "rounding", "low", "high"))
    return {"code": code, "name": {"zh": "鉴别", "en": "Identity"}, "method": "0402", "kind": "conform", **empty} | {
        "options": []
    }


def choice(code: str = "appearance") -> Json:
    white = {"code": "white", "zh": "白色粉末", "en": "White powder", "conforms": True}
    other = {"code": "other", "zh": "其他", "en": "Other", "conforms": False}
    return {**conform(code), "kind": "choice", "options": [white, other]}


def definition(*tests: Json, day: str = "2020-01-01", **more: Any) -> Json:
    given = [*tests] or [numeric(), choice(), conform()]
    more = {"sampling": dict(plans.DEFAULT) if more.get("stage", "incoming") == "incoming" else None, **more}
    same = {
        "material": "api-1",
        "stage": "incoming",
        "name": {"zh": "原料药质量标准", "en": "Specification of the API"},
    }
    return {**same, "tests": given, "effective_from": day, **more}


def submit(site: PlantUnderTest, given: Json, code: str = CODE, by: str = "zhao", **more: Any) -> Any:
    """The answer to a submission as the screen makes it: looked at first, then signed; `more` changes the body."""
    client = site.client(by)
    seen = client.post("/api/specifications/check", json={"specification": code, **given}).json
    body = {**given, "version": seen["version"], "sha256": seen["sha256"], "reason": "ChP 2025", "login": by}
    return client.post(f"/api/specifications/{code}/versions", json={**body, "password": PASSWORD, **more})


def version(site: PlantUnderTest, code: str = CODE) -> Json:
    """The newest version, as screens see it."""
    found: Json = site.client("li").get(f"/api/specifications/{code}").json["versions"][0]
    return found


def say(site: PlantUnderTest, login: str, outcome: str, code: str = CODE, comment: str | None = None) -> Any:
    """The answer to completing the open task of the newest version's approval."""
    client, instance = site.client(login), version(site, code)["instance"]
    view = client.get(f"/api/instances/{instance}").json
    [task] = view["tasks"]
    meaning = next(one["meaning"] for one in task["outcomes"] if one["code"] == outcome)
    body = {"outcome": outcome, "values": [], "comment": comment, "meaning": meaning}
    body |= {"login": login, "password": PASSWORD} | ({"seen": view["seen"]} if "seen" in view else {})
    return client.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", json=body)


def approve(site: PlantUnderTest, given: Json | None = None, code: str = CODE) -> Json:
    """A version in force."""
    assert submit(site, given or definition(), code).status_code == 201
    assert say(site, "zhou", "agree", code).status_code == 200
    answer = say(site, "li", "approve", code)
    assert answer.status_code == 200, answer.text
    return version(site, code)
