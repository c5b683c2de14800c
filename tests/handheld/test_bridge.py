"""The bridge at the server: its own uplink against the real routes, each weight once, and shown to the tablets."""

import asyncio
from pathlib import Path
from typing import Any

import batch_support
import pytest
from handheld_support import Site, b64

from device_bridge.group_commit import GroupCommit
from device_bridge.outbox import Draft, Outbox
from device_bridge.plant import Plant
from device_bridge.uplink import Uplink
from server.core.kinds import Fact
from server.handheld import live
from sync import canonical
from sync.entry import Envelope, sign
from sync.log import reading
from sync.signing import Ed25519Signer
from sync.writer import DeviceWriter

AT = "2026-11-22T09:30:00.000Z"
WEIGHT = "equipment.weight_read.v1"


class Bridge:
    """A bridge's chain and what it posts."""

    def __init__(self, site: Site, device: str = "bridge-1") -> None:
        self.site, self.device = site, device
        self.signer = site.enrol(device, "bridge")
        self.writer = DeviceWriter(device, self.signer)

    def weigh(self, net: str = "12.640") -> Envelope:
        payload = batch_support.weight_read(net=net)
        return self.writer.write(WEIGHT, "equipment/BAL-07", payload, actor=self.device)

    def post(self, *envelopes: Envelope) -> tuple[int, dict[str, Any]]:
        texts = [b64(envelope.encode()) for envelope in envelopes]
        return self.post_texts(*texts)

    def post_texts(self, *texts: str) -> tuple[int, dict[str, Any]]:
        body = {"device": self.device, "envelopes": list(texts)}
        status, answer, _ = self.site.request("POST", "/api/bridge/records", body, cookie="")
        return status, answer

    def head(self) -> dict[str, Any]:
        status, answer, _ = self.site.request("GET", f"/api/bridge/head?device={self.device}", cookie="")
        assert status == 200, answer
        head: dict[str, Any] = answer["head"]
        return head

    def show(
        self,
        net: str | None,
        quality: str = "dynamic",
        at: str = "2026-11-22T09:30:00.000Z",
        battery: Any = None,
        **changed: Any,
    ) -> Any:
        value = None if net is None else {"value": net, "unit": "kg"}
        rest: dict[str, Any] = {"device": self.device, "balance": "BAL-07", "net": value, "quality": quality, "at": at}
        rest |= {} if battery is None else {"battery": battery}
        proof = b64(self.signer.sign(b"pestle/live/v1\n" + canonical.encode(rest)))
        status, answer, _ = self.site.request(
            "POST", "/api/bridge/live", {**rest, "proof": proof, **changed}, cookie=""
        )
        return status if status < 400 else answer["code"]


@pytest.fixture
def bridge(site: Site) -> Bridge:
    balance = {"equipment": "BAL-07", "class": "balance", "name": batch_support.t("balance"), "serial": "1234567"}
    more = {"model": "ICS685", "location": None, "calibration_due": None}
    site.plant.recorder.state(Fact("equipment.equipment_registered.v1", "equipment/BAL-07", balance | more))
    return Bridge(site)


def nets(site: Site) -> list[str]:
    with site.plant.engine.connect() as connection:
        return [entry.envelope.body["net"]["value"] for entry in reading.of_kind(connection, WEIGHT)]


@pytest.mark.urs("BRG-03")
def test_weights_are_recorded_once_however_often_they_are_sent(site: Site, bridge: Bridge) -> None:
    assert bridge.head() == {"seq": 0, "hash": "0" * 64}
    first, second, third = bridge.weigh("1.000"), bridge.weigh("2.000"), bridge.weigh("3.000")
    assert bridge.post(first, second)[1] == {"new": 2, "duplicates": 0, "head": {"seq": 2, "hash": second.digest.hex()}}
    status, answer = bridge.post(first, second, third)
    assert (status, answer["new"], answer["duplicates"]) == (200, 1, 2)
    assert answer["head"] == bridge.head() == {"seq": 3, "hash": third.digest.hex()}
    assert nets(site) == ["1.000", "2.000", "3.000"]


@pytest.mark.urs("BRG-03")
def test_a_gap_names_what_is_expected_and_takes_nothing(site: Site, bridge: Bridge) -> None:
    first, second = bridge.weigh(), bridge.weigh()
    status, answer = bridge.post(second)
    assert (status, answer["code"], answer["details"]) == (409, "sequence_gap", {"expected": 1})
    assert nets(site) == []
    assert bridge.post(first, second)[1]["new"] == 2


@pytest.mark.urs("BRG-03", "PLT-14")
def test_a_fork_is_refused_and_quarantined(site: Site, bridge: Bridge) -> None:
    bridge.post(bridge.weigh("1.000"))
    bridge.writer.seq, bridge.writer.prev = 0, "0" * 64
    status, answer = bridge.post(bridge.weigh("9.000"))
    assert (status, answer["code"], answer["details"]["seq"]) == (409, "sequence_fork", 1)
    assert [(row["code"], row["source"]) for row in site.quarantined()] == [("sequence_fork", "bridge")]
    assert nets(site) == ["1.000"]


@pytest.mark.urs("BRG-03", "PLT-14")
def test_a_wrong_signature_is_refused_and_quarantined(site: Site, bridge: Bridge) -> None:
    good = bridge.weigh()
    forged = sign(Ed25519Signer.generate(), good.head, good.salt, good.payload)
    status, answer = bridge.post(forged)
    assert (status, answer["code"]) == (401, "signature_wrong")
    assert [row["code"] for row in site.quarantined()] == ["signature_wrong"]
    assert bridge.post(good)[1]["new"] == 1


@pytest.mark.urs("PLT-14")
def test_bytes_that_are_no_entry_are_quarantined(site: Site, bridge: Bridge) -> None:
    assert bridge.post_texts(b64(b"no entry"))[1]["code"] == "entry_malformed"
    assert bridge.post_texts("no base64!")[1]["code"] == "entry_malformed"
    other = Bridge(site, "bridge-2")
    assert bridge.post(other.weigh())[1]["code"] == "device_mismatch"
    assert [row["code"] for row in site.quarantined()] == ["entry_malformed", "entry_malformed", "device_mismatch"]
    assert bridge.post_texts(*["eA=="] * 101)[0] == 422


@pytest.mark.urs("PLT-15")
def test_only_an_enrolled_bridge_is_heard(site: Site, bridge: Bridge) -> None:
    tablet = site.tablet("T-1")
    status, answer, _ = site.request("GET", f"/api/bridge/head?device={tablet.device}", cookie="")
    assert (status, answer["code"]) == (401, "device_unknown")


@pytest.mark.urs("PLT-12", "PLT-15")
def test_a_revoked_bridge_still_delivers_what_it_owes_and_the_rest_is_flagged(site: Site, bridge: Bridge) -> None:
    tablet = site.tablet("T-1", "B-1").connect()
    owed, later = [bridge.weigh("1.000"), bridge.weigh("2.000")], bridge.weigh("3.000")
    payload = {"device": bridge.device, "last_seq": 2, "reason": "stolen"}
    site.plant.recorder.state(Fact("identity.device_revoked.v1", f"device/{bridge.device}", payload))
    assert bridge.head()["seq"] == 0
    assert bridge.post(*owed, later)[1]["new"] == 3
    with site.plant.engine.connect() as connection:
        flags = [entry.stamp.flags for entry in reading.of_kind(connection, WEIGHT)]
    assert flags == [(), (), ("device_revoked",)]
    # The weight that it had no right to tell any more can be taken by nobody.
    [line] = site.request("GET", "/api/balances")[1]["items"]
    assert line["reading"]["id"] == owed[1].head.id
    tablet.expect("checkpoint", size=site.size())
    told = [frame["id"] for frame in tablet.heard if frame["t"] == "reading"]
    assert told == [one.head.id for one in owed]
    assert bridge.show("1.000") == "device_revoked"


@pytest.mark.urs("BRG-03", "HMI-05")
def test_tablets_hear_of_each_weight_once_it_is_in_the_log(site: Site, bridge: Bridge) -> None:
    tablet = site.tablet("T-1", "B-1").connect()
    weight = bridge.weigh("12.345")
    bridge.post(weight)
    bridge.post(weight)
    reading_ = tablet.expect("reading")
    assert reading_["id"] == weight.head.id
    assert reading_["net"] == {"value": "12.345", "unit": "kg"}
    assert (reading_["device"], reading_["balance"], reading_["serial"]) == ("bridge-1", "BAL-07", "1234567")
    tablet.send({"t": "ping", "n": 1})
    tablet.expect("pong")
    assert [frame["t"] for frame in tablet.heard].count("reading") == 1
    [line] = site.request("GET", "/api/balances")[1]["items"]
    assert line["reading"] == {name: value for name, value in reading_.items() if name != "t"}


@pytest.mark.urs("BRG-03", "PLT-08")
def test_a_tablet_that_comes_back_hears_of_the_weight_that_lies_there(site: Site, bridge: Bridge) -> None:
    weight = bridge.weigh("12.345")
    bridge.post(weight)
    assert bridge.show("12.345", "stable") == 204
    tablet = site.tablet("T-1", "B-1").connect()
    assert tablet.expect("reading")["id"] == weight.head.id
    assert tablet.expect("live")["quality"] == "stable"


@pytest.mark.urs("BRG-04")
def test_live_values_are_shown_and_not_recorded(site: Site, bridge: Bridge) -> None:
    tablet = site.tablet("T-1", "B-1").connect()
    size = site.size()
    assert bridge.show("12.3") == 204
    shown = tablet.expect("live")
    assert shown == {
        "t": "live",
        "balance": "BAL-07",
        "net": {"value": "12.3", "unit": "kg"},
        "quality": "dynamic",
        "at": "2026-11-22T09:30:00.000Z",
    }
    [line] = site.request("GET", "/api/balances")[1]["items"]
    assert line["live"] == {name: shown[name] for name in ("net", "quality", "at")}
    assert site.size() == size


@pytest.mark.urs("BRG-04")
def test_it_is_told_since_when_a_bridge_has_a_balance_and_since_when_not(site: Site, bridge: Bridge) -> None:
    def link() -> Any:
        return site.request("GET", "/api/balances")[1]["items"][0]["link"]

    assert link() is None
    at = "2026-11-22T09:3{}:00.000Z".format
    for value, quality, minute in (("1.000", "stable", 0), ("1.200", "dynamic", 1), ("1.300", "overload", 2)):
        assert bridge.show(value, quality, at=at(minute)) == 204
        assert link() == {"connected": True, "since": at(0)}
    for minute in (3, 4):
        assert bridge.show(None, "lost", at=at(minute)) == 204
        assert link() == {"connected": False, "since": at(3)}
    assert bridge.show("1.300", "stable", at=at(5)) == 204
    assert link() == {"connected": True, "since": at(5)}


@pytest.mark.urs("BRG-01", "BRG-04")
def test_how_full_a_battery_is_stands_beside_the_balance_since_it_was_told(site: Site, bridge: Bridge) -> None:
    def battery() -> Any:
        return site.request("GET", "/api/balances")[1]["items"][0]["battery"]

    at = "2026-11-22T09:3{}:00.000Z".format
    assert bridge.show("1.000", at=at(0)) == 204
    assert battery() is None
    tablet = site.tablet("T-1", "B-1").connect()
    assert bridge.show("1.000", at=at(1), battery=14) == 204
    assert battery() == {"percent": 14, "at": at(1)}
    # A tablet's frame says what lies there, as before.
    assert "battery" not in tablet.expect("live")
    assert bridge.show(None, "lost", at=at(2)) == 204
    assert battery() == {"percent": 14, "at": at(1)}
    for wrong in (101, -1, "14", 1.5, True):
        assert bridge.show("1.000", at=at(3), battery=wrong) == "request_malformed", wrong
    assert battery() == {"percent": 14, "at": at(1)}


@pytest.mark.urs("BRG-04")
def test_a_bridge_that_is_silent_has_no_balance_since_its_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    board, now = live.LiveBoard(), 0.0
    monkeypatch.setattr(live, "monotonic", lambda: now)
    board.show("BAL-07", None, "dynamic", "2026-11-22T09:30:00.000Z")
    board.show("BAL-07", None, "dynamic", "2026-11-22T09:30:05.000Z")
    now = live.OLD_SECONDS
    assert board.of("BAL-07") is None
    assert board.link("BAL-07") == {"connected": False, "since": "2026-11-22T09:30:05.000Z"}
    board.show("BAL-07", None, "dynamic", "2026-11-22T09:31:00.000Z")
    assert board.link("BAL-07") == {"connected": True, "since": "2026-11-22T09:31:00.000Z"}


@pytest.mark.urs("PLT-14")
def test_live_values_are_signed_and_of_a_known_balance(site: Site, bridge: Bridge) -> None:
    assert bridge.show("1.000", proof="") == "request_malformed"
    assert bridge.show("1.000", quality="stable", at="2026-11-22T09:30:01.000Z", balance="BAL-99") == "signature_wrong"
    assert bridge.show(None, quality="lost") == 204
    rest = {"device": "bridge-1", "balance": "BAL-99", "net": None, "quality": "lost", "at": "2026-11-22T09:30:00.000Z"}
    proof = b64(bridge.signer.sign(b"pestle/live/v1\n" + canonical.encode(rest)))
    status, answer, _ = site.request("POST", "/api/bridge/live", {**rest, "proof": proof}, cookie="")
    assert (status, answer["code"]) == (404, "balance_unknown")


@pytest.mark.urs("BRG-03")
def test_the_bridges_own_uplink_delivers_its_outbox(site: Site, bridge: Bridge, tmp_path: Path) -> None:
    async def scenario() -> None:
        store = GroupCommit(Outbox(tmp_path / "outbox.db", bridge.device, bridge.signer))
        sending = [
            asyncio.create_task(store.run()),
            asyncio.create_task(Uplink(Plant(site.url), bridge.device, store).run()),
        ]
        try:
            for number in range(1, 121):
                await store.append(Draft(WEIGHT, "equipment/BAL-07", batch_support.weight_read(net=f"{number}.000")))
            async with asyncio.timeout(20):
                while await store.call(lambda outbox: outbox.acknowledged) != 120:
                    await asyncio.sleep(0.02)
        finally:
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            store.close()

    asyncio.run(scenario())
    assert nets(site) == [f"{number}.000" for number in range(1, 121)]
