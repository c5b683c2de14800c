"""What the policy lets through never breaks the library in a client: it loads, shows, edits and saves the document."""

import base64
import json
import random
from pathlib import Path

import pytest
from crdt_support import Client, chunk, entry_id, mutated, run_node

from sync.crdt import codec, policy
from sync.crdt.genesis import genesis, open_document
from sync.crdt.projector import project
from sync.errors import SyncError

DOCUMENT = "batch/B-1"


def accepted_mutations(histories: list[list[bytes]], tries: int, seed: int) -> list[list[bytes]]:
    """Documents whose last change is a mutation that the policy accepted all the same."""
    dice, found = random.Random(seed), []
    bodies = [codec.split_chunks(raw)[0].body for history in histories for raw in history]
    for _ in range(tries):
        history = dice.choice(histories)
        at = dice.randrange(1, len(history))
        original = codec.split_chunks(history[at])[0].body
        raw = chunk(mutated(dice, original, bodies))
        try:
            change = codec.parse(raw)
            policy.accept(policy.rebuild(DOCUMENT, history[:at]), change, change.actor)
        except SyncError:
            continue
        if raw != history[at]:
            found.append([*history[:at], raw])
    return found


def problems(folder: Path, seed: int, tries: int) -> list[str | None]:
    first = base64.b64encode(genesis(DOCUMENT)).decode()
    lines = run_node("histories.mjs", str(seed), "30", first)
    histories = [[base64.b64decode(one["raw"]) for one in line["changes"]] for line in lines]
    documents = accepted_mutations(histories, tries, seed)
    path = folder / "documents.jsonl"
    encoded = ({"changes": [base64.b64encode(raw).decode() for raw in document]} for document in documents)
    path.write_text("\n".join(map(json.dumps, encoded)))
    return run_node("load_each.mjs", path)


@pytest.mark.urs("PLT-09", "PLT-14")
def test_accepted_mutations_load_in_javascript(tmp_path):
    found = problems(tmp_path, seed=31, tries=400)
    assert len(found) > 20
    assert [problem for problem in found if problem] == []


@pytest.mark.urs("PLT-14")
def test_another_form_of_the_same_change_would_spoil_the_document_and_is_refused(tmp_path):
    """Both libraries take this change and show it; what they save afterwards, neither can load."""
    client = Client(open_document(DOCUMENT))
    right = client.change(client.op("entries", entry_id(1), value=b"x")).raw
    body = codec.split_chunks(right)[0].body
    wrong = chunk(body.replace(b"\x7f\x01\x7f\x17", b"\x01\x01\x7f\x17"))  # action and value columns; a run of one
    assert wrong != right
    with pytest.raises(SyncError, match="not the form that the library writes"):
        policy.accept(client.state, codec.parse(wrong), client.actor)

    path = tmp_path / "documents.jsonl"
    pair = ([genesis(DOCUMENT), raw] for raw in (right, wrong))
    path.write_text("\n".join(json.dumps({"changes": [base64.b64encode(raw).decode() for raw in one]}) for one in pair))
    fine, spoilt = run_node("load_each.mjs", path)
    assert fine is None
    assert "mismatching heads" in spoilt
    assert project([genesis(DOCUMENT), right])
    with pytest.raises(SyncError, match="projection_failed"):
        project([genesis(DOCUMENT), wrong])


@pytest.mark.slow
@pytest.mark.urs("PLT-09", "PLT-14")
def test_many_accepted_mutations_load_in_javascript(tmp_path):
    found = problems(tmp_path, seed=32, tries=12_000)
    assert len(found) > 600
    assert [problem for problem in found if problem] == []
