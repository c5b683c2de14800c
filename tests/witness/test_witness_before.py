"""Logs that an earlier version wrote, before its rules had an edition: today's witness accuses none of them, and would
accuse each if it were today's."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support import ROOT
from witness_support import upgrade

from server.core.kinds import Registry
from server.plant import ROOMS
from server.site.model import UPGRADED, UPGRADED_V1
from server.witness.judging import SiteRules
from server.witness.seen import Seen
from sync import merkle
from sync.entry import Envelope, Receipt, leaf_data
from sync.errors import SyncError

pytestmark = pytest.mark.urs("CMP-05", "PLT-18")
FOLDER = ROOT / "tests" / "vectors" / "witnessed"
# What was asked otherwise: the codes that today's rules find in each.
FOUND = {
    "by-content": {"flag_missing"},
    "carried": {"area_unknown", "flag_missing"},
    "counted": {"area_unknown", "count_lines_wrong"},
    "dispensed": {"flag_missing"},
    "filled-over": {"flag_missing", "flag_wrong"},
    "portions": {"flag_missing", "flag_wrong"},
    "sampled": {"flag_missing"},
    "split": {"area_unknown", "flag_missing"},
}


def entries(file: Path) -> list[tuple[Seen, bytes]]:
    """Each entry, with its leaf."""
    found = []
    for line in file.read_text("utf-8").splitlines():
        held = {name: None if text is None else text.encode() for name, text in json.loads(line).items()}
        one = Envelope(held["header"], held["signatures"], None, held["payload"])
        body = None if one.payload is None else one.body
        seen = Seen(one.head, Receipt.parse(held["receipt"]), body, one.digest, one.signatures)
        found.append((seen, leaf_data(one.header, one.signatures, held["receipt"])))
    return found


def judged(name: str, *kinds: str) -> set[str]:
    """The codes of what a witness finds in a log that these versions have written in."""
    site, edge, found = SiteRules(Registry(ROOMS), []), merkle.Edge(), set()
    told = entries(FOLDER / f"2026-11-26-{name}.jsonl")
    for kind in kinds:
        head = replace(told[0][0].head, kind=kind, device="server", stream="site")
        site.learn(replace(told[0][0], head=head, body=upgrade(kind)))
    for seen, leaf in told:
        try:
            site.judge(seen)
        except SyncError as error:
            found.add(error.code)
        site.learn(seen)
        edge.append(merkle.leaf_hash(leaf))
        site.grew(edge.root())
    return found


def test_every_log_is_named() -> None:
    assert {file.stem.removeprefix("2026-11-26-") for file in FOLDER.glob("*.jsonl")} == set(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_an_honest_server_of_before_is_not_accused(name: str) -> None:
    assert judged(name, UPGRADED_V1) == set()


@pytest.mark.parametrize("name", FOUND)
def test_the_same_log_of_today_would_be(name: str) -> None:
    assert judged(name) == judged(name, UPGRADED_V1, UPGRADED) == FOUND[name]
