"""What a disposition seals: entry count, head of the stream, heads of the devices; and that older ones stay valid."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from release_support import finish, production, refused, review, sign

from server.core import rebuild
from server.core.errors import PestleError
from server.core.kinds import accept
from server.release import queries
from server.release.model import MEANINGS
from sync.log import reading

NOBODY = "0" * 64


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    site.order("B1")
    yield site
    site.plant.close()


def headers(site: Site, device: str) -> dict[int, str]:
    """SHA-256 of each header of a device's chain in the log, by its sequence."""
    with site.plant.engine.connect() as connection:
        size = queries.log_size(connection)
        chain = [entry for entry in reading.at(connection, range(size)) if entry.head.device == device]
    return {entry.head.seq: hashlib.sha256(entry.header).hexdigest() for entry in chain}


@pytest.mark.urs("PLT-11", "IDN-04", "WHS-02")
def test_the_seal_names_every_device_that_wrote_or_held_the_batch_with_its_head(site: Site) -> None:
    site.work("B1")
    production(site)
    site.hand_back("B1")
    shown = review(site)["seal"]
    sign(site, "released")
    seal = review(site)["disposition"]["seal"]
    assert {key: shown[key] for key in ("entries", "head", "devices", "beside")} == seal
    # That leases came back says nothing of the batch: it stands beside the seal, and is listed.
    assert [one["kind"] for one in seal["beside"]] == ["handheld.lease_returned.v1"] * 2
    chain = headers(site, "tablet-a")
    assert [(one["device"]["id"], one["seq"], one["hash"], one["waived"]) for one in seal["devices"]] == [
        ("tablet-a", max(chain), chain[max(chain)], False),
        ("tablet-b", 0, NOBODY, False),
    ]
    with site.plant.engine.connect() as connection:
        stream = list(reading.of_stream(connection, "batch/B1", 0))
    assert (stream[seal["entries"] - 1].stamp.stream_hash, stream[-1].head.kind) == (
        seal["head"],
        "release.batch_released.v3",
    )


@pytest.mark.urs("IDN-04", "PLT-11")
@pytest.mark.parametrize(
    "forge",
    [
        lambda heads: heads[:1],
        lambda heads: heads[::-1],
        lambda heads: [*heads, {"device": "bridge-1", "seq": 0, "hash": NOBODY}],
        lambda heads: [{**heads[0], "seq": heads[0]["seq"] - 1}, heads[1]],
        lambda heads: [{**heads[0], "hash": "a" * 64}, heads[1]],
        lambda heads: [{**heads[0], "seq": heads[0]["seq"] + 1}, heads[1]],
        lambda heads: [heads[0], {**heads[1], "hash": "a" * 64}],
    ],
)
def test_a_seal_over_other_heads_than_those_of_the_log_is_refused(site: Site, forge: Any) -> None:
    finish(site)
    with site.plant.engine.connect() as connection:
        heads = [head.payload() for head in queries.review(connection, "B1").devices]
    assert refused(site, "released", devices=forge(heads)).code == "digest_stale"


@pytest.mark.urs("IDN-04")
@pytest.mark.parametrize("wrong", [{"stream_seq": 1}, {"stream_hash": "a" * 64}])
def test_a_seal_over_another_stream_is_refused(site: Site, wrong: dict[str, Any]) -> None:
    finish(site)
    assert refused(site, "released", **wrong).code == "digest_stale"


@pytest.mark.urs("IDN-04", "PLT-11")
def test_a_head_before_the_last_entry_of_the_batch_is_no_seal_even_if_it_is_of_the_chain(site: Site) -> None:
    finish(site)
    chain = headers(site, "tablet-a")
    older = {"device": "tablet-a", "seq": max(chain) - 1, "hash": chain[max(chain) - 1]}
    with site.plant.engine.connect() as connection:
        now = queries.review(connection, "B1").devices
        mixed = [older, now[1].payload()]
        heads = [replace(now[0], seq=older["seq"], hash=older["hash"]), now[1]]
        digest = queries.review(connection, "B1", heads).digest
    assert refused(site, "released", devices=mixed, digest=digest).code == "digest_stale"


@pytest.mark.urs("IDN-04")
def test_a_tablet_that_goes_on_with_another_batch_does_not_make_the_review_stale(site: Site) -> None:
    finish(site)
    with site.plant.engine.connect() as connection:
        shown = queries.review(connection, "B1")
    site.order("B2")
    site.put("remark_added", {"batch": "B2", "phase": None, "text": "meanwhile"})
    with site.plant.engine.connect() as connection:
        assert queries.review(connection, "B1").digest != shown.digest
    sign(site, "released", digest=shown.digest, devices=[head.payload() for head in shown.devices])
    assert review(site)["disposition"]["stale"] is False


@pytest.mark.urs("CMP-05", "PLT-05")
def test_a_disposition_from_before_the_seal_stays_readable_and_rebuilds_but_none_is_signed_any_more(
    site: Site,
) -> None:
    finish(site)
    with site.plant.engine.connect() as connection:
        shown = queries.review(connection, "B1")
    payload = {
        "batch": "B1",
        "meaning": {"code": "qualified_person", **MEANINGS["qualified_person"]},
        "signer": {"id": "P-5", "name": "赵琳", "name_en": None},
        "signed_at": "2026-11-22T09:30:00.000Z",
        "offset": 480,
        "method": "password",
        "digest": shown.digest,
        "stream_seq": shown.stream_seq,
        "stream_hash": shown.stream_hash,
        "reason": None,
    }
    name = "release.batch_released.v1"
    with pytest.raises(PestleError, match="kind_superseded"):
        site.state(name, "batch/B1", payload, "P-5")
    kinds = site.plant.registry.kinds
    # As the version that took it has written it.
    kinds[name] = replace(kinds[name], decide=accept)
    site.state(name, "batch/B1", payload | {"stream_seq": shown.stream_seq}, "P-5")
    disposition = review(site)["disposition"]
    assert (disposition["decision"], disposition["seal"]["devices"]) == ("released", None)
    assert site.line("B1").status == "released"
    assert "post_seal" in site.put("remark_added", {"batch": "B1", "phase": None, "text": "late"}).flags
    checked = rebuild.check(site.plant.engine, site.plant.log, site.plant.registry)
    assert (checked["ok"], checked["differences"]) == (True, [])
