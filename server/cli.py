"""The `pestle` command: which commands there are stands in one table; each is a file in `commands/`."""

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from server.core.errors import CATALOGUE, PestleError, from_sync
from sync.errors import SyncError

# Only the module of the command that runs is imported, so that `verify` needs neither Flask nor a database.
COMMANDS = {
    "serve": ("server.commands.serve", "serve the plant on PORT"),
    "up": ("server.commands.up", "serve with demonstration plant and bridge: what `make run` does"),
    "demo": ("server.commands.demo", "make the demonstration plant in DATA"),
    "import": ("server.commands.import_", "take over batch history from CSV"),
    "trace": ("server.commands.trace", "where a lot went, or what it was made from"),
    "verify": ("server.commands.verify", "check a dossier, an exported log, or a server's log"),
    "log": ("server.commands.log", "export the log as static files"),
    "witness": ("server.commands.witness", "watch a log from another machine, check and cosign it"),
    "rebuild": ("server.commands.rebuild", "make all tables of records again from the log"),
    "user": ("server.commands.user", "people: add, list, set a password or PIN"),
    "device": ("server.commands.device", "devices: enrolment code, list, revoke"),
    "backup": ("server.commands.backup", "the whole site in one encrypted file"),
    "restore": ("server.commands.restore", "bring a site back from a backup, and from a witness's mirror"),
    "erase": ("server.commands.erase", "erase what entries say when their retention has ended"),
    "archive": ("server.commands.archive", "a folder that can be read and verified when this system is gone"),
    "keys": ("server.commands.keys", "the site's root and keys: make, certify, change; the policy for verifiers"),
    "simulate": ("server.commands.simulate", "drive a server with virtual tablets and check what it promised"),
    "bench": ("server.commands.bench", "measure this machine, as JSON"),
}
CHECKED_AND_WRONG, COULD_NOT = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0, 1 (checked and wrong) or 2 (could not do it); with --json the answer is one object on stdout."""
    options = _parse(list(sys.argv[1:] if arguments is None else arguments))
    module = importlib.import_module(COMMANDS[options.command][0])
    try:
        code, answer = module.run(options)
    except (PestleError, SyncError) as error:
        return _explain(error if isinstance(error, PestleError) else _known(error), options.json)
    except KeyboardInterrupt:
        return 130
    except Exception:
        # Python's own exit code for this is 1, which here means "checked and wrong".
        traceback.print_exc()
        return _explain(PestleError("internal"), options.json)
    if options.json:
        _print(answer)
    return int(code)


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="pestle", description="Pestle 批印: pharmaceutical batch production.")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # --json may stand anywhere, which argparse does not know of options of the whole command.
    plain = [word for word in words if word != "--json"]
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
        if plain[:1] == [name]:
            importlib.import_module(module).add_arguments(command)
    return parser.parse_args(["--json", *plain] if len(plain) < len(words) else plain)


def _known(error: SyncError) -> PestleError:
    return from_sync(error) if error.code in CATALOGUE else PestleError("internal", {"detail": str(error)})


def _explain(error: PestleError, as_json: bool) -> int:
    """What happened, what was kept, what to do next, in both languages on standard error."""
    problem = error.problem
    for number, language in enumerate(("en", "zh")):
        texts = (problem.what[number], problem.kept[number], problem.next[number])
        print((" " if language == "en" else "").join(texts), file=sys.stderr)
    facts = ", ".join(f"{name}: {value}" for name, value in error.details.items())
    print(f"[{error.code}] {facts}".rstrip(), file=sys.stderr)
    if as_json:
        _print(error.body())
    return COULD_NOT


def _print(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
