"""`pestle device`: devices, for the console of the server: an enrolment code, what there is, revocation."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.core.plant import Plant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    code = what.add_parser("code", help="a code with which one device can be enrolled")
    code.add_argument("role", choices=("tablet", "bridge"))
    code.add_argument(
        "--recovers", metavar="DEVICE", help="the tablet that lost its keys: its sealed journal is opened"
    )
    what.add_parser("list", help="every device that was ever enrolled")
    revoke = what.add_parser("revoke", help="accept nothing more of a device without a flag")
    revoke.add_argument("device")
    revoke.add_argument("--last-seq", type=int, required=True, metavar="N", help="its last entry that counts")
    revoke.add_argument("--reason", required=True)


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError of identity: `device_unknown`, `device_revoked`."""
    from server.commands.opened import opened

    work = {"code": _code, "list": _list, "revoke": _revoke}[options.what]
    with opened() as plant:
        answer = work(plant, options)
    if not options.json:
        for device in answer.get("items", [answer]):
            print("  ".join(str(value) for value in device.values()))
    return 0, answer


def _code(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import enrolment

    code, expires = enrolment.make_code(plant, options.role, options.recovers)
    return {"code": code, "role": options.role, "recovers": options.recovers, "expires_at": expires}


def _list(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import queries

    with plant.engine.connect() as connection:
        devices = queries.all_devices(connection)
    return {"items": [{**one.payload(), "revoked_at": one.revoked_at, "last_seq": one.last_seq} for one in devices]}


def _revoke(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import enrolment

    enrolment.revoke(plant, options.device, options.last_seq, options.reason)
    return {"device": options.device, "last_seq": options.last_seq, "reason": options.reason}
