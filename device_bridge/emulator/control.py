"""What people and tests do to emulated balances: put a load on, lean on the table, walk out of reach."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from device_bridge.emulator.air_sensor import AirSensorDevice
from device_bridge.emulator.balances import Emulated
from device_bridge.emulator.ble_device import BleDevice
from device_bridge.emulator.bluez.service import BlueZ
from device_bridge.emulator.cycle import cycle
from device_bridge.emulator.scale import CAPACITY, SETTLE_SECONDS, UNITS

TOO_HEAVY = CAPACITY + 5
# Lighter than an empty pan: the pan itself was taken off.
WITHOUT_PAN = Decimal(-2)
LONGEST_WOBBLE = 600
FARTHEST_DRIFT = Decimal("0.1")
HOTTEST = 200

Arguments = Mapping[str, Any]


class ControlError(Exception):
    """A command that cannot be done; `status` as in HTTP, `code` in lower_snake_case."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Control:
    """Commands by name. A hand on a balance ends its own cycle of loads until `cycle` is asked for again."""

    def __init__(
        self, balances: Mapping[str, Emulated], bluez: BlueZ, sensors: Mapping[str, AirSensorDevice] | None = None
    ) -> None:
        self._balances, self._bluez, self._sensors = balances, bluez, sensors or {}
        self._cycles: dict[str, asyncio.Task[None]] = {}
        self._commands: dict[str, Callable[[Emulated, Arguments], Awaitable[None]]] = {
            "place": _place,
            "tare": _tare,
            "wobble": _wobble,
            "unit": _unit,
            "drift": _drift,
            "overload": _overload,
            "underload": _underload,
            "battery": _battery,
            "drop": _drop,
            "leave": _leave,
            "return": _return,
        }

    async def command(self, name: str, arguments: Arguments) -> dict[str, Any]:
        """Do it and say what is true then; ControlError if it cannot be done."""
        if name == "radio":
            await self._bluez.set_powered(_flag(arguments, "powered"))
            return self.state()
        if name == "air":
            return _air(self._sensors.get(str(arguments.get("sensor"))), arguments)
        identifier = arguments.get("balance")
        balance = self._balances.get(identifier) if isinstance(identifier, str) else None
        if name not in (*self._commands, "cycle"):
            raise ControlError(404, "unknown_command")
        if balance is None or not isinstance(identifier, str):
            raise ControlError(404, "unknown_balance")
        if name == "cycle":
            self.start_cycle(identifier)
        else:
            await self._commands[name](balance, arguments)
            self._stop_cycle(identifier)
        return self._state_of(identifier, balance)

    def state(self) -> dict[str, Any]:
        rows = [self._state_of(identifier, balance) for identifier, balance in self._balances.items()]
        return {"powered": self._bluez.powered, "balances": rows}

    def start_cycle(self, identifier: str) -> None:
        self._stop_cycle(identifier)
        scale = self._balances[identifier].scale
        self._cycles[identifier] = asyncio.get_running_loop().create_task(cycle(scale, identifier))

    def close(self) -> None:
        for identifier in list(self._cycles):
            self._stop_cycle(identifier)

    def _stop_cycle(self, identifier: str) -> None:
        if (task := self._cycles.pop(identifier, None)) is not None:
            task.cancel()

    def _state_of(self, identifier: str, balance: Emulated) -> dict[str, Any]:
        quality, net = balance.scale.read()
        return {
            "balance": identifier,
            "serial": balance.serial,
            "transport": balance.transport,
            "gross": str(balance.scale.gross),
            "tare": str(balance.scale.tare),
            "net": str(net) if quality in ("stable", "dynamic") else None,
            "quality": quality,
            "unit": balance.scale.unit,
            "connected": balance.connected,
            "away": balance.away,
            "cycling": identifier in self._cycles,
            "battery": balance.battery.percent if isinstance(balance, BleDevice) else None,
        }


def _air(sensor: AirSensorDevice | None, arguments: Arguments) -> dict[str, Any]:
    """Somebody opens a window: the room is like this from now on, and does not swing by itself any more."""
    if sensor is None:
        raise ControlError(404, "unknown_sensor")
    for name in ("temperature", "humidity"):
        if name in arguments:
            value = _decimal(arguments, name)
            if not value.is_finite() or abs(value) > HOTTEST:
                raise ControlError(400, f"{name}_wrong")
            setattr(sensor.room, name, value)
    sensor.room.steady = True
    return {name: str(getattr(sensor.room, name)) for name in ("temperature", "humidity")}


async def _place(balance: Emulated, arguments: Arguments) -> None:
    balance.scale.put(_kilograms(arguments, "load"))


async def _tare(balance: Emulated, arguments: Arguments) -> None:
    if "tare" in arguments:
        balance.scale.set_tare(_kilograms(arguments, "tare"))
    elif not balance.scale.tare_now():
        raise ControlError(409, "not_steady")


async def _wobble(balance: Emulated, arguments: Arguments) -> None:
    seconds = arguments.get("seconds", SETTLE_SECONDS)
    if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_WOBBLE:
        raise ControlError(400, "seconds_wrong")
    balance.scale.wobble(seconds)


async def _unit(balance: Emulated, arguments: Arguments) -> None:
    """Somebody presses the unit key: the load is as before, and is shown in another unit."""
    unit = arguments.get("unit")
    if not isinstance(unit, str) or unit not in UNITS:
        raise ControlError(400, "unit_wrong")
    balance.scale.unit = unit


async def _drift(balance: Emulated, arguments: Arguments) -> None:
    by = _decimal(arguments, "by")
    if not by.is_finite() or abs(by) > FARTHEST_DRIFT:
        raise ControlError(400, "by_wrong")
    balance.scale.drift(by)


async def _overload(balance: Emulated, _: Arguments) -> None:
    balance.scale.put(TOO_HEAVY)


async def _underload(balance: Emulated, _: Arguments) -> None:
    balance.scale.put(WITHOUT_PAN)


async def _battery(balance: Emulated, arguments: Arguments) -> None:
    percent = arguments.get("percent")
    if not isinstance(balance, BleDevice):
        raise ControlError(409, "no_battery")
    if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= 100:
        raise ControlError(400, "percent_wrong")
    balance.battery.percent = percent


async def _drop(balance: Emulated, _: Arguments) -> None:
    await balance.drop()


async def _leave(balance: Emulated, _: Arguments) -> None:
    balance.leave()


async def _return(balance: Emulated, _: Arguments) -> None:
    balance.come_back()


def _kilograms(arguments: Arguments, name: str) -> Decimal:
    """A decimal string, such as "12.652"; a JSON number is refused, since it would have passed through a float."""
    value = _decimal(arguments, name)
    if not value.is_finite() or not 0 <= value <= TOO_HEAVY:
        raise ControlError(400, f"{name}_wrong")
    return value


def _decimal(arguments: Arguments, name: str) -> Decimal:
    """Not a number where there is none."""
    text = arguments.get(name)
    try:
        return Decimal(text) if isinstance(text, str) else Decimal("NaN")
    except InvalidOperation:
        return Decimal("NaN")


def _flag(arguments: Arguments, name: str) -> bool:
    value = arguments.get(name)
    if not isinstance(value, bool):
        raise ControlError(400, f"{name}_wrong")
    return value
