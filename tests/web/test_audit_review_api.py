"""Audit-trail reviews as a browser makes them: shown, paged through, signed once, and refused to whoever may not."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from passkey_support import Authenticator
from plant import PASSWORD, PlantUnderTest

from server.identity.signing import HEADER
from server.release.audit.model import REVIEWED_KIND, said
from sync.passkeys import shown

pytestmark = pytest.mark.urs("IDN-10")
LOGIN = {"login": "li", "password": PASSWORD}
FUTURE = "2999-01-01T00:00:00.000Z"


def get(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/audit-reviews{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def body(selection: dict[str, Any], **changes: Any) -> dict[str, Any]:
    names = ("scope", "log_size", "count", "digest")
    given = {name: selection[name] for name in names} | {"meaning": "audit_found_nothing", "comment": None}
    return given | {"remarks": [], "offset": 480} | changes


def sign(client: FlaskClient, given: dict[str, Any]) -> tuple[int, Any]:
    answer = client.post("/api/audit-reviews", json=given)
    return answer.status_code, answer.json if answer.status_code == 201 else answer.json["code"]


def test_a_period_is_shown_paged_through_and_signed(site: PlantUnderTest) -> None:
    qa = site.client("li")
    selection = get(qa, "/selection", kind="identity", until=FUTURE)
    # What has not ended ends now, so that it stays what it is while somebody looks.
    assert selection["scope"]["until"] < FUTURE
    assert sum(one["count"] for one in selection["kinds"]) == selection["count"] > 5
    scope = {name: value for name, value in selection["scope"].items() if value is not None}
    given, found = {**scope, "log_size": selection["log_size"], "limit": 3}, []
    while True:
        page = get(qa, "/entries", **given)
        found += page["items"]
        if not page["more"]:
            break
        given["after"] = found[-1]["index"]
    assert len(found) == selection["count"]
    assert [one["index"] for one in found] == sorted({one["index"] for one in found})
    assert all(one["payload"] is not None for one in found)
    rights = get(qa, "/entries", **scope, log_size=selection["log_size"], look="rights", limit=100)["items"]
    assert len(rights) == next(one["count"] for one in selection["looks"] if one["code"] == "rights")
    status, review = sign(qa, body(selection, **LOGIN, comment="all of it"))
    assert (status, review["count"], review["signer"]["id"]) == (201, selection["count"], "P-0004")
    listed = get(qa, "")
    assert [one["entry"] for one in listed["items"]] == [review["entry"]]
    # A part of the log is not the whole.
    assert listed["last"]["review"] is None
    assert sign(qa, body(get(qa, "/selection"), **LOGIN))[0] == 201
    assert get(qa, "")["last"]["review"]["scope"]["kind"] is None


def test_nothing_is_signed_twice_with_one_proof_nor_for_another_selection(site: PlantUnderTest) -> None:
    qa, key = site.client("li"), Authenticator()
    options = qa.post("/api/passkeys/registration", json={"password": PASSWORD}).json
    assert qa.post("/api/passkeys", json=key.make(options)).status_code == 201
    selection = get(qa, "/selection", kind="identity")
    given = body(selection)
    digest = shown(REVIEWED_KIND, said({**given, "meaning": {"code": given["meaning"]}}))
    proof = key.use(qa.post("/api/passkeys/options", json={"digest": digest}).json)
    other = body(get(qa, "/selection", kind="identity.person_added"))
    # What is to be signed is asked for with the passkey: for anything else it is worth nothing.
    for another in ({**given, "comment": "and more"}, other):
        assert sign(qa, {**another, "passkey": proof}) == (409, "passkey_replayed")
    proof = key.use(qa.post("/api/passkeys/options", json={"digest": digest}).json)
    assert sign(qa, {**given, "passkey": proof})[0] == 201
    assert sign(qa, {**given, "passkey": proof}) == (409, "passkey_replayed")
    answer = qa.post("/api/audit-reviews", json={**given, **LOGIN})
    token = answer.headers[HEADER].split()[0]
    assert sign(qa, {**given, "password": PASSWORD, "token": token})[0] == 201
    assert sign(qa, {**given, "password": PASSWORD, "token": token}) == (403, "signature_components")


def test_who_may_not_neither_sees_nor_signs(site: PlantUnderTest) -> None:
    selection = get(site.client("li"), "/selection", kind="identity")
    operator, admin = site.client("zhang"), site.client("admin")
    for path in ("", "/selection", f"/entries?log_size={selection['log_size']}"):
        assert operator.get(f"/api/audit-reviews{path}").status_code == 403
        assert site.client().get(f"/api/audit-reviews{path}").status_code == 401
        assert admin.get(f"/api/audit-reviews{path}").status_code == 200
    for client, login in ((operator, "zhang"), (admin, "admin")):
        assert sign(client, body(selection, login=login, password=PASSWORD)) == (403, "not_permitted")
    assert sign(site.client("li"), body(selection, login="zhang", password=PASSWORD))[0] == 403
    assert site.payloads(REVIEWED_KIND) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 0},
        {"digest": "x"},
        {"meaning": "all_is_well"},
        {"scope": {"batch": None}},
        {"remarks": [{"entry": "x"}]},
        {"comment": "   "},
    ],
)
def test_what_is_no_review_is_not_asked_for_a_signature(site: PlantUnderTest, changes: dict[str, Any]) -> None:
    qa = site.client("li")
    answer = qa.post("/api/audit-reviews", json=body(get(qa, "/selection"), **LOGIN, **changes))
    assert (answer.status_code, HEADER in answer.headers) == (422, False)


def test_a_selection_of_what_is_not_there_is_told(site: PlantUnderTest) -> None:
    qa = site.client("li")
    assert qa.get("/api/audit-reviews/selection?batch=B404").status_code == 404
    nothing = get(qa, "/selection", stream="batch/B404")
    assert (nothing["count"], nothing["looks"], nothing["scope"]["batch"]) == (0, [], None)
    assert qa.get("/api/audit-reviews/selection?since=yesterday").status_code == 422
    assert qa.get("/api/audit-reviews/entries?log_size=5&look=everything").status_code == 422


def test_what_was_shown_of_a_review_has_one_digest_in_both_languages() -> None:
    """The app computes the same (pwa/tests/signature/signing.test.ts)."""
    nobody = dict.fromkeys(("stream", "kind", "person", "device", "since", "until"))
    remark = {"entry": "01983f4e-7c1a-7b3e-8a52-0c6d7e8f9a01", "text": "理由？", "deviation": None}
    given = {"scope": {"batch": "B1", **nobody}, "log_size": 120, "count": 19, "digest": "0" * 64, "comment": None}
    digest = shown(REVIEWED_KIND, said({**given, "remarks": [remark], "meaning": {"code": "audit_found_something"}}))
    assert digest == "c6cfcba187f30e7143799bedd1538418c36258f3a3060d36af7582142bb626d6"
