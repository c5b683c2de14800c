"""Sends what the outbox holds to the server, in order and each exactly once in the log, however often it is sent."""

import base64
import sqlite3
from typing import Any
from urllib.parse import quote

from device_bridge.backoff import Backoff
from device_bridge.errors import BridgeStopped
from device_bridge.group_commit import GroupCommit
from device_bridge.journal import say
from device_bridge.plant import Plant, Refused, Unreachable

BATCH = 100


class Uplink:
    """One POST at a time of at most 100 entries. The server's head, never our own memory, says what it has."""

    def __init__(self, plant: Plant, device: str, store: GroupCommit) -> None:
        self._plant, self._device, self._store = plant, device, store

    async def run(self) -> None:
        """Send for ever. BridgeStopped if server and outbox hold different pasts; every other trouble is retried."""
        backoff = Backoff()
        connected = False
        while True:
            try:
                if not connected:
                    await self._ask_head()
                    connected = True
                    say("uplink_connected", server=self._plant.url)
                await self._drain()
                backoff.reset()
                await self._store.grown.wait()
                continue
            except Unreachable as error:
                say("uplink_unreachable", "warning", reason=str(error))
            except Refused as refusal:
                self._judge(refusal)
            except sqlite3.OperationalError as error:
                # A full disk cannot even note what the server has; it is asked again when there is room.
                say("outbox_unwritable", "error", reason=str(error))
            connected = False
            await backoff.wait()

    async def _ask_head(self) -> None:
        answer = await self._plant.get(f"/api/bridge/head?device={quote(self._device)}")
        await self._acknowledge(answer)

    async def _drain(self) -> None:
        while True:
            # Cleared before the look: what is stored meanwhile sets it again, and nothing is left lying.
            self._store.grown.clear()
            pending = await self._store.call(lambda outbox: outbox.pending(BATCH))
            if not pending:
                return
            envelopes = [base64.b64encode(data).decode() for data in pending]
            answer = await self._plant.post("/api/bridge/records", {"device": self._device, "envelopes": envelopes})
            # A crash here: the server has them, we do not know it. They are sent again and answered as duplicates.
            await self._acknowledge(answer)
            say("uplink_sent", new=answer.get("new"), duplicates=answer.get("duplicates"), head=answer["head"]["seq"])

    async def _acknowledge(self, answer: dict[str, Any]) -> None:
        match answer.get("head"):
            case {"seq": int(seq), "hash": str(digest)}:
                await self._store.call(lambda outbox: outbox.reconcile(seq, digest))
            case _:
                raise Unreachable("the answer names no head")

    def _judge(self, refusal: Refused) -> None:
        if refusal.code == "sequence_fork":
            raise BridgeStopped("outbox_forked", str(refusal)) from refusal
        # A gap: the server knows less than we thought (restored from a backup). Its head is asked for again and
        # sending resumes there. Anything else (a revoked device, say) is for people: readings are kept meanwhile.
        say("uplink_refused", "warning" if refusal.code == "sequence_gap" else "error", refusal=str(refusal))
