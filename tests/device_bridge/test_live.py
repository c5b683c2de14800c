"""Live values: the latest only, at most five a second, a change of quality at once, and signed."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from bridge_support import DEVICE, PlantServer, plant_server, running, soon

from device_bridge import live
from device_bridge.live import Live
from device_bridge.plant import Plant
from device_bridge.reading import Reading
from sync.signing import Ed25519Signer


@pytest.fixture
def server() -> Iterator[PlantServer]:
    with plant_server() as server:
        yield server


def made(server: PlantServer) -> Live:
    signer = Ed25519Signer.generate()
    server.knows(signer)
    return Live(Plant(server.url), DEVICE, signer)


def reading(net: str, quality: str = "dynamic") -> Reading:
    return Reading("stable" if quality == "stable" else "dynamic", "", net, "kg")


def shown(server: PlantServer) -> list[tuple[str | None, str]]:
    return [(row["net"] and row["net"]["value"], row["quality"]) for row in server.live]


@pytest.mark.urs("BRG-02")
def test_at_most_five_a_second_and_the_last_one_always(server: PlantServer) -> None:
    async def scenario() -> None:
        values = made(server)
        async with running(values):
            began = time.monotonic()
            for number in range(50):
                values.show("BAL-07", reading(f"{number}.000"))
                await asyncio.sleep(0.02)
            await soon("the last is shown", lambda: shown(server)[-1:] == [("49.000", "dynamic")])
            assert len(server.live) <= (time.monotonic() - began) / live.SHORTEST + 1

    asyncio.run(scenario())


@pytest.mark.urs("BRG-02", "BRG-04")
def test_a_change_of_quality_and_a_loss_are_shown_at_once(server: PlantServer) -> None:
    async def scenario() -> None:
        values = made(server)
        async with running(values):
            values.show("BAL-07", reading("5.000"))
            await soon("the first is shown", lambda: len(server.live) == 1)
            began = time.monotonic()
            values.show("BAL-07", reading("5.000", "stable"))
            await soon("stable is shown", lambda: len(server.live) == 2)
            values.lost("BAL-07")
            await soon("the loss is shown", lambda: len(server.live) == 3)
            assert time.monotonic() - began < 2 * live.SHORTEST
        assert shown(server) == [("5.000", "dynamic"), ("5.000", "stable"), (None, "lost")]

    asyncio.run(scenario())


@pytest.mark.urs("BRG-04")
def test_a_battery_is_told_with_the_values_and_with_the_loss_that_it_explains(server: PlantServer) -> None:
    def told() -> list[tuple[str, int | None]]:
        return [(row["quality"], row.get("battery")) for row in server.live]

    async def scenario() -> None:
        values = made(server)
        async with running(values):
            values.show("BAL-07", reading("5.000"))
            await soon("the value is shown", lambda: told() == [("dynamic", None)])
            values.power("BAL-07", 4)
            await soon("so is the battery", lambda: told()[1:] == [("dynamic", 4)])
            values.lost("BAL-07")
            await soon("so is the loss", lambda: told()[2:] == [("lost", 4)])

    asyncio.run(scenario())


@pytest.mark.urs("BRG-02")
def test_an_error_shows_nothing(server: PlantServer) -> None:
    async def scenario() -> None:
        values = made(server)
        async with running(values):
            values.show("BAL-07", Reading("error", "ES", code="ES"))
            await asyncio.sleep(0.3)
        assert server.live == []

    asyncio.run(scenario())


@pytest.mark.urs("BRG-04")
def test_after_an_outage_the_screen_sees_what_is_true_then(server: PlantServer) -> None:
    async def scenario() -> None:
        values = made(server)
        async with running(values):
            await asyncio.to_thread(server.down)
            for number in range(5):
                values.show("BAL-07", reading(f"{number}.000"))
                await asyncio.sleep(0.05)
            server.up()
            await soon("the last is shown", lambda: server.live)
        assert shown(server) == [("4.000", "dynamic")]

    asyncio.run(scenario())
