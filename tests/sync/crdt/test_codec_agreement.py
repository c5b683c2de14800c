"""The codec reads what the app's own library writes, exactly as that library reads it, and writes it back alike."""

import base64

import pytest
from crdt_support import as_javascript, run_node

from sync.crdt import codec


def compare(seed: int, count: int) -> int:
    checked = 0
    for history in run_node("histories.mjs", str(seed), str(count)):
        for one in history["changes"]:
            change = codec.parse(base64.b64decode(one["raw"]))
            assert as_javascript(change) == one["decoded"]
            checked += len(change.ops)
    return checked


@pytest.mark.urs("PLT-09")
def test_operations_are_those_that_the_javascript_library_decodes():
    assert compare(seed=1, count=25) > 2000


@pytest.mark.slow
@pytest.mark.urs("PLT-09")
def test_operations_agree_over_many_random_histories():
    assert compare(seed=2, count=600) > 50_000
