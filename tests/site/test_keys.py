"""The site's keys change by its root: from the console, as it is done, and with every step that may go wrong."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plant import PlantUnderTest

from server.core.config import Config
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.identity import queries
from server.plant import open_plant
from server.site import keys
from sync import note
from sync.log import publication
from sync.signing import Ed25519Signer
from sync.trust import Policy
from sync.verify import verify_log
from sync.verify.keys import KEYS_CHANGED, ROOT_ADOPTED

pytestmark = pytest.mark.urs("PLT-15")
PASSPHRASE = "kept in two envelopes"


class Console:
    """`pestle` in this process, as an administrator types it; the root's machine has nothing but its own folder."""

    def __init__(self, folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.folder, self._capsys = folder, capsys
        self.config = Config(folder / "data", database_url)
        monkeypatch.setenv("DATA", str(self.config.data))
        monkeypatch.setenv("DATABASE_URL", database_url)
        (folder / "passphrase").write_text(PASSPHRASE)
        self.root, self.certificate = folder / "offline", folder / "certificate"

    def __call__(self, *words: str | Path, exits: int = 0) -> dict[str, Any]:
        from server.cli import main

        code = main(["--json", *map(str, words)])
        answer: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        assert code == exits, answer
        return answer

    def make_root(self) -> None:
        more = ("--origin", self.config.origin, "--passphrase-file", self.folder / "passphrase")
        self("keys", "root", self.root, *more)
        self("keys", "adopt", self.root / "root.vkey")

    def certify(self, number: int = 1) -> Path:
        asked, certificate = self.folder / f"request-{number}", self.folder / f"certificate-{number}"
        self("keys", "request", asked)
        passphrase = ("--passphrase-file", self.folder / "passphrase")
        answer = self("keys", "certify", asked, "--root", self.root, "--out", certificate, *passphrase)
        assert answer["serial"] == number
        return certificate

    def policy(self) -> Policy:
        return Policy.parse(self("keys", "policy")["policy"].encode())

    def exported(self, name: str) -> Path:
        self("log", "export", self.folder / name)
        return self.folder / name


@pytest.fixture
def console(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Console:
    """A site with a person and a root."""
    console = Console(tmp_path, database_url, monkeypatch, capsys)
    console("user", "add", "li", "--name", "李琳", "--role", "qa")
    console.make_root()
    return console


def test_keys_change_twice_and_every_policy_that_was_kept_holds(console: Console) -> None:
    kept = [console.policy()]
    assert kept[0].root is not None
    before = Ed25519Signer.load_or_create(console.config.key_file).public_key
    for number in (1, 2):
        console("keys", "change", console.certify(number))
        kept.append(console.policy())
        console("user", "add", f"person{number}", "--name", "张敏", "--role", "operator")
    assert len({policy.server_keys for policy in kept}) == 3
    shown = console("keys", "show")
    assert set(shown) == {"root", "server", "log Ed25519", "log ML-DSA-44"}
    expected = hashlib.sha256(kept[-1].server_keys[-1]).hexdigest()[:32]
    assert shown["server"].replace(" ", "") == expected
    assert re.fullmatch(r"([0-9a-f]{4} ){7}[0-9a-f]{4}", shown["log ML-DSA-44"])
    assert kept[-1].server_keys[0] == before
    assert not console.config.next_keys.exists()
    assert len(list(console.config.old_keys.iterdir())) == 4
    folder = console.exported("log")
    for policy in kept:
        for full in (False, True):
            result = verify_log(folder, trusted=policy, full=full)
            assert result.ok, result
    assert console("rebuild", "--check")["ok"]


def test_the_site_goes_on_after_its_keys_were_lost(console: Console) -> None:
    kept = console.policy()
    for file in (console.config.key_file, console.config.cosigner_file):
        file.unlink()
    console("keys", "change", console.certify())
    console("user", "add", "wang", "--name", "王芳", "--role", "operator")
    assert verify_log(console.exported("log"), trusted=kept, full=True).ok


def test_a_crash_between_log_and_files_is_mended_at_the_next_start(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = console.certify().read_bytes()
    with monkeypatch.context() as patch:
        # The files stay where they are, as if the process had ended before they were moved.
        patch.setattr(keys, "finish_change", lambda config, known: None)
        open_plant(console.config, certificate=certificate).close()
        with pytest.raises(PestleError, match="server_key_wrong"):
            open_plant(console.config)
    assert console.config.next_keys.exists()
    console("user", "list")
    assert not console.config.next_keys.exists()
    assert verify_log(console.exported("log"), trusted=console.policy()).ok


def test_what_is_refused(console: Console, tmp_path: Path) -> None:
    certificate = console.certify()
    passphrase = ("--passphrase-file", console.folder / "passphrase")
    request = console.folder / "request-1"

    def certify(*more: str | Path, root: Path = console.root) -> dict[str, Any]:
        return console("keys", "certify", request, "--root", root, "--out", tmp_path / "x", *more, exits=2)

    (tmp_path / "wrong").write_text("another passphrase")
    assert certify("--passphrase-file", tmp_path / "wrong")["code"] == "passphrase_wrong"
    stranger = tmp_path / "stranger"
    console("keys", "root", stranger, "--origin", console.config.origin, *passphrase)
    assert console("keys", "root", stranger, "--origin", "x", *passphrase, exits=2)["code"] == "file_exists"
    assert console("keys", "adopt", stranger / "root.vkey", exits=2)["code"] == "root_known"
    console("keys", "certify", request, "--root", stranger, "--out", tmp_path / "forged", *passphrase)
    assert console("keys", "change", tmp_path / "forged", exits=2)["code"] == "certificate_wrong"
    (tmp_path / "short").write_text("short")
    short = ("--passphrase-file", tmp_path / "short")
    assert console("keys", "root", tmp_path / "r", "--origin", "x", *short, exits=2)["code"] == "passphrase_weak"
    assert console("keys", "adopt", request, exits=2)["code"] == "root_wrong_key"
    assert console("keys", "change", tmp_path / "nothing", exits=2)["code"] == "file_unreadable"
    shutil.rmtree(console.config.next_keys)
    assert console("keys", "change", certificate, exits=2)["code"] == "certificate_of_others"
    console("user", "list")


def test_without_a_root_no_key_changes(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    console = Console(tmp_path, database_url, monkeypatch, capsys)
    assert console("keys", "request", tmp_path / "asked", exits=2)["code"] == "root_missing"
    console("user", "list")
    assert console("keys", "request", tmp_path / "asked", exits=2)["code"] == "root_missing"


@pytest.mark.urs("PLT-09")
def test_the_keys_that_open_journals_are_named_and_another_is_handed_out(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    console = Console(tmp_path, database_url, monkeypatch, capsys)
    console("user", "list")
    [first] = console("keys", "recovery")["recovery"]
    assert console("keys", "recovery", "--new")["recovery"][0] == first
    assert len(console("keys", "recovery")["recovery"]) == 2


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    under_test = PlantUnderTest(database_url, tmp_path)
    yield under_test
    under_test.close()


def test_the_door_itself_takes_no_change_without_its_root(plant: PlantUnderTest) -> None:
    """Whoever can make the server state something still needs the root."""
    root, new = Ed25519Signer.generate(), keys.Keys.of(plant.config.data / "a", plant.config.data / "b", None)
    origin = plant.plant.log.origin
    vkey = note.vkey(f"{origin}/root", root.public_key)

    def state(kind: str, **payload: str) -> str | None:
        try:
            plant.plant.recorder.state(Fact(kind, "site", payload))
        except PestleError as error:
            return error.code
        return None

    def certificate(serial: int, by: Ed25519Signer = root, named: str = origin) -> str:
        return new.named(named, serial).sign(f"{origin}/root", by).decode()

    assert state(KEYS_CHANGED, certificate=certificate(1)) == "root_missing"
    assert state(ROOT_ADOPTED, vkey=plant.plant.log.vkey) == "root_wrong_key"
    assert state(ROOT_ADOPTED, vkey="nonsense") == "root_wrong_key"
    assert state(ROOT_ADOPTED, vkey=vkey) is None
    assert state(ROOT_ADOPTED, vkey=vkey) == "root_known"
    assert state(KEYS_CHANGED, certificate=certificate(1, Ed25519Signer.generate())) == "certificate_wrong"
    assert state(KEYS_CHANGED, certificate=certificate(1, named="elsewhere")) == "certificate_wrong"
    assert state(KEYS_CHANGED, certificate="nonsense") == "certificate_wrong"
    with plant.plant.engine.connect() as connection:
        known = queries.device_key(connection, "server")
        assert known is not None
        assert known.public_key == plant.plant.signer.public_key
        assert publication.policy(connection, plant.plant.log).root == note.parse_vkey(vkey)


def test_a_process_that_still_holds_the_old_keys_writes_nothing_more(console: Console) -> None:
    """What it would sign as the server, no verifier would ever take."""
    kept, left = console.policy(), open_plant(console.config)
    remark = {"login": "?", "address": "::1"}
    try:
        left.recorder.state(Fact("identity.signin_failed.v1", "site", remark))
        console("keys", "change", console.certify())
        for _ in range(2):
            with pytest.raises(PestleError, match="server_key_wrong"):
                left.recorder.state(Fact("identity.signin_failed.v1", "site", remark))
        console("user", "add", "wang", "--name", "王芳", "--role", "operator")
        with pytest.raises(PestleError, match="server_key_wrong"):
            left.recorder.state(Fact("identity.signin_failed.v1", "site", remark))
    finally:
        left.close()
    result = verify_log(console.exported("log"), trusted=kept, full=True)
    assert result.ok, result
