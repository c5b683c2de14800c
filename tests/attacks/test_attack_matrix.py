"""The attack matrix: somebody holds the database and the server's key; who finds what he did, and who never errs.

*Log alone*: whoever sees only this log, with a policy that was brought to him: the verifier, and the rules of a
witness that begins today. *Witness*: one that has cosigned before. *Devices*: the witness's mirror and what devices
say of their own last entry. Each attack is found at least by whom the table names, and what is honest is never accused.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attack_support import (
    REMARK,
    Shown,
    World,
    changed,
    flagged,
    grown,
    inserted,
    refit,
    unflagged,
    with_payload,
    without,
)
from kept_logs import KeptLog, all_kept
from witness_support import Rig, Story

from server.core.kinds import Registry
from server.plant import ROOMS
from server.witness.folder import Folder, Settings
from server.witness.heads import compare
from server.witness.watch import Watch
from sync import canonical
from sync.signing import Ed25519Signer
from sync.trust import Policy
from sync.verify import verify_log
from sync.verify.readers import directory
from sync.witness import Request
from sync.writer import now_text

pytestmark = pytest.mark.urs("PLT-18")

Attack = Callable[[World], Shown]


def rewritten(world: World, story: Story) -> Shown:
    """Done to what had been witnessed already, and a new checkpoint shown over it."""
    return Shown(grown(story), world.size)


def taken_so(world: World, story: Story, index: int) -> Shown:
    """Done as the entry arrived: nobody had seen it before."""
    return Shown(story, index)


# What he does. These leave traces in the log itself.


def edit_a_value(world: World) -> Shown:
    def lighter(body: dict[str, Any]) -> None:
        body["net"] = {"value": "12.630", "unit": "kg"}

    return rewritten(world, with_payload(world.story, world.verified[0], lighter, hashed=False))


def edit_value_and_header(world: World) -> Shown:
    def lighter(body: dict[str, Any]) -> None:
        body["net"] = {"value": "12.630", "unit": "kg"}

    return rewritten(world, with_payload(world.story, world.verified[0], lighter))


def delete_in_the_middle(world: World) -> Shown:
    entries, gone = world.story.entries, world.verified[0]
    return rewritten(world, refit(world.story, [*entries[:gone], *entries[gone + 1 :]]))


def withhold_then_continue(world: World) -> Shown:
    first = world.last_of_tablet[0]
    entries = world.story.entries
    return taken_so(world, refit(world.story, [*entries[:first], *entries[first + 1 :]]), first)


def forge_a_device(world: World) -> Shown:
    pen = world.story.pen("tablet-a", Ed25519Signer.generate())
    forged = pen.write(REMARK, "batch/B2", {"batch": "B2", "phase": None, "text": "all well"}, actor="P-1")
    return taken_so(world, inserted(world.story, world.size, forged), world.size)


def replay(world: World) -> Shown:
    old = world.story.entries[world.last_of_tablet[1]].envelope
    return taken_so(world, inserted(world.story, world.size, old), world.size)


def clone_a_device(world: World) -> Shown:
    """A copy of the tablet's key goes on from where the copy was made."""
    at = world.last_of_tablet[0]
    before = replace(world.story, entries=world.story.entries[:at])
    pen = before.pen("tablet-a", world.site.writers["tablet-a"].signer)
    forged = pen.write(REMARK, "batch/B2", {"batch": "B2", "phase": None, "text": "another one"}, actor="P-1")
    return taken_so(world, inserted(world.story, world.size, forged), world.size)


def use_after_revocation(world: World) -> Shown:
    return taken_so(world, unflagged(world.story, world.of_revoked, "device_revoked"), world.of_revoked)


def _at_another_time(world: World, hours: int) -> Shown:
    index = world.last_of_tablet[0]
    head = world.story.entries[index].head
    moved = datetime.fromisoformat(head.captured_at) + timedelta(hours=hours)
    header = replace(head, captured_at=now_text(int(moved.timestamp() * 1000))).encode()
    return rewritten(world, changed(world.story, index, header=header))


def shift_clock_back(world: World) -> Shown:
    return _at_another_time(world, -24)


def shift_clock_forward(world: World) -> Shown:
    return _at_another_time(world, 24)


def re_point_a_signature(world: World) -> Shown:
    """The second person's signature over one weighing is put under another."""
    first, second = (world.story.entries[index] for index in world.verified)
    device, own = canonical.parse(second.signatures)
    other = canonical.parse(first.signatures)[1]
    assert own != other
    line = canonical.encode([device, other])
    return taken_so(world, changed(world.story, second.index, signatures=line), second.index)


def rename_a_signer(world: World) -> Shown:
    second = world.story.entries[world.verified[1]]
    device, own = canonical.parse(second.signatures)
    line = canonical.encode([device, {**own, "by": "person:P-3"}])
    return taken_so(world, changed(world.story, second.index, signatures=line), second.index)


def drop_a_payload(world: World) -> Shown:
    return rewritten(world, world.story.without_payload(world.verified[0]))


def swap_the_logs_key(world: World) -> Shown:
    return Shown(replace(grown(world.story), signer=Ed25519Signer.generate()), world.size)


def hide_that_it_came_after_the_seal(world: World) -> Shown:
    return taken_so(world, unflagged(world.story, world.late, "post_seal"), world.late)


def put_late_work_before_the_seal(world: World) -> Shown:
    late = world.story.entries[world.late]
    rest = [entry for entry in world.story.entries if entry.index != world.late]
    moved = replace(late, receipt=replace(late.stamp, flags=without(late.stamp, "post_seal")).encode())
    story = refit(world.story, [*rest[: world.before_seal], moved, *rest[world.before_seal :]])
    return taken_so(world, story, world.before_seal)


def seal_something_else(world: World) -> Shown:
    def another(body: dict[str, Any]) -> None:
        body["stream_hash"] = "ab" * 32

    return taken_so(world, with_payload(world.story, world.seal, another), world.seal)


# These need somebody who has seen the log before.


def truncate(world: World) -> Shown:
    return Shown(world.story.first(world.size - 5), world.size)


def restore_a_backup_with_a_colluding_device(world: World) -> Shown:
    at = world.last_of_tablet[0]
    old = world.story.first(at)
    pen = old.pen("tablet-a", world.site.writers["tablet-a"].signer)
    for text in ("eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"):
        said = pen.write(
            REMARK,
            "batch/B2",
            {"batch": "B2", "phase": None, "text": text},
            actor="P-1",
            lease=world.site.leases["B2", "tablet-a"],
        )
        old = inserted(old, len(old.entries), said)
    return Shown(old, world.size)


def reorder_two_devices(world: World) -> Shown:
    entries = list(world.story.entries)
    entries[world.reading], entries[world.reading + 1] = entries[world.reading + 1], entries[world.reading]
    assert {entries[world.reading].head.device, entries[world.reading + 1].head.device} == {"bridge-1", "tablet-a"}
    return rewritten(world, refit(world.story, entries))


def rewrite_times_of_receipt(world: World) -> Shown:
    entries = list(world.story.entries)
    for index in world.last_of_tablet:
        earlier = entries[world.reading].stamp.recorded_at
        entries[index] = replace(entries[index], receipt=replace(entries[index].stamp, recorded_at=earlier).encode())
    assert entries != world.story.entries
    return rewritten(world, refit(world.story, entries))


# This one leaves nothing but on the device itself.


def withhold_a_devices_last_entries(world: World) -> Shown:
    first = world.last_of_tablet[0]
    entries = [entry for entry in world.story.entries if entry.index not in world.last_of_tablet]
    return taken_so(world, refit(world.story, entries), first)


# And this one nothing at all: the thief signs with the true key before anybody says that it is stolen.


def use_a_stolen_device_before_its_revocation(world: World) -> Shown:
    at = world.revoked
    before = replace(world.story, entries=world.story.entries[:at])
    pen = before.pen("tablet-b", world.site.writers["tablet-b"].signer)
    lease = world.site.leases["B2", "tablet-b"]
    text = {"batch": "B2", "phase": None, "text": "by the thief"}
    return taken_so(world, inserted(before, at, pen.write(REMARK, "batch/B2", text, actor="P-1", lease=lease)), at)


# More that were not among those measured.


def rewrite_a_decision_of_the_server(world: World) -> Shown:
    """Decisions that a password signed are signed by the server alone, and its key is his."""

    def somebody_else(body: dict[str, Any]) -> None:
        body["signer"] = {"id": "P-6", "name": "姓名P-6", "name_en": "Both"}

    return rewritten(world, with_payload(world.story, world.seal, somebody_else))


def hide_that_the_batch_was_taken_back(world: World) -> Shown:
    return taken_so(world, unflagged(world.story, world.after_revocation, "lease_revoked"), world.after_revocation)


def say_that_the_batch_was_taken_back_before(world: World) -> Shown:
    """Work that was in order is made doubtful."""
    story = flagged(world.story, world.before_revocation, "lease_revoked")
    return taken_so(world, story, world.before_revocation)


def say_that_a_lease_is_unknown(world: World) -> Shown:
    return taken_so(world, flagged(world.story, world.before_revocation, "lease_unknown"), world.before_revocation)


def hide_that_a_container_was_anothers(world: World) -> Shown:
    story = unflagged(world.story, world.others_container, "container_not_allocated")
    return taken_so(world, story, world.others_container)


def say_that_a_container_was_anothers(world: World) -> Shown:
    story = flagged(world.story, world.own_container, "container_not_allocated")
    return taken_so(world, story, world.own_container)


def show_two_logs(world: World) -> Shown:
    """Of one size: to the witness this one, to an inspector another."""
    last = world.story.first(world.size - 1)
    named = {"material": "m-other", "name": {"zh": "别", "en": "other"}, "type": "raw", "unit": "kg"}
    return Shown(last.server_says("materials.material_defined.v1", "material/m-other", named), world.size)


YES, NO = True, False
#                                          log alone,              + witness  + mirror and
#                                          and as what it is found            devices' heads
MATRIX: dict[Attack, tuple[str | None, bool, bool]] = {
    edit_a_value:                              ("payload_hash_wrong",  YES, YES),
    edit_value_and_header:                     ("signature_wrong",     YES, YES),
    delete_in_the_middle:                      ("device_chain_wrong",  YES, YES),
    withhold_then_continue:                    ("device_chain_wrong",  YES, YES),
    forge_a_device:                            ("signature_wrong",     YES, YES),
    replay:                                    ("device_chain_wrong",  YES, YES),
    clone_a_device:                            ("device_chain_wrong",  YES, YES),
    use_after_revocation:                      ("revocation_ignored",  YES, YES),
    shift_clock_back:                          ("signature_wrong",     YES, YES),
    shift_clock_forward:                       ("signature_wrong",     YES, YES),
    re_point_a_signature:                      ("flag_missing",        YES, YES),
    rename_a_signer:                           ("flag_missing",        YES, YES),
    drop_a_payload:                            ("payload_missing",     YES, YES),
    swap_the_logs_key:                         ("note_signer_unknown", YES, YES),
    hide_that_it_came_after_the_seal:          ("flag_missing",        YES, YES),
    # It comes after production's signature there.
    put_late_work_before_the_seal:             ("release_blocked",     YES, YES),
    seal_something_else:                       ("seal_wrong",          YES, YES),
    truncate:                                  (None,                  YES, YES),
    restore_a_backup_with_a_colluding_device:  (None,                  YES, YES),
    reorder_two_devices:                       (None,                  YES, YES),
    rewrite_times_of_receipt:                  (None,                  YES, YES),
    withhold_a_devices_last_entries:           (None,                  NO,  YES),
    use_a_stolen_device_before_its_revocation: (None,                  NO,  NO),
}  # fmt: skip
ALSO: dict[Attack, tuple[str | None, bool, bool]] = {
    rewrite_a_decision_of_the_server:          (None,                  YES, YES),
    show_two_logs:                             (None,                  YES, YES),
    hide_that_the_batch_was_taken_back:        ("flag_missing",        YES, YES),
    say_that_the_batch_was_taken_back_before:  ("flag_wrong",          YES, YES),
    say_that_a_lease_is_unknown:               ("flag_wrong",          YES, YES),
    hide_that_a_container_was_anothers:        ("flag_missing",        YES, YES),
    say_that_a_container_was_anothers:         ("flag_wrong",          YES, YES),
}  # fmt: skip
# What the verifier lets pass, since only a witness knows the server's own rules.
BY_RULES = {"flag_missing", "flag_wrong", "seal_wrong", "release_blocked"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("plant"))
    yield made
    made.site.plant.close()


class Inspection:
    """Three who look at what is shown."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world, self._folder = world, folder
        self._policy: Policy = world.site.plant.log.policy

    def found(self, shown: Shown, *lost: str) -> tuple[str | None, bool, bool]:
        """As what it is found in the log alone; whether by a witness, and from the devices: each has what the ones
        before had."""
        alone = self._alone(shown.story)
        witness = Rig(self._folder / "witness", self._world.story)
        try:
            if shown.witnessed:
                assert witness.show(self._world.story.first(shown.witnessed)) == 200, witness.why
            refused = witness.show(shown.story) != 200
            heads = compare(self._world.heads(*lost), witness.watch.head_of)
        finally:
            witness.folder.close()
        return alone, alone is not None or refused, alone is not None or refused or bool(heads)

    def _alone(self, story: Story) -> str | None:
        files = story.files()
        result = verify_log(files.get, trusted=self._policy, full=True)
        if not result.ok:
            assert result.code not in BY_RULES
            return result.code
        newcomer = Rig(self._folder / "newcomer", self._world.story)
        try:
            if newcomer.show(story) == 200:
                return None
            assert newcomer.found is not None
            code, index = newcomer.found
        finally:
            newcomer.folder.close()
        assert code in BY_RULES
        assert index is not None
        return code


@pytest.mark.parametrize("attack", MATRIX | ALSO, ids=lambda attack: attack.__name__.replace("_", " "))
def test_who_finds_an_attack(world: World, tmp_path: Path, attack: Attack) -> None:
    # The lost tablet says nothing of itself any more.
    assert Inspection(world, tmp_path).found(attack(world), "tablet-b") == (MATRIX | ALSO)[attack]


def test_as_many_are_found_as_were_measured() -> None:
    assert len(MATRIX) == 23
    found = [(alone is not None, witness, devices) for alone, witness, devices in MATRIX.values()]
    assert [sum(column) for column in zip(*found, strict=True)] == [17, 21, 22]


# What is honest, and is accused by nobody.


def all_of_it(world: World) -> Shown:
    return Shown(world.story, 0)


def seen_half_way(world: World) -> Shown:
    return Shown(world.story, world.before_seal)


def shown_again(world: World) -> Shown:
    return Shown(world.story, world.size)


def an_erased_payload(world: World) -> Shown:
    index = world.last_of_tablet[0]
    named = [{"id": world.story.entries[index].head.id, "index": index}]
    erasure = {"entries": named, "reason": "asked for", "basis": "PIPL 47"}
    story = world.story.without_payload(index).server_says("site.payloads_erased.v1", "site", erasure)
    return Shown(story, world.size)


@pytest.mark.parametrize("kept", all_kept(), ids=lambda kept: kept.folder.name)
def test_nobody_accuses_a_log_of_an_earlier_version(kept: KeptLog, tmp_path: Path) -> None:
    policy = (kept.folder / "log" / "policy").read_bytes()
    folder = Folder.make(tmp_path / "witness", policy, Settings("witness.example/qa", "http://127.0.0.1:9"))
    watch = Watch(folder, Registry(ROOMS), directory(kept.folder / "log"), say=pytest.fail)
    assert b"witness.example/qa" in watch.add_checkpoint(Request(0, (), kept.note).encode())
    folder.close()


CONTROLS = [all_of_it, seen_half_way, shown_again, an_erased_payload]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.__name__.replace("_", " "))
def test_nobody_accuses_an_honest_log(world: World, tmp_path: Path, control: Attack) -> None:
    assert Inspection(world, tmp_path).found(control(world)) == (None, NO, NO)
