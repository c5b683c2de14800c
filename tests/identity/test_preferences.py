"""Language and look follow a person from device to device, and are nobody else's (OPS-06, HMI-02)."""

import pytest
from plant import PlantUnderTest

pytestmark = pytest.mark.urs("OPS-06")
NONE = {"language": None, "theme": None, "contrast": None}


def test_what_somebody_chose_is_there_at_their_next_sign_in_and_nobody_elses(site: PlantUnderTest) -> None:
    zhang, wang = site.client("zhang"), site.client("wang")
    assert zhang.get("/api/preferences").json == NONE
    chosen = {"language": "en", "theme": "dark", "contrast": "more"}
    assert zhang.post("/api/preferences", json=chosen).json == chosen
    assert zhang.post("/api/preferences", json={**chosen, "language": "zh"}).json == {**chosen, "language": "zh"}
    assert site.client("zhang").get("/api/preferences").json == {**chosen, "language": "zh"}
    assert wang.get("/api/preferences").json == NONE


@pytest.mark.parametrize("wrong", [{"language": "fr"}, {"theme": "pink"}, {"contrast": ""}, {"person": "P-0002"}, {}])
def test_what_is_no_choice_is_refused_and_changes_nothing(site: PlantUnderTest, wrong: dict[str, str]) -> None:
    zhang = site.client("zhang")
    answer = zhang.post("/api/preferences", json={**NONE, **wrong} if wrong else {})
    assert (answer.status_code, answer.json["code"]) == (422, "request_malformed")
    assert zhang.get("/api/preferences").json == NONE


def test_without_a_session_there_are_none(site: PlantUnderTest) -> None:
    client = site.client()
    assert client.get("/api/preferences").status_code == 401
    assert client.post("/api/preferences", json=NONE).status_code == 401
