"""The bridge's configuration: one TOML file, read once, refused with a reason when it cannot be used."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from device_bridge.errors import BridgeStopped

PROTOCOLS = ("mt-sics", "sbi", "weight-scale")
HANDSHAKES = ("none", "xon-xoff", "rts-cts")
LONGEST_INTERVAL = 24 * 3600
_LINE = re.compile(r"[1-9][0-9]{2,6} [78][NEO][12]")


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance in its place. `id` is the plant's, `serial` what it must answer, in the `protocol` that it speaks. On
    the network it has `host` and `port`; on a cable the `device` of this machine, with the settings of its `line` and
    its `handshake`; else it is looked for on Bluetooth by `address`, or by the `name` it advertises (default: its id).
    """

    id: str
    serial: str
    name: str
    address: str | None
    host: str | None
    port: int
    device: str | None
    line: str
    handshake: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine on the network that writes its samples by itself: `id` is the plant's, `serial` what it must say."""

    id: str
    serial: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor of a room's air on Bluetooth: `id` is the plant's, `serial` what it must answer; it is looked for by
    `address`, or by the `name` it advertises (default: its id), and read every `interval` seconds."""

    id: str
    serial: str
    name: str
    address: str | None
    interval: int


@dataclass(frozen=True, slots=True)
class Config:
    """`data` holds key, identity and outbox. `control_port` and `cycle` are for emulated balances only: where they
    take commands (0: any free port), and whether they show changing loads by themselves."""

    server: str
    data: Path
    name: str
    code: str | None
    balances: tuple[Balance, ...]
    machines: tuple[Machine, ...]
    sensors: tuple[Sensor, ...]
    control_port: int
    cycle: bool


def load(path: Path) -> Config:
    """The configuration of a file; BridgeStopped `config_wrong` names what is wrong. `data` is relative to the file."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return _config(table, path.parent)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, _Wrong) as error:
        raise BridgeStopped("config_wrong", f"{path}: {error}") from error


class _Wrong(ValueError):
    """A setting that is missing, unknown or of another type."""


def _config(table: Mapping[str, Any], folder: Path) -> Config:
    _only(table, {"server", "data", "name", "code", "balances", "machines", "sensors", "emulator"})
    emulator = _value(table, "emulator", dict, {})
    _only(emulator, {"control_port", "cycle"})
    machines = tuple(_machine(row) for row in _value(table, "machines", list, []))
    sensors = tuple(_sensor(row) for row in _value(table, "sensors", list, []))
    fewest = [] if machines or sensors else _REQUIRED
    balances = tuple(_balance(row) for row in _value(table, "balances", list, fewest))
    ids = [*(one.id for one in balances), *(one.id for one in machines), *(one.id for one in sensors)]
    if not ids or len(set(ids)) < len(ids):
        raise _Wrong("balances: at least one, each id once")
    return Config(
        server=_value(table, "server", str),
        data=folder / _value(table, "data", str, "bridge"),
        name=_value(table, "name", str, "bridge"),
        code=_value(table, "code", str, None),
        balances=balances,
        machines=machines,
        sensors=sensors,
        control_port=_value(emulator, "control_port", int, 0),
        cycle=_value(emulator, "cycle", bool, True),
    )


def _machine(row: Any) -> Machine:
    if not isinstance(row, dict):
        raise _Wrong("machines: each is a table [[machines]]")
    _only(row, {field.name for field in fields(Machine)})
    identifier, serial, host = (_value(row, name, str) for name in ("id", "serial", "host"))
    return Machine(identifier, serial, host, _value(row, "port", int))


def _sensor(row: Any) -> Sensor:
    if not isinstance(row, dict):
        raise _Wrong("sensors: each is a table [[sensors]]")
    _only(row, {field.name for field in fields(Sensor)})
    identifier, serial = (_value(row, name, str) for name in ("id", "serial"))
    interval = _value(row, "interval", int, 300)
    if not 1 <= interval <= LONGEST_INTERVAL:
        raise _Wrong(f"interval is not from 1 to {LONGEST_INTERVAL}")
    return Sensor(identifier, serial, _value(row, "name", str, identifier), _value(row, "address", str, None), interval)


def _balance(row: Any) -> Balance:
    if not isinstance(row, dict):
        raise _Wrong("balances: each is a table [[balances]]")
    _only(row, {field.name for field in fields(Balance)})
    if "host" in row and "device" in row:
        raise _Wrong("host and device: a balance is on the network or on a cable")
    if ("host" in row or "device" in row) and row.get("protocol") == "weight-scale":
        raise _Wrong("protocol: weight-scale is a service of Bluetooth")
    line = _value(row, "line", str, "9600 8N1")
    if not _LINE.fullmatch(line):
        raise _Wrong('line is not such as "9600 8N1"')
    return Balance(
        _value(row, "id", str),
        _value(row, "serial", str),
        _value(row, "name", str, _value(row, "id", str)),
        _value(row, "address", str, None),
        _value(row, "host", str, None),
        _value(row, "port", int, 4305),
        _value(row, "device", str, None),
        line,
        _choice(row, "handshake", HANDSHAKES),
        _choice(row, "protocol", PROTOCOLS),
    )


def _choice(row: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    """The first is what is meant without a word."""
    value: str = _value(row, name, str, choices[0])
    if value not in choices:
        raise _Wrong(f"{name} is none of {', '.join(choices)}")
    return value


_REQUIRED = object()


def _value(table: Mapping[str, Any], name: str, sort: type, default: Any = _REQUIRED) -> Any:
    value = table.get(name, default)
    if value is _REQUIRED:
        raise _Wrong(f"{name} is missing")
    if name in table and type(value) is not sort:
        raise _Wrong(f"{name} is no {sort.__name__}")
    return value


def _only(table: Mapping[str, Any], names: set[str]) -> None:
    if unknown := sorted(set(table) - names):
        raise _Wrong(f"unknown setting {unknown[0]}")
