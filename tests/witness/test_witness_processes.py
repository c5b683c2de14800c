"""A site and its witnesses, each a process of its own: growing, down and back, rolled back, split, two of them."""

import hashlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from witness_processes import SiteProcess, WitnessProcess, get, pestle, wait_for

from sync import note
from sync.checkpoint import Checkpoint
from sync.trust import Policy
from sync.verify import verify_log

pytestmark = [pytest.mark.urs("PLT-18"), pytest.mark.slow]


class Scene:
    """A site that is served, and its witnesses; all are ended with the test."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.site = SiteProcess(folder, database_url)
        self.witnesses: list[WitnessProcess] = []
        self.site.start()

    def witness(self, name: str, add: bool = True) -> WitnessProcess:
        policy = self.site.policy(self.folder / f"policy-{name}")
        made = WitnessProcess(self.folder, name, self.site, policy)
        self.witnesses.append(made)
        made.start()
        if add:
            code, answer = self.site.run("witness", "add", name, "--vkey", made.vkey, "--url", made.url)
            assert code == 0, answer
        return made

    def published(self) -> tuple[Policy, Checkpoint, dict[str, int]]:
        """What anybody who may read the log is served, checked by the policy beside it."""
        policy = Policy.parse(get(f"{self.site.url}/log/policy")[1])
        opened = policy.open(get(f"{self.site.url}/log/checkpoint")[1])
        return policy, opened.checkpoint, dict(opened.witnessed)

    def witnessed(self, least: int, *names: str) -> bool:
        """Whether a checkpoint of at least this size is published, seen by these."""
        try:
            _, checkpoint, seen = self.published()
        except ValueError:
            return False
        return checkpoint.size >= least and set(seen) == set(names)

    def size(self) -> int:
        found: int = self.site.state()["size"]
        return found

    def end(self) -> None:
        for one in self.witnesses:
            one.end()
        self.site.end()


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path, database_url)
    yield made
    made.end()


def test_a_witness_mirrors_and_cosigns_and_comes_back_after_it_was_killed(scene: Scene) -> None:
    witness = scene.witness("qa")
    scene.site.grow()
    size = scene.size()
    wait_for(lambda: scene.witnessed(size, "qa"))
    state = scene.site.state()
    assert (state["quorum"], state["warning"]) == ("qa", None)
    assert state["witnessed_until"] is not None
    # Its folder is a copy that a verifier takes; its monitoring address shows what it cosigned.
    result = verify_log(witness.folder / "mirror", full=True)
    assert result.ok, result
    origin = hashlib.sha256(b"pestle.local/log").hexdigest()
    keys = [note.parse_vkey(witness.vkey)]
    shown = Checkpoint.parse(note.open(get(f"{witness.url}/{origin}/checkpoint")[1], keys))
    assert shown.size >= size
    # Down: the site goes on, what was published stays so, and says that it is late only after a while.
    witness.end(signal.SIGKILL)
    before = scene.published()[1]
    scene.site.grow()
    size = scene.size()
    assert scene.published()[1].size in range(before.size, size)
    witness.start()
    wait_for(lambda: scene.witnessed(size, "qa"))
    assert witness.status()[0] == 0


@pytest.mark.urs("PLT-09")
def test_a_site_that_is_killed_again_and_again_is_never_behind_its_anchor(scene: Scene) -> None:
    scene.witness("qa")
    for _ in range(3):
        scene.site.grow()
        scene.site.end(signal.SIGKILL)
        scene.site.start()
    scene.site.grow()
    size = scene.size()
    wait_for(lambda: scene.witnessed(size, "qa"))


def test_two_witnesses_must_both_sign_until_one_is_removed(scene: Scene) -> None:
    scene.witness("qa")
    second = scene.witness("lab")
    wait_for(lambda: scene.witnessed(1, "qa", "lab"))
    assert scene.published()[0].groups[0][1] == 2
    second.end()
    scene.site.grow()
    size = scene.size()
    assert scene.published()[1].size < size
    code, answer = scene.site.run("witness", "remove", "lab", "--reason", "sold")
    assert code == 0, answer
    wait_for(lambda: scene.witnessed(size, "qa"), 90)
    assert [one["name"] for one in scene.site.run("witness", "list")[1]["items"]] == ["qa"]


def test_a_witness_with_another_key_than_was_named_counts_for_nothing(scene: Scene) -> None:
    first, other = scene.witness("qa", add=False), scene.witness("stranger", add=False)
    code, _ = scene.site.run("witness", "add", "qa", "--vkey", first.vkey, "--url", other.url)
    assert code == 0
    wait_for(lambda: scene.site.state()["witnesses"][0]["code"] == "witness_foreign")
    assert get(f"{scene.site.url}/log/checkpoint")[0] == 503
    state = scene.site.state()
    assert (state["published"], state["warning"]["code"]) == (None, "witness_foreign")


def test_a_witness_that_was_given_another_sites_policy_refuses(scene: Scene, tmp_path: Path) -> None:
    from sync.signing import Ed25519Signer

    stranger = Ed25519Signer.generate().public_key
    wrong = Policy((note.Key("pestle.local/log", stranger),), (stranger,))
    (tmp_path / "wrong").write_bytes(wrong.encode())
    witness = WitnessProcess(tmp_path, "qa", scene.site, tmp_path / "wrong")
    scene.witnesses.append(witness)
    witness.start()
    scene.site.run("witness", "add", "qa", "--vkey", witness.vkey, "--url", witness.url)
    found = wait_for(lambda: scene.site.state()["witnesses"][0]["code"] == "witness_foreign" and scene.site.state())
    assert found["witnesses"][0]["detail"].startswith("403")


def _roll_back(url: str, folder: Path, size: int) -> None:
    """As an administrator does it who knows of the guards and of the file beside the database."""
    from sync import merkle

    engine = create_engine(url)
    with engine.begin() as connection:
        if url.startswith("sqlite"):
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
            for name in list(names):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = 'replica'"))
        edge = merkle.Edge()
        query = text("SELECT leaf_hash FROM log_entry WHERE idx < :n ORDER BY idx")
        for value in connection.execute(query, {"n": size}).scalars():
            edge.append(bytes(value))
        for table in ("log_entry", "log_payload"):
            connection.execute(text(f"DELETE FROM {table} WHERE idx >= :n"), {"n": size})
        for table in ("log_checkpoint", "log_cosignature"):
            connection.execute(text(f"DELETE FROM {table} WHERE size > :n"), {"n": size})
        move = text("UPDATE log_head SET size = :size, edge = :edge")
        connection.execute(move, {"size": size, "edge": b"".join(edge.hashes)})
    engine.dispose()
    (folder / "anchor").unlink()


def _checkpoint_sizes(url: str) -> list[int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [
            int(size) for size in connection.execute(text("SELECT size FROM log_checkpoint ORDER BY size")).scalars()
        ]
    engine.dispose()
    return found


def test_a_log_that_was_rolled_back_is_told_by_its_witness(scene: Scene, database_url: str) -> None:
    witness = scene.witness("qa")
    for _ in range(3):
        scene.site.grow()
    size = scene.size()
    wait_for(lambda: scene.witnessed(size, "qa"))
    scene.site.end()
    earlier = [one for one in _checkpoint_sizes(database_url) if one < size - 1][-1]
    _roll_back(database_url, scene.site.data, earlier)
    scene.site.start()
    wait_for(lambda: scene.site.state()["witnesses"][0]["code"] == "witness_ahead")
    state = scene.site.state()
    assert state["warning"]["code"] == "witness_ahead"
    assert f"has cosigned {size} entries" in state["warning"]["detail"]
    assert b"warning witness_ahead" in get(f"{scene.site.url}/healthz")[1]
    # It grows past what the witness saw, and is another log then: proof of two, kept on the witness's machine.
    while scene.size() <= size + 1:
        scene.site.grow()
    wait_for(lambda: scene.site.state()["witnesses"][0]["code"] == "witness_refused", 90)
    code, found = witness.status()
    assert (code, found["size"]) == (1, size)
    assert found["broken"]["code"] in ("log_forked", "root_wrong", "leaf_changed")
    assert b"Refused" in get(witness.url)[1]
    assert "REFUSED" in witness.text
    assert witness.end() == 1


def test_after_a_lawful_restore_from_its_mirror_a_witness_goes_on(
    scene: Scene, tmp_path: Path, database_url: str
) -> None:
    """The database is lost with all that came after the backup; the witness has it, and the log is the same log."""
    witness = scene.witness("qa")
    identity = tmp_path / "identity"
    made = scene.site.run("backup", "--new-identity", str(identity))[1]
    code, backup = scene.site.run("backup", "--to", str(tmp_path / "kept"), "--recipient", made["recipient"])
    assert code == 0, backup
    for _ in range(3):
        scene.site.grow()
    size = scene.size()
    wait_for(lambda: scene.witnessed(size, "qa"))
    before = scene.published()[1]
    scene.site.end()
    scene.site.lose(tmp_path / "elsewhere", _empty(database_url))
    [file] = (tmp_path / "kept").glob("*.age")
    mirror = str(witness.folder / "mirror")
    code, said = scene.site.run("restore", str(file), "--identity", str(identity), "--mirror", mirror)
    assert code == 0, said
    scene.site.start()
    wait_for(lambda: scene.witnessed(before.size + 1, "qa"))
    assert scene.site.state()["warning"] is None
    assert witness.status()[0] == 0


def test_new_keys_that_the_sites_root_has_named_are_known_to_its_witness(scene: Scene, tmp_path: Path) -> None:
    """The witness was set up before there was a root: it has seen the root adopted, and keeps to it."""
    scene.witness("qa")
    root, request, certificate = tmp_path / "root", tmp_path / "request", tmp_path / "certificate"
    secret = tmp_path / "passphrase"
    secret.write_text("a long walk in the rain\n")
    secret.chmod(0o600)
    words = ("--passphrase-file", str(secret))
    assert pestle("keys", "root", str(root), "--origin", "pestle.local/log", *words)[0] == 0
    assert scene.site.run("keys", "adopt", str(root / "root.vkey"))[0] == 0
    size = scene.size()
    wait_for(lambda: scene.witnessed(size, "qa"))
    old = scene.published()[0]
    assert scene.site.run("keys", "request", str(request))[0] == 0
    certified = pestle("keys", "certify", str(request), "--root", str(root), "--out", str(certificate), *words)
    assert certified[0] == 0, certified
    scene.site.end()
    changed = scene.site.run("keys", "change", str(certificate))
    assert changed[0] == 0, changed
    scene.site.start()
    wait_for(lambda: scene.witnessed(size + 1, "qa"))
    new = scene.published()[0]
    assert old.root is not None
    assert set(old.logs).isdisjoint(new.logs)
    # A restart reads the whole mirror again, with both keys in it.
    [witness] = scene.witnesses
    witness.end()
    witness.start()
    scene.site.grow()
    size = scene.size()
    wait_for(lambda: scene.witnessed(size, "qa"))


def _empty(url: str) -> str:
    """A database of the same sort with nothing in it."""
    if url.startswith("sqlite"):
        return url.replace("pestle.db", "restored.db")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"restored_{engine.url.database}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.rpartition("/")[0] + f"/{name}"


def test_what_a_device_holds_and_the_log_has_not_is_found(scene: Scene, tmp_path: Path) -> None:
    witness = scene.witness("qa")
    wait_for(lambda: scene.witnessed(1, "qa"))
    witness.end()
    known = pestle("witness", "check-heads", "--folder", str(witness.folder), str(_heads(tmp_path, "server", 1)))
    assert (known[0], known[1]["found"][0]["code"]) == (1, "forked")
    code, answer = pestle(
        "witness", "check-heads", "--folder", str(witness.folder), str(_heads(tmp_path, "tablet-9", 4))
    )
    assert code == 1
    assert answer["found"] == [{"device": "tablet-9", "code": "withheld", "seq": 4, "mirrored": 0}]


def _heads(folder: Path, device: str, seq: int) -> Path:
    import json

    path = folder / "heads.json"
    path.write_text(json.dumps({"heads": [{"device": device, "seq": seq, "hash": "ab" * 32}]}))
    return path
