"""`pestle restore`: a backup into an empty DATA and database, and from a mirror what came after it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.commands.backup import read_passphrase
from server.core.config import Config, from_environment
from server.core.errors import PestleError

if TYPE_CHECKING:
    from server.core.plant import Plant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup (….tar.age)")
    parser.add_argument("--identity", type=Path, required=True, metavar="FILE", help="private key that can read it")
    parser.add_argument("--passphrase", action="store_true", help="ask for the passphrase of the private key")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="read the passphrase from there")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="the site's policy, kept elsewhere: is it its log?")
    parser.add_argument("--mirror", metavar="FOLDER|URL", help="a witness's copy, or an export, of the log beyond it")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0, or 1 when the tables are not what the log says; PestleError of `server.site.restore.load`."""
    from server.core.kinds import Registry
    from server.plant import ROOMS, open_log, open_plant
    from server.site import age, restore
    from sync.trust import Policy
    from sync.verify.readers import open_reader

    config = from_environment()
    keys = age.identities(_read(options.identity), read_passphrase(options))
    mirror = restore.Mirror(options.mirror, open_reader(options.mirror)) if options.mirror else None
    trusted = None if options.policy is None else Policy.parse(_read(options.policy))
    said = restore.load(config, options.file, keys, open_log, Registry(ROOMS), mirror, trusted)
    plant = open_plant(config, restoring=True)
    try:
        answer = _state(plant, said)
    finally:
        plant.close()
    restore.finish(config)
    if not options.json:
        _print(options, config, answer)
    return (0 if answer["ok"] else 1), answer


def _state(plant: "Plant", said: dict[str, Any]) -> dict[str, Any]:
    """Let the log go on from here, say so in it, and compare all tables with it once more."""
    from server.core import rebuild
    from server.site import restore

    restore.state(plant, said)
    compared = rebuild.check(plant.engine, plant.log, plant.registry)
    return {"ok": compared["ok"], **said, "entries": compared["entries"], "differences": compared["differences"]}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise PestleError("file_unreadable", {"file": str(file), "found": error.strerror or str(error)}) from error


def _print(options: argparse.Namespace, config: Config, answer: dict[str, Any]) -> None:
    end = answer["checkpoint"]
    print(f"restored 已恢复: {end['size']} entries 条记录, root {end['root']} → {config.data}")
    beyond = end["size"] - answer["backup"]["size"]
    if beyond:
        print(f"  {beyond} of them from the mirror 其中 {beyond} 条来自镜像")
    if answer["lost"] is not None:
        print(f"  LOST 丢失: there were 此前共有 {answer['lost']['size']} entries 条记录")
    if options.policy is None:
        print("  its keys came with the backup 密钥取自备份; --policy FILE asks whether they are the site's")
    if not answer["ok"]:
        print("  the tables are NOT what the log says 数据表与日志不一致: pestle rebuild --check")
