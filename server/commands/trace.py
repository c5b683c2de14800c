"""`pestle trace lot`: where a lot went, or what it was made from."""

import argparse
from typing import Any

from server.core.config import from_environment
from server.core.errors import PestleError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    lot = what.add_parser("lot", help="a lot by material and number")
    lot.add_argument("lot", metavar="MATERIAL/NUMBER")
    way = lot.add_mutually_exclusive_group()
    way.add_argument("--forward", dest="direction", action="store_const", const="forward", help="where it went")
    way.add_argument("--backward", dest="direction", action="store_const", const="backward", help="what it came from")
    lot.set_defaults(direction="forward")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError `lot_unknown` for a lot that nobody received, made or used."""
    from server.materials import queries as materials
    from server.plant import open_plant
    from server.production import queries as production

    material, slash, number = options.lot.partition("/")
    plant = open_plant(from_environment())
    try:
        with plant.engine.connect() as connection:
            found = production.trace_lot(connection, material, number, options.direction)
            received = materials.find_lot(connection, material, number) is not None
    finally:
        plant.close()
    if not slash or not (received or found["batches"]):
        raise PestleError("lot_unknown", {"lot": options.lot})
    # Shipments are recorded from the warehouse on; until there is one, a lot has none.
    answer = {"lot": options.lot, "batches": found["batches"], "lots": found["lots"], "shipments": []}
    if not options.json:
        print(f"{options.lot}, {options.direction}: {len(found['batches'])} batches, {len(found['lots'])} lots")
        print("  batches: " + (" ".join(found["batches"]) or "none"))
        print("  lots: " + (" ".join(found["lots"]) or "none"))
    return 0, answer
