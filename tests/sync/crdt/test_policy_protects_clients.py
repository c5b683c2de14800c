"""What the policy lets through never breaks the library in a client: it loads, shows, edits and saves the document."""

import base64
import json
import random
from pathlib import Path

import pytest
from crdt_support import chunk, mutated, run_node

from sync.crdt import codec, policy
from sync.crdt.genesis import genesis
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


@pytest.mark.slow
@pytest.mark.urs("PLT-09", "PLT-14")
def test_many_accepted_mutations_load_in_javascript(tmp_path):
    found = problems(tmp_path, seed=32, tries=12_000)
    assert len(found) > 600
    assert [problem for problem in found if problem] == []
