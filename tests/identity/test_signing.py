"""Electronic signatures: two components at first, one while nothing breaks, over exactly what was shown (IDN-04)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from plant import ORIGIN, PASSWORD, PlantUnderTest
from sqlalchemy import select

from server.core import clock
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity.model import SIGNIN_FAILED
from server.identity.projection import signing as table
from server.identity.signing import HEADER, UNBROKEN
from server.training import model
from sync.passkeys import shown

pytestmark = pytest.mark.urs("IDN-04")
VERSION = {
    **{"version": 1, "type": "sop", "title": {"zh": "称量", "en": "Weighing"}, "demands": "reading", "within_days": 0},
    **{"valid_days": None, "text": "Weigh.", "file": None},
}


@pytest.fixture
def read(site: PlantUnderTest) -> Any:
    """Signs that a document was read, by this client: the answer."""
    qa = site.client("li")
    given = {**VERSION, "effective_from": clock.now_text()[:10]}
    made = qa.post("/api/training/documents/SOP-1/versions", json=given)
    assert made.status_code == 201, made.text

    def sign(client: FlaskClient, **given: Any) -> Any:
        shown = client.get("/api/training/documents/SOP-1").get_json()["versions"][0]
        body = {"version": 1, "digest": shown["digest"], "offset": 480}
        return client.post("/api/training/documents/SOP-1/read", json=body | given)

    return sign


def code(answer: Any) -> str:
    found: str = answer.get_json()["code"]
    return found


def token(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.headers[HEADER].split()[0])


BOTH = {"login": "wang", "password": PASSWORD}


def test_two_components_at_first_and_one_as_long_as_nothing_breaks(site: PlantUnderTest, read: Any) -> None:
    client = site.client("wang")
    for little in ({}, {"login": "wang"}, {"password": PASSWORD}, {"password": PASSWORD, "token": "made up"}):
        assert code(read(client, **little)) == "signature_components", little
    first = token(read(client, **BOTH))
    second = token(read(client, password=PASSWORD, token=first))
    assert second != first
    assert [one["components"] for one in site.payloads(model.READ)] == [2, 1]
    signed = site.payloads(model.READ)[0]
    assert signed["signer"] == {"id": "P-0002", "name": "王芳", "name_en": "Wang Fang"}
    assert (signed["method"], signed["offset"], signed["passkey"]) == ("password", 480, None)
    # One that was used is used up, and one alone proves nothing.
    assert code(read(client, password=PASSWORD, token=first)) == "signature_components"
    assert code(read(client, token=second)) == "signature_components"


def test_ten_minutes_break_it(site: PlantUnderTest, read: Any) -> None:
    client = site.client("wang")
    going = token(read(client, **BOTH))
    site.advance(seconds=UNBROKEN.total_seconds() - 1)
    going = token(read(client, password=PASSWORD, token=going))
    site.advance(seconds=UNBROKEN.total_seconds())
    assert code(read(client, password=PASSWORD, token=going)) == "signature_components"


def test_it_is_worth_nothing_to_another_person_or_session(site: PlantUnderTest, read: Any) -> None:
    mine, other, again = site.client("wang"), site.client("li"), site.client("wang")
    going = token(read(mine, **BOTH))
    for thief in (other, again):
        assert code(read(thief, password=PASSWORD, token=going)) == "signature_components"
    # The same person signs elsewhere meanwhile: this page goes on all the same.
    token(read(again, **BOTH))
    going = token(read(mine, password=PASSWORD, token=going))
    assert mine.delete("/api/session").status_code == 204
    back = site.client("wang")
    assert code(read(back, password=PASSWORD, token=going)) == "signature_components"


def test_nobody_signs_with_anothers_login_and_each_try_is_counted_and_logged(site: PlantUnderTest, read: Any) -> None:
    client = site.client("wang")
    assert code(read(client, login="li", password=PASSWORD)) == "signer_other"
    going = token(read(client, **BOTH))
    assert code(read(client, login="li", password=PASSWORD, token=going)) == "signer_other"
    assert code(read(client, login="wang", password="something else")) == "password_wrong"
    assert [one["login"] for one in site.payloads(SIGNIN_FAILED)] == ["wang"] * 3
    while code(wrong := read(client, login="wang", password="something else")) == "password_wrong":
        assert len(site.payloads(SIGNIN_FAILED)) < 30
    assert code(wrong) == "login_locked"
    assert code(read(client, **BOTH)) == "login_locked"
    assert len(site.payloads(model.READ)) == 1


def test_a_replayed_request_signs_nothing_more(site: PlantUnderTest, read: Any) -> None:
    client = site.client("wang")
    going = token(read(client, **BOTH))
    token(read(client, password=PASSWORD, token=going))
    count = len(site.payloads(model.READ))
    assert code(read(client, password=PASSWORD, token=going)) == "signature_components"
    assert len(site.payloads(model.READ)) == count


@pytest.mark.parametrize("offset", [841, -721, "60", 59.9, True])
def test_there_are_only_so_many_zones(site: PlantUnderTest, read: Any, offset: object) -> None:
    assert code(read(site.client("wang"), **BOTH, offset=offset)) == "request_malformed"


def test_pages_that_sign_at_once_leave_one_that_goes_on(site: PlantUnderTest, read: Any) -> None:
    client = site.client("wang")
    cookie = client.get_cookie("pestle_session")
    assert cookie is not None

    def sign(_: int) -> Any:
        page = site.client()
        page.environ_base["HTTP_ORIGIN"] = ORIGIN
        page.set_cookie("pestle_session", cookie.value)
        return read(page, **BOTH)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(sign, range(4)))
    assert {answer.status_code for answer in answers} == {200}
    with site.plant.engine.connect() as connection:
        assert len(connection.execute(select(table)).all()) == 1
    going = [token(answer) for answer in answers]
    ends = [read(client, password=PASSWORD, token=one).status_code for one in going]
    assert ends.count(200) == 1


@pytest.mark.parametrize(
    ("forged", "refusal"),
    [
        ({"signer": {"id": "P-0004", "name": "李琳", "name_en": "Li Lin"}}, "signer_other"),
        ({"method": "passkey"}, "passkey_wrong"),
        ({"passkey": "rubbish"}, "passkey_wrong"),
        ({"method": "passkey", "passkey": "rubbish"}, "passkey_wrong"),
    ],
)
def test_the_door_takes_no_statement_that_cannot_be(
    site: PlantUnderTest, read: Any, forged: dict[str, Any], refusal: str
) -> None:
    token(read(site.client("wang"), **BOTH))
    payload = site.payloads(model.READ)[0] | forged
    if forged.get("passkey"):
        part = "QUJDRA=="
        payload["passkey"] = {"nonce": "n", "credential": "abcd", "authenticator_data": part}
        payload["passkey"] |= {"client_data": part, "signature": part}
    fact = Fact(model.READ, model.document_stream("SOP-1"), payload, actor="P-0002")
    with pytest.raises(PestleError) as caught:
        site.plant.recorder.state(fact)
    assert caught.value.code == refusal


def test_what_was_shown_has_one_digest_in_every_language() -> None:
    """The app computes the same (pwa/tests/signature/signing.test.ts)."""
    content = {"batch": "B1", "device": "T-31", "known": 12, "delivered": 9, "reason": "平板坠落损毁"}
    digest = shown("release.device_waived.v2", content | {"meaning": "device_waived"})
    assert digest == "2627c1eab4d6e27f361ce3b41ab5a1808218ce4984324c9af09a75b351b1ddbf"
    assert shown("a", {"what": "b"}) != shown("b", {"what": "b"}) != shown("b", {"what": "a"})
