"""The table of rights, one situation each: what a client may write into a document, and what is refused."""

from dataclasses import replace

import pytest
from crdt_support import Client, chunk, entry_id

from sync.crdt import codec, policy
from sync.crdt.change import encode_body
from sync.crdt.genesis import genesis, open_document, write_receipt, write_records
from sync.crdt.limits import MAX_DEPTH, MAX_VALUE
from sync.crdt.ops import HEAD, Op, OpId
from sync.crdt.scalar import Scalar
from sync.errors import SyncError

DOCUMENT = "batch/B-1"
ONE, TWO = entry_id(1), entry_id(2)


@pytest.fixture
def client():
    return Client(open_document(DOCUMENT))


def refusal(client, *ops, **more):
    """The detail of the refusal, which leaves the state as it was."""
    before = policy.rebuild(DOCUMENT, []) if client.seq == 0 and len(client.state.changes) == 1 else None
    changes = dict(client.state.changes)
    with pytest.raises(SyncError) as caught:
        client.push(*ops, **more)
    assert caught.value.code == "change_refused"
    assert client.state.changes == changes
    assert before is None or client.state == before
    return caught.value.detail


# entries


@pytest.mark.urs("PLT-09")
def test_a_first_write_of_bytes_is_an_entry(client):
    accepted = client.push(client.op("entries", ONE, value=b"signed"))
    assert accepted.entries == (policy.EntryWrite(ONE, b"signed", collision=False),)


@pytest.mark.urs("PLT-09")
def test_several_entries_in_one_change_come_in_order(client):
    accepted = client.push(*(client.op("entries", entry_id(n), value=b"%d" % n, at=9 - n) for n in (9, 8, 7)))
    assert [entry.key for entry in accepted.entries] == [entry_id(n) for n in (9, 8, 7)]


@pytest.mark.urs("PLT-09")
def test_a_change_sent_again_is_known_and_brings_nothing(client):
    change = client.change(client.op("entries", ONE, value=b"signed"))
    policy.accept(client.state, change, client.actor)
    assert policy.accept(client.state, change, client.actor) == policy.Accepted(known=True)
    assert policy.accept(client.state, change, "d2" * 16).known


@pytest.mark.urs("PLT-09")
def test_an_entry_cannot_be_replaced(client):
    first = client.op("entries", ONE, value=b"signed")
    client.push(first)
    assert "once" in refusal(client, client.op("entries", ONE, value=b"other", pred=(first.id,)))


@pytest.mark.urs("PLT-09")
def test_an_entry_cannot_be_written_again_as_if_for_the_first_time(client):
    client.push(client.op("entries", ONE, value=b"signed"))
    assert "once" in refusal(client, client.op("entries", ONE, value=b"signed"))


@pytest.mark.urs("PLT-09")
def test_an_entry_cannot_be_written_twice_in_one_change(client):
    twice = [client.op("entries", ONE, value=value, at=at) for at, value in enumerate((b"a", b"b"))]
    assert "once" in refusal(client, *twice)


@pytest.mark.urs("PLT-09")
def test_an_entry_cannot_be_deleted(client):
    first = client.op("entries", ONE, value=b"signed")
    client.push(first)
    assert "bytes" in refusal(client, client.op("entries", ONE, "del", pred=(first.id,)))


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("value", ["text", 7, None, True, 1.5, Scalar("counter", 1)])
def test_an_entry_is_bytes(client, value):
    assert "bytes" in refusal(client, client.op("entries", ONE, value=value))


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("action", ["makeMap", "makeList", "makeText"])
def test_an_entry_is_no_object(client, action):
    assert "bytes" in refusal(client, client.op("entries", ONE, action))


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("key", ["", "note", ONE.upper(), ONE + "0", HEAD])
def test_an_entry_stands_under_its_id(client, key):
    refusal(client, client.op("entries", key, value=b"signed"))


@pytest.mark.urs("PLT-09")
def test_the_largest_entry_is_66_kib(client):
    client.push(client.op("entries", ONE, value=bytes(MAX_VALUE)))
    assert "bytes" in refusal(client, client.op("entries", entry_id(2), value=bytes(MAX_VALUE + 1)))


@pytest.mark.urs("PLT-10")
def test_the_same_entry_by_another_actor_is_a_duplicate(client):
    """A client that was refused replays its entries under a new actor, while the first copy was under way."""
    base = set(client.state.heads)
    start = client.next
    client.push(client.op("entries", ONE, value=b"signed"))
    other = Client(client.state, "d2" * 16)
    op = replace(other.op("entries", ONE, value=b"signed"), id=OpId(start, other.actor))
    assert other.push(op, deps=base, start=start) == policy.Accepted(known=False)


@pytest.mark.urs("PLT-10")
def test_another_entry_under_the_same_key_is_kept_and_called_a_collision(client):
    base = set(client.state.heads)
    start = client.next
    client.push(client.op("entries", ONE, value=b"signed"))
    other = Client(client.state, "d2" * 16)
    op = replace(other.op("entries", ONE, value=b"other"), id=OpId(start, other.actor))
    accepted = other.push(op, deps=base, start=start)
    assert accepted.entries == (policy.EntryWrite(ONE, b"other", collision=True),)


# root, receipts, unknown objects


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("key", ["entries", "other"])
@pytest.mark.parametrize("action", ["set", "makeMap"])
def test_a_client_writes_nothing_at_the_root(client, key, action):
    op = Op(OpId(client.next, client.actor), None, key, action)
    assert "may not" in refusal(client, op)


@pytest.mark.urs("PLT-09")
def test_a_client_cannot_delete_a_root_map(client):
    op = Op(OpId(client.next, client.actor), None, "entries", "del", pred=(client.state.maps["entries"],))
    assert "may not" in refusal(client, op)


@pytest.mark.urs("PLT-09")
def test_a_client_writes_no_receipt(client):
    assert "receipts" in refusal(client, client.op("receipts", ONE, value=b"received"))


@pytest.mark.urs("PLT-09")
def test_a_client_cannot_pass_for_the_server(client):
    change = codec.parse(write_receipt(client.state, ONE, b"received"))
    with pytest.raises(SyncError, match="actor"):
        policy.accept(client.state, change, client.state.server_actor)
    with pytest.raises(SyncError, match="actor"):
        policy.accept(client.state, change, client.actor)


@pytest.mark.urs("PLT-09")
def test_the_server_writes_no_draft(client):
    posing = Client(client.state, client.state.server_actor, seq=1)
    with pytest.raises(SyncError, match="may not"):
        policy.accept_own(client.state, posing.change(posing.op("drafts", ONE, value=b"signed")))


@pytest.mark.urs("PLT-09")
def test_the_server_writes_an_entry_only_where_nobody_has(client):
    client.push(client.op("entries", ONE, value=b"signed"))
    with pytest.raises(SyncError, match="not written by the server"):
        policy.accept_own(client.state, codec.parse(write_records(client.state, {ONE: b"signed"}, {})))
    policy.accept_own(client.state, codec.parse(write_records(client.state, {TWO: b"signed"}, {TWO: b"received"})))
    # A tablet that finds it in its journal brings it again: nothing is new for the log.
    assert client.push(client.op("entries", TWO, value=b"signed")).entries == ()
    # Other bytes under the id are kept, and for people to say.
    other = Client(client.state, "d2" * 16)
    assert other.push(other.op("entries", TWO, value=b"other")).entries[0].collision


@pytest.mark.urs("PLT-09")
def test_an_object_that_nobody_made_is_refused(client):
    refusal(client, client.op("drafts", "note", value=1, obj=OpId(77, "ee" * 16)))


# place of the change


@pytest.mark.urs("PLT-09")
def test_a_change_that_builds_on_unknown_ones_is_told_so(client):
    assert refusal(client, client.op("drafts", "note", value=1), deps={"ab" * 32}) == "missing_deps"


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("seq", [1, 3])
def test_sequence_numbers_have_no_gap_and_no_repetition(client, seq):
    client.push(client.op("drafts", "note", value=1))
    assert "sequence" in refusal(client, client.op("drafts", "more", value=1), seq=seq)


@pytest.mark.urs("PLT-09")
def test_a_new_actor_begins_at_one(client):
    assert "sequence" in refusal(client, client.op("drafts", "note", value=1), seq=2)


@pytest.mark.urs("PLT-09")
def test_an_actor_builds_on_its_own_last_change(client):
    base = set(client.state.heads)
    client.push(client.op("drafts", "note", value=1))
    client.last = set()
    assert "build" in refusal(client, client.op("drafts", "more", value=1), deps=base)


@pytest.mark.urs("PLT-09")
def test_a_change_builds_on_something(client):
    assert "build" in refusal(client, client.op("drafts", "note", value=1), deps=set())


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("start", [1, 3, 5, 4_000_000_000])
def test_operation_counters_continue(client, start):
    op = replace(client.op("drafts", "note", value=1), id=OpId(start, client.actor))
    assert "counters" in refusal(client, op, start=start)


@pytest.mark.urs("PLT-14")
def test_bytes_after_the_operations_are_refused(client):
    ops = [client.op("drafts", "note", value=1)]
    body = encode_body(client.actor, 1, client.next, ops, client.state.heads, extra=b"hidden")
    with pytest.raises(SyncError, match="after the operations"):
        policy.accept(client.state, codec.parse(chunk(body)), client.actor)


@pytest.mark.urs("PLT-09")
def test_an_object_made_at_the_same_time_is_not_yet_known(client):
    """It is here, but another client may get this change first; the core would then not know the object."""
    base, start = set(client.state.heads), client.next
    made = client.op("drafts", "note", "makeMap")
    client.push(made)
    client.push(client.op("drafts", "more", value=1))
    other = Client(client.state, "d2" * 16)
    op = Op(OpId(start, other.actor), made.id, "text", "set")
    assert refusal(other, op, deps=base, start=start) == "missing_deps"
    assert other.push(replace(op, id=OpId(other.next, other.actor))).entries == ()


# drafts


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("value", ["text", b"bytes", 7, None, True, 1.5, Scalar("counter", 1), Scalar("timestamp", 1)])
def test_a_draft_is_anything(client, value):
    assert client.push(client.op("drafts", "note", value=value)) == policy.Accepted(known=False)


@pytest.mark.urs("PLT-09")
def test_drafts_hold_objects_that_are_edited_and_deleted(client):
    made = client.op("drafts", "note", "makeMap")
    inside = client.op("drafts", "text", "makeText", obj=made.id, at=1)
    first = client.op("drafts", HEAD, value="a", obj=inside.id, insert=True, at=2)
    second = client.op("drafts", first.id, value="b", obj=inside.id, insert=True, at=3)
    client.push(made, inside, first, second)
    client.push(client.op("drafts", first.id, "del", obj=inside.id, pred=(first.id,)))
    client.push(client.op("drafts", "note", "del", pred=(made.id,)))


@pytest.mark.urs("PLT-09")
def test_a_counter_is_incremented_where_it_stands(client):
    counter = client.op("drafts", "tally", value=Scalar("counter", 1))
    client.push(counter)
    client.push(client.op("drafts", "tally", "inc", 2, pred=(counter.id,)))
    assert "place" in refusal(client, client.op("drafts", "other", "inc", 2, pred=(counter.id,)))


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("action", ["del", "inc"])
def test_nothing_cannot_be_deleted_or_incremented(client, action):
    assert "nothing" in refusal(client, client.op("drafts", "note", action, 1 if action == "inc" else None))


@pytest.mark.urs("PLT-14")
def test_predecessors_exist(client):
    assert "place" in refusal(client, client.op("drafts", "note", value=1, pred=(OpId(3, client.state.server_actor),)))


@pytest.mark.urs("PLT-14")
def test_elements_exist_and_maps_have_none(client):
    made = client.op("drafts", "list", "makeList")
    first = client.op("drafts", HEAD, value=1, obj=made.id, insert=True, at=1)
    client.push(made, first)
    refusal(client, client.op("drafts", OpId(77, client.actor), value=1, obj=made.id, insert=True))
    refusal(client, client.op("drafts", HEAD, value=1, obj=made.id))
    refusal(client, client.op("drafts", "key", value=1, obj=made.id))
    refusal(client, client.op("drafts", first.id, value=1, obj=made.id, insert=True, pred=(first.id,)))
    refusal(client, client.op("drafts", HEAD, value=1, insert=True))
    refusal(client, client.op("drafts", "key", value=1, insert=True))


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("action", ["makeTable", "mark"])
def test_what_the_app_never_uses_is_refused(client, action):
    assert "not used" in refusal(client, client.op("drafts", "note", action))


@pytest.mark.urs("PLT-14")
def test_drafts_have_caps(client, monkeypatch):
    refusal(client, client.op("drafts", "note", value="x" * (MAX_VALUE + 1)))
    refusal(client, client.op("drafts", "x" * 201, value=1))
    refusal(client, client.op("drafts", "", value=1))
    parent = client.state.maps["drafts"]
    for _ in range(MAX_DEPTH):
        made = client.op("drafts", "inner", "makeMap", obj=parent)
        client.push(made)
        parent = made.id
    assert "deep" in refusal(client, client.op("drafts", "inner", "makeMap", obj=parent))
    monkeypatch.setattr("sync.crdt.drafts.MAX_DRAFT_VALUES", MAX_DEPTH)
    assert "full" in refusal(client, client.op("drafts", "note", value=1))


# the state


@pytest.mark.urs("PLT-09")
def test_the_state_is_rebuilt_from_what_is_stored(client):
    stored = [genesis(DOCUMENT)]
    for n in range(1, 4):
        change = client.change(client.op("entries", entry_id(n), value=b"signed"))
        policy.accept(client.state, change, client.actor)
        client.seq, client.last = n, {change.hash}
        stored += [change.raw, write_receipt(client.state, entry_id(n), b"received")]
        policy.accept_own(client.state, codec.parse(stored[-1]))
    assert policy.rebuild(DOCUMENT, stored) == client.state
    assert policy.rebuild(DOCUMENT, stored[1:]) == client.state
