"""The codec reads what the app's own library writes, exactly as that library reads it, and writes it back alike."""

import base64
from collections import Counter

import pytest
from crdt_support import as_javascript, run_node

from sync.crdt import codec, policy
from sync.crdt.change import Change
from sync.crdt.genesis import genesis, open_document
from sync.crdt.ops import OpId
from sync.crdt.state import DocumentState
from sync.errors import SyncError

# Every operation and sort of value that the library writes, and what is special about some.
SORTS = {
    "makeMap", "makeList", "makeText", "del", "inc", "set null", "set bool", "set int", "set uint", "set f64",
    "set str", "set bytes", "set counter", "set timestamp",
}  # fmt: skip
SPECIAL = {
    "inserted",
    "in a list",
    "replaces several",
    "merges",
    "without operations",
    "with a message",
    "at the limit",
}


def compare(seed: int, count: int, *options: str) -> Counter[str]:
    """How many operations of each sort were read as the library itself reads them."""
    met: Counter[str] = Counter()
    for history in run_node("histories.mjs", str(seed), str(count), *options):
        for one in history["changes"]:
            change = codec.parse(base64.b64decode(one["raw"]))
            assert as_javascript(change) == one["decoded"]
            met += sorts(change)
    return met


def sorts(change: Change) -> Counter[str]:
    met = Counter(operations=len(change.ops), changes=1)
    met["merges"] += len(change.deps) > 1
    met["without operations"] += not change.ops
    met["with a message"] += change.message is not None
    for op in change.ops:
        met[f"set {op.value.kind}" if op.action == "set" else op.action] += 1
        met["inserted"] += op.insert
        met["in a list"] += isinstance(op.key, OpId)
        met["replaces several"] += len(op.pred) > 1
        met["at the limit"] += op.value.data in (2**53 - 1, 1 - 2**53)
        met["mark that ends"] += op.action == "mark" and op.name is None
        met["mark that expands"] += op.expand
    return met


@pytest.mark.urs("PLT-09")
def test_operations_are_those_that_the_javascript_library_decodes():
    assert compare(seed=1, count=25)["operations"] > 2000


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_operations_agree_over_many_random_histories():
    met = compare(seed=2, count=600)
    assert met["operations"] > 50_000
    assert {name for name in SORTS | SPECIAL if met[name] < 100} == set()


@pytest.mark.urs("PLT-09", "PLT-14")
def test_marks_are_read_and_refused_by_name():
    """No part of the app marks a text. Whoever does is told why, and the server knows what it refused."""
    met = compare(3, 40, "", "", "marks")
    assert min(met["mark"], met["mark that ends"], met["mark that expands"]) > 20
    document = "batch/B-1"
    first = base64.b64encode(genesis(document)).decode()
    answers: Counter[tuple[bool, str]] = Counter()
    for history in run_node("histories.mjs", "4", "20", first, "", "marks"):
        state = open_document(document)
        for one in history["changes"][1:]:
            change = codec.parse(base64.b64decode(one["raw"]))
            answers[bool(sorts(change)["mark"]), _answer(state, change)] += 1
    marked = {answer: count for (has, answer), count in answers.items() if has}
    assert set(marked) <= {"change_refused: mark is not used in drafts", "change_refused: missing_deps"}
    assert {answer for has, answer in answers if not has} == {"", "change_refused: missing_deps"}
    assert marked["change_refused: mark is not used in drafts"] > 10


def _answer(state: DocumentState, change: Change) -> str:
    try:
        policy.accept(state, change, change.actor)
    except SyncError as error:
        return f"{error.code}: {error.detail}"
    return ""
