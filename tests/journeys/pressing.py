"""A tablet press on the plant's network, and the bridge that listens to it, for journeys."""

import asyncio
import csv
import gzip
import sys
from collections.abc import Iterator
from itertools import chain, cycle, islice
from pathlib import Path
from threading import Event, Thread

from journeys.processes import Process
from support import ROOT

from device_bridge.emulator.press import Press

SERIES = ROOT.parent / "shared/data/tablets/series-product-3.csv.gz"
NAMES = ("tbl_speed", "fom", "main_comp", "tbl_fill", "pre_comp", "produced", "waste", "cyl_main", "ejection")
COLUMNS = ("tbl_speed[rpm]", "fom", "main_comp[kN]", *NAMES[3:])
MADE_UP = ";".join(("2019-03-01 10:00:03", "70.5", "30", "13.66", "9.2", "4.1", "100", "0", "2.1", "210"))


def running(batch: str, count: int) -> list[str]:
    """Samples of a published batch in which the press ran, as it writes them; made up where the series is not here."""
    if not SERIES.is_file():
        return [MADE_UP]
    with gzip.open(SERIES, "rt") as file:
        rows = (row for row in csv.DictReader(file, delimiter=";") if row["batch"] == batch)
        ran = (row for row in rows if float(row["main_comp"]) > 5 and float(row["tbl_speed"]) > 0)
        return [";".join((row["timestamp"], *(row[name] for name in NAMES))) for row in islice(ran, count)]


class RunningPress:
    """Writes a sample each second to whoever listens, until it is stopped."""

    def __init__(self, serial: str, lines: list[str]) -> None:
        self.lines, self.port = lines, 0
        self._serial, self._ready, self._loop = serial, Event(), asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _listen(self) -> None:
        samples: Iterator[str] = chain.from_iterable(cycle([self.lines]))
        self._press = Press(self._serial, "FE55", COLUMNS, samples, 1.0)
        self.port = await self._press.start()

    def kill(self) -> None:
        """Switched off: nobody hears anything of it any more."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._press.stop(), self._loop).result(10)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()


class PressBridge:
    """The daemon beside the press, with no balance and no radio."""

    def __init__(self, folder: Path, server_url: str, machine: str, serial: str, port: int) -> None:
        config = folder / "press.toml"
        lines = [f'server = "{server_url}"', 'data = "press-bridge"', 'name = "Bridge 2-121"', "[[machines]]"]
        lines += [f'id = "{machine}"', f'serial = "{serial}"', 'host = "127.0.0.1"', f"port = {port}"]
        config.write_text("\n".join(lines) + "\n", "utf-8")
        self._command = [sys.executable, "-m", "device_bridge", "--config", str(config)]
        self._folder = folder

    def start(self, code: str) -> None:
        self._process = Process("press-bridge", [*self._command, "--code", code], self._folder)
        self._process.start()

    def kill(self) -> None:
        self._process.kill()
