"""A tablet press is listened to: a real series is replayed through the bridge, and its figures are those published."""

import asyncio
import csv
import gzip
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from decimal import Decimal
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from bridge_support import DEVICE, PlantServer, plant_server, running, soon
from support import ROOT

from device_bridge.config import Machine
from device_bridge.drivers import press
from device_bridge.drivers.lines import MalformedLine
from device_bridge.emulator.press import Press
from device_bridge.group_commit import GroupCommit
from device_bridge.machine import ALARM, KIND, MachineSession
from device_bridge.outbox import Outbox
from device_bridge.plant import Plant
from device_bridge.transports.tcp import TcpStream
from device_bridge.uplink import Uplink
from server.engines import statistics
from server.equipment.alarms import shapes
from sync.signing import Ed25519Signer

TABLETS = ROOT.parent / "shared/data/tablets"
NAMES = ("tbl_speed", "fom", "main_comp", "tbl_fill", "pre_comp", "produced", "waste", "cyl_main", "ejection")
COLUMNS = tuple("main_comp[kN]" if name == "main_comp" else name for name in NAMES)
pytestmark = [pytest.mark.urs("BRG-01", "PRD-09")]
real = pytest.mark.skipif(not TABLETS.is_dir(), reason="the published compression series is not at ../shared/data")


def series(batch: str) -> Iterator[str]:
    """The lines of a published batch, as its press writes them."""
    with gzip.open(TABLETS / "series-product-3.csv.gz", "rt") as file:
        for row in csv.DictReader(file, delimiter=";"):
            if row["batch"] == batch:
                yield ";".join((row["timestamp"], *(row[name] for name in NAMES)))


def published(batch: str) -> dict[str, str]:
    with (TABLETS / "Process.csv").open() as file:
        return next(row for row in csv.DictReader(file, delimiter=";") if row["batch"] == batch)


def awaited(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    @wraps(test)
    def run(*args: Any, **named: Any) -> None:
        asyncio.run(test(*args, **named))

    return run


class Room:
    """A press, the bridge that listens to it, and the plant that it sends to."""

    def __init__(self, folder: Path, plant: PlantServer, machine: Press, serial: str = "K4471") -> None:
        self.folder, self.plant, self.machine, self.serial = folder, plant, machine, serial

    async def __aenter__(self) -> "Room":
        signer = Ed25519Signer.generate()
        self.plant.knows(signer)
        port = await self.machine.start()
        self._stack = AsyncExitStack()
        outbox = Outbox(self.folder / "outbox.db", DEVICE, signer)
        store = GroupCommit(outbox)
        known = Machine("PRESS-01", self.serial, "127.0.0.1", port)
        session = MachineSession(known, lambda: TcpStream(known.host, known.port), store)
        uplink = Uplink(Plant(self.plant.url), DEVICE, store)
        await self._stack.enter_async_context(running(store, session, uplink))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()
        await self.machine.stop()

    def values(self, name: str) -> list[str]:
        return [self._of(one.body["values"], name) for one in self.plant.records]

    @staticmethod
    def _of(values: list[dict[str, str]], name: str) -> str:
        return next(one["value"] for one in values if one["name"] == name)


@pytest.fixture
def plant() -> Iterator[PlantServer]:
    with plant_server() as server:
        yield server


def short(count: int = 5) -> list[str]:
    return [f"2026-11-26 10:00:{at:02};" + ";".join(str(at) for _ in NAMES) for at in range(count)]


@awaited
async def test_every_sample_becomes_one_entry_in_order_with_units(tmp_path: Path, plant: PlantServer) -> None:
    async with Room(tmp_path, plant, Press("K4471", "XL 400", COLUMNS, short(), 0)) as room:
        await soon("five samples", lambda: len(plant.records) == 5)
        assert room.values("main_comp") == ["0", "1", "2", "3", "4"]
    body = plant.records[3].body
    assert (plant.records[3].head.kind, body["device_time"], body["serial"]) == (KIND, "2026-11-26 10:00:03", "K4471")
    assert body["values"][2] == {"name": "main_comp", "value": "3", "unit": "kN"}


@awaited
async def test_nothing_is_kept_of_another_press_than_the_configured_one(tmp_path: Path, plant: PlantServer) -> None:
    async with Room(tmp_path, plant, Press("K9999", "XL 400", COLUMNS, short(), 0)) as room:
        await soon("it was told", room.machine.done.is_set)
        await asyncio.sleep(0.1)
    assert plant.records == []


@awaited
async def test_a_lost_link_loses_no_sample_that_was_heard_and_goes_on(tmp_path: Path, plant: PlantServer) -> None:
    async with Room(tmp_path, plant, Press("K4471", "XL 400", COLUMNS, short(40), 0.01)) as room:
        await soon("some samples", lambda: len(plant.records) >= 5)
        room.machine.drop()
        await soon("the last sample", lambda: room.values("fom")[-1:] == ["39"])
        assert {one.body["connection"] for one in plant.records} == {1, 2}
        assert room.values("fom") == sorted(room.values("fom"), key=int)


@pytest.mark.urs("EQP-05")
@awaited
async def test_an_alarm_that_the_press_tells_becomes_an_entry_as_it_was_shown(
    tmp_path: Path, plant: PlantServer
) -> None:
    told = [*short(2), "ALARM;major;E42 main compression; upper limit", *short(1)]
    async with Room(tmp_path, plant, Press("K4471", "XL 400", COLUMNS, told, 0)):
        await soon("three samples and an alarm", lambda: len(plant.records) == 4)
    alarm = plant.records[2]
    assert (alarm.head.kind, alarm.head.stream) == (ALARM, "equipment/PRESS-01")
    assert alarm.body == {
        "equipment": "PRESS-01",
        "what": "E42 main compression; upper limit",
        "severity": "major",
        "source": "machine",
    }
    assert shapes.AlarmRaised().validate(alarm.body) == {}


@pytest.mark.urs("EQP-05")
@pytest.mark.parametrize(
    ("line", "severity", "what"),
    [
        ("ALARM;critical;冲头断裂".encode(), "critical", "冲头断裂"),
        ("ALARM;critical;冲头断裂".encode("gb18030"), "critical", "冲头断裂"),
        (b"ALARM;CRITICAL; E1", "critical", "E1"),
        (b"ALARM;minor;E1\xff", "minor", "E1\\xff"),
        (b"ALARM;major;E1\x07on", "major", "E1 on"),
        (b"ALARM;major;" + b"x" * 3000, "major", "x" * 500),
        # What nobody can make sense of is taken for the worst, with all that it says.
        (b"ALARM;warning;E1", "critical", "ALARM;warning;E1"),
        (b"ALARM;major; ", "major", "ALARM;major;"),
        (b"ALARM;major", "major", "ALARM;major"),
        (b"ALARM;", "critical", "ALARM;"),
        (b"ALARM", "critical", "ALARM"),
    ],
)
def test_whatever_an_alarm_says_it_is_one(line: bytes, severity: str, what: str) -> None:
    assert press.alarm(line) == press.Alarm(severity, what)


def test_a_line_of_values_is_no_alarm() -> None:
    assert press.alarm(b"2026-11-26 10:00:00;1;2") is None


@pytest.mark.urs("EQP-05")
@awaited
async def test_an_alarm_in_chinese_and_one_that_has_no_end_are_kept(tmp_path: Path, plant: PlantServer) -> None:
    told = [*short(1), "ALARM;critical;冲头断裂", "ALARM;major;" + "x" * 9000, "x" * 9000, *short(1)]
    async with Room(tmp_path, plant, Press("K4471", "XL 400", COLUMNS, told, 0)):
        await soon("two samples and two alarms", lambda: len(plant.records) == 4)
    alarms = [one.body for one in plant.records if one.head.kind == ALARM]
    assert [(one["severity"], one["what"]) for one in alarms] == [("critical", "冲头断裂"), ("major", "x" * 500)]
    assert [shapes.AlarmRaised().validate(one) for one in alarms] == [{}, {}]


def test_a_line_that_was_cut_off_is_no_sample() -> None:
    cut = b"t;" + b"1" * (press.MOST + 1)
    with pytest.raises(MalformedLine):
        press.sample(cut, [("a", None)])


@pytest.mark.parametrize("line", [b"", b"ID;K;M", b"ID;;M;a", b"ID;K;M;a b", b"\xff", b"2026;1;2"])
def test_a_line_that_is_no_greeting_is_malformed(line: bytes) -> None:
    with pytest.raises(MalformedLine):
        press.machine(line)


def test_values_that_are_filled_up_with_zeros_are_the_numbers_that_they_are() -> None:
    found = press.sample(b"00:01;007.5;-000.250;0;0.0", [("a", "kN"), ("b", "kN"), ("c", None), ("d", None)])
    assert found.values == {"a": "7.5", "b": "-0.250", "c": "0", "d": "0.0"}


@pytest.mark.parametrize("line", [b"", b"t;1", b"t;1;2;3", b"t;1;x", b"t;1;1e5", b"t;1;nan", b";1;2", b"t;1;2."])
def test_a_line_that_is_not_a_number_for_each_column_is_malformed(line: bytes) -> None:
    with pytest.raises(MalformedLine):
        press.sample(line, [("a", None), ("b", "kN")])


@real
@pytest.mark.slow
@awaited
async def test_a_published_batch_comes_through_the_bridge_with_the_figures_that_were_published(
    tmp_path: Path, plant: PlantServer
) -> None:
    """The authors' means are over the samples in which the press ran and tablets were produced; that of the filling
    depth over all samples stands in their table as the fill-o-matic's (`fom_mean`)."""
    lines = list(series("19"))
    async with Room(tmp_path, plant, Press("K4471", "XL 400", COLUMNS, lines, 0)) as room:
        await soon("all samples", lambda: len(plant.records) == len(lines), 120)
        found = {name: room.values(name) for name in NAMES}
    runs = [float(one) > 0 for one in found["tbl_speed"]]
    makes = [run and float(one) > 0 for run, one in zip(runs, found["produced"], strict=True)]
    ran = {name: [one for one, run in zip(values, runs, strict=True) if run] for name, values in found.items()}
    made = {name: [one for one, make in zip(values, makes, strict=True) if make] for name, values in found.items()}
    said = published("19")
    assert len(lines) == 3254
    for name, value in {
        "tbl_speed_mean": statistics.mean(ran["tbl_speed"]),
        "main_CompForce mean": statistics.mean(made["main_comp"]),
        "main_CompForce_sd": statistics.deviation(made["main_comp"]),
        "pre_CompForce_mean": statistics.mean(made["pre_comp"]),
        "tbl_fill_mean": statistics.mean(made["tbl_fill"]),
        "tbl_fill_sd": statistics.deviation(made["tbl_fill"]),
        "cyl_height_mean": statistics.mean(made["cyl_main"]),
        "ejection_mean": statistics.mean(made["ejection"]),
        "ejection_max": max(made["ejection"], key=Decimal),
        "ejection_min": min(made["ejection"], key=Decimal),
        "fom_mean": statistics.mean(found["tbl_fill"]),
    }.items():
        assert close(value, said[name]), (name, value, said[name])


def close(value: str, said: str) -> bool:
    """To the digits that were published, of which the last is rounded."""
    places = len(said.partition(".")[2])
    return abs(Decimal(value) - Decimal(said)) <= Decimal(1).scaleb(-places)


@real
def test_the_whole_of_the_published_series_is_lines_that_the_driver_reads() -> None:
    columns = [(name, None) for name in NAMES]
    assert all(press.sample(line.encode(), columns).time for line in islice(series("60"), 4000))
