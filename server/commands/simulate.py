"""`pestle simulate`: hundreds of virtual tablets against a server, by a script; exit 1 when a promise was broken."""

import argparse
import getpass
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.core.errors import PestleError

if TYPE_CHECKING:
    from server.simulate.own import Own

LIMIT_SECONDS = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Enrols virtual tablets that sign, keep a journal, lose the network, crash and come back; then checks from "
        "outside that every acknowledged entry stands in the log once and in order, that the log is right, and that "
        "all tablets hold the same documents. It writes remarks into the batches it is given: take a demonstration or "
        "test site."
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--own", action="store_true", help="a server of its own; DATABASE_URL, when set, must be empty")
    where.add_argument("--url", help="a site that runs")
    parser.add_argument("--login", metavar="NAME", help="with --url: may enrol, work on batches and read the log")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="readable only by its owner; else asked")
    parser.add_argument("--batch", action="append", default=[], metavar="NUMBER", help="with --url: an ordered batch")
    parser.add_argument("--tablets", type=_count, default=30, metavar="N", help="(30)")
    parser.add_argument("--entries", type=_count, default=50, metavar="M", help="of each tablet (50)")
    parser.add_argument("--script", default="storm", help="storm, day, flaky, hardship or a JSON file (storm)")
    parser.add_argument("--kills", type=_count, metavar="K", help="with --own: kill -9 the server, at random moments")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write FILE.json and FILE.txt, to be filed")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="who and when, where the script leaves it (1)")
    parser.add_argument(
        "--limit", type=float, default=LIMIT_SECONDS, metavar="SECONDS", help="until all must be recorded (120)"
    )


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0, or 1 with what was broken; PestleError `simulation_failed` when it could not be set up, `script_wrong`,
    `file_unreadable`, `password_file_open`."""
    from server.simulate import evidence, script

    if options.report is not None:
        evidence.check_place(options.report)
    steps = script.with_kills(script.read(options.script), options.kills or 0)
    about = evidence.begin(options.script, steps, options.seed)
    plan = script.plan(steps, options.tablets, options.entries, options.seed)
    answer = _own(options, plan) if options.own else _at(options, plan, None, options.batch)
    answer = {**about, **evidence.end(), **answer}
    if options.report is not None:
        evidence.write(options.report, answer)
    if not options.json:
        print(evidence.text(answer))
    return (0 if answer["ok"] else 1), answer


def _own(options: argparse.Namespace, plan: Any) -> dict[str, Any]:
    from server.core.config import from_environment
    from server.simulate.own import Own
    from server.simulate.run import batches_for

    with tempfile.TemporaryDirectory(prefix="pestle-simulate-") as folder:
        data = Path(folder)
        given = os.environ.get("DATABASE_URL")
        database = from_environment({"DATA": folder, "DATABASE_URL": given or ""}).database_url
        _say("a site of its own")
        with Own(data, database, batches_for(options.tablets)) as own:
            return _at(options, plan, own, own.batches)


def _at(options: argparse.Namespace, plan: Any, own: "Own | None", batches: list[str]) -> dict[str, Any]:
    from server.simulate.run import Simulation
    from server.simulate.site import Site

    if not batches or (own is None and options.login is None):
        raise PestleError("simulation_failed", {"asked": "--url", "found": "needs --login and --batch"})
    if own is None:
        site = Site(options.url, options.login, _password(options.password_file))
    else:
        site = Site(own.url, own.login, own.password)
    where = {"site": site.url, "version": site.version(), "login": site.login, "person": site.person}
    return {**where, "batches": batches, **Simulation(site, own, plan, options.limit, _say).run(batches)}


def _password(file: Path | None) -> str:
    from server.witness.folder import read_password

    return getpass.getpass() if file is None else read_password(file)


def _say(what: str) -> None:
    print(f"simulate: {what}", file=sys.stderr, flush=True)


def _count(text: str) -> int:
    number = int(text)
    if not 0 < number <= 10_000:
        raise argparse.ArgumentTypeError("from 1 to 10000")
    return number
