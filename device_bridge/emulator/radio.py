"""The emulated air: bumble's link, with a range that a device can leave and the supervision timeout that follows."""

import asyncio

from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.hci import Address
from bumble.link import LocalLink
from bumble.ll import AdvertisingPdu, ControlPdu

CONNECTION_TIMEOUT = 0x08
SUPERVISION_SECONDS = 0.3


class Air(LocalLink):
    """Carries everything between controllers in range, nothing to or from those that have left it."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # bumble leaves it unannotated
        self._away: set[Controller] = set()

    def leave(self, controller: Controller) -> None:
        """Out of range: silence, and after the supervision timeout both ends see their link lost."""
        self._away.add(controller)
        asyncio.get_running_loop().call_later(SUPERVISION_SECONDS, self._expire, controller)

    def come_back(self, controller: Controller) -> None:
        self._away.discard(controller)

    def _expire(self, controller: Controller) -> None:
        if controller not in self._away:
            return
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            for other in list(peer.le_connections.values()) if peer else []:
                if peer is not None and other.peer_address == connection.self_address:
                    peer.on_le_disconnected(other, CONNECTION_TIMEOUT)
            controller.on_le_disconnected(connection, CONNECTION_TIMEOUT)

    def _lost(self, *addresses: Address) -> bool:
        return any(self.find_le_controller(address) in self._away for address in addresses)

    def send_acl_data(
        self, sender_controller: Controller, destination_address: Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        if sender_controller not in self._away and not self._lost(destination_address):
            super().send_acl_data(sender_controller, destination_address, transport, data)

    def send_advertising_pdu(self, sender_controller: Controller, packet: AdvertisingPdu) -> None:
        if sender_controller in self._away:
            return
        for controller in self.controllers:
            if controller is not sender_controller and controller not in self._away:
                asyncio.get_running_loop().call_soon(controller.on_ll_advertising_pdu, packet)

    def send_ll_control_pdu(self, sender_address: Address, receiver_address: Address, packet: ControlPdu) -> None:
        if not self._lost(sender_address, receiver_address):
            super().send_ll_control_pdu(sender_address, receiver_address, packet)
