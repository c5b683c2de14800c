"""Whatever becomes of a lease, or of what it said: each entry is kept and flagged, waits for QA, is printed so,
and has plain words on the operator's screen (PLT-12); and what each state means to each gate (PLT-11)."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site, checked, cleared, marked, parameter, weighed
from release_support import finish, review, sign
from support import ROOT
from usage_support import decide

from server.core.kinds import Fact
from server.handheld import leases
from server.handheld.gates import GATES
from server.release.dossier.content import gather
from server.release.dossier.words import CODES

BATCH, DEVICE = "B1", "tablet-a"
LEASE = f"lease-{BATCH}-{DEVICE}"
LABELS = ("A-5/2-1", "A-5/2-2")

# Everything that a tablet records of a batch, by the name of its kind.
KINDS: dict[str, dict[str, Any]] = {
    "phase_started": marked(BATCH, "10"),
    "line_cleared": cleared(BATCH),
    "material_weighed": weighed(BATCH, container=LABELS[0]),
    "parameter_recorded": parameter(BATCH, "speed", "12", "rpm"),
    "check_recorded": checked(BATCH, 1, ["79.0", "80.0", "82.0"], "80.33"),
    "phase_completed": marked(BATCH, "40"),
    "remark_added": {"batch": BATCH, "phase": None, "text": "a remark"},
    "photo_attached": {
        "batch": BATCH,
        "phase": "40",
        "blob": "ab" * 32,
        "type": "image/jpeg",
        "bytes": 81_234,
        "caption": None,
    },
    "exception_reported": {
        "batch": BATCH,
        "phase": "40",
        "severity": "minor",
        "comment": "something is odd",
        "photo": None,
        "deviation": False,
    },
    "exception_raised": {
        "batch": BATCH,
        "code": "reported",
        "phase": "40",
        "slot": None,
        "entries": [],
        "details": {},
        "comment": "something is odd",
    },
}
WEIGHING = ("material_weighed",)


class Plant(Site):
    """A batch in the hands of two tablets, with a container; `happens` is what becomes of that meanwhile."""

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        rows = [{"container": label, "quantity": {"value": "60.000", "unit": "kg"}} for label in LABELS]
        received = {"material": "api-1", "lot": "A-5/2", "containers": rows}
        self.state("materials.containers_received.v1", "lot/api-1/A-5/2", received)
        self.order(BATCH)
        self.give(BATCH, LABELS[0])

    def give(self, batch: str, label: str) -> None:
        payload = {"batch": batch, "containers": [{"container": label, "reason": None}]}
        self.state("production.containers_allocated.v2", f"batch/{batch}", payload, "P-3")

    def take_back(self, device: str = DEVICE) -> None:
        leases.revoke(self.plant, "P-3", f"lease-{BATCH}-{device}", "wanted elsewhere")

    def now(self) -> None:
        """The tablet's clock is right: what it makes now is later than all that the server has done."""
        self.now_ms = time.time_ns() // 1_000_000 + 1_000


def nothing(site: Plant) -> None:
    """As it was taken along."""


def unknown(site: Plant) -> None:
    site.leases[BATCH, DEVICE] = "of-nobody"


def anothers(site: Plant) -> None:
    site.leases[BATCH, DEVICE] = f"lease-{BATCH}-tablet-b"


def expired(site: Plant) -> None:
    given = {"lease": "short", "batch": BATCH, "device": DEVICE, "person": "P-1", "lease_hash": "0" * 64}
    term = {"issued_at": "2026-11-19T09:00:00.000Z", "expires_at": "2026-11-22T09:00:00.000Z"}
    site.state("handheld.lease_issued.v1", f"batch/{BATCH}", given | term)
    site.leases[BATCH, DEVICE] = "short"


def revoked(site: Plant) -> None:
    site.take_back()
    site.now()


def returned(site: Plant) -> None:
    site.hand_back(BATCH)


def device_lost(site: Plant) -> None:
    payload = {"device": DEVICE, "last_seq": 0, "reason": "left in a taxi"}
    site.state("identity.device_revoked.v1", f"device/{DEVICE}", payload)


def person_gone(site: Plant) -> None:
    payload = {"person": "P-1", "roles": [], "reason": "has left"}
    site.state("identity.roles_changed.v1", "person/P-1", payload, "P-9")


def lot_rejected(site: Plant) -> None:
    decide(site.plant, "api-1", "A-5/2", "rejected", "P-5")


def container_given_away(site: Plant) -> None:
    for device in ("tablet-a", "tablet-b"):
        site.take_back(device)
    payload = {"batch": BATCH, "containers": [LABELS[0]], "reason": "wanted elsewhere"}
    site.state("production.allocation_released.v1", f"batch/{BATCH}", payload, "P-3")
    site.order("B2")
    site.give("B2", LABELS[0])


State = Callable[[Plant], None]
# What has become of the lease or of what it said: the flag, and of which kinds of entry.
STATES: dict[State, tuple[str, tuple[str, ...]]] = {
    unknown:              ("lease_unknown",           tuple(KINDS)),
    anothers:             ("lease_unknown",           tuple(KINDS)),
    expired:              ("lease_expired",           tuple(KINDS)),
    revoked:              ("lease_revoked",           tuple(KINDS)),
    returned:             ("lease_expired",           tuple(KINDS)),
    device_lost:          ("device_revoked",          tuple(KINDS)),
    person_gone:          ("person_not_permitted",    tuple(KINDS)),
    lot_rejected:         ("lot_not_released",        WEIGHING),
    container_given_away: ("container_not_allocated", WEIGHING),
}  # fmt: skip


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    made = Plant(database_url, tmp_path)
    yield made
    made.plant.close()


def named(state: State) -> str:
    return state.__name__.replace("_", " ")


@pytest.mark.urs("PLT-12", "PLT-16")
def test_under_a_lease_that_still_holds_nothing_of_this_is_said(site: Plant) -> None:
    said = {flag for flag, _ in STATES.values()}
    for kind, payload in KINDS.items():
        assert said.isdisjoint(site.put(kind, payload).flags), kind


@pytest.mark.urs("PLT-11", "PLT-12", "PLT-16")
@pytest.mark.parametrize("state", STATES, ids=named)
def test_each_kind_of_entry_is_kept_flagged_and_waits_for_qa(site: Plant, state: State) -> None:
    flag, kinds = STATES[state]
    state(site)
    for kind, payload in KINDS.items():
        recorded = site.put(kind, payload)
        assert recorded.index >= 0
        assert (flag in recorded.flags) == (kind in kinds), (kind, recorded.flags)
        if kind not in kinds:
            continue
        # One exception for each phase, as long as QA has not assessed it: it is there, and release waits for it.
        shown = review(site, BATCH)
        phases = [(one["phase"] or {"id": None})["id"] for one in shown["open"] if one["code"] == flag]
        assert payload.get("phase") in phases, kind
        [gate] = [gate for gate in shown["gates"] if gate["code"] == "exceptions"]
        assert not gate["met"]


@pytest.mark.urs("PLT-12", "PRD-12")
@pytest.mark.parametrize("state", STATES, ids=named)
def test_the_printed_record_says_so_beside_each_entry_in_both_languages(site: Plant, state: State) -> None:
    flag, kinds = STATES[state]
    state(site)
    places = [str(site.put(kind, KINDS[kind]).index) for kind in kinds]
    for lang in ("zh", "en"):
        with site.plant.engine.connect() as connection:
            content = gather(connection, site.plant.log, BATCH, lang, 1 << 30)
        assert content is not None
        told = {one["index"]: one["flags"] for one in content["entries"]}
        assert all(CODES[flag][lang] in told[place] for place in places)
        assert CODES[flag][lang] in [one["title"] for one in content["items"] if one["open"]]


@pytest.mark.urs("PLT-12", "HMI-05")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_operators_screen_has_plain_words_for_each(lang: str) -> None:
    """The words beside a record, and what a tablet says at once of a lease that has ended."""
    codes = (ROOT / "pwa" / "src" / "i18n" / f"codes.{lang}.ts").read_text("utf-8")
    beside = codes[codes.index("exceptions: {") : codes.index("gates: {")]
    flags = {flag for flag, _ in STATES.values()} | {"post_seal", "container_missing", "container_used_up"}
    for flag in flags:
        assert re.search(rf"\b{flag}: \"[^\"]+\"", beside), flag
    words = [ROOT / "pwa" / "src" / "i18n" / f"{part}.{lang}.ts" for part in ("first", "later")]
    ended = "".join(one.read_text("utf-8") for one in words)
    for end in ("expired", "revoked", "returned", "kept", "stopHint", "renewHint", "backHint"):
        assert re.search(rf"\b{end}: \"[^\"]+\"", ended), end


@pytest.mark.urs("PLT-12", "IDN-08")
@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_after_the_seal_is_kept_and_opens_a_deviation(database_url: str, tmp_path: Path, kind: str) -> None:
    site = Site(database_url, tmp_path)
    site.order(BATCH)
    finish(site)
    sign(site, "released")
    recorded = site.put(kind, KINDS[kind] | ({"container": None} if kind == "material_weighed" else {}))
    assert recorded.index >= 0
    assert {"post_seal", "lease_expired"} <= set(recorded.flags)
    assert [one["code"] for one in review(site)["open"] if one["type"] == "deviation"] == ["post_seal"]
    site.plant.close()


def delivered(site: Plant) -> None:
    """Both gave the batch back, and the log has all that they had written."""
    site.put("remark_added", KINDS["remark_added"])
    site.hand_back(BATCH)


def undelivered(site: Plant) -> None:
    """Both gave it back, and one of them has written more than has come."""
    site.writers[DEVICE].seq += 2
    site.hand_back(BATCH)


def lost_with_records(site: Plant) -> None:
    site.hand_back(BATCH)
    payload = {"device": DEVICE, "last_seq": 3, "reason": "lost"}
    site.state("identity.device_revoked.v1", f"device/{DEVICE}", payload)


def revoked_and_given_back(site: Plant) -> None:
    site.take_back()
    site.hand_back(BATCH)


# Which gates a state of the leases stands against: a batch that was taken back still waits for its tablet.
AGAINST: dict[State, tuple[list[str], list[str]]] = {
    nothing:                (["tablet-a", "tablet-b"], []),
    expired:                (["tablet-a", "tablet-b"], []),
    revoked:                (["tablet-a", "tablet-b"], []),
    revoked_and_given_back: ([],                       []),
    device_lost:            (["tablet-b"],             []),
    returned:               ([],                       []),
    delivered:              ([],                       []),
    undelivered:            ([],                       ["tablet-a: 0 / 2"]),
    lost_with_records:      ([],                       ["tablet-a: 0 / 3"]),
}  # fmt: skip


@pytest.mark.urs("PLT-11", "PLT-12")
@pytest.mark.parametrize("state", AGAINST, ids=named)
def test_what_each_state_means_to_the_gates_of_a_release(site: Plant, state: State) -> None:
    state(site)
    with site.plant.engine.connect() as connection:
        found = {code: GATES[code](connection, BATCH)["details"] for code in GATES}
    out, owing = AGAINST[state]
    assert (found["leases"], found["devices"], found["held"], found["quarantine"]) == (out, owing, [], [])


@pytest.mark.urs("PLT-11", "PLT-14")
def test_input_in_quarantine_is_an_exception_and_its_gate_opens_when_it_is_assessed(site: Plant) -> None:
    given = {"quarantine": "q-1", "code": "signature_wrong", "device": DEVICE, "source": f"batch/{BATCH}", "size": 9}
    site.plant.recorder.state(Fact("handheld.input_quarantined.v1", "site", given | {"sha256": "ab" * 32}))
    with site.plant.engine.connect() as connection:
        [item] = GATES["quarantine"](connection, BATCH)["details"]
    payload = {"batch": BATCH, "exception": item, "assessment": "garbage of a broken cable"}
    site.state("release.exception_assessed.v1", f"batch/{BATCH}", payload, "P-5")
    with site.plant.engine.connect() as connection:
        assert GATES["quarantine"](connection, BATCH)["met"]
