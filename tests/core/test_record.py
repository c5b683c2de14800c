"""The one door: what it takes, keeps, holds, quarantines and refuses, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
from core_support import ToySite, count, one_group
from sqlalchemy import select

from server.core import inbox
from server.core.errors import PestleError
from server.core.inbox import Stray
from server.core.kinds import Fact
from server.core.record import Duplicate, Held, Recorded, Refused
from sync.entry import Envelope
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter


@pytest.fixture
def site(database_url: str) -> Iterator[ToySite]:
    made = ToySite(database_url)
    yield made
    made.close()


def write(pen: DeviceWriter, n: object, kind: str = "toy.counted.v1") -> Envelope:
    return pen.write(kind, "toy", {"n": n}, actor="P-0001")


def quarantined(site: ToySite) -> list[tuple[str, bytes, int | None]]:
    with site.engine.connect() as connection:
        rows = connection.execute(select(inbox.quarantine).order_by(inbox.quarantine.c.received_at))
        return [(row.code, bytes(row.bytes), row.idx) for row in rows]


@pytest.mark.urs("PLT-01", "PLT-09")
def test_an_entry_is_in_the_log_with_its_receipt_when_submit_returns(site: ToySite) -> None:
    envelope = write(site.device(), 1)
    outcome = site.recorder.submit(envelope, source="test")
    assert isinstance(outcome, Recorded)
    with site.engine.connect() as connection:
        stored = site.log.entry(connection, outcome.index)
    assert stored is not None
    assert stored.envelope == envelope
    assert stored.stamp.recorded_at == outcome.recorded_at
    assert site.verify().ok


def set_back(pen: DeviceWriter) -> DeviceWriter:
    """The same device with an empty disk: it begins to number anew."""
    return DeviceWriter(pen.device, pen.signer)


@pytest.mark.urs("PLT-09", "PLT-14")
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_what_follows_a_fork_is_not_held_for_ever(site: ToySite, order: tuple[int, ...]) -> None:
    told: list[Envelope] = []
    site.recorder.subscribe_refused(lambda refused: told.extend(envelope for envelope, _ in refused))
    pen = site.device()
    site.recorder.submit(write(pen, 0), source="test")
    forks = [write(set_back(pen), 10)]
    other = DeviceWriter(pen.device, pen.signer, seq=1, prev=forks[0].digest.hex())
    forks += [write(other, n) for n in (11, 12, 13)]
    outcomes = [site.recorder.submit(forks[which], source="test") for which in order]
    with site.engine.connect() as connection:
        assert connection.execute(select(inbox.held)).all() == []
    assert {code for code, _, _ in quarantined(site)} == {"sequence_fork"}
    assert sorted(data for _, data, _ in quarantined(site)) == sorted(one.encode() for one in forks)
    # Each has its word: at once, or later, once nobody waits for it any more.
    at_once = [forks[which] for which, one in zip(order, outcomes, strict=True) if isinstance(one, Refused)]
    assert sorted(one.head.id for one in [*at_once, *told]) == sorted(one.head.id for one in forks)
    # The right chain goes on where it was.
    assert isinstance(site.recorder.submit(write(pen, 1), source="test"), Recorded)
    assert site.numbers() == [0, 1]


@pytest.mark.urs("PLT-09", "PLT-14")
def test_what_waits_behind_a_fork_that_waited_itself_is_not_held_for_ever(site: ToySite) -> None:
    told: list[Envelope] = []
    site.recorder.subscribe_refused(lambda refused: told.extend(envelope for envelope, _ in refused))
    pen = site.device()
    first, other = write(pen, 0), set_back(pen)
    forks = [write(other, n) for n in (10, 11, 12, 13)]
    for fork in forks[1:]:
        assert site.recorder.submit(fork, source="test") == Held(1)
    assert isinstance(site.recorder.submit(first, source="test"), Recorded)
    with site.engine.connect() as connection:
        assert connection.execute(select(inbox.held)).all() == []
    # The committer tells before it takes the next.
    assert isinstance(site.recorder.submit(write(pen, 1), source="test"), Recorded)
    assert told == forks[1:]


@pytest.mark.urs("PLT-09", "PLT-14")
def test_of_two_that_wait_under_one_sequence_the_one_that_fits_is_recorded(site: ToySite) -> None:
    pen = site.device()
    first, second, third = (write(pen, n) for n in (1, 2, 3))
    other = set_back(pen)
    forked = [write(other, n) for n in (11, 12)]
    assert site.recorder.submit(forked[1], source="test") == Held(1)
    assert site.recorder.submit(second, source="test") == Held(1)
    assert site.recorder.submit(third, source="test") == Held(1)
    assert isinstance(site.recorder.submit(first, source="test"), Recorded)
    assert site.numbers() == [1, 2, 3]
    assert isinstance(site.recorder.submit(forked[0], source="test"), Refused)
    assert [data for _, data, _ in quarantined(site)] == [forked[1].encode(), forked[0].encode()]


@pytest.mark.urs("PLT-09")
def test_the_same_entry_again_is_a_duplicate_and_is_logged_once(site: ToySite) -> None:
    envelope = write(site.device(), 1)
    first = site.recorder.submit(envelope, source="test")
    assert isinstance(first, Recorded)
    assert site.recorder.submit(envelope, source="test") == Duplicate(first.index)
    assert site.numbers() == [1]
    assert quarantined(site) == []


@pytest.mark.urs("PLT-09")
def test_entries_that_overtook_their_predecessor_are_held_and_follow_it(site: ToySite) -> None:
    pen = site.device()
    entries = [write(pen, n) for n in range(5)]
    early = site.recorder.submit_many([entries[4], entries[2], entries[1], entries[2]], source="test")
    assert early == [Held(1)] * 4
    assert site.numbers() == []
    site.recorder.submit(entries[0], source="test")
    assert site.numbers() == [0, 1, 2]
    site.recorder.submit(entries[3], source="test")
    assert site.numbers() == [0, 1, 2, 3, 4]
    with site.engine.connect() as connection:
        assert connection.execute(select(inbox.held)).all() == []
    assert site.verify().ok


@pytest.mark.urs("PLT-14")
def test_a_second_entry_under_one_sequence_is_a_fork_and_kept_whole(site: ToySite) -> None:
    pen = site.device()
    twin = DeviceWriter(pen.device, pen.signer)
    site.recorder.submit(write(pen, 1), source="test")
    other = write(twin, 2)
    outcome = site.recorder.submit(other, source="test")
    assert isinstance(outcome, Refused)
    assert outcome.code == "sequence_fork"
    assert quarantined(site) == [("sequence_fork", other.encode(), None)]
    assert site.numbers() == [1]


@pytest.mark.urs("PLT-14")
def test_an_entry_that_continues_another_history_is_a_fork(site: ToySite) -> None:
    pen = site.device()
    twin = DeviceWriter(pen.device, pen.signer)
    site.recorder.submit(write(pen, 1), source="test")
    write(twin, 2)
    outcome = site.recorder.submit(write(twin, 3), source="test")
    assert isinstance(outcome, Refused)
    assert outcome.code == "sequence_fork"


@pytest.mark.urs("PLT-14")
def test_what_cannot_be_authenticated_is_quarantined_whole_and_is_no_record(site: ToySite) -> None:
    pen = site.device()
    good = write(pen, 1)
    forged = Envelope(good.header, write(DeviceWriter(pen.device, Ed25519Signer.generate()), 1).signatures, *tail(good))
    changed = replace(good, payload=b'{"n":2}')
    stranger = write(DeviceWriter("tablet-9", Ed25519Signer.generate()), 1)
    impostor = write(DeviceWriter("server", site.signer, seq=7), 1)
    codes = []
    for envelope in (forged, changed, stranger, impostor):
        outcome = site.recorder.submit(envelope, source="test")
        assert isinstance(outcome, Refused)
        codes.append(outcome.code)
    assert codes == ["signature_wrong", "payload_hash_wrong", "device_unknown", "device_unknown"]
    assert {data for _, data, _ in quarantined(site)} == {
        envelope.encode() for envelope in (forged, changed, stranger, impostor)
    }
    assert site.numbers() == []


def tail(envelope: Envelope) -> tuple[bytes, bytes]:
    return envelope.salt, envelope.payload


@pytest.mark.urs("PLT-14")
def test_bytes_that_are_no_entry_are_kept_once_under_one_name(site: ToySite) -> None:
    stray = Stray(b"\x00\xffrubbish", "test", "entry_malformed", "no entry")
    assert site.recorder.quarantine(stray) == site.recorder.quarantine(stray)
    assert quarantined(site) == [("entry_malformed", b"\x00\xffrubbish", None)]


@pytest.mark.urs("PLT-14", "PLT-16")
@pytest.mark.parametrize(
    ("kind", "n", "code"),
    [
        ("toy.invented.v9", 1, "kind_unknown"),
        ("toy.counted.v1", "one", "payload_malformed"),
        ("toy.allowed.v1", 2, "not_permitted_from_device"),
    ],
)
def test_a_strange_entry_stands_flagged_in_the_log_and_the_chain_goes_on(
    site: ToySite, kind: str, n: object, code: str
) -> None:
    pen = site.device()
    strange = write(pen, n, kind)
    outcome = site.recorder.submit(strange, source="test")
    assert isinstance(outcome, Recorded)
    assert outcome.flags == (code,)
    assert quarantined(site) == [(code, strange.encode(), outcome.index)]
    assert isinstance(site.recorder.submit(write(pen, 7), source="test"), Recorded)
    assert site.verify().ok


@pytest.mark.urs("PLT-16")
def test_what_a_revoked_device_sends_later_is_kept_and_flagged(site: ToySite) -> None:
    pen = site.device()
    site.recorder.submit(write(pen, 1), source="test")
    site.keys[pen.device] = replace(site.keys[pen.device], last_seq=2)
    # As only an entry of the server revokes, what is known of devices' keys holds until there is one.
    site.recorder.state(count(0))
    before, after = site.recorder.submit_many([write(pen, 2), write(pen, 3)], source="test")
    assert isinstance(before, Recorded)
    assert isinstance(after, Recorded)
    assert (before.flags, after.flags) == ((), ("device_revoked",))


@pytest.mark.urs("PLT-16")
def test_a_refused_decision_leaves_its_refusal_and_nothing_else(site: ToySite) -> None:
    with pytest.raises(PestleError) as caught:
        site.recorder.state(count(5), Fact("toy.allowed.v1", "toy", {"n": 3}))
    assert (caught.value.code, caught.value.details) == ("not_permitted", {"n": 3})
    assert site.numbers("toy.allowed.v1") == []
    assert site.numbers("toy.counted.v1") == []
    assert site.numbers("toy.refused.v1") == [3]
    site.recorder.state(Fact("toy.allowed.v1", "toy", {"n": 4}))
    assert site.numbers("toy.allowed.v1") == [4]
    assert site.verify().ok


@pytest.mark.urs("PLT-09", "PLT-16")
def test_a_failing_request_harms_no_other_of_its_group(site: ToySite) -> None:
    pen = site.device()
    site.recorder.submit(write(pen, 0), source="test")
    works = [
        partial(site.recorder.state, count(1)),
        partial(site.recorder.state, count(2), Fact("toy.broken.v1", "toy", {"n": 2})),
        partial(site.recorder.state, Fact("toy.allowed.v1", "toy", {"n": 3})),
        partial(site.recorder.submit, write(pen, 4), source="test"),
        partial(site.recorder.state, Fact("toy.counted.v1", "toy", {"n": "five"})),
        partial(site.recorder.state, count(6)),
    ]
    with one_group(site, *works) as futures:
        errors = [type(future.exception(30)) for future in futures]
    assert errors == [type(None), ZeroDivisionError, PestleError, type(None), ValueError, type(None)]
    assert sorted(site.numbers()) == [-1, 0, 1, 4, 6]
    assert site.numbers("toy.refused.v1") == [3]
    assert site.verify().ok


@pytest.mark.urs("PLT-01")
def test_eight_threads_append_without_gap_and_in_each_devices_order(site: ToySite) -> None:
    pens = [site.device(f"tablet-{n}") for n in range(4)]
    each = 25

    def tablet(pen: DeviceWriter) -> None:
        for n in range(each):
            assert isinstance(site.recorder.submit(write(pen, n), source=pen.device), Recorded)

    def server(_: int) -> None:
        for n in range(each):
            site.recorder.state(count(n))

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(tablet, pen) for pen in pens] + [pool.submit(server, n) for n in range(4)]
        for future in futures:
            future.result(60)
    with site.engine.connect() as connection:
        entries = list(site.log.entries(connection, 0, 1 << 30))
    assert [entry.index for entry in entries] == list(range(1 + 4 + 8 * each))
    assert all(a.stamp.recorded_at <= b.stamp.recorded_at for a, b in pairwise(entries))
    for pen in pens:
        assert [e.head.seq for e in entries if e.head.device == pen.device] == list(range(1, each + 1))
    assert site.verify().ok


@pytest.mark.urs("PLT-01")
def test_listeners_hear_of_what_is_committed_and_of_nothing_else(site: ToySite) -> None:
    heard: list[str] = []
    site.recorder.subscribe(lambda appended: heard.extend(item.id for item in appended))
    [recorded] = site.recorder.state(count(1))
    with pytest.raises(ZeroDivisionError):
        site.recorder.state(Fact("toy.broken.v1", "toy", {"n": 1}))
    site.recorder.close()
    assert heard == [recorded.id]
