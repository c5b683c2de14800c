"""The directions of imports hold, every folder of the server is declared, and rooms meet only where they may."""

import configparser
import subprocess
import sys
from pathlib import Path

import grimp
import pytest
from support import ROOT

# Nouns and reads; `shapes` and `entry_view` are how a noun is written; views ask identity who is signed in.
DOORS = {"model", "queries", "shapes", "entry_view"}
# Of identity, what every room that signs, countersigns or asks for a place builds on; of materials, what a code is.
DOORS |= {"signing", "countersigning", "grants", "scanning"}
# How a room starts a flow, and hears of its end; exact decimals, and how they are rounded.
DOORS |= {"starting", "kinds", "standing", "expressions", "statistics"}
# How a handheld takes lot numbers along.
DOORS |= {"giving"}
# How a filled form is printed.
DOORS |= {"paper"}
# What comes after what in a recipe, the shape of one, how it is scaled, one of before in the third form, and which
# calculation stands where.
DOORS |= {"structure", "master", "scaling", "upgrading", "printed"}
# What a batch accounts for is reckoned over movements of stock, and a wall shows how far phases are: by pure rules of
# these rooms, which nobody should write twice.
SHARED = {
    "server.production.issuing.rules -> server.materials.stock.rules",
    # What a weighing comes to in the unit of its container or its limits is reckoned as the ledger reckons.
    "server.production.allocating -> server.materials.stock.rules",
    "server.production.containers -> server.materials.stock.rules",
    "server.production.rules -> server.materials.stock.rules",
    "server.production.dispensing.rests -> server.materials.stock.rules",
    # The record says of what was typed in the times that it was judged by.
    "server.release.dossier.papers -> server.production.paper.rules",
    "server.handheld.fleet.wall -> server.production.course.pace",
    "server.handheld.fleet.wall -> server.production.course.rules",
}
DOORS_OF_VIEWS = DOORS | {"access", "sessions"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("server", "sync", "device_bridge", include_external_packages=True, cache_dir=None)


def declared() -> list[list[str]]:
    """The layers of the rooms, highest first, each with the rooms in it."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    lines = parser["importlinter:contract:rooms"]["layers"].split("\n")
    return [[name.strip() for name in line.split("|")] for line in lines if line.strip()]


@pytest.mark.urs("CMP-02")
def test_the_contracts_of_import_linter_hold() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.urs("CMP-02")
def test_every_folder_of_the_server_is_declared() -> None:
    rooms = {name for layer in declared() for name in layer}
    found = {path.name for path in (ROOT / "server").iterdir() if path.is_dir() and any(path.glob("**/*.py"))}
    assert found <= rooms
    assert {name for name in rooms if not (ROOT / "server" / f"{name}.py").exists()} == found


@pytest.mark.urs("CMP-02")
def test_rooms_meet_only_through_model_and_queries(graph: grimp.ImportGraph) -> None:
    layers = declared()
    rooms = {name for layer in layers[layers.index(["handheld"]) :] for name in layer} - {"core", "migrations"}
    wrong = []
    for module in sorted(graph.modules):
        parts = module.split(".")
        if parts[0] != "server" or len(parts) < 2 or parts[1] not in rooms:
            continue
        doors = DOORS_OF_VIEWS if parts[-1].endswith("views") else DOORS
        for other in sorted(graph.find_modules_directly_imported_by(module)):
            target = other.split(".")
            if target[0] == "server" and len(target) > 2 and target[1] in rooms - {parts[1]}:
                wrong += [f"{module} -> {other}"] if target[-1] not in doors else []
    assert set(wrong) == SHARED
