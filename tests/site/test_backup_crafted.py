"""A backup needs only the public key to be written: whoever does must not reach anything but what a backup holds."""

import io
import tarfile
from pathlib import Path

import pyrage
import pytest
from plant import PlantUnderTest
from site_support import MINE, back_up, bring_back, contents, fill, sealed

from server.core.config import Config
from server.core.errors import PestleError

pytestmark = pytest.mark.urs("OPS-03")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    site = PlantUnderTest(f"sqlite:///{tmp_path}/site.db", tmp_path / "site")
    try:
        fill(site, 2)
        return contents(back_up(site, tmp_path))
    finally:
        site.close()


def refused(file: Path, tmp_path: Path) -> str:
    config = Config(tmp_path / "again", f"sqlite:///{tmp_path}/again.db")
    with pytest.raises(PestleError) as caught:
        bring_back(file, config)
    assert not config.key_file.exists()
    return caught.value.code


@pytest.mark.parametrize("name", ["erasing", "anchor", "restoring", "../outside.key", ".key", "next-keys/server.key"])
def test_only_key_files_come_into_the_data_folder(files: dict[str, bytes], tmp_path: Path, name: str) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"not ours")
    names = b'["../../precious"]'
    assert refused(sealed({**files, f"keys/{name}": names}, tmp_path / "crafted"), tmp_path) == "backup_damaged"
    assert precious.exists()


@pytest.mark.parametrize("table", ["alembic_version", "sqlite_master", "identity_session", "materials_material"])
def test_rows_come_only_into_tables_that_a_backup_holds(files: dict[str, bytes], tmp_path: Path, table: str) -> None:
    row = b'{"version_num":"9999"}\n'
    crafted = {**files, f"tables/{table}/000000.jsonl": row}
    assert refused(sealed(crafted, tmp_path / "crafted"), tmp_path) == "backup_damaged"


def test_a_file_that_claims_to_be_endless_is_not_read(files: dict[str, bytes], tmp_path: Path) -> None:
    about = tarfile.TarInfo("about.json")
    about.size = len(files["about.json"])
    head = about.tobuf() + files["about.json"].ljust(512 * -(-about.size // 512), b"\0")
    sparse = tarfile.TarInfo("GNUSparseFile.0/blobs")
    sparse.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.numblocks": "1", "GNU.sparse.size": str(1 << 40)}
    sparse.pax_headers |= {"GNU.sparse.name": "blobs/x"}
    sparse.size = 1
    plain = head + sparse.tobuf(tarfile.PAX_FORMAT) + b"x".ljust(512, b"\0") + bytes(1024)
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        assert [one.size for one in tar] == [about.size, 1 << 40]
    file = tmp_path / "endless"
    file.write_bytes(pyrage.encrypt(plain, [MINE.to_public()]))
    assert refused(file, tmp_path) == "backup_damaged"
