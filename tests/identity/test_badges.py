"""Badges: issued to one person, told once, withdrawn; and that neither a database nor a lease lets a PIN be guessed."""

import base64
import json

import pytest
from cryptography.exceptions import InvalidTag
from plant import PIN, PlantUnderTest

from server.core.errors import PestleError
from server.identity import badges, credentials, queries

PERSON = "P-0001"


@pytest.mark.urs("IDN-06")
def test_a_badge_is_told_once_and_stands_in_the_log_without_its_secret(site: PlantUnderTest) -> None:
    admin = site.client("admin")
    made = admin.post(f"/api/people/{PERSON}/badges").json
    name, secret = made["text"].removeprefix("PESTLE-BADGE:1:").split(":")
    assert name == made["badge"]["badge"] == f"{badges.mark(site.plant.log.origin)}-0001"
    assert len(base64.urlsafe_b64decode(secret + "==")) == 16
    shown = admin.get(f"/api/people/{PERSON}/badges")
    assert [one["badge"] for one in shown.json["items"]] == [name]
    assert secret not in shown.text
    [entry] = site.payloads("identity.badge_issued.v1")
    assert entry == {"person": PERSON, "badge": name}


@pytest.mark.urs("IDN-06")
def test_who_has_one_gets_no_second_until_it_is_withdrawn(site: PlantUnderTest) -> None:
    admin = site.client("admin")
    first = admin.post(f"/api/people/{PERSON}/badges").json["badge"]["badge"]
    assert admin.post(f"/api/people/{PERSON}/badges").json["code"] == "badge_held"
    gone = f"/api/people/{PERSON}/badges/{first}/withdraw"
    assert admin.post(gone, json={"reason": "left in the tram", "lost": True}).status_code == 200
    assert admin.post(gone, json={"reason": "again", "lost": True}).json["code"] == "badge_unknown"
    with site.reading() as connection:
        assert (queries.badge_in_use(connection, PERSON), queries.badges_withdrawn(connection)) == (None, [first])
        assert queries.secret_of(connection, PERSON, "badge") is None
    second = admin.post(f"/api/people/{PERSON}/badges").json["badge"]["badge"]
    assert second != first
    [entry] = site.payloads("identity.badge_withdrawn.v1")
    assert entry == {"person": PERSON, "badge": first, "reason": "left in the tram", "lost": True}


@pytest.mark.urs("IDN-06", "IDN-08")
def test_only_who_manages_people_issues_badges(site: PlantUnderTest) -> None:
    for login in ("zhang", "chen", "li"):
        client = site.client(login)
        assert client.post(f"/api/people/{PERSON}/badges").status_code == 403
        assert client.get(f"/api/people/{PERSON}/badges").status_code == 403
    with pytest.raises(PestleError, match="not_permitted"):
        badges.issue(site.plant, PERSON, actor="P-0001")


@pytest.mark.urs("IDN-05", "IDN-06")
def test_a_badge_wraps_what_the_pin_unlocks_and_only_both_open_it(site: PlantUnderTest) -> None:
    site.arm("zhang", "pin")
    _, text = badges.issue(site.plant, PERSON)
    with site.reading() as connection:
        inner = queries.wrapped_key(connection, PERSON)
        assert inner is not None
        outer = queries.wrapped_by_badge(connection, PERSON, inner)
    assert set(outer) == {"badge", "iv", "data"}
    assert credentials.unlock(badges.unwrap(text, PERSON, outer), PIN).sign(b"weighed")
    stem, secret = text.rsplit(":", 1)
    other = base64.urlsafe_b64encode(bytes(16)).decode().rstrip("=")
    for wrong, person in ((f"{stem}:{other}", PERSON), (text, "P-0002")):
        with pytest.raises(InvalidTag):
            badges.unwrap(wrong, person, outer)
    # Whoever guesses PINs has nothing to try them on: the salt is not there either.
    assert inner["salt"] not in json.dumps(outer)
    assert secret not in json.dumps(outer)


@pytest.mark.urs("IDN-06")
def test_who_has_no_badge_is_wrapped_by_the_pin_alone(site: PlantUnderTest) -> None:
    site.arm("zhang", "pin")
    with site.reading() as connection:
        inner = queries.wrapped_key(connection, PERSON)
        assert inner is not None
        assert queries.wrapped_by_badge(connection, PERSON, inner) == inner
