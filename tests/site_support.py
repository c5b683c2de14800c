"""A small plant with something in every place that a backup must bring back, and what is done with its backups."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyrage
from plant import PlantUnderTest
from pyrage.x25519 import Identity

from server.core import blobs, db, rebuild
from server.core.config import Config
from server.core.inbox import Stray
from server.core.kinds import Registry
from server.core.plant import Plant
from server.plant import ROOMS, check_end, open_log, open_plant
from server.site import backup, restore
from sync.log import publication
from sync.log.export import export, reader
from sync.verify import Result, verify_log

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
PHOTO = hashlib.sha256(PNG).hexdigest()
MINE = Identity.generate()


def material(site: PlantUnderTest, name: str) -> None:
    payload = {"material": name, "name": {"zh": name, "en": name}, "type": "raw", "unit": "kg"}
    site.state("materials.material_defined.v1", f"material/{name}", payload)


def fill(site: PlantUnderTest, count: int = 5) -> None:
    """Entries, a password in the workspace, something in quarantine, a photo, a held entry."""
    for number in range(count):
        material(site, f"m-{number}")
    site.arm("li", "password")
    site.plant.recorder.quarantine(Stray(b"\x00\xff not an entry", "batch/B-1", "entry_malformed"))
    blobs.keep(site.config.blobs, PHOTO, "image/png", PNG)


def back_up(site: PlantUnderTest, to: Path, keep: int = 0) -> Path:
    return to / backup.make(site.plant, to, [MINE.to_public()], keep)["file"]


def bring_back(
    file: Path, config: Config, mirror: restore.Mirror | None = None, keys: list[Any] | None = None
) -> tuple[Plant, dict[str, Any]]:
    """What the command does, up to the plant that is open again."""
    said = restore.load(config, file, keys or [MINE], open_log, Registry(ROOMS), mirror)
    plant = open_plant(config, restoring=True)
    restore.state(plant, said)
    restore.finish(config)
    check_end(plant)
    return plant, said


@contextmanager
def brought_back(file: Path, config: Config, mirror: restore.Mirror | None = None) -> Iterator[Plant]:
    plant, _ = bring_back(file, config, mirror)
    try:
        yield plant
    finally:
        plant.close()


def verified(plant: Plant) -> Result:
    """By every rule, every signature, and the tables compared with the log."""
    with db.snapshot(plant.engine) as connection:
        signed = publication.published(connection, plant.log) or plant.publisher.now()
        policy = publication.policy(connection, plant.log)
        result = verify_log(reader(connection, plant.log, signed, policy), trusted=policy, full=True)
    compared = rebuild.check(plant.engine, plant.log, plant.registry)
    assert compared["ok"], compared["differences"]
    return result


def exported(plant: Plant, folder: Path) -> Path:
    """As a witness's mirror, or `pestle log export`, has the log."""
    plant.publisher.now()
    with db.snapshot(plant.engine) as connection:
        export(connection, plant.log, folder)
    return folder


def contents(file: Path) -> dict[str, bytes]:
    """The files in a backup, by tools that are not ours."""
    plain = pyrage.decrypt(file.read_bytes(), [MINE])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        return {info.name: stream.read() for info in tar if (stream := tar.extractfile(info)) is not None}


def sealed(files: dict[str, bytes], to: Path) -> Path:
    """A backup of these files as somebody makes it who knows the public key."""
    from server.site import packing

    plain = b"".join(packing.pack((name, data) for name, data in files.items() if name != packing.SUMS))
    to.write_bytes(pyrage.encrypt(plain, [MINE.to_public()]))
    return to
