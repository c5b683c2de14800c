"""The uplink against a real HTTP server: every trouble of a network, and each entry in the log exactly once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from bridge_support import CUT_ANSWER, DEVICE, LOSE_ANSWER, NO_HTTP, PlantServer, plant_server, running, soon

from device_bridge.errors import BridgeStopped
from device_bridge.group_commit import GroupCommit
from device_bridge.outbox import Draft, Outbox
from device_bridge.plant import Plant
from device_bridge.uplink import Uplink
from sync.signing import Ed25519Signer


@pytest.fixture
def server() -> Iterator[PlantServer]:
    with plant_server() as server:
        yield server


@asynccontextmanager
async def store(folder: Path, server: PlantServer) -> AsyncIterator[GroupCommit]:
    signer = Ed25519Signer.load_or_create(folder / "bridge.key")
    server.knows(signer)
    made = GroupCommit(Outbox(folder / "outbox.db", DEVICE, signer))
    try:
        async with running(made):
            yield made
    finally:
        made.close()


async def weigh(store: GroupCommit, *nets: str) -> None:
    for net in nets:
        payload = {"net": {"value": net, "unit": "kg"}}
        await store.append(Draft("equipment.weight_read.v1", "equipment/BAL-07", payload))


def uplink(server: PlantServer, store: GroupCommit) -> Uplink:
    return Uplink(Plant(server.url), DEVICE, store)


def numbers(first: int, last: int) -> list[str]:
    return [f"{number}.000" for number in range(first, last + 1)]


@pytest.mark.urs("BRG-03")
def test_what_is_captured_arrives_in_order_also_while_sending(tmp_path: Path, server: PlantServer) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, *numbers(1, 3))
            async with running(uplink(server, outbox)):
                await weigh(outbox, *numbers(4, 30))
                await soon("all arrive", lambda: len(server.records) == 30)
                assert server.nets == numbers(1, 30)
                await outbox_acknowledges(outbox, 30)

    asyncio.run(scenario())


async def outbox_acknowledges(store: GroupCommit, seq: int) -> None:
    async with asyncio.timeout(10):
        while await store.call(lambda outbox: outbox.acknowledged) != seq:
            await asyncio.sleep(0.02)


@pytest.mark.urs("BRG-03")
def test_a_long_outage_drains_in_batches_of_a_hundred(tmp_path: Path, server: PlantServer) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await asyncio.gather(*(weigh(outbox, net) for net in numbers(1, 250)))
            async with running(uplink(server, outbox)):
                await soon("all arrive", lambda: len(server.records) == 250)
            assert server.posts == 3

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
@pytest.mark.parametrize("fault", [LOSE_ANSWER, CUT_ANSWER, NO_HTTP])
def test_an_answer_that_is_lost_doubles_nothing(tmp_path: Path, server: PlantServer, fault: int) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, *numbers(1, 3))
            server.faults = [fault]
            async with running(uplink(server, outbox)):
                await outbox_acknowledges(outbox, 3)
            assert server.nets == numbers(1, 3)

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
def test_what_is_sent_twice_is_answered_as_duplicates_and_stored_once(
    tmp_path: Path, server: PlantServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, *numbers(1, 3))
            # The answer is lost, and the head that is asked for next is from before: all is sent once more.
            server.faults = [LOSE_ANSWER]
            server.old_heads = [server.head, server.head]
            async with running(uplink(server, outbox)):
                await outbox_acknowledges(outbox, 3)
            assert (server.nets, server.posts) == (numbers(1, 3), 2)

    asyncio.run(scenario())
    assert '"new": 0, "duplicates": 3' in capsys.readouterr().err


@pytest.mark.urs("BRG-03")
@pytest.mark.parametrize("status", [500, 502, 503, 429, 404])
def test_a_server_in_trouble_is_asked_again(tmp_path: Path, server: PlantServer, status: int) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, *numbers(1, 2))
            server.faults = [status]
            async with running(uplink(server, outbox)):
                await soon("all arrive", lambda: server.nets == numbers(1, 2))
            assert server.posts == 2

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
def test_readings_wait_while_the_server_is_away(tmp_path: Path, server: PlantServer) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox, running(uplink(server, outbox)):
            await weigh(outbox, "1.000")
            await soon("the first arrives", lambda: server.nets == ["1.000"])
            await asyncio.to_thread(server.down)
            await weigh(outbox, "2.000", "3.000")
            await asyncio.sleep(0.4)
            assert len(await outbox.call(lambda box: box.pending(10))) == 2
            server.up()
            await soon("the rest arrives", lambda: server.nets == numbers(1, 3))

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
def test_after_a_gap_sending_resumes_at_the_servers_head(
    tmp_path: Path, server: PlantServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox, running(uplink(server, outbox)):
            await weigh(outbox, *numbers(1, 4))
            await outbox_acknowledges(outbox, 4)
            del server.records[2:]  # the server came back from a backup
            await weigh(outbox, "5.000")
            await soon("all arrive again", lambda: server.nets == numbers(1, 5))

    asyncio.run(scenario())
    assert "sequence_gap" in capsys.readouterr().err


@pytest.mark.urs("BRG-03")
def test_a_fork_stops_the_bridge(tmp_path: Path, server: PlantServer) -> None:
    """A copied disk: the same key and id run twice, and both were connected before either weighed."""
    copy = tmp_path / "copy"
    copy.mkdir()
    Ed25519Signer.load_or_create(tmp_path / "bridge.key")
    (copy / "bridge.key").write_bytes((tmp_path / "bridge.key").read_bytes())

    async def scenario() -> None:
        async with store(tmp_path, server) as ours, store(copy, server) as theirs:
            second = asyncio.create_task(uplink(server, theirs).run())
            async with running(uplink(server, ours)):
                await soon("both asked for the head", lambda: server.heads_asked == 2)
                await weigh(ours, "1.000")
                await soon("ours arrives", lambda: server.nets == ["1.000"])
                await weigh(theirs, "2.000", "3.000")
                with pytest.raises(BridgeStopped) as stopped:
                    await second
                assert stopped.value.code == "outbox_forked"

    asyncio.run(scenario())
    assert server.nets == ["1.000"]


@pytest.mark.urs("BRG-03")
def test_a_copied_disk_is_found_by_the_servers_head(tmp_path: Path, server: PlantServer) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, *numbers(1, 2))
            async with running(uplink(server, outbox)):
                await outbox_acknowledges(outbox, 2)
        (tmp_path / "outbox.db").unlink()
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, "7.000")
            with pytest.raises(BridgeStopped) as stopped:
                await uplink(server, outbox).run()
            assert stopped.value.code == "outbox_rolled_back"

    asyncio.run(scenario())


@pytest.mark.urs("BRG-03")
def test_a_refused_signature_is_kept_told_and_tried_again(
    tmp_path: Path, server: PlantServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            right, server.keys[DEVICE] = server.keys[DEVICE], ("ed25519", Ed25519Signer.generate().public_key)
            await weigh(outbox, "1.000")
            async with running(uplink(server, outbox)):
                await soon("it was refused", lambda: server.posts > 0)
                assert len(await outbox.call(lambda box: box.pending(10))) == 1
                server.keys[DEVICE] = right
                await soon("it arrives", lambda: server.nets == ["1.000"])

    asyncio.run(scenario())
    assert "signature_wrong" in capsys.readouterr().err


@pytest.mark.urs("BRG-03")
def test_a_disk_that_takes_no_acknowledgement_is_told_and_tried_again(
    tmp_path: Path, server: PlantServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with store(tmp_path, server) as outbox:
            await weigh(outbox, "1.000")
            await outbox.call(lambda box: box._db.execute("PRAGMA query_only = ON"))
            async with running(uplink(server, outbox)):
                await asyncio.sleep(0.4)
                await outbox.call(lambda box: box._db.execute("PRAGMA query_only = OFF"))
                await outbox_acknowledges(outbox, 1)
            assert server.nets == ["1.000"]

    asyncio.run(scenario())
    assert "outbox_unwritable" in capsys.readouterr().err
