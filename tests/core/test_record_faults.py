"""Faults on both sides of the door: whatever a device sends or a room does wrong, nothing is lost and it stays open."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from core_support import TOYS, Number, ToySite, count, one_group
from plant import PlantUnderTest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from server.core import clock, db, inbox, rebuild
from server.core.errors import PestleError
from server.core.group import QUARANTINED
from server.core.kinds import Entry, Fact, Kind, Ruling
from server.core.record import Held, Recorded, Recorder, Refused
from server.core.refusals import REFUSED
from sync import entry as entries
from sync.entry import Envelope
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter


def _divide(connection: Connection, entry: Entry) -> Ruling:
    return Ruling(flags=(str(1 // entry.payload["n"]),))


def _ask_for_the_forbidden(connection: Connection, entry: Entry) -> Ruling:
    return Ruling(consequences=(count(100), Fact("toy.allowed.v1", "toy", {"n": 3})))


def _lose_the_database(connection: Connection, entry: Entry) -> Ruling:
    if entry.payload["n"] == 0:
        raise OperationalError("SELECT 1", {}, Exception("the disk is full"))
    return Ruling()


def _drop_the_transaction(connection: Connection, entry: Entry) -> Ruling:
    """As SQLite does of itself when the disk fails under a statement."""
    connection.exec_driver_sql("ROLLBACK")
    raise OperationalError("INSERT", {}, Exception("disk I/O error"))


KINDS = (
    *TOYS,
    Kind("toy.divided.v1", Number, "observation", _divide),
    Kind("toy.pushed.v1", Number, "observation", _ask_for_the_forbidden),
    Kind("toy.stored.v1", Number, "observation", _lose_the_database),
    Kind("toy.dropped.v1", Number, "observation", _drop_the_transaction),
)


@pytest.fixture
def site(database_url: str) -> Iterator[ToySite]:
    made = ToySite(database_url, KINDS)
    yield made
    clock.use_system()
    made.close()


def write(pen: DeviceWriter, n: int, kind: str = "toy.counted.v1", **head: str) -> Envelope:
    return pen.write(kind, "toy", {"n": n}, actor="P-0001", **head)


def quarantined(site: ToySite) -> list[tuple[str, bytes, int | None]]:
    with site.engine.connect() as connection:
        rows = connection.execute(select(inbox.quarantine).order_by(inbox.quarantine.c.received_at))
        return [(row.code, bytes(row.bytes), row.idx) for row in rows]


@pytest.mark.urs("PLT-16", "PLT-14")
@pytest.mark.parametrize("kind", ["toy.divided.v1", "toy.broken.v1", "toy.pushed.v1"])
def test_an_observation_on_which_our_own_rule_breaks_stands_flagged_and_the_chain_goes_on(
    site: ToySite, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pen = site.device()
    broken = write(pen, 0, kind)
    outcome = site.recorder.submit(broken, source="test")
    assert isinstance(outcome, Recorded)
    assert outcome.flags == ("rule_failed",)
    assert quarantined(site) == [("rule_failed", broken.encode(), outcome.index)]
    assert json.loads(capsys.readouterr().err)["event"] == "rule_failed"
    assert isinstance(site.recorder.submit(write(pen, 7), source="test"), Recorded)
    # Nothing of what the rule had begun is left.
    assert site.numbers() == [7]
    assert site.verify().ok


@pytest.mark.urs("PLT-09", "PLT-16")
def test_a_held_entry_that_breaks_does_not_take_its_predecessor_along(site: ToySite) -> None:
    pen = site.device()
    first, broken, third = write(pen, 1), write(pen, 0, "toy.divided.v1"), write(pen, 3)
    site.recorder.submit_many([third, broken], source="test")
    outcome = site.recorder.submit(first, source="test")
    assert isinstance(outcome, Recorded)
    assert outcome.flags == ()
    assert site.numbers() == [1, 3]
    assert [code for code, _, _ in quarantined(site)] == ["rule_failed"]


@pytest.mark.urs("PLT-09")
def test_a_failing_database_is_no_fault_of_the_entry(site: ToySite) -> None:
    """It is neither recorded nor quarantined: the device keeps it and sends it again."""
    pen = site.device()
    first, second = write(pen, 1), write(pen, 0, "toy.stored.v1")
    site.recorder.submit(second, source="test")
    with pytest.raises(OperationalError):
        site.recorder.submit(first, source="test")
    assert quarantined(site) == []
    with site.engine.connect() as connection:
        assert connection.execute(select(inbox.held.c.seq)).scalars().all() == [2]
    assert site.numbers() == [1]


@pytest.mark.urs("PLT-09")
def test_where_the_whole_transaction_is_lost_nobody_of_its_group_is_told_it_was_stored(site: ToySite) -> None:
    pen = site.device()
    first, second = write(pen, 1), write(pen, 2)
    works = [
        partial(site.recorder.submit, first, source="test"),
        partial(site.recorder.state, Fact("toy.dropped.v1", "toy", {"n": 0})),
        partial(site.recorder.state, count(9)),
    ]
    with one_group(site, *works) as futures:
        assert all(isinstance(future.exception(30), SQLAlchemyError) for future in futures)
    assert site.numbers() == [-1]
    assert all(isinstance(site.recorder.submit(one, source="test"), Recorded) for one in (first, second))
    assert site.numbers() == [-1, 1, 2]
    assert site.verify().ok


@pytest.mark.urs("PLT-16")
def test_a_revocation_is_seen_by_what_follows_it_in_its_own_group(database_url: str) -> None:
    def revoke(connection: Connection, entry: Entry) -> None:
        site.keys["tablet-1"] = replace(site.keys["tablet-1"], last_seq=2)

    def ask_for_it(connection: Connection, entry: Entry) -> Ruling:
        return Ruling(consequences=(Fact("toy.revoked.v1", "toy", {"n": 2}),))

    revoked = Kind("toy.revoked.v1", Number, "observation", project=revoke)
    site = ToySite(database_url, (*TOYS, revoked, Kind("toy.guarded.v1", Number, "observation", ask_for_it)))
    pen = site.device()
    first, second, third = write(pen, 1), write(pen, 2, "toy.guarded.v1"), write(pen, 3)
    # Held, so that all three go in with the first.
    assert site.recorder.submit_many([third, second], source="test") == [Held(1)] * 2
    site.recorder.submit(first, source="test")
    with site.engine.connect() as connection:
        stored = [entry for entry in site.log.entries(connection, 0, 99) if entry.head.device == pen.device]
    assert [entry.stamp.flags for entry in stored] == [(), (), ("device_revoked",)]
    site.close()


@pytest.mark.urs("PLT-14")
def test_an_id_that_another_device_has_used_is_quarantined(site: ToySite) -> None:
    first = write(site.device("tablet-1"), 1)
    site.recorder.submit(first, source="test")
    pen = site.device("tablet-2")
    other = write(pen, 2)
    header = replace(other.head, id=first.head.id)
    stolen = entries.sign(pen.signer, header, other.salt, other.payload)
    outcome = site.recorder.submit(stolen, source="test")
    assert isinstance(outcome, Refused)
    assert outcome.code == "id_taken"
    assert quarantined(site) == [("id_taken", stolen.encode(), None)]
    assert isinstance(site.recorder.submit(other, source="test"), Recorded)


@pytest.mark.urs("PLT-14")
def test_of_two_entries_under_a_held_sequence_the_fork_is_kept_whole(site: ToySite) -> None:
    pen = site.device()
    twin = DeviceWriter(pen.device, pen.signer)
    first, held = write(pen, 1), write(pen, 2)
    write(twin, 1)
    other = write(twin, 3)
    assert site.recorder.submit_many([held, held], source="test") == [Held(1)] * 2
    assert site.recorder.submit(other, source="test") == Held(1)
    assert quarantined(site) == []
    site.recorder.submit(first, source="test")
    assert quarantined(site) == [("sequence_fork", other.encode(), None)]
    assert site.numbers() == [1, 2]


@pytest.mark.urs("PLT-09", "PLT-14")
def test_what_is_held_under_the_sequence_of_an_entry_that_came_directly_waits_no_longer(site: ToySite) -> None:
    pen = site.device()
    twin = DeviceWriter(pen.device, pen.signer)
    first, second = write(pen, 1), write(pen, 2)
    twin.seq, twin.prev = 1, second.head.prev
    fork = write(twin, 3)
    assert site.recorder.submit(fork, source="test") == Held(1)
    # As when the held one could not be taken after its predecessor: it is still there when the next one comes.
    with db.write(site.engine) as connection:
        waiting = inbox.take_held(connection, pen.device, 2)
    site.recorder.submit(first, source="test")
    with db.write(site.engine) as connection:
        assert waiting is not None
        inbox.hold(connection, *waiting)
    site.recorder.submit(second, source="test")
    with site.engine.connect() as connection:
        assert connection.execute(select(inbox.held)).all() == []
    assert quarantined(site) == [("sequence_fork", fork.encode(), None)]
    assert site.numbers() == [1, 2]


@pytest.mark.urs("PLT-14")
def test_a_sequence_beyond_any_database_number_is_held(site: ToySite) -> None:
    pen = site.device()
    far = DeviceWriter(pen.device, pen.signer, seq=2**53 - 2)
    assert site.recorder.submit(write(far, 1), source="test") == Held(1)


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("field", ["stream", "subject", "actor", "boot", "lease", "reason", "device"])
def test_a_header_with_nul_is_quarantined_on_every_database(site: ToySite, field: str) -> None:
    pen = site.device()
    good = write(pen, 1)
    header = replace(good.head, **{field: "a\0b"})
    strange = entries.sign(pen.signer, header, good.salt, good.payload)
    outcome = site.recorder.submit(strange, source="test")
    assert isinstance(outcome, Refused)
    assert outcome.code == "entry_malformed"
    assert quarantined(site) == [("entry_malformed", strange.encode(), None)]


@pytest.mark.urs("PLT-09")
def test_a_listener_that_fails_closes_no_door(site: ToySite, capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[int] = []

    def fail(_: object) -> None:
        raise ConnectionError("nobody listens there")

    site.recorder.subscribe(fail)
    site.recorder.subscribe(lambda appended: heard.extend(item.index for item in appended))
    recorded = [site.recorder.state(count(n))[0].index for n in range(2)]
    site.recorder.close()
    assert heard == recorded
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["listener_failed"] * 2


@pytest.mark.urs("PLT-16")
def test_a_closed_door_says_so_instead_of_keeping_one_waiting(site: ToySite) -> None:
    site.recorder.close()
    with pytest.raises(RuntimeError, match="closed"):
        site.recorder.state(count(1))


@pytest.mark.urs("PLT-02")
def test_the_servers_own_entries_are_captured_by_the_plants_clock(site: ToySite) -> None:
    clock.use(lambda: datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    [recorded] = site.recorder.state(count(1))
    assert recorded.envelope.head.captured_at == "2026-11-25T09:30:00.000Z"


@pytest.mark.urs("PLT-05")
def test_what_was_never_projected_is_not_by_a_rebuild_either(site: ToySite) -> None:
    site.recorder.submit(write(site.device(), 1, "toy.broken.v1"), source="test")
    replayed = rebuild.replace(site.engine, site.log, site.recorder._registry)
    assert replayed["ok"]


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    ("name", "code"), [("a/b", "device_unknown"), (" tablet", "device_unknown"), ("a\nb", "entry_malformed")]
)
def test_a_stranger_whose_name_can_be_no_device_is_quarantined_and_announced(
    database_url: str, tmp_path: Path, name: str, code: str
) -> None:
    whole = PlantUnderTest(database_url, tmp_path)
    envelope = write(DeviceWriter(name, Ed25519Signer.generate()), 1)
    outcome = whole.plant.recorder.submit(envelope, source="test")
    assert isinstance(outcome, Refused)
    [announced] = whole.payloads(QUARANTINED)
    assert (announced["quarantine"], announced["code"], announced["device"]) == (outcome.quarantine, code, None)
    whole.close()


@pytest.mark.urs("PLT-16")
def test_every_refused_decision_leaves_an_entry_even_where_its_room_leaves_none(
    database_url: str, tmp_path: Path
) -> None:
    whole = PlantUnderTest(database_url, tmp_path)
    clerk = {"person": "P-0099", "login": "zhang", "name": "张敏", "name_en": None, "roles": ["operator"]}
    for actor, code in (("admin", "login_taken"), ("zhang", "not_permitted")):
        with pytest.raises(PestleError) as caught:
            whole.state("identity.person_added.v1", "person/P-0099", clerk, actor=actor)
        assert caught.value.code == code
    left = whole.entries(REFUSED)
    assert [(entry.head.actor, entry.head.stream) for entry in left] == [("P-0007", "site"), ("P-0001", "site")]
    assert left[0].body == {"kind": "identity.person_added.v1", "stream": "person/P-0099", "code": "login_taken"}
    assert rebuild.check(whole.plant.engine, whole.plant.log, whole.plant.registry)["ok"]
    whole.close()


@pytest.mark.urs("PLT-09", "PLT-17")
def test_two_doors_of_one_log_append_in_turn(site: ToySite) -> None:
    """As two processes of a site do: each has its own committer, and both sign as `server`."""
    other = Recorder(site.engine, site.log, site.signer, site.recorder._registry, lambda _, name: site.keys.get(name))
    pens, each = [site.device(f"tablet-{n}") for n in range(4)], 15

    def work(number: int) -> None:
        for n in range(each):
            # A tablet comes back to another process each time.
            door = (site.recorder, other)[(number + n) % 2]
            assert isinstance(door.submit(write(pens[number], n), source="test"), Recorded)
            door.state(count(-1))

    with ThreadPoolExecutor(len(pens)) as pool:
        for future in [pool.submit(work, number) for number in range(len(pens))]:
            future.result(120)
    other.close()
    assert sorted(site.numbers()) == sorted([*list(range(each)) * 4, *[-1] * each * 4])
    result = site.verify()
    assert (result.ok, result.size) == (True, 1 + 4 + 8 * each)
