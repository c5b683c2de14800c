"""Frames from outside: whatever comes is a frame of the protocol or `Malformed`, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.handheld.hub import frames
from server.handheld.hub.frames import Alarm, Consistent, Hello, Malformed, Open, Ping, Prove, Push

HELLO: dict[str, Any] = {
    "t": "hello",
    "v": 1,
    "device": "tablet-1a2b3c",
    "actor": "0" * 32,
    "proof": "AAAA",
    "wall": "2026-11-22T09:30:00.000Z",
    "offset": 480,
    "mono": 12,
    "boot": "b",
    "head": {"seq": 0, "hash": "0" * 64},
    "docs": {"batch/B-1": 3},
}
ALARM: dict[str, Any] = {
    "t": "alarm",
    "id": 4,
    "alarm": "A-1",
    "code": "log_forked",
    "at": "2026-11-22T09:30:00.000Z",
    "held": "a note",
    "told": None,
    "entries": ["a"],
}
KINDS = ["hello", "push", "open", "ping", "actor"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.urs("PLT-14")
def test_frames_of_the_protocol_are_read() -> None:
    hello = frames.parse(json.dumps(HELLO))
    assert isinstance(hello, Hello)
    assert (hello.device, hello.docs, hello.proof) == ("tablet-1a2b3c", {"batch/B-1": 3}, bytes(3))
    assert hello.app is None
    for app in (None, "0.4.1+3fa9c2d", "1" * 40):
        told = frames.parse(json.dumps({**HELLO, "app": app}))
        assert isinstance(told, Hello)
        assert told.app == app
    assert frames.parse('{"t":"push","id":1,"doc":"batch/B-1","changes":["AAAA"]}') == Push(1, "batch/B-1", (bytes(3),))
    assert frames.parse('{"t":"open","docs":{"batch/B-1":0}}') == Open({"batch/B-1": 0})
    assert frames.parse('{"t":"ping","n":5}') == Ping(5)
    assert frames.parse('{"t":"prove","id":2,"entries":["a","b"]}') == Prove(2, ("a", "b"))
    assert frames.parse('{"t":"consistent","id":3,"from":4,"to":9}') == Consistent(3, 4, 9)
    alarm = Alarm(4, "A-1", "log_forked", ALARM["at"], "a note", None, ("a",))
    assert frames.parse(json.dumps(ALARM)) == alarm
    longest = "a" * 12_288
    assert isinstance(frames.parse(json.dumps({**ALARM, "held": longest, "told": longest})), Alarm)


@pytest.mark.urs("PLT-14", "PLT-18")
@pytest.mark.parametrize(
    "changed",
    [
        {"alarm": "A/1"},
        {"code": "no_such_code"},
        {"held": "a" * 12_289},
        # Twice as long as the payload of an entry may be.
        {"held": "中" * 12_288, "told": "中" * 12_288},
        {"held": "\x01" * 12_288},
        {"told": "\ud800"},
        {"entries": ["a" * 80] * 257},
        {"at": "yesterday"},
    ],
)
def test_an_alarm_that_no_entry_could_hold_is_malformed(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        frames.parse(json.dumps(ALARM | changed))


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"actor": "0" * 31},
        {"actor": "G" * 32},
        {"proof": "AAA"},
        {"proof": "AA=?"},
        {"wall": "yesterday"},
        {"wall": "2026-11-22T09:30:00"},
        {"offset": True},
        {"mono": -1},
        {"mono": 2**53},
        {"head": None},
        {"head": {"seq": 0, "hash": "x" * 64}},
        {"docs": {"batch/\u0000": 1}},
        {"docs": {f"batch/{n}": 0 for n in range(201)}},
        {"device": "\ud800"},
        {"app": ""},
        {"app": "1" * 41},
        {"app": "1.2\u0000"},
        {"app": "1.2\u202e"},
        {"app": 12},
        {"app": ["1"]},
        {"app": False},
    ],
)
def test_a_hello_that_is_off_is_malformed(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        frames.parse(json.dumps(HELLO | changed))


@pytest.mark.urs("PLT-14")
@pytest.mark.parametrize("entries", [[], ["a"] * 257, ["a", 1], ["a" * 81], "a", None])
def test_a_question_for_proofs_names_at_least_one_entry_and_at_most_256(entries: Any) -> None:
    with pytest.raises(Malformed):
        frames.parse(json.dumps({"t": "prove", "id": 1, "entries": entries}))


@pytest.mark.urs("PLT-14")
@settings(max_examples=300, deadline=None)
@given(st.text() | anything.map(json.dumps) | st.binary())
def test_anything_else_is_malformed(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        frames.parse(text)


@pytest.mark.urs("PLT-14")
@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from([*KINDS, "prove", "consistent", "alarm"]),
    st.sampled_from([*HELLO, *ALARM, "doc", "n", "from"]),
    anything,
)
def test_a_frame_with_anything_in_it_is_read_or_malformed(kind: str, name: str, value: Any) -> None:
    frame = {**HELLO, **ALARM, "id": 1, "doc": "batch/B-1", "changes": ["AAAA"], "n": 1, "entries": ["a"]}
    frame |= {"from": 1, "to": 2, "t": kind, name: value}
    try:
        frames.parse(json.dumps(frame))
    except Malformed:
        return
