"""Text and tallies that several tablets write together: places that each derives, and nobody can take away."""

import base64
import json

import pytest
from crdt_support import Client, run_node

from sync.crdt import codec, places, policy
from sync.crdt.change import encode_body
from sync.crdt.codec import wrap
from sync.crdt.genesis import genesis, open_document
from sync.crdt.ops import HEAD, Op, OpId
from sync.crdt.projector import project
from sync.crdt.scalar import Scalar
from sync.errors import SyncError

DOCUMENT = "batch/B-2611-014"
TEXT, COUNT = "text:20%2Fremark", "count:60%2Frejects"


@pytest.fixture
def client():
    return Client(open_document(DOCUMENT))


def bring(state, key):
    made = codec.parse(places.place(state, key))
    return made, policy.accept(state, made, made.actor)


def refused(state, change):
    before = dict(state.changes)
    with pytest.raises(SyncError) as caught:
        policy.accept(state, change, change.actor)
    assert (caught.value.code, state.changes) == ("change_refused", before)
    return caught.value.detail


@pytest.mark.urs("PLT-09")
def test_a_place_is_a_golden_vector():
    state = open_document(DOCUMENT)
    found = {key: codec.parse(places.place(state, key)) for key in (TEXT, COUNT)}
    assert {key: change.actor for key, change in found.items()} == {
        TEXT: "a381d7f13f5d54bf7fc38effa5898da93e6a2da1",
        COUNT: "b5223e284a248ca1ae49f09c00260577905e8090",
    }
    assert {key: change.hash for key, change in found.items()} == {
        TEXT: "92c90d1de7aec203d22e0baf308898981f3a281bf5bc0bec681888070add604c",
        COUNT: "c2c1aa22b296d8e5d7889ab15724513e2f6d9d096eeb14c3130c9a8466724b5a",
    }


@pytest.mark.urs("PLT-09")
def test_the_app_makes_the_same_bytes_and_what_two_tablets_write_apart_comes_together(tmp_path):
    state = open_document(DOCUMENT)
    path = tmp_path / "places.json"
    path.write_text(json.dumps({key: places.place_actor(state, key) for key in (TEXT, COUNT)}))
    stored = [genesis(DOCUMENT)]
    told = run_node("places.mjs", base64.b64encode(stored[0]).decode(), path)
    for one in told:
        made = base64.b64decode(one["place"])
        assert made == places.place(state, one["key"])
        # One tablet arrives after the other, each with the place before its own.
        for raw in (made, *map(base64.b64decode, one["mine"]), made, *map(base64.b64decode, one["theirs"])):
            change = codec.parse(raw)
            known = policy.accept(state, change, change.actor).known
            assert known == (raw in stored)
            stored += [] if known else [raw]
    text, count = (one["shown"] for one in told)
    assert sorted(text) == sorted("温湿度计换电池" + "12 Pa")
    assert "温湿度计换电池" in text
    assert "12 Pa" in text
    assert count == 2 * 2 + 2 * 3
    assert project(stored)
    assert policy.rebuild(DOCUMENT, stored) == state


@pytest.mark.urs("PLT-09")
def test_a_place_is_made_once_whoever_brings_it(client):
    made, accepted = bring(client.state, TEXT)
    assert accepted == policy.Accepted(known=False)
    assert policy.accept(client.state, made, made.actor) == policy.Accepted(known=True)
    late = open_document(DOCUMENT)
    Client(late).push(Client(late).op("drafts", "note", value=1))
    # It builds on the first change only, so it may come whenever its tablet does.
    assert bring(late, TEXT)[1] == policy.Accepted(known=False)


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("key", [TEXT, COUNT])
@pytest.mark.parametrize("action", ["set", "makeText", "makeMap", "makeList"])
def test_nobody_makes_a_place_another_way(client, key, action):
    assert "place" in refused(client.state, client.change(client.op("drafts", key, action)))


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("key", [TEXT, COUNT])
@pytest.mark.parametrize("action", ["set", "del", "makeText"])
def test_nobody_takes_a_place_away(client, key, action):
    made, _ = bring(client.state, key)
    change = client.change(client.op("drafts", key, action, pred=(made.ops[0].id,)))
    assert "place" in refused(client.state, change)


@pytest.mark.urs("PLT-09")
def test_in_a_place_everybody_writes_deletes_and_counts(client):
    (text, _), (count, _) = bring(client.state, TEXT), bring(client.state, COUNT)
    first = client.op("drafts", HEAD, value="a", obj=text.ops[0].id, insert=True)
    client.push(first)
    client.push(client.op("drafts", first.id, "del", obj=text.ops[0].id, pred=(first.id,)))
    client.push(client.op("drafts", COUNT, "inc", -3, pred=(count.ops[0].id,)))


@pytest.mark.urs("PLT-09", "PLT-14")
def test_the_actor_of_a_place_writes_nothing_else(client):
    state = client.state
    made, _ = bring(state, TEXT)
    actor = made.actor
    posing = Client(state, actor, seq=1, last={made.hash})
    assert "place" in refused(state, posing.change(posing.op("drafts", "note", value=1)))
    # Nor one that is none: twenty bytes are for places.
    stranger = Client(state, "d3" * 20)
    assert "place" in refused(state, stranger.change(stranger.op("entries", "x", value=b"signed")))


@pytest.mark.urs("PLT-09", "PLT-14")
@pytest.mark.parametrize("field", ["time", "message", "value", "deps"])
def test_a_place_that_differs_in_a_byte_is_refused(client, field):
    """Else who came first with other bytes would keep everybody else from writing here."""
    state = client.state
    right = codec.parse(places.place(state, COUNT))
    op = Op(right.ops[0].id, right.ops[0].obj, COUNT, "set", value=Scalar("counter", 1 if field == "value" else 0))
    deps, start = right.deps, right.start_op
    if field == "deps":
        client.push(client.op("drafts", "note", value=1))
        deps, start = tuple(state.heads), client.next
        op = Op(OpId(start, right.actor), op.obj, COUNT, "set", value=op.value)
    more = {"time": 5} if field == "time" else {"message": "x"} if field == "message" else {}
    wrong = codec.parse(wrap(encode_body(right.actor, 1, start, [op], deps, **more)))
    assert "place" in refused(state, wrong)
    assert bring(state, COUNT)[1] == policy.Accepted(known=False)
