"""`pestle user`: people, for the console of the server: the first administrator, and a password that was forgotten."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from server.core.errors import PestleError

if TYPE_CHECKING:
    from server.core.plant import Plant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    add = what.add_parser("add", help="a new person with a one-time password")
    add.add_argument("login")
    add.add_argument("--name", required=True, help="name as written in Chinese")
    add.add_argument("--name-en", metavar="NAME", help="name in Latin letters")
    add.add_argument("--role", action="append", required=True, dest="roles", help="may be given several times")
    what.add_parser("list", help="everybody with their roles")
    password = what.add_parser("password", help="a new one-time password")
    password.add_argument("login")
    pin = what.add_parser("pin", help="set the PIN; asks the person, or reads one line of standard input")
    pin.add_argument("login")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError of identity: `login_taken`, `roles_conflict`, `person_unknown`, `pin_weak`."""
    from server.commands.opened import opened

    work = {"add": _add, "list": _list, "password": _password, "pin": _pin}[options.what]
    with opened() as plant:
        answer = work(plant, options)
    if not options.json:
        for person in answer.get("items", [answer]):
            print("  ".join(" ".join(value) if isinstance(value, list) else str(value) for value in person.values()))
    return 0, answer


def _add(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import accounts

    person = accounts.add_person(plant, options.login, options.name, options.name_en, options.roles)
    return {"id": person.id, "login": person.login, "password": accounts.give_password(plant, person.id)}


def _list(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import queries

    with plant.engine.connect() as connection:
        people = queries.all_people(connection)
    return {"items": [{"login": person.login, **person.payload()} for person in people]}


def _password(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import accounts

    person = _find(plant, options.login)
    return {"id": person, "login": options.login, "password": accounts.give_password(plant, person)}


def _pin(plant: "Plant", options: argparse.Namespace) -> dict[str, Any]:
    from server.identity import accounts
    from server.identity.model import SERVER

    person = _find(plant, options.login)
    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    accounts.set_pin(plant, person, pin, actor=SERVER)
    return {"id": person, "login": options.login}


def _find(plant: "Plant", login: str) -> str:
    from server.identity import queries

    with plant.engine.connect() as connection:
        person = queries.find_login(connection, login)
    if person is None:
        raise PestleError("person_unknown", {"person": login})
    return person.id
