"""A witness finds a server that lets one person's word grant a role that signs."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from plant import PASSWORD, PlantUnderTest, b64
from witness_support import Rig, Story

from server.engines.forms.records.model import SIGNED as RECORD_SIGNED
from server.identity import accounts
from server.identity.model import (
    CREDENTIAL_SET,
    GRANT_CONFIRMED,
    LOGIN_UNLOCKED,
    PASSWORD_CONFIRMED,
    PERSON_ADDED_V2,
    PERSON_ADDED_V3,
    ROLES_CHANGED_V3,
)
from server.training.model import REQUIRED

pytestmark = pytest.mark.urs("PLT-18", "IDN-08")
QA = [{"role": "qa", "areas": None}]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("granting")
    site = PlantUnderTest(f"sqlite:///{folder}/pestle.db", folder)
    accounts.add_person(site.plant, "gao", "高翔", "Gao Xiang", ["qa"], actor="P-0007")
    signed = {"grants": QA, "login": "li", "password": PASSWORD}
    assert site.client("li").post("/api/people/P-0008/grants/confirm", json=signed).status_code == 204
    accounts.change_roles(site.plant, "P-0005", ["qa"], "moves to QA", actor="P-0007")
    yield Story.of(site.plant)
    site.close()


def stated(story: Story, kind: str, person: str, payload: Mapping[str, Any], actor: str) -> Story:
    """The log with one more entry, as somebody with the server's key would write it."""
    envelope = story.pen("server", story.signer).write(kind, f"person/{person}", dict(payload), actor=actor)
    return story.then(envelope)


def test_what_was_granted_by_two_is_cosigned(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200, rig.why
    assert (len(story.indices(PERSON_ADDED_V3)), len(story.indices(GRANT_CONFIRMED))) == (1, 1)


NAMES = {"person": "P-0009", "login": "ghost", "name": "鬼", "name_en": None}


@pytest.mark.parametrize(
    ("kind", "person", "payload"),
    [
        (PERSON_ADDED_V3, "P-0009", {**NAMES, "grants": QA, "waiting": []}),
        (PERSON_ADDED_V2, "P-0009", {**NAMES, "grants": QA}),
        (ROLES_CHANGED_V3, "P-0001", {"person": "P-0001", "grants": QA, "waiting": [], "reason": "x"}),
    ],
)
def test_a_role_that_one_person_granted_is_found(
    rig: Rig, story: Story, kind: str, person: str, payload: Mapping[str, Any]
) -> None:
    assert rig.show(stated(story, kind, person, payload, "P-0007")) == 422
    assert rig.found == ("grant_needs_second", len(story.entries))


def test_so_is_one_in_the_stream_of_somebody_who_holds_it(rig: Rig, story: Story) -> None:
    """Else the ghost would stand in the log as whom the payload does not name."""
    given = {**NAMES, "person": "P-0008", "grants": QA, "waiting": []}
    assert rig.show(stated(story, PERSON_ADDED_V3, "P-0009", given, "P-0007")) == 422
    assert rig.found == ("stream_wrong", len(story.entries))


@pytest.mark.parametrize("actor", ["P-0001", "P-0009"])
def test_a_decision_by_who_holds_nothing_for_it_is_found(rig: Rig, story: Story, actor: str) -> None:
    """Whoever has the server's key need not grant a ghost anything to let it decide."""
    given = {"person": "P-0005", "reason": "x"}
    assert rig.show(stated(story, LOGIN_UNLOCKED, "P-0005", given, actor)) == 422
    assert rig.found == ("not_permitted", len(story.entries))


@pytest.mark.parametrize(("actor", "code"), [("P-0007", "not_permitted"), ("P-0001", "not_permitted")])
def test_a_confirmation_by_who_may_not_is_found(rig: Rig, story: Story, actor: str, code: str) -> None:
    assert rig.show(stated(story, GRANT_CONFIRMED, "P-0005", confirmed(story, "P-0005"), actor)) == 422
    assert rig.found == (code, len(story.entries))


def test_so_is_one_of_what_nobody_wanted(rig: Rig, story: Story) -> None:
    assert rig.show(stated(story, GRANT_CONFIRMED, "P-0001", confirmed(story, "P-0001"), "P-0004")) == 422
    assert rig.found == ("nothing_to_confirm", len(story.entries))


def test_and_one_of_a_qa_person_is_not(rig: Rig, story: Story) -> None:
    right = stated(story, GRANT_CONFIRMED, "P-0005", confirmed(story, "P-0005"), "P-0004")
    assert rig.show(right) == 200, rig.why


def test_who_says_what_their_own_work_needs_is_found(rig: Rig, story: Story) -> None:
    need = {"on": "action", "name": "lot.decide", "documents": [], "reason": "in my way"}
    envelope = story.pen("server", story.signer).write(REQUIRED, "training/requirements", need, actor="P-0004")
    assert rig.show(story.then(envelope)) == 422
    assert rig.found == ("requirement_own", len(story.entries))


# A password that another gave


def given(story: Story) -> Story:
    """An administrator gives QA a password, and chooses another in her name."""
    password = {"person": "P-0004", "what": "password", "alg": None, "public_key": None}
    for actor in ("P-0007", "P-0004"):
        story = stated(story, CREDENTIAL_SET, "P-0004", password, actor)
    return story


def test_a_signature_under_a_given_password_is_found(rig: Rig, story: Story) -> None:
    later = given(story)
    assert rig.show(stated(later, GRANT_CONFIRMED, "P-0005", confirmed(later, "P-0005"), "P-0004")) == 422
    assert rig.found == ("signing_barred", len(later.entries))


def test_so_is_a_pin_that_was_set_under_it(rig: Rig, story: Story) -> None:
    later = given(story)
    pin = {"person": "P-0004", "what": "pin", "alg": "ed25519", "public_key": b64(b"x" * 32)}
    assert rig.show(stated(later, CREDENTIAL_SET, "P-0004", pin, "P-0004")) == 422
    assert rig.found == ("signing_barred", len(later.entries))


def test_so_is_a_field_of_a_record_that_was_signed_under_it(rig: Rig, story: Story) -> None:
    later = given(story)
    statement = {name: confirmed(later, "P-0004")[name] for name in ("signer", "signed_at", "offset", "method")}
    field = {"record": "R-1", "path": "done", "meaning": {"zh": "完成", "en": "Done"}, "digest": "0" * 64}
    field |= {"signed_by": "P-0004", "signature": {**statement, "components": 2, "passkey": None}}
    envelope = later.pen("server", later.signer).write(RECORD_SIGNED, "record/R-1", field, actor="P-0004")
    assert rig.show(later.then(envelope, flags=("record_unknown",))) == 422
    assert rig.found == ("signing_barred", len(later.entries))


def test_so_is_a_password_of_hers_in_the_stream_of_another(rig: Rig, story: Story) -> None:
    """Else her own choice would be taken for one of somebody else, and the bar would never end or begin."""
    given = {"person": "P-0005", "what": "password", "alg": None, "public_key": None}
    assert rig.show(stated(story, CREDENTIAL_SET, "P-0001", given, "P-0005")) == 422
    assert rig.found == ("stream_wrong", len(story.entries))


def test_and_a_word_for_it_by_who_gave_it(rig: Rig, story: Story) -> None:
    later = given(story)
    word = {"person": "P-0004", "reason": "it is her, believe me"}
    assert rig.show(stated(later, PASSWORD_CONFIRMED, "P-0004", word, "P-0007")) == 422
    assert rig.found == ("not_permitted", len(later.entries))


def test_once_somebody_has_vouched_for_her_she_signs_again(rig: Rig, story: Story) -> None:
    later = stated(given(story), PASSWORD_CONFIRMED, "P-0004", {"person": "P-0004", "reason": "seen her"}, "P-0008")
    right = stated(later, GRANT_CONFIRMED, "P-0005", confirmed(later, "P-0005"), "P-0004")
    assert rig.show(right) == 200, rig.why


def confirmed(story: Story, person: str) -> dict[str, Any]:
    [index] = story.indices(GRANT_CONFIRMED)
    return {**story.entries[index].envelope.body, "person": person}
