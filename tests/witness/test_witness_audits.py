"""A witness finds a review of the audit trail that is not of what stands in the log, whoever holds the server's key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from audit_support import reviewed, sign
from batch_support import Site, cleared
from passkey_support import Authenticator, text
from release_support import finish
from witness_support import Rig, Story, upgrade

from server.core import clock
from server.release.audit.model import FOUND_SOMETHING, MEANINGS, REVIEWED_KIND, Scope, said
from server.site.model import UPGRADED
from sync import passkeys

pytestmark = pytest.mark.urs("PLT-18", "IDN-10")
BATCH = Scope(batch="B1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("audits")
    made = Site(f"sqlite:///{folder}/pestle.db", folder)
    made.order("B1")
    made.order("B2")
    finish(made)
    yield made
    made.plant.close()


@pytest.fixture
def rig(tmp_path: Path, site: Site) -> Iterator[Rig]:
    made = Rig(tmp_path / "witness", Story.of(site.plant))
    yield made
    made.folder.close()


def stated(story: Story, payload: dict[str, Any], actor: str = "P-5") -> Story:
    """The log with one more review, as somebody with the server's key would write it."""
    return story.then(story.pen("server", story.signer).write(REVIEWED_KIND, "site", payload, actor=actor))


def test_reviews_that_were_signed_at_the_door_are_cosigned(tmp_path: Path) -> None:
    """Of a batch and of a period, over more entries than a bundle holds, by a witness that comes back between."""
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.order("B1")
    for number in range(250):
        site.order(f"C{number}")
    finish(site)
    # What a tablet writes below a batch's stream is of the batch as well, for both.
    site.submit(site.writers["tablet-a"].write("production.line_cleared.v1", "batch/B1/annex", {"x": 1}, actor="P-1"))
    rig = Rig(tmp_path / "witness", Story.of(site.plant))
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    sign(site, reviewed(site, BATCH))
    sign(site, reviewed(site, Scope(until=clock.now_text())))
    sign(site, reviewed(site, Scope(person="P-1", device="tablet-a", until=clock.now_text())))
    rig.restart()
    assert rig.show(Story.of(site.plant)) == 200, rig.why
    rig.folder.close()
    site.plant.close()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "audit_scope_changed"),
        ({"count": 3}, "audit_scope_changed"),
        ({"log_size": 3}, "audit_scope_changed"),
        ({"log_size": 2**31 - 1}, "audit_scope_changed"),
        ({"scope": Scope(batch="B2").payload()}, "audit_scope_changed"),
        ({"scope": Scope(batch="B1", until="2999-01-01T00:00:00.000Z").payload()}, "audit_scope_future"),
        ({"meaning": {"code": FOUND_SOMETHING, **MEANINGS[FOUND_SOMETHING]}}, "meaning_unknown"),
    ],
)
def test_a_review_of_something_else_is_found(rig: Rig, site: Site, changes: dict[str, Any], code: str) -> None:
    story = Story.of(site.plant)
    assert rig.show(stated(story, reviewed(site, BATCH) | changes)) == 422
    assert rig.found == (code, len(story.entries))


def test_so_is_one_by_who_made_the_batch(rig: Rig, site: Site) -> None:
    story = Story.of(site.plant)
    assert rig.show(stated(story, reviewed(site, BATCH, person="P-1"), "P-1")) == 422
    assert rig.found == ("reviewer_produced", len(story.entries))


@pytest.mark.urs("PRD-14")
@pytest.mark.parametrize("kind", [None, "production.line_cleared.v1"])
def test_so_is_one_by_who_made_it_on_paper_but_of_servers_that_did_not_ask(tmp_path: Path, kind: str | None) -> None:
    site = Site(f"sqlite:///{tmp_path}/pestle.db", tmp_path)
    site.order("B1")
    site.state("release.blank_issued.v1", "batch/B1", {"batch": "B1", "copy": 1, "reason": None}, "P-5")
    at = "2026-11-22T09:40:00.000Z"
    begun = {"batch": "B1", "phase": "10", "copy": 1, "done_from": at, "done_to": at, "done_by": "P-6"}
    site.put("paper_begun", begun | {"comment": None, "photo": None})
    site.put("line_cleared", cleared("B1"))
    scope = Scope(batch="B1") if kind is None else Scope(batch="B1", kind=kind)
    before = Story.of(site.plant)
    old = Rig(tmp_path / "old", before)
    assert old.show(stated(before, reviewed(site, scope, person="P-6"), "P-6")) == 200, old.why
    site.state(UPGRADED, "site", upgrade(UPGRADED))
    today = Story.of(site.plant)
    rig = Rig(tmp_path / "today", today)
    assert rig.show(stated(today, reviewed(site, scope, person="P-6"), "P-6")) == 422
    assert rig.found == ("reviewer_produced", len(today.entries))
    site.plant.close()


def test_so_is_a_remark_about_what_was_not_reviewed(rig: Rig, site: Site) -> None:
    story = Story.of(site.plant)
    remark = {"entry": story.entries[0].head.id, "text": "x", "deviation": None}
    assert rig.show(stated(story, reviewed(site, BATCH, remarks=[remark]))) == 422
    assert rig.found == ("not_found", len(story.entries))


def test_so_is_an_entry_that_came_between_what_was_shown_and_what_was_signed(rig: Rig, site: Site) -> None:
    story, shown = Story.of(site.plant), reviewed(site, BATCH)
    returned = next(entry for entry in story.entries if entry.head.kind == "handheld.lease_returned.v1")
    between = story.server_says(returned.head.kind, "batch/B1", returned.envelope.body)
    assert rig.show(stated(between, shown)) == 422
    assert rig.found[0] == "audit_scope_changed"


@pytest.mark.parametrize("changes", [None, {"comment": "all is well"}])
def test_so_is_a_passkey_that_signed_another_review(rig: Rig, site: Site, changes: dict[str, Any] | None) -> None:
    story, key = Story.of(site.plant), Authenticator()
    made = {"person": "P-5", "label": "key", "rp_id": key.rp_id, "credential": key.credential}
    known = story.server_says(passkeys.ADDED, "person/P-5", made | {"public_key": text(key.cose)})
    payload = reviewed(site, BATCH, method="passkey")
    challenge = text(passkeys.online_challenge("nonce", passkeys.shown(REVIEWED_KIND, said(payload))))
    payload["passkey"] = key.use({"nonce": "nonce", "challenge": challenge})
    answer = rig.show(stated(known, payload | (changes or {})))
    if changes is None:
        assert answer == 200, rig.why
    else:
        assert (answer, rig.found) == (422, ("signature_wrong", len(known.entries)))
