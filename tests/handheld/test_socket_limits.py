"""How much one device and one address may ask of `/sync`, and what who asks more is told; HTTP is served meanwhile."""

import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from handheld_support import Site, Tablet
from hostile_support import leaving_nothing

from server.core import limits as core_limits
from server.core.config import from_environment
from server.core.errors import PestleError
from server.core.limits import MOST_NAMES, Rate, address_of
from server.handheld.hub import limits
from server.handheld.hub.limits import Door, Meter
from server.handheld.model import DISPUTED

BATCH = "B-1"
ALARM: dict[str, Any] = {"t": "alarm", "at": "2026-11-22T09:30:00.000Z", "held": "a", "told": "b", "entries": []}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "data", f"sqlite:///{tmp_path}/pestle.db")
    yield made
    made.close()


def ends_with(tablet: Tablet) -> dict[str, Any]:
    """The error frame with which a socket ends that has just been opened."""
    tablet.open()
    error = tablet.next()
    assert error["t"] == "error"
    assert tablet.closed()
    return error


@pytest.mark.urs("PLT-09")
def test_the_third_socket_of_a_device_takes_the_place_of_the_first(site: Site) -> None:
    first = site.tablet("T-1", BATCH).connect()
    first.wait_for_document(BATCH)
    second, other = site.again(first).connect(), site.tablet("T-2", BATCH).connect()
    for tablet in (first, second):
        tablet.send({"t": "ping", "n": 1})
        tablet.expect("pong", n=1)
    with leaving_nothing(site):
        third = site.again(first).connect()
        assert first.error() == "connected_again"
        assert first.closed()
        third.wait_for_document(BATCH)
        entry = third.write(BATCH, "production.remark_added.v1", {"phase": None, "text": "here"}, actor="P-1")
        third.deliver(BATCH, entry)
        for tablet in (second, other):
            tablet.send({"t": "ping", "n": 2})
            tablet.expect("pong", n=2)
        assert site.hub.connected() == {"T-1", "T-2"}
        other.drop()


@pytest.mark.urs("PLT-09")
def test_an_address_has_so_many_sockets_and_http_beside_them(site: Site) -> None:
    site.hub.door = Door(per_address=2)
    first = site.tablet("T-1", BATCH).connect()
    site.tablet("T-2", BATCH).connect()
    late = site.tablet("T-3", BATCH)
    assert ends_with(late) == {"t": "error", "code": "sockets_too_many", "retry": limits.RETRY_SECONDS}
    assert site.request("GET", "/api/session")[0] == 200
    first.drop()
    site.wait(lambda: len(site.hub.exchange) == 1)
    site.wait(lambda: site.hub.door._here.total() == 1)
    late.connect()


@pytest.mark.urs("PLT-09")
def test_a_process_has_so_many_sockets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_SOCKETS", 1)
    site.tablet("T-1", BATCH).connect()
    assert ends_with(site.tablet("T-2", BATCH))["code"] == "sockets_too_many"


@pytest.mark.urs("PLT-09")
def test_an_address_greets_so_often_and_then_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HELLOS_PER_SOCKET", 1)
    site.hub.door = Door(per_address=3)
    tablet = site.tablet("T-1", BATCH)
    for _ in range(3):
        tablet.connect()
    site.wait(lambda: site.hub.door._here.total() == 1)
    error = ends_with(site.again(tablet))
    assert error["code"] == "hellos_too_many"
    # Three a minute.
    assert 1 <= error["retry"] <= 20


@pytest.mark.urs("PLT-14")
def test_a_device_whose_pushes_are_refused_without_end_is_told_to_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REFUSALS", Rate(3, 1))
    tablet = site.tablet("T-1", BATCH).connect()
    tablet.wait_for_document(BATCH)
    for number in range(4):
        tablet.expect("refused", id=tablet.push(BATCH, b"no change %d" % number))
    error = tablet.next()
    assert error["code"] == "too_fast"
    assert error["retry"] >= 1
    # All of them are kept.
    assert [row["code"] for row in site.quarantined()] == ["change_malformed"] * 4


@pytest.mark.urs("PLT-18")
def test_of_alarms_without_end_each_is_recorded_or_told_to_come_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALARMS", Rate(2, 1 / 60))
    tablet = site.tablet("T-1", BATCH).connect()
    for number, code in enumerate(("log_forked", "log_forked", "proof_wrong"), start=1):
        tablet.send({**ALARM, "id": number, "alarm": f"a-{number}", "code": code})
        tablet.expect("noted", id=number)
    assert site.kinds_of("device/T-1").count(DISPUTED) == 3
    tablet.send({**ALARM, "id": 4, "alarm": "a-4", "code": "log_forked"})
    error = tablet.expect("error")
    assert error["code"] == "too_fast"
    assert 1 <= error["retry"] <= 60


@pytest.mark.urs("PLT-09")
def test_thirty_tablets_that_bring_five_hundred_of_the_largest_entries_are_never_too_fast() -> None:
    door = Door(400)
    frame = 2 * 66 * 1024 * 4 // 3 * 5
    for number in range(30):
        with door.passing("10.0.0.1"):
            meter = door.meter(f"T-{number}")
            assert all(meter.spend(1, frame) for _ in range(50))
            assert meter.retry() == 0


@pytest.mark.urs("PLT-09")
def test_a_bucket_fills_by_time_and_says_how_long_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    for module in (limits, core_limits):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(limits, "FRAMES", Rate(40, 10))
    meter = Meter()
    assert meter.spend(40, 1)
    assert not meter.spend(10, 1)
    # The debt of 10, and a quarter of 40.
    assert meter.retry() == 2
    now[0] += 2.0
    assert meter.retry() == 0
    assert meter.spend(10, 1)
    assert not meter.spend(1, 1)


@pytest.mark.urs("PLT-09")
def test_addresses_that_come_once_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(2)
    for number in range(MOST_NAMES + 100):
        with door.passing(str(number)):
            pass
    assert len(door._hellos._known) == MOST_NAMES
    assert not door._here


PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "found"),
    [
        ("192.0.2.7", [], (), "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], (), "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], PROXIES, "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.1"], (), "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], PROXIES, "198.51.100.1"),
        # What the client itself has put before is not believed.
        ("10.0.0.1", ["203.0.113.9", " 198.51.100.1 "], PROXIES, "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1", "10.0.0.2"], PROXIES, "198.51.100.1"),
        ("10.0.0.1", ["nonsense"], PROXIES, "10.0.0.1"),
        ("10.0.0.1", [""], PROXIES, "10.0.0.1"),
        ("10.0.0.1", ["2001:db8:1:2:3:4:5:6"], PROXIES, "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], PROXIES, "198.51.100.1"),
        ("2001:db8::1", [], (), "2001:db8::/64"),
        ("", [], PROXIES, ""),
    ],
)
def test_the_address_is_the_last_one_outside_of_the_sites_own_proxies(
    remote: str, forwarded: list[str], proxies: Any, found: str
) -> None:
    assert address_of(remote, forwarded, proxies) == found


@pytest.mark.urs("PLT-09")
def test_a_site_names_its_proxies_and_how_many_sockets_an_address_has() -> None:
    config = from_environment({"PROXIES": "10.0.0.1, fd00::/8", "SOCKETS_PER_ADDRESS": "50"})
    assert (config.proxies, config.sockets_per_address) == ((ip_network("10.0.0.1/32"), ip_network("fd00::/8")), 50)
    assert from_environment({}).proxies == ()
    for wrong in ({"PROXIES": "proxy.example"}, {"PROXIES": "10.0.0.1/8"}, {"SOCKETS_PER_ADDRESS": "0"}):
        with pytest.raises(PestleError) as found:
            from_environment(wrong)
        assert found.value.code == "setting_wrong"


@pytest.mark.urs("PLT-09")
def test_two_addresses_behind_a_proxy_are_two(site: Site) -> None:
    site.hub.door = Door(per_address=1)
    site.tablet("T-1", BATCH).connect()
    behind = site.tablet("T-2", BATCH)
    behind.forwarded = "198.51.100.1"
    assert ends_with(behind)["code"] == "sockets_too_many"
    object.__setattr__(site.plant.config, "proxies", (ip_network("127.0.0.0/8"),))
    behind.connect()
    begun = time.monotonic()
    behind.send({"t": "ping", "n": 1})
    behind.expect("pong")
    assert time.monotonic() - begun < 5
