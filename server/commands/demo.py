"""`pestle demo`: makes the demonstration plant in DATA without serving it, and prints its people."""

import argparse
import sys
from typing import Any

from server.core.config import from_environment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quick", action="store_true", help="only people, one product and one batch")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; a plant that is there already is left as it is."""
    from server.demo.make import is_made, make, people_table
    from server.plant import open_plant

    plant = open_plant(from_environment())
    try:
        known = is_made(plant)
        if not known:
            make(plant, options.quick, lambda what: print(f"demonstration plant: {what}", file=sys.stderr))
    finally:
        plant.close()
    people = people_table()
    if not options.json:
        print("The demonstration plant is there already." if known else "The demonstration plant is made.")
        print_people(people)
    return 0, {"made": not known, "people": people}


def print_people(people: list[dict[str, Any]]) -> None:
    print(f"  {'login':<10} {'password':<24} {'PIN':<8} name")
    for person in people:
        roles = ", ".join(person["roles"])
        print(f"  {person['login']:<10} {person['password']:<24} {person['pin']:<8} {person['name']} ({roles})")
