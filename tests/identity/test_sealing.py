"""Keys and credentials at rest: without the site's secret a copy of DATA and of the database is of no use."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from server.core import sealing
from server.core.config import Config, from_environment
from server.core.errors import PestleError
from server.core.plant import Plant
from server.identity import accounts, queries, recovery
from server.identity.projection import credential, past_password
from server.plant import open_plant

pytestmark = pytest.mark.urs("OPS-05")
SECRET, OTHER = b"s" * 40, b"t" * 40


@contextmanager
def opened(config: Config) -> Iterator[Plant]:
    plant = open_plant(config)
    try:
        yield plant
    finally:
        plant.close()


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    sealing.use(None)


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    return Config(tmp_path / "data", database_url, secret=SECRET)


def secrets_of(plant: Plant) -> list[str]:
    with plant.engine.connect() as connection:
        return [
            *connection.execute(select(credential.c.secret)).scalars(),
            *connection.execute(select(past_password.c.secret)).scalars(),
        ]


def key_files(config: Config) -> list[Path]:
    return sorted(config.data.glob("*.key"))


def fill(plant: Plant) -> str:
    person = accounts.add_person(plant, "wangfang", "王芳", "Wang Fang", ["operator"]).id
    accounts.set_password(plant, person, "Correct-Horse-1")
    accounts.set_password(plant, person, "Correct-Horse-2")
    accounts.set_pin(plant, person, "284619")
    return person


def test_files_and_rows_are_sealed_and_open_again(config: Config) -> None:
    with opened(config) as plant:
        person = fill(plant)
    files = key_files(config)
    assert [file.name for file in files] == ["log-mldsa44.key", "recovery-1.key", "server.key"]
    for file in files:
        assert file.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with opened(config) as plant:
        kept = secrets_of(plant)
        assert len(kept) == 3
        assert all(text.startswith("sealed:1:") for text in kept)
        with plant.engine.connect() as connection:
            assert queries.check_password(connection, person, "Correct-Horse-2")
            assert not queries.check_password(connection, person, "Correct-Horse-1")
            assert queries.wrapped_key(connection, person) is not None
        with pytest.raises(PestleError, match="password_used"):
            accounts.set_password(plant, person, "Correct-Horse-1")


@pytest.mark.parametrize("secret", [None, OTHER])
def test_without_the_secret_the_site_does_not_open(config: Config, secret: bytes | None) -> None:
    with opened(config):
        pass
    before = {file: file.read_bytes() for file in key_files(config)}
    with pytest.raises(PestleError) as caught, opened(replace(config, secret=secret)):
        pass
    assert caught.value.code == "key_sealed"
    assert {file: file.read_bytes() for file in key_files(config)} == before
    with opened(config):
        pass


def test_what_was_written_before_there_was_a_secret_is_sealed_at_the_next_start(config: Config) -> None:
    with opened(replace(config, secret=None)) as plant:
        person, key = fill(plant), plant.signer.public_key
        assert not any(text.startswith("sealed:") for text in secrets_of(plant))
    assert all(b"ENCRYPTED" not in file.read_bytes() for file in key_files(config))
    with opened(config) as plant:
        assert plant.signer.public_key == key
        assert len(recovery.known(config)) == 1
        assert all(text.startswith("sealed:1:") for text in secrets_of(plant))
        with plant.engine.connect() as connection:
            assert queries.check_password(connection, person, "Correct-Horse-2")
    assert all(b"ENCRYPTED" in file.read_bytes() for file in key_files(config))


def test_a_sealed_text_opens_only_as_what_it_is_of() -> None:
    sealing.use(SECRET)
    text = sealing.seal("hash", "P-0001", "password")
    assert sealing.unseal(text, "P-0001", "password") == "hash"
    assert sealing.seal("hash", "P-0001", "password") != text
    for other in (("P-0002", "password"), ("P-0001", "pin"), ("P-0001",)):
        with pytest.raises(PestleError, match="key_sealed"):
            sealing.unseal(text, *other)
    sealing.use(OTHER)
    with pytest.raises(PestleError, match="key_sealed"):
        sealing.unseal(text, "P-0001", "password")


def test_the_setting_names_a_file_and_its_content_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("k" * 43 + "\n")
    found = from_environment({"DATA": str(tmp_path), "SECRETS_KEY_FILE": str(file)})
    assert found.secret == b"k" * 43
    assert "kkkk" not in repr(found)
    file.write_text("too short")
    for name in (file, tmp_path / "missing"):
        with pytest.raises(PestleError) as caught:
            from_environment({"DATA": str(tmp_path), "SECRETS_KEY_FILE": str(name)})
        assert caught.value.code == "secret_unusable"
        assert "too short" not in str(caught.value.details)
